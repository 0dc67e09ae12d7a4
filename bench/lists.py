"""How fast are the desk's own pages and checks with ten thousand tickets?"""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection

from bench.table import Figure, median, percentile, print_table
from store import events as e
from store import timers
from store.backup import backup
from store.clock import SystemClock
from store.database import Database, open_database
from store.heads import HeadBook
from store.messages import SetTimer
from store.migrate import prepare
from store.queries import TicketFilter, count_tickets, distinct_values, list_tickets
from store.settings import Settings, read_settings
from store.timelines import Addition, append
from store.verify import verify

TICKETS = 10_000
TIMERS = 200_000
BATCH = 500
RUNS = 40
LIST_MS = 200.0
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCK = SystemClock()
FILTERS = {
    "all": TicketFilter(),
    "three filters": TicketFilter(status=("open",), channel="web", tag="late"),
    "two words": TicketFilter(text="parcel 977"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data_dir=Path(folder), _env_file=None)
        database = open_database(settings.database, synchronous="OFF")
        prepare(database, settings)
        for first in range(1, TICKETS + 1, BATCH):
            database.write(partial(open_some, first=first))
        print_table(
            f"The list of tickets, {TICKETS:,} in all: page, count and menus", measure_lists(database)
        )
        print_table(f"Checks, with {TICKETS:,} timelines", measure_checks(database, settings))
        print_table(f"Timers, {TIMERS:,} in all", measure_timers(database))
        database.close()


def open_some(connection: Connection, first: int) -> None:
    for number in range(first, first + BATCH):
        opened = e.TicketOpened(
            person_id=f"per_{number % 900}",
            session_id=f"ses_{number}",
            channel=("web", "slack", "mail")[number % 3],
            language="en",
            category="order",
            priority=number % 4,
            queue=("first", "parts", "billing")[number % 7 % 3],
            tags=("late",) if number % 5 == 0 else (),
            issue_summary=f"Parcel {number} has not come, and the weekend drive is on Saturday",
            details={"order": f"HR-{number}", "car": "a 1972 roadster with the early gearbox"},
        )
        moved = e.StatusChanged(status=("open", "solved")[number % 2], by="per_mara")
        facts = (opened, e.HandedOver(queue="first", reason="filed"), moved)
        addition = Addition(f"T-{number}", 0, facts, tuple(CLOCK.new_salt() for _ in facts))
        append(connection, addition, NOON - timedelta(minutes=number * 7 % 9_999))


def measure_lists(database: Database) -> list[Figure]:
    figures = []
    for name, filters in FILTERS.items():
        took = [timed(partial(show, database, filters)) for _ in range(RUNS)]
        figures.append(Figure(f"{name}, p95", percentile(took, 0.95), "ms", LIST_MS))
    return figures


def show(database: Database, filters: TicketFilter) -> None:
    with database.read() as connection:
        list_tickets(connection, filters, sort="age")
        count_tickets(connection, filters)
        distinct_values(connection)


def measure_checks(database: Database, settings: Settings) -> list[Figure]:
    book = HeadBook(settings.data_dir / "heads", "k" * 32)
    signed = timed(lambda: book.record(database, NOON))
    quiet = median([timed(lambda: book.record(database, NOON)) for _ in range(RUNS)])
    checked = timed(lambda: verify(database, book))
    copied = timed(lambda: backup(database, settings, settings.data_dir / "b.tar.gz", now=NOON))
    return [
        Figure("signed heads, everything changed", signed, "ms"),
        Figure("signed heads, nothing changed", quiet, "ms"),
        Figure("verify", checked, "ms", 10_000.0),
        Figure("backup to .tar.gz", copied, "ms"),
    ]


def measure_timers(database: Database) -> list[Figure]:
    for first in range(0, TIMERS, 5_000):
        wanted = [
            SetTimer(timeline=f"T-{n}", timer="any", due=NOON + timedelta(seconds=n % 90_000))
            for n in range(first, first + 5_000)
        ]
        database.write(partial(timers.set_timers, wanted=wanted))
    ring = partial(timers.ring, now=NOON + timedelta(days=2))
    took = [timed(lambda: database.write(ring)) for _ in range(5)]
    return [Figure(f"{timers.BATCH} due ones taken and delivered", median(took), "ms")]


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000
