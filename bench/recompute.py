"""How long does it take to work out the risk of a million open tickets anew, and to write what changed?"""

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, text

from bench.lists import open_some
from bench.table import Figure, median, print_table
from bot.minding import Minding
from escalation.refresh import risks_now
from escalation.rulebook import Rulebook, open_rulebook
from escalation.schedule import to_us
from store.clock import StandingClock
from store.database import Database, open_database
from store.migrate import prepare
from store.settings import Settings, read_settings
from store.standings import Running, running

TICKETS = int(os.environ.get("BENCH_TICKETS", "1000000"))
COMPUTE_S, WITH_ROWS_S = 0.3, 6.0
ROUNDS = 5
NOW = datetime(2026, 3, 3, 11, tzinfo=UTC)
# Of ten open tickets three wait for a first answer within four hours of business, the others for their end
# after 4, 24 and 72 hours around the clock, as the shipped policy says; one in six is late.
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < :most)"
COPIES = """
INSERT INTO tickets (
  ticket_id, number, version, hash, person_id, session_id, status, priority, channel, queue, assigned_to,
  category, tags, opened_at, last_at, search_text, state
)
SELECT 'T-' || n, n, version, hash, person_id, session_id, 'open', n % 4, channel, queue, assigned_to,
  category, tags, opened_at - n * 1000000, last_at - n * 1000000, search_text, state
FROM tickets, numbers WHERE ticket_id = 'T-1'
"""
STANDINGS = """,
waits AS (
  SELECT n, (n % 10 < 3) AS in_hours, (n % 60) / 2 AS fixed, n * 7919 % 1200 AS used,
    3600000000 * (CASE WHEN n % 10 < 4 THEN 4 WHEN n % 10 = 4 THEN 24 ELSE 72 END) AS length
  FROM numbers
)
INSERT INTO standings (number, risk, risk_fixed, due, due_length, due_in_hours)
SELECT n, 0, fixed, :now + length * (1000 - used) / 1000, length, in_hours FROM waits
"""


def main() -> None:
    rules = open_rulebook()
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data_dir=Path(folder), _env_file=None)
        measure(settings, rules)
    if url := os.environ.get("BENCH_DATABASE_URL", ""):
        with tempfile.TemporaryDirectory() as folder:
            measure(read_settings(data_dir=Path(folder), DATABASE_URL=url, _env_file=None), rules)


def measure(settings: Settings, rules: Rulebook) -> None:
    database = open_database(settings.database)
    prepare(database, settings)
    database.write(fill)
    with database.read() as connection:
        stood = as_one(list(running(connection)))
    business, now = rules.deadlines.business, to_us(NOW)
    compute = median([timed(lambda: list(risks_now(stood, business, now))) for _ in range(ROUNDS)])
    alone = median([timed(lambda: next(risks_now(stood, business, now), None)) for _ in range(ROUNDS)])
    clock = StandingClock(NOW)
    minding = Minding(database, clock, rules)
    first, everything = counted(minding.refresh)
    read = timed(partial(read_all, database))
    minutes = []
    for _ in range(3):
        clock.forward(minutes=1)
        minutes.append(counted(minding.refresh))
    took, changed = sorted(minutes)[1]
    print_table(
        f"The risks of {TICKETS:,} open tickets, {database.dialect}",
        [
            Figure("compute", alone, "s", COMPUTE_S),
            Figure("compute, with a list of all that changed", compute, "s"),
            Figure("read", read, "s"),
            Figure("a minute later: read, compute, write", took, "s", WITH_ROWS_S),
            Figure("  of them changed and written", 100 * changed / TICKETS, "%"),
            Figure("for the first time: read, compute, write", first, "s"),
            Figure("  of them changed and written", 100 * everything / TICKETS, "%"),
        ],
    )
    database.close()


def fill(connection: Connection) -> None:
    """Copies of one real ticket: the rows are as long as those of a desk."""
    connection.execute(text("DELETE FROM tickets"))
    open_some(connection, first=1)
    connection.execute(text("DELETE FROM tickets WHERE ticket_id <> 'T-1'"))
    connection.execute(text("DELETE FROM standings"))
    connection.execute(text(NUMBERS + COPIES), {"most": TICKETS})
    connection.execute(text(NUMBERS + STANDINGS), {"now": to_us(NOW), "most": TICKETS})


def as_one(parts: list[Running]) -> Running:
    whole = parts[0]
    for part in parts[1:]:
        for name in ("risk", "due", "due_length", "due_in_hours", "risk_fixed"):
            getattr(whole, name).extend(getattr(part, name))
    return whole


def read_all(database: Database) -> None:
    with database.read() as connection:
        for _ in running(connection):
            pass


def counted(call: Callable[[], int]) -> tuple[float, int]:
    began = perf_counter()
    count = call()
    return perf_counter() - began, count


def timed(call: Callable[[], object]) -> float:
    """Seconds."""
    began = perf_counter()
    call()
    return perf_counter() - began
