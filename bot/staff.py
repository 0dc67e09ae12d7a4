"""What does a person of the staff do to a ticket?"""

from collections.abc import Callable

from escalation.endings import close_due, remind_due, solve_due
from store import events as e
from store.commands import ReopenTicket
from store.errors import BadAnswer
from store.messages import Line, SetTimer, StaffDid
from store.tickets import ENDED, Ticket
from store.timers import LOOK
from tools.outcome import (
    NOTHING,
    Case,
    Desk,
    Option,
    Outcome,
    Saying,
    UsesTicket,
    on_session,
    on_ticket,
    outcome,
)
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
MOST_TAGS, LONGEST_TAG = 20, 40


def decide_staff(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    return ACTIONS[did.action](case, desk, ticket, did)


def reply(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    """The first reply takes the ticket over. `value` is the status that it leaves behind, or empty."""
    lines = tuple(Line(text=line) for line in did.text.split("\n"))
    said = Saying("", speaker="person", person_id=did.person_id, lines=lines, files=did.files)
    taken = () if ticket.taken_at else (e.TakenOver(person_id=did.person_id),)
    status = did.value or ("open" if ticket.status == "new" else "")
    return outcome(on_ticket(*taken), said, change_status(case, desk, ticket, status, did.person_id))


def note(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    return on_ticket(e.NoteAdded(person_id=did.person_id, text=did.text))


def take_over(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    if ticket.assigned_to == did.person_id and ticket.taken_at:
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


def assign(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    """A person says who does it; the rules keep away from it until `until`, or until they are let again."""
    need_open(ticket)
    need_reason(did)
    if did.value and did.value not in {agent.person_id for agent in desk.crew().agents}:
        raise BadAnswer(
            f"{did.value!r} takes no tickets: add them with `deskbell people add`", what=did.value
        )
    if did.until and did.until <= case.now:
        raise BadAnswer("the time until which it holds has passed: give a later one, or none")
    return on_ticket(
        e.RoutingOverridden(
            queue=did.text or ticket.queue,
            assigned_to=did.value,
            by=did.person_id,
            until=did.until,
            decision_id=ticket.decision_id,
            reason=did.reason,
        )
    )


def unassign(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    """The rules decide again."""
    return on_ticket(e.OverrideCleared(by=did.person_id)) if ticket.overridden_by else NOTHING


def set_tags(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    """`value` holds them all; with a + before one it is added, with a - it is taken away."""
    words = did.value.replace(",", " ").lower().split()
    if not are_tags(did.value):
        raise BadAnswer(f"give {MOST_TAGS} tags at most, {LONGEST_TAG} characters each", what=did.value)
    if any(word[0] in "+-" for word in words):
        added = {word[1:] for word in words if word[0] == "+"}
        gone = {word[1:] for word in words if word[0] == "-"}
        tags = tuple(sorted((set(ticket.tags) | added) - gone))
    else:
        tags = tuple(sorted(set(words)))
    return NOTHING if tags == ticket.tags else on_ticket(e.TagsChanged(tags=tags, by=did.person_id))


def are_tags(value: str) -> bool:
    words = value.replace(",", " ").split()
    return len(words) <= MOST_TAGS and all(len(word) <= LONGEST_TAG for word in words)


def merge(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    """It goes on as another ticket of the same customer, whose conversation then stands there."""
    need_open(ticket)
    need_reason(did)
    target = desk.find_ticket(did.value)
    if target is None or target.ticket_id == ticket.ticket_id or target.status in ENDED:
        raise BadAnswer(f"{did.value!r} is no other open ticket: give the one that goes on", what=did.value)
    if target.person_id != ticket.person_id:
        raise BadAnswer(f"{did.value} is another customer's: only tickets of one customer can be joined")
    acts = desk.acts_of(ticket.ticket_id)
    is_waiting = not acts.replies or acts.customer[-1] > acts.replies[-1]
    session = case.session
    moved: tuple[e.Event, ...] = ()
    if session.ticket_id == ticket.ticket_id:
        moved = (e.TicketDetached(ticket_id=ticket.ticket_id), e.TicketAttached(ticket_id=target.ticket_id))
    values = {"ticket_id": ticket.ticket_id, "next_id": target.ticket_id}
    return outcome(
        on_ticket(e.TicketMerged(into=target.ticket_id, by=did.person_id, reason=did.reason)),
        Saying("ticket.merged", values, speaker="desk"),
        *(SetTimer(ticket.ticket_id, name, None) for name in (LOOK, "remind", "solve", "close")),
        on_session(*moved, *((e.ModeChanged(mode="human"),) if moved else ())),
        UsesTicket(target.ticket_id),
        on_ticket(e.TicketJoined(source=ticket.ticket_id, by=did.person_id, is_waiting=is_waiting)),
    )


def pass_up(case: Case, desk: Desk, ticket: Ticket, did: StaffDid) -> Outcome:
    need_open(ticket)
    need_reason(did)
    return on_ticket(e.Escalated(cause="by_hand", by=did.person_id, reason=did.reason))


def need_reason(did: StaffDid) -> None:
    if not did.reason.strip():
        raise BadAnswer("give a reason: it stands on the timeline", what=did.action)


def need_open(ticket: Ticket) -> None:
    if ticket.status in ENDED:
        raise BadAnswer(f"{ticket.ticket_id} is {ticket.status}: open it again first")


ACTIONS: dict[str, Callable[[Case, Desk, Ticket, StaffDid], Outcome]] = {
    "reply": reply,
    "note": note,
    "take_over": take_over,
    "status": set_status,
    "priority": set_priority,
    "assign": assign,
    "unassign": unassign,
    "tags": set_tags,
    "merge": merge,
    "escalate": pass_up,
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
