"""Who works in this data folder, and who wants it to themselves for a moment?"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TextIO

from store.errors import Misconfigured

HELD, WANTED = "desk.lock", "restore.lock"
PATIENCE = 30.0
"""Seconds in which a running desk must have made way: its calls get ten to end, its belts five."""
POLL = 0.05


class Presence:
    """Held by every process with an open desk. The system lets go of it when the process dies."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def leave(self) -> None:
        self._file.close()


def enter(data_dir: Path) -> Presence:
    """Waits while another process has the folder to itself."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = (data_dir / HELD).open("a")
    fcntl.flock(file, fcntl.LOCK_SH)
    return Presence(file)


def is_wanted(data_dir: Path) -> bool:
    """A running desk that sees this stops, and starts again once `wait_until_free` returns."""
    with (data_dir / WANTED).open("a") as file:
        return not take(file, fcntl.LOCK_SH)


def wait_until_free(data_dir: Path) -> None:
    with (data_dir / WANTED).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Asks the running desk to make way, and lets it in again afterwards. Raises Misconfigured."""
    place = os.fspath(data_dir)
    with (data_dir / WANTED).open("a") as wish, (data_dir / HELD).open("a") as hold:
        if not take(wish, fcntl.LOCK_EX):
            raise Misconfigured(f"another restore is under way in {place}: wait for it")
        latest = monotonic() + PATIENCE
        while not take(hold, fcntl.LOCK_EX):
            if monotonic() > latest:
                raise Misconfigured(
                    f"a desk goes on working in {place}: end `deskbell chat` and the like first"
                )
            sleep(POLL)
        yield


def take(file: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
