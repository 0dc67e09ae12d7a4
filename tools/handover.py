"""How does a person take over from the assistant?"""

from typing import Literal

from store import events as e
from store.commands import AskMeanwhile
from tools.judging import begun, promise_of, route_ticket, triage_new
from tools.outcome import (
    Case,
    Desk,
    Fact,
    Option,
    Outcome,
    Saying,
    UsesTicket,
    on_session,
    on_ticket,
    outcome,
)
from tools.tickets import open_ticket, why_then

MEANWHILE = (Option("choice.meanwhile", AskMeanwhile()),)


def hand_over(
    case: Case,
    desk: Desk,
    *,
    queue: str,
    priority: int,
    tags: tuple[str, ...],
    reason: Literal["asked", "filed"],
    about: str,
) -> Outcome:
    """Opens the ticket, says its number, its queue and by when, and from then on the assistant is silent."""
    opened = open_ticket(case, desk, queue=queue, priority=priority, tags=tags)
    return outcome(opened, give_to_person(case, desk, opened, reason=reason, about=about, options=MEANWHILE))


def give_to_person(
    case: Case,
    desk: Desk,
    opened: Outcome,
    *,
    reason: Literal["asked", "filed"],
    about: str,
    options: tuple[Option, ...] = (),
    **values: object,
) -> Outcome:
    """Judged, given to whom the rules find, and promised: `opened` has just opened the ticket."""
    ticket_id = next(step.ticket_id for step in opened.steps if isinstance(step, UsesTicket))
    first = next(
        step.event
        for step in opened.steps
        if isinstance(step, Fact) and isinstance(step.event, e.TicketOpened)
    )
    facts: list[e.Event] = [first, triage_new(first, desk, desk.worth_of(first.person_id))]
    ticket, acts = begun(ticket_id, facts, case.now)
    facts += route_ticket(ticket, acts, desk, case.now, desk.crew())
    ticket, acts = begun(ticket_id, facts, case.now)
    by = promise_of(ticket, acts, desk, case.now)
    told = {"ticket_id": ticket_id, "queue_key": ticket.queue, "by_moment": by}
    why = (why_then(ticket_id),) if by else ()
    return outcome(
        on_ticket(*facts[1:], e.HandedOver(queue=ticket.queue, reason=reason)),
        on_session(e.ModeChanged(mode="human")),
        Saying(about, {**told, **values}, (*options, *why), speaker="desk"),
    )
