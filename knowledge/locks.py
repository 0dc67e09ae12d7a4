"""Which of several processes on one data directory may do this now?"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """Held by the process, not by the file's existence: a killed process leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number: int | None = None

    def take(self, *, wait: bool) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(number)
            return False
        self._number = number
        return True

    def give_back(self) -> None:
        if self._number is not None:
            os.close(self._number)
            self._number = None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits for its turn."""
    lock = FileLock(path)
    lock.take(wait=True)
    try:
        yield
    finally:
        lock.give_back()
