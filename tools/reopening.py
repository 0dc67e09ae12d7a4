"""What becomes of a ticket that has ended, when its customer comes back to it?"""

from store import events as e
from store.tickets import ENDED, Session, Ticket
from tools.handover import give_to_person
from tools.outcome import Case, Desk, Outcome, Saying, UsesTicket, on_session, on_ticket, outcome


def reopen_ticket(case: Case, ticket: Ticket, desk: Desk) -> Outcome:
    """Solved opens again; closed is followed by a new one that is linked to it."""
    if ticket.status == "solved":
        told = Saying("ticket.reopened", {"ticket_id": ticket.ticket_id}, speaker="desk")
        return outcome(on_ticket(e.TicketReopened(by=case.session.person_id)), told)
    if ticket.status in ENDED:
        return follow_ticket(case, ticket, desk)
    return outcome(Saying("ticket.already_open", {"ticket_id": ticket.ticket_id}, speaker="desk"))


def follow_ticket(case: Case, old: Ticket, desk: Desk) -> Outcome:
    """A reply to a closed ticket opens a linked one."""
    session, ticket_id = case.session, desk.next_ticket_id()
    opened = e.TicketOpened(
        person_id=old.person_id,
        session_id=session.session_id,
        channel=session.channel,
        language=session.language,
        category=old.category,
        priority=old.priority,
        queue=old.category_queue or old.queue,
        tags=old.tags,
        reopens=old.ticket_id,
        issue_summary=old.issue_summary,
        details={**old.details, **({"update": case.told} if case.told else {})},
        context=session.context,
    )
    begun = outcome(
        on_session(*detach(session), e.TicketAttached(ticket_id=ticket_id)),
        UsesTicket(ticket_id),
        on_ticket(opened),
    )
    about = "ticket.follows"
    given = give_to_person(
        case, desk, begun, reason="filed", about=about, ticket_id=old.ticket_id, next_id=ticket_id
    )
    return outcome(begun, given)


def detach(session: Session) -> tuple[e.Event, ...]:
    return (e.TicketDetached(ticket_id=session.ticket_id),) if session.ticket_id else ()
