"""When did somebody change which article? A hint of the file system, and a look at all every minute."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

log = logging.getLogger("deskbell.knowledge")

LOOK_EVERY = 60.0
"""Seconds. Hints get lost, on network drives always."""
TICK = 1.0
LONGEST_WAIT_MS = 5_000
"""For a hint; then the folder itself is looked for. A stop ends it at once."""
AFTER_FAULT = 5.0
GROUPED_MS, STEP_MS = 200, 25
"""Writes within these times are looked at together: at most the first, or the second without a new one."""

Hints = frozenset[str]
"""Places of files and folders, as the file system names them."""


class Repeated:
    """A thread that does one thing over and over until it is stopped. What fails is said and tried again."""

    def __init__(self, name: str, call: Callable[[threading.Event], None]) -> None:
        """`call` gets the event that stops it, and waits by itself when there is nothing to do."""
        self._call = call
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        self._stopped.set()
        if self._thread.ident:
            self._thread.join(seconds)

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._call(self._stopped)
            except Exception:
                # What stands on the shelf goes on being answered from.
                log.exception("%s: next try in %s s", self._thread.name, AFTER_FAULT)
                self._stopped.wait(AFTER_FAULT)


def watch(folder: Path, changed: Callable[[Hints | None], None], stopped: threading.Event) -> None:
    """Tells the places that were written to, or None when all is to be looked at. Returns when it is
    stopped, or a moment after the folder went away."""
    if not folder.is_dir():
        changed(None)
        stopped.wait(TICK)
        return
    with load_hints(folder) as hints:
        # Looked at once the hints are on: what changes in between is in one of the two.
        looked = look_at_all(changed)
        while not stopped.is_set() and folder.is_dir():
            told = hints.watch(GROUPED_MS, STEP_MS, LONGEST_WAIT_MS, stopped)
            if time.monotonic() - looked > LOOK_EVERY:
                looked = look_at_all(changed)
            elif isinstance(told, set):
                changed(frozenset(place for _, place in told))


def look_at_all(changed: Callable[[Hints | None], None]) -> float:
    """Returns when it began."""
    began = time.monotonic()
    changed(None)
    return began


def load_hints(folder: Path) -> "RustNotify":
    from watchfiles._rust_notify import RustNotify  # noqa: PLC0415 - only in a process that watches

    # Its Python side begins to listen only when the first hint is asked for, which would be after the look.
    return RustNotify(
        [str(folder)],
        debug=False,
        force_polling=False,
        poll_delay_ms=300,
        recursive=True,
        ignore_permission_denied=True,
    )
