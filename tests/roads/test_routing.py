"""Does each ticket find the right person, and does it stay there?"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.minding import Minding
from bot.replayed import Judge, replay
from escalation.rulebook import open_rulebook
from store import events as e
from store.access import ADMIN, Person, add_person
from store.agents import AgentRow, find_agent, save_agent
from store.replays import list_waiting
from store.staff import dismiss, go_on_leave
from tests.office import Office


def hire(office: Office, name: str, capacity: int = 5, **more: object) -> None:
    person = Person(name, name.title(), f"{name}@shop.example", "agent", office.clock.now())
    agent = AgentRow(name, capacity=capacity, **more)  # type: ignore[arg-type]  # the rest, by name

    def write(connection: object) -> None:
        add_person(connection, person)  # type: ignore[arg-type]  # a Connection
        save_agent(connection, agent)  # type: ignore[arg-type]  # same

    office.desk.database.write(write)


def load(office: Office, name: str) -> int:
    with office.desk.database.read() as connection:
        found = find_agent(connection, name)
    assert found
    return found.load


def mind(office: Office) -> None:
    Minding(office.desk.database, office.desk.clock, office.desk.rules).mind()
    office.forward(seconds=1)


def routed(office: Office, ticket_id: str = "T-1001") -> list[e.TicketRouted]:
    return [fact for fact in office.facts(ticket_id) if isinstance(fact, e.TicketRouted)]


def test_a_ticket_goes_to_somebody_with_room_and_says_why(office: Office) -> None:
    hire(office, "mara")
    office.calls_a_person()

    (why,) = routed(office)
    assert office.ticket().assigned_to == "mara"
    assert why.rule == "R6 everything else"
    assert "mara is least busy: 1 of 5 with this one" in why.reasons
    assert load(office, "mara") == 1


def test_a_desk_without_agents_keeps_it_in_the_queue_of_its_category(office: Office) -> None:
    office.calls_a_person()

    assert (office.ticket().assigned_to, office.ticket().queue) == ("", "general")
    assert "nobody can take it now" in routed(office)[0].reasons[-1]


def test_assigned_is_not_yet_taken_over(office: Office) -> None:
    """The customer goes on hearing that a person will come, until one is there."""
    hire(office, "mara")
    office.calls_a_person()
    office.clock.forward(minutes=31)
    assert "T-1001" in office.customer_says("Hello?")

    office.staff_does("reply", person="mara", text="I am looking at it.")
    office.clock.forward(minutes=31)
    assert office.customer_says("Thank goodness, and now?") == ""


def test_who_has_solved_it_holds_one_less(office: Office) -> None:
    hire(office, "mara")
    office.calls_a_person()
    office.staff_does("reply", person="mara", text="Done.", value="solved")
    assert load(office, "mara") == 0

    office.customer_says("It is broken again")
    assert load(office, "mara") == 1


def test_messages_and_time_move_nothing(office: Office) -> None:
    hire(office, "mara")
    hire(office, "jon")
    office.calls_a_person()
    holder = office.ticket().assigned_to
    office.customer_says("It is the left one")
    office.forward(hours=1)
    office.forward(hours=1)

    assert office.ticket().assigned_to == holder
    assert len(routed(office)) == 1


def test_leave_moves_only_that_persons_tickets(office: Office) -> None:
    for name in ("mara", "jon"):
        hire(office, name)
    tickets = [office.calls_a_person(person=f"per_{number}") for number in range(4)]
    before = {ticket: office.ticket(ticket).assigned_to for ticket in tickets}
    assert sorted(before.values()) == ["jon", "jon", "mara", "mara"]

    now, back = office.clock.now(), office.clock.now() + timedelta(days=9)
    office.desk.database.write(lambda connection: go_on_leave(connection, "mara", back, by=ADMIN, at=now))
    office.forward(seconds=1)

    assert {office.ticket(ticket).assigned_to for ticket in tickets} == {"jon"}
    assert [len(routed(office, ticket)) for ticket in tickets if before[ticket] == "jon"] == [1, 1]
    assert (load(office, "mara"), load(office, "jon")) == (0, 4)


def test_who_leaves_the_desk_leaves_their_tickets_too(office: Office) -> None:
    for name in ("mara", "jon"):
        hire(office, name)
    office.calls_a_person()
    holder = office.ticket().assigned_to
    office.staff_does("take_over", person=holder)

    now = office.clock.now()
    office.desk.database.write(lambda connection: dismiss(connection, holder, by=ADMIN, at=now))
    office.forward(seconds=1)

    assert office.ticket().assigned_to == {"mara": "jon", "jon": "mara"}[holder]


def test_who_takes_none_but_took_this_one_keeps_it(office: Office) -> None:
    """The administrator of a small desk, who is no agent."""
    hire(office, "mara")
    office.calls_a_person()
    office.staff_does("take_over", person=ADMIN)
    office.forward(hours=5)

    assert office.ticket().assigned_to == ADMIN


def test_what_waits_goes_out_oldest_due_first_when_there_is_room(office: Office) -> None:
    hire(office, "mara", capacity=1)
    tickets = [office.calls_a_person(person=f"per_{number}") for number in range(3)]
    assert [office.ticket(ticket).assigned_to for ticket in tickets] == ["mara", "", ""]

    office.staff_does("status", ticket=tickets[0], value="solved")
    mind(office)

    assert [office.ticket(ticket).assigned_to for ticket in tickets[1:]] == ["mara", ""]


def test_a_persons_word_holds_until_it_expires(office: Office) -> None:
    for name in ("mara", "jon"):
        hire(office, name)
    office.calls_a_person()
    other = {"mara": "jon", "jon": "mara"}[office.ticket().assigned_to]
    until = (office.clock.now() + timedelta(hours=2)).isoformat()
    office.staff_does("assign", value=other, reason="Knows the car", until=until)
    assert office.ticket().assigned_to == other

    office.forward(hours=3)

    assert [fact.kind for fact in office.facts()].count("override_cleared") == 1
    assert office.ticket().overridden_by == ""


@pytest.mark.parametrize(
    ("value", "reason", "says"),
    [("mara", " ", "give a reason"), ("nobody", "Because", "takes no tickets")],
)
def test_an_assignment_that_cannot_be_says_why(office: Office, value: str, reason: str, says: str) -> None:
    hire(office, "mara")
    office.calls_a_person()
    office.staff_does("assign", value=value, reason=reason)

    with office.desk.database.read() as connection:
        (refused,) = list_waiting(connection, "inbox", ("dead",))
    assert says in refused.error
    assert office.ticket().overridden_by == ""


def test_two_workers_never_overfill_an_agent(office: Office) -> None:
    hire(office, "mara", capacity=3)
    people = [f"per_{number}" for number in range(8)]
    for person in people:
        office.customer_sends(person=person, command={"kind": "talk_to_person"})
    lanes = office.desk.inbox_belt._due(office.clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(office.desk.handler.work, lanes))
    office.desk.run_due()

    held = [office.ticket(office.session(person).tickets[-1]).assigned_to for person in people]
    assert sorted(held) == [""] * 5 + ["mara"] * 3
    assert load(office, "mara") == 3


def test_other_rules_are_tried_on_what_happened(office: Office, tmp_path: Path) -> None:
    """A replay says what would have gone elsewhere, and why, and writes nothing."""
    hire(office, "mara")
    office.calls_a_person("The invoice shows the wrong VAT")
    office.calls_a_person("The fuel pump hums", person="per_boris")
    rules = open_rulebook().routing.model_dump_json()
    changed = json.loads(rules)
    first = {"name": "R0 pumps", "queue": "pumps", "any_of": [{"category": "other"}]}
    changed["rules"].insert(0, first)
    (tmp_path / "routing.yml").write_text(json.dumps(changed))
    before = office.ticket().version

    judge = Judge(open_rulebook(tmp_path), "salt")
    start = office.clock.now() - timedelta(days=1)
    count, moved = replay(office.desk.database, judge, start, office.clock.now())

    assert (count, [one.ticket_id for one in moved]) == (2, ["T-1001", "T-1002"])
    assert moved[0].was == "R6 everything else → general"
    assert moved[0].now == "R0 pumps → pumps"
    assert office.ticket().version == before


def test_the_same_rules_move_nothing(office: Office) -> None:
    hire(office, "mara")
    office.calls_a_person()

    judge = Judge(office.desk.rules, "another salt")
    start = office.clock.now() - timedelta(days=1)

    assert replay(office.desk.database, judge, start, office.clock.now()) == (1, [])
