"""What does it mean that a timer is due? Whatever has moved on meanwhile is left alone."""

from bot.filing import hand_to_person
from bot.staff import ending_timers, let_go
from store import events as e
from store.messages import SetTimer, TimerDue
from store.tickets import Session, Ticket
from tools.outcome import NOTHING, Case, Desk, Outcome, Saying, on_session, on_ticket, outcome
from tools.tickets import rate_request


def decide_session_timer(case: Case, desk: Desk, due: TimerDue) -> Outcome:
    session = case.session
    if session.status == "closed" or session.ticket_id:
        return NOTHING
    if due.timer == "unsent":
        return hand_to_person(case, desk)
    if due.timer == "silence" and session.mode == "assistant":
        return on_session(e.SessionEnded(resolution=silent_end(session)))
    if due.timer == "abandon" and session.mode == "ticket":
        return on_session(e.SessionEnded(resolution="abandoned"))
    return NOTHING


def silent_end(session: Session) -> e.Resolution:
    """After an answer we assume that it helped; after a refusal nothing was solved."""
    return "assumed" if session.last_answered else "abandoned"


def decide_ticket_timer(case: Case, desk: Desk, ticket: Ticket, due: TimerDue) -> Outcome:
    if ticket.status != due.basis:
        return NOTHING
    values = {"ticket_id": ticket.ticket_id}
    if due.timer == "remind":
        return outcome(Saying("ticket.remind", values, speaker="desk"))
    if due.timer == "solve":
        solved = e.StatusChanged(status="solved", by="desk", resolution="abandoned")
        told = Saying("ticket.settled", values, speaker="desk")
        timers = ending_timers(case, desk, ticket, "solved")
        return outcome(on_ticket(solved), told, rate_request(ticket), timers)
    if due.timer == "close":
        closed = e.StatusChanged(status="closed", by="desk", resolution=ticket.resolution)
        quiet = SetTimer(ticket.ticket_id, "close", None)
        return outcome(on_ticket(closed), quiet, let_go(case, ticket))
    return NOTHING
