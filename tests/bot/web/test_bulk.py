"""Can staff change many tickets of the list at once, each with an event of its own?"""

import re
from typing import Any

import pytest
from httpx2 import Response

from store.access import Person, add_person
from store.agents import AgentRow, save_agent
from tests.browsers import Browser, House

LIST = "/admin/support-requests"


@pytest.fixture
def tickets(house: House) -> list[str]:
    return house.tickets_of("per_ada", "per_boris", "per_cleo")


def send(staff: Browser, chosen: list[str], action: str, **fields: Any) -> Response:
    staff.opens(LIST)
    whole = {"token": staff.token, "key": staff.key, "action": action, "chosen": chosen, **fields}
    answer = staff.client.post(LIST, data=whole)
    staff.page = answer.text
    return answer


def hire(house: House, name: str) -> None:
    def write(connection: Any) -> None:
        add_person(connection, Person(name, name.title(), "", "agent", house.office.clock.now()))
        save_agent(connection, AgentRow(name, capacity=5))

    house.office.desk.database.write(write)


def test_each_of_them_gets_an_event_of_its_own(house: House, staff: Browser, tickets: list[str]) -> None:
    hire(house, "mara")
    send(staff, tickets[:2], "assign", agent="mara", reason="Mara knows pumps")

    assert "2 taken down" in staff.text
    assert [house.office.ticket(one).assigned_to for one in tickets] == ["mara", "mara", ""]
    assert [fact.kind for fact in house.office.facts(tickets[0])].count("routing_overridden") == 1


@pytest.mark.parametrize(
    ("action", "fields", "field", "value"),
    [
        ("status", {"status": "on_hold"}, "status", "on_hold"),
        ("priority", {"rank": "0", "reason": "All of them wait at the kerb"}, "priority", 0),
        ("tags", {"tags": "+pump +kerb"}, "tags", ("kerb", "pump")),
        ("escalate", {"reason": "A bad batch"}, "escalated", True),
    ],
)
def test_all_that_can_be_done_to_one_can_be_done_to_many(
    house: House,
    staff: Browser,
    tickets: list[str],
    *,
    action: str,
    fields: dict[str, str],
    field: str,
    value: object,
) -> None:
    send(staff, tickets, action, **fields)

    assert [getattr(house.office.ticket(one), field) for one in tickets] == [value] * 3


def test_what_has_ended_is_left_out_and_named(house: House, staff: Browser, tickets: list[str]) -> None:
    house.office.staff_does("status", ticket=tickets[0], value="solved")
    assert house.becomes(tickets[0], "status", "solved")
    send(staff, tickets, "escalate", reason="A bad batch")

    assert "2 taken down" in staff.text
    assert tickets[0] in re.findall(r"Left out[^.]*", staff.text)[0]
    assert not house.office.ticket(tickets[0]).escalated


@pytest.mark.parametrize(
    ("chosen", "action", "fields", "says"),
    [
        ([], "status", {"status": "open"}, "Nothing was chosen"),
        (None, "priority", {"rank": "0"}, "needs a reason"),
        (None, "status", {"status": "nonsense"}, "no status that can be set"),
        ([f"T-{number}" for number in range(102)], "status", {"status": "open"}, "100 at most"),
        (["T-77"], "status", {"status": "open"}, "Load it again"),
    ],
)
def test_what_is_wrong_with_the_wish_is_told_in_place(
    staff: Browser,
    tickets: list[str],
    *,
    chosen: list[str] | None,
    action: str,
    fields: dict[str, str],
    says: str,
) -> None:
    answer = send(staff, tickets if chosen is None else chosen, action, **fields)

    assert answer.status_code == 422
    assert says in staff.text


def test_the_same_form_sent_twice_acts_once(house: House, staff: Browser, tickets: list[str]) -> None:
    staff.opens(LIST)
    whole = {"token": staff.token, "key": staff.key, "action": "escalate", "reason": "x", "chosen": tickets}
    for _ in range(2):
        staff.client.post(LIST, data=whole)

    assert [fact.kind for fact in house.office.facts(tickets[0])].count("escalated") == 1


def test_who_only_reads_changes_nothing(house: House, tickets: list[str]) -> None:
    house.add_person("per_eve", "executive")
    eve = house.staff_browser("per_eve")

    assert send(eve, tickets, "escalate", reason="x").status_code == 403
