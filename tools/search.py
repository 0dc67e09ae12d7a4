"""What do the articles say to this question?"""

from store.commands import Rate, StartTicket, TalkToPerson
from store.tickets import Session
from tools.outcome import Case, Desk, Option, Outcome, Saying, outcome

UNDER_ANSWER = (
    Option("choice.solved", Rate(value="solved")),
    Option("choice.stuck", Rate(value="not_solved")),
    Option("choice.person", TalkToPerson()),
    Option("choice.up", Rate(value="up")),
    Option("choice.down", Rate(value="down")),
)
UNDER_REFUSAL = (
    Option("choice.ask_person", TalkToPerson(), style="do"),
    Option("choice.request", StartTicket()),
)


def search_knowledge(case: Case, desk: Desk, question: str, *, in_passing: bool = False) -> Outcome:
    """An answer with its lines, or an honest refusal; in passing: in the middle of an interview."""
    session = case.session
    answer = desk.answer(question, history=earlier_turns(session), language=session.language)
    options = UNDER_ANSWER if answer.answered else UNDER_REFUSAL
    told = Saying("answer", options=() if in_passing else options, answer=answer, question=question)
    return outcome(told)


def earlier_turns(session: Session) -> tuple[str, ...]:
    """The customer's turns before this one; a short follow-up is read with them."""
    return session.recent[:-1]
