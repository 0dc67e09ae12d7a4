"""What happens to a customer's turn when a person owns the conversation?"""

from datetime import timedelta

from bot.wording import LANGUAGES
from store import commands as c
from store import events as e
from store.tickets import ENDED, Ticket
from tools.catalogue import call_tool
from tools.judging import promise_of, triage_again
from tools.outcome import (
    NOTHING,
    Case,
    Desk,
    Outcome,
    Saying,
    TurnsThread,
    on_session,
    on_ticket,
    outcome,
)
from tools.reopening import follow_ticket, reopen_ticket
from tools.tickets import close_ticket, rate_ticket, ticket_status, waiting_options

TOLD_EVERY = timedelta(minutes=30)


def decide_waiting(case: Case, desk: Desk, ticket: Ticket, asked: tuple[c.Command, ...]) -> Outcome:
    """The assistant is silent. The desk says facts: it arrived, where it stands, it is open again."""
    pressed = [answer for command in asked if (answer := press(case, desk, ticket, command))]
    if pressed:
        return outcome(*pressed)
    if any(isinstance(command, c.SmallTalk) and command.topic in ("thanks", "goodbye") for command in asked):
        return NOTHING
    return receive(case, desk, ticket)


def press(  # noqa: C901 - a case per command
    case: Case, desk: Desk, ticket: Ticket, command: c.Command
) -> Outcome | None:
    """What a button, or words as plain as a button, ask for; None for all that a person has to read."""
    match command:
        case c.TicketStatus(ticket_id=ticket_id):
            return ticket_status(case, desk, ticket_id)
        case c.CallTool(name=name, arguments=arguments):
            return call_tool(case, desk, "customer", name, arguments)
        case c.CloseTicket():
            return close_ticket(case, ticket)
        case c.ReopenTicket():
            return reopen_ticket(case, ticket, desk)
        case c.AskMeanwhile():
            return ask_meanwhile(case, desk, ticket)
        case c.Rate(value=value, comment=comment) if ticket.rating_asked and value.isdigit():
            return rate_ticket(ticket, value, comment)
        case c.Rate(value="solved") if ticket.status == "solved":
            return close_ticket(case, ticket)
        case c.SetLanguage(code=code) if code in LANGUAGES:
            return outcome(
                on_session(e.LanguageChanged(language=code)), Saying("language_changed", speaker="desk")
            )
        case _:
            return None


def ask_meanwhile(case: Case, desk: Desk, ticket: Ticket) -> Outcome:
    """The ticket stays with its person; the thread goes on in a session of its own."""
    values = {"ticket_id": ticket.ticket_id}
    return outcome(Saying("ticket.meanwhile", values, speaker="desk"), TurnsThread(desk.new_session_id()))


def receive(case: Case, desk: Desk, ticket: Ticket) -> Outcome:
    """A real reply reopens what was solved; what was closed is followed by a new ticket."""
    if ticket.status in ("closed", "merged"):
        return follow_ticket(case, ticket, desk)
    if ticket.status == "solved":
        return reopen_ticket(case, ticket, desk)
    moved: list[e.Event] = []
    if ticket.status == "pending_customer":
        moved.append(e.StatusChanged(status="open", by=ticket.person_id))
    if lifted := triage_again(ticket, case.told, desk):
        moved.append(lifted)
    return outcome(on_ticket(*moved), receipt(case, desk, ticket))


def receipt(case: Case, desk: Desk, ticket: Ticket) -> Outcome:
    """Until a person has taken over, every 30 minutes at most; afterwards that person is the answer."""
    recently = ticket.told_at is not None and case.now - ticket.told_at < TOLD_EVERY
    if ticket.taken_at or recently or ticket.status in ENDED:
        return NOTHING
    by = promise_of(ticket, desk.acts_of(ticket.ticket_id), desk, case.now)
    values = {"ticket_id": ticket.ticket_id, "queue_key": ticket.queue, "by_moment": by}
    return outcome(Saying("ticket.received", values, waiting_options(ticket), speaker="desk"))
