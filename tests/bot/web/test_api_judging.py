"""Can a program ask why a ticket is due, at risk and with whom, and change who does it?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from store.access import Person, add_person
from store.agents import AgentRow, save_agent
from tests.browsers import House

Call = Callable[..., Response]


@pytest.fixture
def agent(house: House) -> Call:
    return caller(house, "per_agent", "agent")


def caller(house: House, person_id: str, role: Any) -> Call:
    house.add_person(person_id, role)
    token = house.make_token(person_id, "read", "write")
    client = house.browser().client

    def call(method: str, path: str, body: object = None) -> Response:
        return client.request(method, f"/api/v1{path}", json=body, headers=token)

    return call


def hire(house: House, name: str) -> None:
    clock = house.office.clock

    def write(connection: Any) -> None:
        add_person(connection, Person(name, name.title(), "", "agent", clock.now()))
        save_agent(connection, AgentRow(name, capacity=5))

    house.office.desk.database.write(write)


@pytest.fixture
def ticket(house: House) -> str:
    return house.tickets_of("per_boris")[0]


def test_each_deadline_and_the_risk_come_with_their_reasons(agent: Call, ticket: str) -> None:
    told = agent("GET", f"/tickets/{ticket}/sla").json()

    first = told["timers"][0]
    assert (first["timer"], first["state"]) == ("first_response", "running")
    assert first["counted"]
    assert told["next_due"] == first["due_at"]
    assert sum(reason["points"] for reason in told["risk"]["reasons"]) == told["risk"]["score"]


def test_the_probability_of_a_broken_promise_comes_with_what_adds_up_to_it(agent: Call, ticket: str) -> None:
    told = agent("GET", f"/tickets/{ticket}/sla").json()

    breach = told["breach"]
    assert (told["breach_weights"], breach["timer"]) == ("general", "first_response")
    assert 0 < told["breach_probability"] == breach["probability"] < 1
    assert breach["logit"] == pytest.approx(
        breach["intercept"] + sum(one["logit"] for one in breach["contributions"])
    )


def test_of_a_ticket_that_is_done_there_is_no_probability(house: House, agent: Call, ticket: str) -> None:
    house.office.staff_does("reply", ticket=ticket, text="It left today.", value="solved")
    assert house.becomes(ticket, "status", "solved")

    told = agent("GET", f"/tickets/{ticket}/sla").json()

    assert (told["breach_probability"], told["breach_weights"], told["breach"]) == (None, None, None)


def test_it_is_looked_at_again_when_asked(house: House, agent: Call, ticket: str) -> None:
    house.office.clock.forward(hours=5)

    assert agent("POST", f"/tickets/{ticket}/sla").status_code == 202
    house.office.forward(seconds=1)

    assert "sla_breached" in [fact.kind for fact in house.office.facts(ticket)]


def test_a_dry_run_says_whom_the_rules_find_and_writes_nothing(
    house: House, agent: Call, ticket: str
) -> None:
    hire(house, "mara")
    before = house.office.ticket(ticket).version

    told = agent("POST", f"/tickets/{ticket}/route", {"dry_run": True}).json()

    assert (told["assigned_to"], told["rule"]) == ("mara", "R6 everything else")
    house.office.forward(seconds=1)
    assert house.office.ticket(ticket).version == before


def test_the_rules_are_asked_again(house: House, agent: Call, ticket: str) -> None:
    hire(house, "mara")
    agent("POST", f"/tickets/{ticket}/route", {})
    house.office.forward(seconds=1)

    assert house.office.ticket(ticket).assigned_to == "mara"


def test_a_person_overrides_the_rules_and_takes_it_back(house: House, agent: Call, ticket: str) -> None:
    for name in ("mara", "jon"):
        hire(house, name)
    until = (house.office.clock.now() + timedelta(days=1)).isoformat()
    given = {"assigned_to": "jon", "reason": "Knows the car", "until": until}

    assert agent("POST", f"/tickets/{ticket}/route/override", given).status_code == 202
    assert house.becomes(ticket, "assigned_to", "jon")
    assert house.office.ticket(ticket).overridden_by == "per_agent"

    agent("POST", f"/tickets/{ticket}/route", {})
    assert house.becomes(ticket, "overridden_by", "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"assigned_to": "nobody", "reason": "Because"}, "Nobody of that id takes tickets"),
        ({"reason": "Because", "until": "2020-01-01T00:00:00Z"}, "That time has passed"),
        ({"reason": ""}, "reason"),
        ({"reason": "x", "queue": "No Queue!"}, "queue"),
    ],
)
def test_an_override_that_cannot_be_is_refused_in_words(
    agent: Call, ticket: str, given: dict[str, str], says: str
) -> None:
    answer = agent("POST", f"/tickets/{ticket}/route/override", given)

    assert answer.status_code in (400, 422)
    assert says in answer.text


def test_triage_says_what_the_rules_would_do(agent: Call) -> None:
    told = agent("POST", "/triage", {"text": "Your whole site is down, nobody can order"}).json()

    assert (told["priority"], told["rule"], told["queue"]) == ("P0", "R1 outage", "outage")
    assert told["grounds"][-1]["source"] == "words"
    assert told["next_due"]


def test_an_unknown_category_is_named(agent: Call) -> None:
    answer = agent("POST", "/triage", {"text": "x", "category": "nonsense"})

    assert answer.status_code == 422
    assert "billing" in answer.json()["error"]["hint"]


@pytest.mark.usefixtures("ticket")
def test_the_workload_of_everybody_is_told(house: House, agent: Call) -> None:
    hire(house, "mara")
    told = agent("GET", "/workload").json()

    assert [(one["person_id"], one["load"], one["capacity"]) for one in told["agents"]] == [("mara", 0, 5)]
    assert told["queues"] == {"general": 1}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/workload"), ("GET", "/tickets/{}/sla"), ("POST", "/triage")]
)
def test_customers_are_told_none_of_it(house: House, ticket: str, method: str, path: str) -> None:
    ada = caller(house, "per_ada", "customer")

    assert ada(method, path.format(ticket), {"text": "x"}).status_code in (403, 404)
