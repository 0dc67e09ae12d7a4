"""What do the articles say to this question?"""

from knowledge.answer import Choice
from store.commands import Ask, Rate, StartTicket, TalkToPerson
from store.tickets import Session
from tools.outcome import Case, Desk, Option, Outcome, Saying, outcome

PERSON = Option("choice.person", TalkToPerson())
UNDER_ANSWER = (
    Option("choice.solved", Rate(value="solved")),
    Option("choice.stuck", Rate(value="not_solved")),
    PERSON,
    Option("choice.up", Rate(value="up")),
    Option("choice.down", Rate(value="down")),
)
UNDER_REFUSAL = (
    Option("choice.ask_person", TalkToPerson(), style="do"),
    Option("choice.request", StartTicket()),
)


def search_knowledge(case: Case, desk: Desk, question: str, *, in_passing: bool = False) -> Outcome:
    """An answer with its lines, a question in return, or an honest refusal; in passing: in the middle of an
    interview, where no other question fits."""
    session = case.session
    answer = desk.answer(question, history=earlier_turns(session), language=session.language)
    if answer.choices and not in_passing:
        return outcome(Saying("clarify", options=(*(choice_of(one) for one in answer.choices), PERSON)))
    options = UNDER_ANSWER if answer.answered else UNDER_REFUSAL
    told = Saying("answer", options=() if in_passing else options, answer=answer, question=question)
    return outcome(told)


def choice_of(choice: Choice) -> Option:
    return Option("", Ask(question=choice.question), label=choice.label)


def earlier_turns(session: Session) -> tuple[str, ...]:
    """The customer's turns before this one; a short follow-up is read with them."""
    return session.recent[:-1]
