"""Is each warning and each breach written once, when thousands come at once and the desk is killed?"""

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.wiring import open_desk
from store import events as e
from store import timers
from store.clock import SystemClock
from store.database import Database, open_database
from store.heads import HeadBook
from store.messages import SetTimer
from store.settings import Settings
from store.verify import verify
from tests.databases import KEY, fresh, settings_of
from tests.ledgers import NOON, ticket_opened, write_facts
from tests.roads import watchman

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.roads.watchman"])
TICKETS = 2_000
OPEN_TIMERS = 200_000
BATCH = 500
MINUTE = timedelta(minutes=1)
# A P0 has a quarter of an hour until its first answer; of the last half of it staff are warned.
WARNED, LATE = NOON + 10 * MINUTE, NOON + 20 * MINUTE
DEATHS = (("inside:3", "after:3"), ("inside:4", "after:5"), ("inside:60", "before:500"), ("after:900",))
"""While the timers ring, which is the third step of a life, and while what they rang is worked on."""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Two thousand tickets whose deadlines all come at noon, among timers that ring another day."""
    with fresh() as name:
        settings = settings_of(tmp_path, name)
        desk = open_desk(settings.model_copy(update={"knowledge_dir": tmp_path / "none"}))
        for first in range(1, TICKETS + 1, BATCH):
            desk.database.write(partial(open_some, first=first))
        for first in range(TICKETS, OPEN_TIMERS, 10 * BATCH):
            desk.database.write(partial(set_some, first=first))
        desk.stop()
        yield settings


def open_some(connection: Connection, first: int) -> None:
    for number in range(first, first + BATCH):
        opened = e.SessionOpened(
            person_id=f"per_{number}", channel="web", thread=f"per_{number}", language="en"
        )
        write_facts(connection, f"ses_{number}", opened, e.TicketAttached(ticket_id=f"T-{number}"))
        write_facts(
            connection,
            f"T-{number}",
            ticket_opened(number, person=f"per_{number}", priority=0),
            e.HandedOver(queue="first", reason="filed"),
        )
    looks = [SetTimer(f"T-{number}", timers.LOOK, WARNED) for number in range(first, first + BATCH)]
    timers.set_timers(connection, looks)


def set_some(connection: Connection, first: int) -> None:
    last = min(first + 10 * BATCH, OPEN_TIMERS)
    far = [SetTimer(f"ses_far{n}", "silence", NOON + timedelta(days=1 + n % 90)) for n in range(first, last)]
    timers.set_timers(connection, far)


def live(settings: Settings, begins: datetime, deaths: Sequence[str]) -> list[int | None]:
    """How they ended: side by side on Postgres, one after the other on SQLite, which serves one at a time."""
    lives = [PROCESSES.Process(target=watchman.live, args=(settings, begins, die)) for die in deaths]
    for one in lives:
        one.start()
        if settings.is_sqlite:
            one.join()
    for one in lives:
        one.join()
    return [one.exitcode for one in lives]


def told(database: Database, kind: str) -> Counter[tuple[str, str]]:
    query = text("SELECT timeline, facts FROM events WHERE kind = :kind")
    with database.read() as connection:
        return Counter((row.timeline, str(row.facts)) for row in connection.execute(query, {"kind": kind}))


def is_once_each(found: Counter[tuple[str, str]]) -> bool:
    return sorted(ticket_id for ticket_id, _ in found.elements()) == sorted(
        f"T-{number}" for number in range(1, TICKETS + 1)
    )


@pytest.mark.slow
def test_each_warning_and_each_breach_is_written_once_however_often_the_desk_dies(
    settings: Settings,
) -> None:
    deaths = 0
    for begins in (WARNED, LATE):
        for pair in DEATHS:
            deaths += sum(code != 0 for code in live(settings, begins, pair))
        # Left in peace, two at a time.
        assert set(live(settings, begins + MINUTE, ("", ""))) == {0}

    database = open_database(settings.database)
    try:
        assert deaths >= 8
        assert is_once_each(told(database, "sla_warned"))
        assert is_once_each(told(database, "sla_breached"))
        assert is_once_each(told(database, "escalated"))
        with database.read() as connection:
            assert timers.count_timers(connection) == OPEN_TIMERS
        book = HeadBook(settings.data_dir / "heads", KEY)
        book.record(database, SystemClock().now())
        assert verify(database, book).findings == ()
    finally:
        database.close()
