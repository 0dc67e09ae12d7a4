"""Who wants to know that a timeline has moved on? In process; nothing is stored."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class Notifier:
    """Threads tell, the live-update endpoint listens on its event loop; a slow page only skips steps."""

    def __init__(self) -> None:
        self.is_closed = False
        self._lock = threading.Lock()
        self._listeners: dict[str, set[Callable[[], None]]] = defaultdict(set)

    def tell(self, *topics: str) -> None:
        """A topic is a session's, a ticket's or a person's id."""
        with self._lock:
            wanted = {listener for topic in topics for listener in self._listeners.get(topic, ())}
        for listener in wanted:
            listener()

    def tell_all(self) -> None:
        """Another process has written; which timelines is not known."""
        with self._lock:
            wanted = {listener for listeners in self._listeners.values() for listener in listeners}
        for listener in wanted:
            listener()

    @contextmanager
    def listen(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at every change; the listener clears it."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        with self._subscribed(wake, topics):
            yield changed

    @contextmanager
    def hear(self, *topics: str) -> Iterator[threading.Event]:
        """The same for a thread that waits."""
        changed = threading.Event()
        with self._subscribed(changed.set, topics):
            yield changed

    @contextmanager
    def _subscribed(self, wake: Callable[[], None], topics: Sequence[str]) -> Iterator[None]:
        with self._lock:
            for topic in topics:
                self._listeners[topic].add(wake)
        try:
            yield
        finally:
            with self._lock:
                for topic in topics:
                    self._listeners[topic].discard(wake)
                    if not self._listeners[topic]:
                        del self._listeners[topic]

    def close(self) -> None:
        """The desk stops: whoever listens is woken, and finds it closed."""
        self.is_closed = True
        self.tell_all()

    def count(self) -> int:
        with self._lock:
            return len({listener for listeners in self._listeners.values() for listener in listeners})
