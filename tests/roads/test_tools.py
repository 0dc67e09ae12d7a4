"""What may be asked for by name, and what is refused?"""

import pytest

from store.replays import list_waiting
from tests.office import BORIS, Office


def test_a_customer_reads_why_they_wait_until_then(office: Office) -> None:
    office.calls_a_person()

    told = office.customer_presses("Why then?")

    assert "T-1001: this is how the time is counted." in told
    assert "First answer of a person by 13:30 (GMT): 4 h in our opening hours, counted since" in told
    assert "Solution by Thu 09:30 (GMT): 3 d around the clock" in told


def test_a_pause_is_said_as_one(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="Which year?", value="pending_customer")

    told = office.customer_says("", command=why("T-1001"))

    assert "Solution: the time stands still until we hear from you" in told


def test_anothers_ticket_is_explained_to_nobody_else(office: Office) -> None:
    office.calls_a_person()

    told = office.customer_says("", person=BORIS, command=why("T-1001"))

    assert "You have no request T-1001" in told


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({"name": "drop_tables", "arguments": {}}, "there is no tool 'drop_tables'"),
        ({"name": "explain_deadline", "arguments": {}}, "ticket_id: Field required"),
        ({"name": "explain_deadline", "arguments": {"ticket_id": "T-1", "also": "x"}}, "also: Extra inputs"),
    ],
)
def test_what_the_registry_does_not_know_is_refused(
    office: Office, command: dict[str, object], says: str
) -> None:
    office.customer_sends(command={"kind": "call_tool", **command})
    office.desk.run_due()

    with office.desk.database.read() as connection:
        (refused,) = list_waiting(connection, "inbox", ("dead",))
    assert says in refused.error


def why(ticket_id: str) -> dict[str, object]:
    return {"kind": "call_tool", "name": "explain_deadline", "arguments": {"ticket_id": ticket_id}}
