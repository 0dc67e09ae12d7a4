"""Do lists show what fits, in order, every line once?"""

import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from store import events as e
from store.access import Person, add_person
from store.database import Database
from store.errors import BadAnswer
from store.queries import (
    NOBODY,
    Sort,
    TicketFilter,
    count_by_status,
    count_tickets,
    distinct_values,
    list_tickets,
    sessions_of,
    tickets_of,
)
from tests.ledgers import NOON, add_facts, open_ticket, ticket_opened, write_facts

STATUSES: tuple[e.Status, ...] = ("open", "solved", "on_hold")


def fill(connection: Connection, count: int = 60) -> None:
    """Every third moment is shared by three tickets: the number decides between them."""
    for number in range(1, count + 1):
        opened = ticket_opened(
            number,
            person=f"per_{number % 4}",
            priority=number % 4,
            channel=("web", "slack")[number % 2],
            queue=("first", "parts")[number % 3 == 0],
            tags=("late", "gift")[: number % 3],
        )
        at = NOON + timedelta(minutes=number // 3)
        write_facts(connection, f"T-{number}", opened, at=at)
        moved = e.StatusChanged(status=STATUSES[number % 3], by="per_mara")
        taken = (e.TakenOver(person_id="per_mara"),) if number % 5 == 0 else ()
        write_facts(connection, f"T-{number}", moved, *taken, at=at + timedelta(hours=number * 7 % 11))


@pytest.fixture
def desk(database: Database) -> Database:
    database.write(fill)
    database.write(partial(add_person, person=Person("per_mara", "Mara Lind", "", "agent", NOON)))
    return database


def ids(database: Database, sort: Sort = "activity", limit: int = 200, **wanted: object) -> list[str]:
    """All pages, one after the other."""
    found, after = [], ""
    while True:
        with database.read() as connection:
            filters = TicketFilter(**wanted)  # type: ignore[arg-type]  # checked by the test that gives them
            page = list_tickets(connection, filters, sort=sort, after=after, limit=limit)
        found += [line.ticket_id for line in page.lines]
        after = page.next
        if not after:
            return found


@pytest.mark.parametrize("sort", ["age", "activity"])
@pytest.mark.parametrize("limit", [1, 7, 60, 200])
def test_page_after_page_shows_every_ticket_once(desk: Database, sort: Sort, limit: int) -> None:
    found = ids(desk, sort, limit)

    assert found == ids(desk, sort, 200)
    assert sorted(found) == sorted(f"T-{number}" for number in range(1, 61))


def test_by_age_who_waits_longest_comes_first(desk: Database) -> None:
    assert ids(desk, "age")[:5] == ["T-1", "T-2", "T-3", "T-4", "T-5"]


def test_by_activity_what_moved_last_comes_first(desk: Database) -> None:
    add_facts(desk, "T-17", e.NoteAdded(person_id="p", text="hm"), at=NOON + timedelta(days=3))

    assert ids(desk)[0] == "T-17"


def test_a_ticket_that_comes_in_between_two_pages_moves_no_line(desk: Database) -> None:
    with desk.read() as connection:
        first = list_tickets(connection, TicketFilter(), sort="activity", limit=10)
    open_ticket(desk, 100, at=NOON + timedelta(days=1))

    with desk.read() as connection:
        second = list_tickets(connection, TicketFilter(), sort="activity", limit=10, after=first.next)

    shown = [line.ticket_id for line in (*first.lines, *second.lines)]
    assert len(set(shown)) == 20


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"status": ("solved",)}, [n for n in range(1, 61) if n % 3 == 1]),
        ({"status": ("solved", "on_hold")}, [n for n in range(1, 61) if n % 3]),
        ({"priority": (0, 1)}, [n for n in range(1, 61) if n % 4 < 2]),
        ({"channel": "slack"}, [n for n in range(1, 61) if n % 2]),
        ({"queue": "parts"}, [n for n in range(1, 61) if n % 3 == 0]),
        ({"assignee": "per_mara"}, [n for n in range(1, 61) if n % 5 == 0]),
        ({"assignee": NOBODY}, [n for n in range(1, 61) if n % 5]),
        ({"tag": "gift"}, [n for n in range(1, 61) if n % 3 == 2]),
        ({"tag": "gif"}, []),
        ({"text": "PARCEL hr-42"}, [42]),
        ({"text": "t-7"}, [7]),
        ({"text": "100%"}, []),
        ({"text": "parcel\0"}, list(range(1, 61))),
        ({"text": "\ud83d", "channel": "\0", "tag": "\ud83d", "priority": (10**30,)}, []),
        ({"channel": "slack", "queue": "parts", "text": "late"}, [n for n in range(1, 61) if n % 6 == 3]),
    ],
)
def test_a_filter_lets_through_what_fits(
    desk: Database, wanted: dict[str, object], numbers: list[int]
) -> None:
    found = ids(desk, "age", 200, **wanted)

    assert found == [f"T-{number}" for number in numbers]
    with desk.read() as connection:
        assert count_tickets(connection, TicketFilter(**wanted)) == len(numbers)  # type: ignore[arg-type]  # as above


@given(cursor=st.text(max_size=30))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cursor_that_was_made_up_is_refused_or_harmless(database: Database, cursor: str) -> None:
    with database.read() as connection, suppress(BadAnswer):
        list_tickets(connection, TicketFilter(), after=cursor)


@pytest.mark.parametrize("cursor", ["1-2-3", "9" * 30 + "-1", "1-" + "9" * 30, "-", "x-1"])
def test_a_cursor_that_no_page_gave_is_refused(database: Database, cursor: str) -> None:
    with database.read() as connection, pytest.raises(BadAnswer):
        list_tickets(connection, TicketFilter(), after=cursor)


def test_a_line_names_the_people(desk: Database) -> None:
    with desk.read() as connection:
        line = list_tickets(connection, TicketFilter(text="hr-5"), sort="age", limit=1).lines[0]

    assert (line.assigned_to, line.assigned_name, line.person_id) == ("per_mara", "Mara Lind", "per_1")
    assert (line.summary, line.tags) == ("Parcel 5 is late", ("late", "gift"))


def test_a_person_sees_their_own_tickets_and_sessions(desk: Database) -> None:
    opened = e.SessionOpened(person_id="per_1", channel="web", thread="per_1", language="en")
    add_facts(desk, "ses_1", opened)

    with desk.read() as connection:
        assert {line.person_id for line in tickets_of(connection, "per_1")} == {"per_1"}
        assert len(tickets_of(connection, "per_1")) == 15
        assert [session.session_id for session in sessions_of(connection, "per_1")] == ["ses_1"]
        assert sessions_of(connection, "per_2") == []


def test_menus_and_counts_know_only_what_is_there(desk: Database) -> None:
    with desk.read() as connection:
        menus, counts = distinct_values(connection), count_by_status(connection)

    assert counts == {"open": 20, "solved": 20, "on_hold": 20}
    assert menus.statuses == ("on_hold", "open", "solved")
    assert (menus.priorities, menus.channels) == ((0, 1, 2, 3), ("slack", "web"))
    assert (menus.queues, menus.tags) == (("first", "parts"), ("gift", "late"))
    assert menus.assignees == (("per_mara", "Mara Lind"),)


def test_an_empty_desk_has_empty_lists(database: Database) -> None:
    assert ids(database) == []
    with database.read() as connection:
        assert distinct_values(connection).statuses == ()


@pytest.mark.slow
def test_ten_thousand_tickets_are_listed_in_200_ms(database: Database) -> None:
    database.write(partial(fill, count=10_000))
    slowest = 0.0

    for wanted in (
        TicketFilter(),
        TicketFilter(text="parcel 977"),
        TicketFilter(status=("solved",), tag="late"),
    ):
        for sort in ("age", "activity"):
            began = time.perf_counter()
            with database.read() as connection:
                list_tickets(connection, wanted, sort=sort)
                count_tickets(connection, wanted)
                distinct_values(connection)
            slowest = max(slowest, time.perf_counter() - began)

    assert slowest < 0.2
