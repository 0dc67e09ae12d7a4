"""Who takes waiting work? The belts of one process: inbox, outbox and clock."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

from store.clock import Clock
from store.errors import Unavailable

log = logging.getLogger("deskbell.worker")

SCAN_SECONDS = 1.0
"""A look at the rows even if nobody rang: what another process wrote and what is to be retried."""
CLOCK_SECONDS = 15.0


class Stoppable(Protocol):
    def start(self) -> None: ...

    def stop(self, seconds: float) -> None: ...


class Belt:
    """Finds lanes with due work and gives each to one thread; `work` returns how much it took."""

    def __init__(
        self,
        name: str,
        *,
        due: Callable[[datetime], Sequence[str]],
        work: Callable[[str], int],
        clock: Clock,
        threads: int,
    ) -> None:
        self._name, self._due, self._work, self._clock = name, due, work, clock
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._rung: set[str] = set()
        self._bell = threading.Event()
        self._started = self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"{name}-scan", daemon=True)

    def start(self) -> None:
        self._started = True
        self._thread.start()

    def ring(self, lane: str) -> None:
        """Work has come for this lane: begun at once, without a scan; before the start it is remembered."""
        if self._started:
            self._take(lane)
        else:
            self._rung.add(lane)

    def look(self) -> None:
        """Somebody else may have written."""
        self._bell.set()

    def stop(self, seconds: float) -> None:
        """Nothing new is begun. What does not end in time is taken up when its lease has run out."""
        self._stopped = True
        self._bell.set()
        if self._thread.ident:
            self._thread.join(seconds)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for thread in list(getattr(self._pool, "_threads", ())):
            thread.join(seconds)

    def run_rung(self) -> int:
        """What this process itself has brought, in the caller's thread: for one-shot commands."""
        total = 0
        while self._rung:
            lane = self._rung.pop()
            while took := self._work(lane):
                total += took
        return total

    def run_all(self) -> int:
        """All that is due, in the caller's thread."""
        total = 0
        while lanes := self._due(self._clock.now()):
            took = sum(self._work(lane) for lane in lanes)
            if not took:
                break
            total += took
        return total

    def _run(self) -> None:
        while not self._stopped:
            try:
                for lane in self._due(self._clock.now()):
                    self._take(lane)
            except Unavailable as error:
                log.warning("%s: %s", self._name, error)
            self._bell.wait(SCAN_SECONDS)
            self._bell.clear()

    def _take(self, lane: str) -> None:
        with self._lock:
            if self._stopped:
                return
            if lane in self._busy:
                self._rung.add(lane)
                return
            self._busy.add(lane)
        self._pool.submit(self._work_off, lane)

    def _work_off(self, lane: str) -> None:
        try:
            while self._work(lane) and not self._stopped:
                pass
        except Exception:
            # The rows are leased or ready; the next scan finds them.
            log.exception("%s: lane %s", self._name, lane)
        finally:
            with self._lock:
                self._busy.discard(lane)
                again = lane in self._rung
                self._rung.discard(lane)
            if again:
                self._take(lane)


class Ticker:
    """Calls something every so often, and again at once while it says that there is more."""

    def __init__(self, name: str, every: float, call: Callable[[], bool], *, first: float = 0.0) -> None:
        """Both in seconds; `first` is how long it waits before the first call."""
        self._every, self._call, self._first = every, call, first
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        self._stopped.set()
        if self._thread.ident:
            self._thread.join(seconds)

    def _run(self) -> None:
        self._stopped.wait(self._first)
        while not self._stopped.is_set():
            try:
                while self._call() and not self._stopped.is_set():
                    pass
            except Exception:
                log.exception("%s", self._thread.name)
            self._stopped.wait(self._every)
