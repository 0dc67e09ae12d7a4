"""What does a person of the staff do to a ticket?"""

from collections.abc import Callable

from escalation.endings import close_due, remind_due, solve_due
from store import events as e
from store.commands import ReopenTicket
from store.errors import BadAnswer
from store.messages import Line, SetTimer, StaffDid
from store.tickets import Ticket
from tools.outcome import NOTHING, Case, Desk, Option, Outcome, Saying, on_session, on_ticket, outcome
from tools.tickets import rate_request

SETTABLE: tuple[e.Status, ...] = (
    "open",
    "pending_customer",
    "pending_internal",
    "on_hold",
    "solved",
    "closed",
)
LOWEST_RANK = 3


def decide_staff(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    return ACTIONS[did.action](case, desk, ticket, did)


def reply(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    """The first reply takes the ticket over. `value` is the status that it leaves behind, or empty."""
    lines = tuple(Line(text=line) for line in did.text.split("\n"))
    said = Saying("", speaker="person", person_id=did.person_id, lines=lines, files=did.files)
    taken = () if ticket.assigned_to else (e.TakenOver(person_id=did.person_id),)
    status = did.value or ("open" if ticket.status == "new" else "")
    return outcome(on_ticket(*taken), said, change_status(case, desk, ticket, status, did.person_id))


def note(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    return on_ticket(e.NoteAdded(person_id=did.person_id, text=did.text))


def take_over(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    if ticket.assigned_to == did.person_id:
        return NOTHING
    opened = (e.StatusChanged(status="open", by=did.person_id),) if ticket.status == "new" else ()
    return on_ticket(e.TakenOver(person_id=did.person_id), *opened)


def set_status(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    return change_status(case, desk, ticket, did.value, did.person_id)


def set_priority(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    if not did.value.isdigit() or int(did.value) > LOWEST_RANK or not did.reason.strip():
        raise BadAnswer("a priority is 0 to 3, with a reason", what=f"{did.value!r}")
    rank = int(did.value)
    if rank == ticket.priority:
        return NOTHING
    return on_ticket(e.PriorityChanged(priority=rank, by=did.person_id, reason=did.reason))


ACTIONS: dict[str, Callable[[Case, Desk, Ticket, StaffDid], Outcome]] = {
    "reply": reply,
    "note": note,
    "take_over": take_over,
    "status": set_status,
    "priority": set_priority,
}


def change_status(case: Case, desk: Desk, ticket: Ticket, status: str, by: str) -> Outcome:
    """With the timers that the new status brings, and the customer told of an end."""
    wanted = next((known for known in SETTABLE if known == status), None)
    if not status or status == ticket.status:
        return NOTHING
    if wanted is None:
        raise BadAnswer(f"a status is one of {', '.join(SETTABLE)}", what=f"{status!r}")
    resolution: e.Resolution | None = "assumed" if wanted in ("solved", "closed") else None
    changed = e.StatusChanged(status=wanted, by=by, resolution=ticket.resolution or resolution)
    return outcome(
        on_ticket(changed), ending_timers(case, desk, ticket, wanted), tell_end(case, ticket, wanted)
    )


def ending_timers(case: Case, desk: Desk, ticket: Ticket, status: e.Status) -> Outcome:
    """Waiting for the customer is reminded, then solved; solved is closed; all else waits for nobody."""
    now, settings, name = case.now, desk.settings, ticket.ticket_id
    waits, solved = status == "pending_customer", status == "solved"
    return outcome(
        SetTimer(name, "remind", remind_due(settings, now) if waits else None, status),
        SetTimer(name, "solve", solve_due(settings, now) if waits else None, status),
        SetTimer(name, "close", close_due(settings, now) if solved else None, status),
    )


def tell_end(case: Case, ticket: Ticket, status: e.Status) -> Outcome:
    values = {"ticket_id": ticket.ticket_id}
    if status == "solved":
        reopen = (Option("choice.reopen", ReopenTicket(ticket_id=ticket.ticket_id)),)
        return outcome(Saying("ticket.solved", values, reopen, speaker="desk"), rate_request(ticket))
    if status == "closed":
        told = Saying("ticket.closed", values, speaker="desk")
        return outcome(told, let_go(case, ticket))
    return NOTHING


def let_go(case: Case, ticket: Ticket) -> Outcome:
    """The session is the assistant's again."""
    if case.session.ticket_id != ticket.ticket_id:
        return NOTHING
    return on_session(e.TicketDetached(ticket_id=ticket.ticket_id))
