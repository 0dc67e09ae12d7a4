"""How is a ticket opened, added to, asked about, closed and rated?"""

from store import events as e
from store.commands import AskMeanwhile, CallTool, CloseTicket, Rate, ReopenTicket
from store.messages import SetTimer
from store.tickets import ENDED, Ticket
from tools.judging import promise_of
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

SUMMARY_LENGTH = 160


def open_ticket(case: Case, desk: Desk, *, queue: str, priority: int, tags: tuple[str, ...]) -> Outcome:
    """From what the interview knows; a person owns it from here on."""
    session = case.session
    ticket_id = desk.next_ticket_id()
    opened = e.TicketOpened(
        person_id=session.person_id,
        session_id=session.session_id,
        channel=session.channel,
        language=session.language,
        category=session.category or "other",
        priority=priority,
        queue=queue,
        tags=tags,
        steps_attempted=session.steps_attempted,
        issue_summary=shorten(session.slots.get("problem", "")),
        details=dict(session.slots),
        context=session.context,
    )
    return outcome(
        on_session(e.TicketAttached(ticket_id=ticket_id)),
        UsesTicket(ticket_id),
        on_ticket(opened),
        SetTimer(session.session_id, "silence", None),
        SetTimer(session.session_id, "abandon", None),
    )


def shorten(text: str) -> str:
    """One line for lists; the whole stands in the details."""
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY_LENGTH else line[: SUMMARY_LENGTH - 1].rstrip() + "…"


def ticket_status(case: Case, desk: Desk, ticket_id: str) -> Outcome:
    """Only of the customer's own; another's ticket is answered like one that does not exist."""
    person_id = case.session.person_id
    if ticket_id:
        ticket = desk.find_ticket(ticket_id)
        if ticket is None or ticket.person_id != person_id:
            return outcome(Saying("ticket.unknown", {"ticket_id": ticket_id}, speaker="desk"))
        return outcome(status_of(case, ticket, desk))
    tickets = (case.ticket,) if case.ticket else desk.open_tickets(person_id)
    if not tickets:
        return outcome(Saying("ticket.none", speaker="desk"))
    return outcome(*(status_of(case, ticket, desk) for ticket in tickets[:5]))


def status_of(case: Case, ticket: Ticket, desk: Desk) -> Saying:
    """Until a person is there, with the moment by which one answers."""
    key = "ticket.status_person" if ticket.taken_at and ticket.status not in ENDED else "ticket.status"
    by = None if ticket.taken_at else promise_of(ticket, desk.acts_of(ticket.ticket_id), desk, case.now)
    told = {"summary": ticket.issue_summary, "status_key": ticket.status, "by_moment": by}
    values = {"ticket_id": ticket.ticket_id, **told}
    options = (Option("choice.reopen", ReopenTicket(ticket_id=ticket.ticket_id)),)
    return Saying(key, values, options if ticket.status == "solved" else (), speaker="desk")


def close_ticket(case: Case, ticket: Ticket) -> Outcome:
    """The customer says that it is done."""
    if ticket.status in ENDED:
        return rate_request(ticket)
    solved = e.StatusChanged(status="solved", by=case.session.person_id, resolution="confirmed")
    told = Saying("ticket.solved_by_you", {"ticket_id": ticket.ticket_id}, speaker="desk")
    return outcome(on_ticket(solved), told, rate_request(ticket))


def rate_request(ticket: Ticket) -> Outcome:
    """One question, once per cycle."""
    if ticket.rating_asked or ticket.rating is not None:
        return NOTHING
    marks = tuple(
        Option("", Rate(value=value, ticket_id=ticket.ticket_id), label=value)
        for value in ("1", "2", "3", "4", "5")
    )
    question = Saying("ticket.rate", {"ticket_id": ticket.ticket_id}, marks, speaker="desk")
    return outcome(on_ticket(e.RatingAsked()), question)


def rate_ticket(ticket: Ticket, value: str, comment: str) -> Outcome:
    if ticket.rating is not None and not comment:
        return outcome(Saying("ticket.already_rated", speaker="desk"))
    given = e.RatingGiven(value=int(value), comment=comment or None)
    return outcome(on_ticket(given), Saying("rated.given", {"value": value}, speaker="desk"))


def waiting_options(ticket: Ticket) -> tuple[Option, ...]:
    close = Option("choice.close", CloseTicket(ticket_id=ticket.ticket_id))
    return (Option("choice.meanwhile", AskMeanwhile()), why_then(ticket.ticket_id), close)


def why_then(ticket_id: str) -> Option:
    return Option("choice.why_then", CallTool(name="explain_deadline", arguments={"ticket_id": ticket_id}))
