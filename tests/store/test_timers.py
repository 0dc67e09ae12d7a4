"""Does a timer ring once, when it is due, whoever looks?"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from store import events as e
from store import timers
from store.database import Database
from store.messages import SetTimer
from store.replays import list_waiting
from tests.ledgers import NOON, add_facts

HOUR = timedelta(hours=1)


def set_timer(
    database: Database, timeline: str, timer: str, after: timedelta | None, basis: str = ""
) -> None:
    due = None if after is None else NOON + after
    wanted = [SetTimer(timeline=timeline, timer=timer, due=due, basis=basis)]
    database.write(lambda connection: timers.set_timers(connection, wanted))


def ring(database: Database, after: timedelta = HOUR) -> list[str]:
    return database.write(lambda connection: timers.ring(connection, NOON + after))


def delivered(database: Database) -> list[str]:
    with database.read() as connection:
        return [row.key for row in list_waiting(connection, "inbox", ("ready",), 10_000)]


def test_a_timer_rings_when_it_is_due_and_not_before(database: Database) -> None:
    set_timer(database, "T-1", "remind", HOUR)

    assert ring(database, timedelta(minutes=59)) == []
    assert ring(database, HOUR) == ["T-1"]
    assert ring(database, HOUR * 2) == []


def test_a_timer_of_the_same_name_replaces_the_one_before(database: Database) -> None:
    set_timer(database, "T-1", "remind", HOUR, "1")
    set_timer(database, "T-1", "remind", HOUR * 3, "2")
    set_timer(database, "T-1", "close", HOUR)

    assert ring(database, HOUR * 2) == ["T-1"]
    with database.read() as connection:
        assert timers.count_timers(connection) == 1


def test_a_timer_can_be_taken_away(database: Database) -> None:
    set_timer(database, "T-1", "remind", HOUR)
    set_timer(database, "T-1", "remind", None)

    assert ring(database, HOUR * 2) == []


def test_a_sessions_timer_rings_on_the_lane_of_its_ticket(database: Database) -> None:
    opened = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")
    add_facts(database, "ses_1", opened, e.TicketAttached(ticket_id="T-1"))
    set_timer(database, "ses_1", "silence", HOUR)
    set_timer(database, "ses_2", "silence", HOUR)

    assert sorted(ring(database)) == ["T-1", "ses_2"]


def test_with_many_ringers_every_timer_rings_once(database: Database) -> None:
    for number in range(300):
        set_timer(database, f"T-{number}", "remind", timedelta(seconds=number))

    with ThreadPoolExecutor(6) as pool:
        rung = [lane for lanes in pool.map(lambda _: ring(database), range(12)) for lane in lanes]

    assert sorted(rung) == sorted(f"T-{number}" for number in range(300))
    assert len(delivered(database)) == len(set(delivered(database))) == 300


def test_more_than_a_batch_is_rung_in_several(database: Database) -> None:
    wanted = [SetTimer(timeline=f"T-{n}", timer="remind", due=NOON) for n in range(timers.BATCH + 7)]
    database.write(lambda connection: timers.set_timers(connection, wanted))

    assert [len(ring(database)), len(ring(database)), len(ring(database))] == [timers.BATCH, 7, 0]


@pytest.mark.slow
def test_of_two_hundred_thousand_timers_a_batch_is_taken_in_milliseconds(database: Database) -> None:
    for first in range(0, 200_000, 5_000):
        wanted = [
            SetTimer(timeline=f"T-{n}", timer="remind", due=NOON + timedelta(seconds=n % 90_000))
            for n in range(first, first + 5_000)
        ]
        database.write(partial(timers.set_timers, wanted=wanted))
    took = []

    for _ in range(5):
        began = time.perf_counter()
        assert len(ring(database, timedelta(days=2))) == timers.BATCH
        took.append(time.perf_counter() - began)

    assert sorted(took)[2] < 0.25
