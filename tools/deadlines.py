"""How is a customer told why they wait until then?"""

from escalation.explanation import explain
from store.access import STAFF
from tools.outcome import Case, Desk, Outcome, Saying, outcome
from tools.registry import tool

WAITING = ("running", "paused", "breached")
EVERYBODY = frozenset({"customer", *STAFF})


@tool(risk="read", roles=EVERYBODY)
def explain_deadline(case: Case, desk: Desk, *, ticket_id: str) -> Outcome:
    """Why a request is answered and solved by then: what is counted, and what is not."""
    ticket = desk.find_ticket(ticket_id)
    if ticket is None or ticket.person_id != case.session.person_id:
        return outcome(Saying("ticket.unknown", {"ticket_id": ticket_id}, speaker="desk"))
    explained = explain(ticket, desk.acts_of(ticket_id), desk.rules.deadlines, case.now)
    waiting = tuple(one for one in explained if one.state in WAITING and one.done_at is None)
    about = "ticket.explained" if waiting else "ticket.nothing_due"
    return outcome(Saying(about, {"ticket_id": ticket_id, "explained": waiting}, speaker="desk"))
