"""What does the assistant do with a turn, while nothing but its answers is open?"""

from collections.abc import Callable
from typing import Any

from bot.filing import hand_to_person
from bot.guided import start_interview
from bot.wording import LANGUAGES
from escalation.endings import silence_due
from store import commands as c
from store import events as e
from store.messages import SetTimer
from tools.catalogue import call_tool
from tools.outcome import NOTHING, Case, Desk, Option, Outcome, Saying, on_session, outcome
from tools.search import search_knowledge
from tools.tickets import ticket_status

PERSON = Option("choice.person", c.TalkToPerson())
REQUEST = Option("choice.request", c.StartTicket())


def decide_idle(case: Case, desk: Desk, command: c.Command) -> Outcome:
    decide = ANSWERS.get(command.kind)
    return (
        decide(case, desk, command) if decide else outcome(Saying("nothing_read", options=(REQUEST, PERSON)))
    )


def ask(case: Case, desk: Desk, command: c.Ask) -> Outcome:
    timer = SetTimer(
        case.session.session_id, "silence", silence_due(desk.settings, case.now), basis=case.delivery
    )
    found = search_knowledge(case, desk, command.question)
    return outcome(found, twice_refused(case, found), timer)


def twice_refused(case: Case, found: Outcome) -> Outcome:
    """No loop: after a second refusal in a row the next step is a person's, and it is said so."""
    refused = any(isinstance(s, Saying) and s.answer and not s.answer.answered for s in found.steps)
    if not refused or case.session.refusals == 0:
        return NOTHING
    return outcome(
        Saying("refusal.again", options=(Option("choice.ask_person", c.TalkToPerson(), style="do"),))
    )


def rate(case: Case, desk: Desk, command: c.Rate) -> Outcome:
    session = case.session
    if not session.last_answer:
        return outcome(Saying("nothing_read", options=(REQUEST, PERSON)))
    rated = e.AnswerRated(letter_id=session.last_answer, value=command.value, comment=command.comment or None)
    if command.value == "solved":
        quiet = SetTimer(session.session_id, "silence", None)
        return outcome(on_session(rated), Saying("rated.solved"), on_session(ENDED_WELL), quiet)
    if command.value == "not_solved":
        return outcome(on_session(rated), start_interview(case, desk, c.StartTicket()))
    if command.value in ("down", "1", "2"):
        return outcome(on_session(rated), Saying("rated.down", options=(REQUEST, PERSON)))
    return outcome(on_session(rated), Saying("rated.up"))


ENDED_WELL = e.SessionEnded(resolution="confirmed")


def small_talk(case: Case, desk: Desk, command: c.SmallTalk) -> Outcome:
    return outcome(Saying(command.topic if command.topic != "greeting" else "greeting"))


def set_language(case: Case, desk: Desk, command: c.SetLanguage) -> Outcome:
    code = command.code if command.code in LANGUAGES else "en"
    return outcome(on_session(e.LanguageChanged(language=code)), Saying("language_changed"))


def status(case: Case, desk: Desk, command: c.TicketStatus) -> Outcome:
    return ticket_status(case, desk, command.ticket_id)


def use_tool(case: Case, desk: Desk, command: c.CallTool) -> Outcome:
    return call_tool(case, desk, "customer", command.name, command.arguments)


def unknown(case: Case, desk: Desk, command: c.CloseTicket | c.ReopenTicket) -> Outcome:
    """A ticket of the customer's would have been found before it came to this."""
    return outcome(Saying("ticket.unknown", {"ticket_id": command.ticket_id}, speaker="desk"))


def person(case: Case, desk: Desk, command: c.TalkToPerson) -> Outcome:
    return hand_to_person(case, desk)


def cancel(case: Case, desk: Desk, command: c.Cancel) -> Outcome:
    return outcome(Saying("nothing_open"))


ANSWERS: dict[str, Callable[[Case, Desk, Any], Outcome]] = {
    "ask": ask,
    "rate": rate,
    "small_talk": small_talk,
    "set_language": set_language,
    "ticket_status": status,
    "call_tool": use_tool,
    "close_ticket": unknown,
    "reopen_ticket": unknown,
    "talk_to_person": person,
    "start_ticket": start_interview,
    "cancel": cancel,
}
