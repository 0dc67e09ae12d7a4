"""Does nobody get more tickets than they can hold, whoever gives them out at the same time?"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from store import agents
from store import events as e
from store.access import Person, add_person
from store.agents import AgentRow, find_agent, list_agents, save_agent, set_presence
from store.database import Database
from store.erasure import erase_person
from store.errors import BadAnswer, NotFound
from tests.ledgers import open_ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOURS = {"tz": "Europe/Berlin", "weekly": {"mon": [[540, 1020]]}}
MARA = AgentRow(
    "per_mara",
    name="Mara",
    team="first",
    skills=("billing", "bugs"),
    capacity=2,
    tz="Europe/Berlin",
    hours=HOURS,
    is_lead=True,
)


def hire(database: Database, *rows: AgentRow) -> None:
    for row in rows:
        database.write(partial(add_person, person=Person(row.person_id, row.name, "", "agent", NOON)))
        database.write(partial(save_agent, agent=row))


def found(database: Database, person_id: str = "per_mara") -> AgentRow:
    with database.read() as connection:
        row = find_agent(connection, person_id)
    assert row
    return row


def test_an_agent_is_read_as_it_was_saved(database: Database) -> None:
    hire(database, MARA, AgentRow("per_tom", name="Ada Tom"))

    with database.read() as connection:
        assert list_agents(connection) == (AgentRow("per_tom", name="Ada Tom"), MARA)
        assert find_agent(connection, "per_nobody") is None


def test_who_has_left_the_staff_takes_no_tickets(database: Database) -> None:
    hire(database, MARA)
    database.write(partial(add_person, person=Person("per_mara", "Mara", "", "customer", NOON)))

    with database.read() as connection:
        assert list_agents(connection) == ()


def test_there_is_room_until_the_capacity_is_reached(database: Database) -> None:
    hire(database, MARA)

    claimed = [database.write(partial(agents.claim, person_id="per_mara")) for _ in range(3)]
    assert (claimed, found(database).load) == ([True, True, False], 2)

    assert database.write(partial(agents.release, person_id="per_mara"))
    assert database.write(partial(agents.claim, person_id="per_mara"))


def test_nothing_is_released_that_was_not_held(database: Database) -> None:
    hire(database, MARA)

    assert not database.write(partial(agents.release, person_id="per_mara"))
    assert not database.write(partial(agents.release, person_id="per_nobody"))
    assert not database.write(partial(agents.claim, person_id="per_nobody"))
    assert found(database).load == 0


def test_many_at_once_never_overfill_an_agent(database: Database) -> None:
    hire(database, replace(MARA, capacity=5))
    gate = threading.Barrier(8)

    def take() -> int:
        gate.wait()
        return sum(database.write(partial(agents.claim, person_id="per_mara")) for _ in range(3))

    with ThreadPoolExecutor(8) as pool:
        taken = sum(one.result() for one in [pool.submit(take) for _ in range(8)])

    assert (taken, found(database).load) == (5, 5)


def test_a_change_of_the_agent_leaves_the_load_alone(database: Database) -> None:
    hire(database, MARA)
    database.write(partial(agents.claim, person_id="per_mara"))

    database.write(partial(save_agent, agent=replace(MARA, capacity=1, hours=None)))

    assert (found(database).load, found(database).capacity, found(database).hours) == (1, 1, None)


def test_who_is_new_starts_with_the_tickets_that_they_hold_already(database: Database) -> None:
    took = e.TakenOver(person_id="per_mara")
    open_ticket(database, 1, took)
    open_ticket(database, 2, took, e.StatusChanged(status="solved", by="per_mara"))
    open_ticket(database, 3)

    hire(database, MARA)

    assert found(database).load == 1


@pytest.mark.parametrize("capacity", [0, -1, 1001])
def test_a_capacity_that_makes_no_sense_is_refused(database: Database, capacity: int) -> None:
    with pytest.raises(BadAnswer, match=f"the capacity is {capacity}: give 1 to 1000"):
        hire(database, replace(MARA, capacity=capacity))


def test_leave_hides_the_presence_until_it_ends(database: Database) -> None:
    hire(database, replace(MARA, presence="away", on_leave_until=NOON))

    row = found(database)

    assert [row.presence_at(NOON - timedelta(seconds=1)), row.presence_at(NOON)] == ["off", "away"]


def test_who_says_that_they_are_here_is_back_from_leave(database: Database) -> None:
    hire(database, replace(MARA, on_leave_until=NOON + timedelta(days=9)))

    database.write(partial(set_presence, person_id="per_mara", presence="active"))

    assert found(database).presence_at(NOON) == "active"


@pytest.mark.parametrize("act", [partial(set_presence, presence="off"), agents.get_agent])
def test_whom_nobody_knows_is_not_found(database: Database, act: Callable[..., object]) -> None:
    with pytest.raises(NotFound, match="takes no tickets: add them with `deskbell people add`"):
        database.write(partial(act, person_id="per_nobody"))


def test_an_erased_person_takes_no_tickets_any_more(database: Database) -> None:
    hire(database, MARA)

    database.write(partial(erase_person, person_id="per_mara", by="per_admin", at=NOON))

    with database.read() as connection:
        assert find_agent(connection, "per_mara") is None
