"""What does a turn mean while the questions of the guided ticket are asked?"""

from collections.abc import Callable
from typing import Any

from bot import interview
from bot.filing import confirm, hand_to_person, offer_self_help, rate_self_help, repeat_phase
from bot.interview import CATEGORY, next_question, read_value
from bot.wording import LANGUAGES
from escalation.endings import abandon_due
from store import commands as c
from store import events as e
from store.messages import SetTimer
from store.tickets import Session
from tools.catalogue import call_tool
from tools.outcome import NOTHING, Case, Desk, Option, Outcome, Saying, on_session, outcome
from tools.search import search_knowledge
from tools.tickets import ticket_status

CANCEL = Option("choice.cancel", c.Cancel())
FEWEST_WORDS = 8
"""Fewer only ask for the ticket; more also say what is wrong."""


def start_interview(case: Case, desk: Desk, command: c.StartTicket) -> Outcome:
    """With what was already said, so that nobody is asked twice. The first question follows by itself."""
    session = case.session
    category = read_value(CATEGORY, command.category, session.language) or ""
    says_more = len(command.reason.split()) >= FEWEST_WORDS
    problem = command.reason if says_more else session.question
    tried = (
        e.StepAttempted(article=article, heading=heading, outcome="not_solved")
        for article, heading in session.sources
        if session.last_answered
    )
    filled = (e.SlotFilled(name="problem", value=problem),) if problem else ()
    return outcome(
        on_session(e.ModeChanged(mode="ticket", category=category), *tried, *filled),
        SetTimer(session.session_id, "silence", None),
        SetTimer(session.session_id, "abandon", abandon_due(desk.settings, case.now), case.delivery),
        Saying("interview.started"),
    )


def decide_interview(case: Case, desk: Desk, command: c.Command) -> Outcome:
    decide = STEPS.get(command.kind)
    return decide(case, desk, command) if decide else reask(case)


def go_on(case: Case, desk: Desk) -> Outcome:
    """After a turn: the next question, or what follows the last one."""
    session = case.session
    if next_question(session):
        return outcome(ask_next(session))
    if session.phase == "asking":
        return offer_self_help(case, desk)
    return repeat_phase(case, desk)


def ask_next(session: Session) -> Saying:
    asked = next_question(session)
    name = asked.name if asked else CATEGORY
    question = interview.question_for(name, session.language)
    skip = (Option("choice.skip", c.SkipQuestion()),) if question.optional else ()
    return Saying(f"question.{name}", options=(*answer_options(name, question.kind), *skip, CANCEL))


def answer_options(name: str, kind: str) -> tuple[Option, ...]:
    if kind == "yesno":
        keys: tuple[str, ...] = ("yes", "no")
    else:
        keys = interview.choice_keys(name)
    prefix = "category" if name == CATEGORY else "value"
    return tuple(Option(f"{prefix}.{key}", c.FillSlot(name=name, value=key)) for key in keys)


def fill(case: Case, desk: Desk, command: c.FillSlot | c.CorrectSlot) -> Outcome:
    session, name = case.session, command.name
    if not command.value and name == CATEGORY:
        return on_session(e.ModeChanged(mode="ticket", category=""))
    if not command.value:
        # A press on Change: this answer is asked for once more.
        return on_session(e.SlotCorrected(name=name, value="")) if name in session.slots else NOTHING
    value = read_value(name, command.value, session.language)
    if value is None:
        return reask(case, name)
    if name == CATEGORY:
        return on_session(e.ModeChanged(mode="ticket", category=value))
    if name in session.slots:
        return on_session(e.SlotCorrected(name=name, value=value))
    return on_session(e.SlotFilled(name=name, value=value))


def skip(case: Case, desk: Desk, command: c.SkipQuestion) -> Outcome:
    asked = next_question(case.session)
    if asked is None:
        return reask(case)
    if not interview.question_for(asked.name, case.session.language).optional:
        return reask(case, asked.name)
    return on_session(e.QuestionSkipped(name=asked.name))


def reask(case: Case, name: str = "") -> Outcome:
    """What was said is no answer; the hint says what one looks like, and the question follows."""
    asked = next_question(case.session)
    if asked is None:
        return outcome(Saying("interview.nothing_to_change"))
    name = name if interview.is_known(name) else asked.name
    return outcome(Saying(f"hint.{interview.question_for(name, case.session.language).kind}"))


def digress(case: Case, desk: Desk, command: c.Ask) -> Outcome:
    """A question in between is answered, then the interview returns to where it was."""
    return outcome(search_knowledge(case, desk, command.question, in_passing=True), Saying("interview.back"))


def cancel(case: Case, desk: Desk, command: c.Cancel) -> Outcome:
    return outcome(
        on_session(e.InterviewCancelled()),
        SetTimer(case.session.session_id, "abandon", None),
        Saying("interview.cancelled"),
    )


def rate(case: Case, desk: Desk, command: c.Rate) -> Outcome:
    return rate_self_help(case, desk, command) if case.session.phase == "self_help" else reask(case)


def person(case: Case, desk: Desk, command: c.TalkToPerson) -> Outcome:
    return hand_to_person(case, desk)


def use_tool(case: Case, desk: Desk, command: c.CallTool) -> Outcome:
    """Answered, and then the question that was asked."""
    return call_tool(case, desk, "customer", command.name, command.arguments)


def status(case: Case, desk: Desk, command: c.TicketStatus) -> Outcome:
    return ticket_status(case, desk, command.ticket_id)


def set_language(case: Case, desk: Desk, command: c.SetLanguage) -> Outcome:
    code = command.code if command.code in LANGUAGES else "en"
    return outcome(on_session(e.LanguageChanged(language=code)), Saying("language_changed"))


def small_talk(case: Case, desk: Desk, command: c.SmallTalk) -> Outcome:
    return outcome(Saying("thanks")) if command.topic == "thanks" else NOTHING


def start_again(case: Case, desk: Desk, command: c.StartTicket) -> Outcome:
    """We are in the middle of it already; only a category that was not known yet is new."""
    category = read_value(CATEGORY, command.category, case.session.language)
    return on_session(e.ModeChanged(mode="ticket", category=category)) if category else NOTHING


STEPS: dict[str, Callable[[Case, Desk, Any], Outcome]] = {
    "fill_slot": fill,
    "correct_slot": fill,
    "skip_question": skip,
    "ask": digress,
    "cancel": cancel,
    "rate": rate,
    "confirm": confirm,
    "talk_to_person": person,
    "ticket_status": status,
    "call_tool": use_tool,
    "set_language": set_language,
    "small_talk": small_talk,
    "start_ticket": start_again,
}
