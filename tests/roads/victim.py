"""How does a desk live that is to be killed at a given step?"""

import itertools
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from time import sleep
from typing import TypeVar

from sqlalchemy import Connection

from bot import handle
from bot.desk import Desk
from bot.wiring import open_desk
from store import gauges, lanes
from store.messages import CustomerSaid, Say
from store.settings import Settings

T = TypeVar("T")
SHORT_LEASE = timedelta(seconds=1)
"""So that on Postgres the next life does not wait for the dead one's leases."""


class Executioner:
    """Counts the steps of this process and ends it where it was told to."""

    def __init__(self, die: str) -> None:
        self.phase, _, step = die.partition(":")
        self.step = int(step or 0)
        self.steps = itertools.count(1)

    def next_step(self) -> int:
        return next(self.steps)

    def pass_by(self, phase: str, step: int) -> None:
        if phase == self.phase and step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)


class World:
    """A receiver that keeps every call for good, as the other end of a channel does."""

    def __init__(self, folder: Path, executioner: Executioner) -> None:
        self._calls = sqlite3.connect(folder / "world.db", isolation_level=None, check_same_thread=False)
        self._calls.execute("CREATE TABLE IF NOT EXISTS calls (letter_id TEXT, session_id TEXT, text TEXT)")
        self._lock = threading.Lock()
        self._executioner = executioner

    def send(self, letter: Say) -> str:
        step = self._executioner.next_step()
        self._executioner.pass_by("before", step)
        text = "\n".join(line.text for line in letter.lines)
        with self._lock:
            self._calls.execute(
                "INSERT INTO calls VALUES (?, ?, ?)", (letter.letter_id, letter.session_id, text)
            )
        self._executioner.pass_by("after", step)
        return "kept"


def watch_writes(desk: Desk, executioner: Executioner) -> None:
    """Every transaction of the desk passes here."""
    write = desk.database.write

    def watched(unit: Callable[[Connection], T]) -> T:
        step = executioner.next_step()
        executioner.pass_by("before", step)

        def inner(connection: Connection) -> T:
            value = unit(connection)
            executioner.pass_by("inside", step)
            return value

        value = write(inner)
        executioner.pass_by("after", step)
        return value

    desk.database.write = watched  # type: ignore[method-assign]  # the one place that all transactions pass


def receive(desk: Desk, said: CustomerSaid, tell: Callable[[str], None], mutant: str) -> None:
    if mutant == "tells too early":
        tell(said.key)
    desk.receive(said)
    if mutant != "tells too early":
        tell(said.key)


def wait_until_done(desk: Desk) -> None:
    while True:
        now = desk.clock.now()
        with desk.database.read() as connection:
            gauged = (gauges.gauge_inbox(connection, now), gauges.gauge_outbox(connection, now))
        if not any(one.waiting for one in gauged):
            return
        sleep(0.02)


def live(settings: Settings, lines: Sequence[str], told: Pipe, *, die: str, mutant: str) -> None:
    """`die` is PHASE:STEP: a step is a transaction or a letter handed to the world outside, and PHASE is
    `before`, `inside` or `after` it. Without it the life ends when nothing waits any more."""
    lanes.LEASE = SHORT_LEASE
    # Here the process ends for other reasons than what it was told.
    handle.MOST_CLAIMS = 1_000
    desk = open_desk(settings.model_copy(update={"knowledge_dir": settings.data_dir / "articles"}))
    # Words alone find the one article; the embedder would double the time of every life.
    desk.library.is_loaded = True
    executioner = Executioner(die)
    watch_writes(desk, executioner)
    desk.postman.channels["web"] = World(settings.data_dir, executioner)  # type: ignore[index]  # a dict in fact
    desk.start()
    for line in lines:
        receive(desk, CustomerSaid.model_validate_json(line), told.send, mutant)
    wait_until_done(desk)
    desk.stop()
