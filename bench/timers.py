"""How long does the scan of what is due take, among two hundred thousand open timers?"""

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection

from bench.table import Figure, median, print_table
from store import timers
from store.database import Database, open_database
from store.messages import SetTimer
from store.migrate import prepare
from store.settings import Settings, read_settings

TIMERS, DUE = 200_000, 10_000
AT_ONCE = 5_000
RUNS = 40
SCAN_MS, BATCH_MS = 10.0, 250.0
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(read_settings(data_dir=Path(folder), _env_file=None))
    if url := os.environ.get("BENCH_DATABASE_URL", ""):
        with tempfile.TemporaryDirectory() as folder:
            measure(read_settings(data_dir=Path(folder), DATABASE_URL=url, _env_file=None))


def measure(settings: Settings) -> None:
    database = open_database(settings.database)
    prepare(database, settings)
    for first in range(0, TIMERS, AT_ONCE):
        database.write(partial(set_some, first=first))
    before, at_noon = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
    quiet = [timed(partial(ring, database, before)) for _ in range(RUNS)]
    looked = [timed(partial(count_due, database, at_noon)) for _ in range(RUNS)]
    full = [timed(partial(ring, database, at_noon)) for _ in range(DUE // timers.BATCH)]
    print_table(
        f"{TIMERS:,} open timers, {DUE:,} of them due at once, {database.dialect}",
        [
            Figure("a scan that finds nothing due, p50", median(quiet), "ms", SCAN_MS),
            Figure("a scan that finds nothing due, most", max(quiet), "ms"),
            Figure(f"which {timers.BATCH} are due first, p50", median(looked), "ms", SCAN_MS),
            Figure(f"{timers.BATCH} taken and delivered for good, p50", median(full), "ms", BATCH_MS),
            Figure("all that was due, rung", sum(full) / 1000, "s"),
        ],
    )
    with database.read() as connection:
        assert timers.count_timers(connection) == TIMERS - DUE, "as many rang as were due"
    database.close()


def set_some(connection: Connection, first: int) -> None:
    """One in twenty is due at noon, the others in the three months after."""
    wanted = [
        SetTimer(f"T-{n}", timers.LOOK, NOON if n < DUE else LATER + timedelta(minutes=n * 7919 % 130_000))
        for n in range(first, first + AT_ONCE)
    ]
    timers.set_timers(connection, wanted)


def ring(database: Database, now: datetime) -> None:
    database.write(lambda connection: timers.ring(connection, now))


def count_due(database: Database, now: datetime) -> int:
    return database.write(lambda connection: len(timers.due(connection, now)))


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000
