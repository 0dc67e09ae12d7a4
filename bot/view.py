"""What does a conversation look like to the one who reads it?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot import interview
from bot.wording import say
from store import events as e
from store.messages import Attachment, Choice, Citation, CustomerSaid, Line
from store.talk import Read
from store.tickets import Session, Ticket


@dataclass(frozen=True, slots=True)
class Turn:
    """One bubble of a conversation, or one fact of the merged timeline that staff read."""

    at: datetime
    timeline: str
    version: int
    kind: str
    """The event's kind."""
    voice: Literal["customer", "assistant", "person", "desk", "note", "fact"]
    person_id: str = ""
    lines: tuple[Line, ...] = ()
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    files: tuple[Attachment, ...] = ()
    letter_id: str = ""
    answered: bool = True
    """False for an honest refusal."""
    near: tuple[str, ...] = ()
    missing: str = ""
    fact: e.Event | None = None
    """For `fact`: the event itself; the page says it in words."""


@dataclass(frozen=True, slots=True)
class Known:
    """A detail that stands already, and can be changed unless it was filled in for the customer."""

    name: str
    label: str
    value: str
    is_filled_in: bool = False


@dataclass(frozen=True, slots=True)
class InterviewView:
    phase: e.Phase
    category: str
    category_label: str
    number: int
    """Of the question, from 1."""
    total: int
    name: str
    question: str
    question_kind: Literal["text", "choice", "email", "order", "date", "yesno", "number"]
    choices: tuple[tuple[str, str], ...]
    """Value and label."""
    is_optional: bool
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that a customer page needs."""

    session: Session | None
    ticket: Ticket | None
    language: str
    turns: tuple[Turn, ...]
    interview: InterviewView | None
    is_waiting: bool
    """Something that the customer wrote is still being thought about."""
    mark: str
    """Moves on with every change; a page that shows the same mark is up to date."""


def conversation_of(read: Read) -> Conversation:
    session, ticket = read.session, read.ticket
    versions = (session.version if session else 0, ticket.version if ticket else 0, len(read.waiting))
    return Conversation(
        session=session,
        ticket=ticket,
        language=session.language if session else "",
        turns=(*with_unread(customer_turns(read.recorded), read), *map(pending_turn, read.waiting)),
        interview=interview_view(session),
        is_waiting=bool(read.waiting),
        mark=f"{read.current or 'none'}.{'.'.join(map(str, versions))}",
    )


def with_unread(turns: Sequence[Turn], read: Read) -> tuple[Turn, ...]:
    return tuple(sorted((*turns, *map(pending_turn, read.unread)), key=lambda turn: turn.at))


def customer_turns(recorded: Sequence[e.Recorded]) -> tuple[Turn, ...]:
    """What the customer sees: no notes, no bare facts."""
    turns = (turn_of(fact) for fact in recorded)
    return tuple(turn for turn in turns if turn.voice not in ("note", "fact"))


def staff_turns(recorded: Sequence[e.Recorded]) -> tuple[Turn, ...]:
    return tuple(turn_of(fact) for fact in recorded)


def turn_of(fact: e.Recorded) -> Turn:
    bare = Turn(fact.at, fact.timeline, fact.version, fact.event.kind, "fact", fact=fact.event)
    match fact.event:
        case e.MessageReceived(text=text):
            return replace(bare, voice="customer", lines=plain(text))
        case e.FileAdded(file_id=file_id, name=name, media_type=media_type, size=size):
            file = Attachment(file_id=file_id, name=name or "", media_type=media_type, size=size, sha256="")
            return replace(bare, voice="customer", files=(file,))
        case e.AnswerGiven() as answer:
            return replace(
                bare,
                voice="assistant",
                lines=answer.lines,
                citations=answer.citations,
                choices=answer.choices,
                letter_id=answer.letter_id,
                answered=answer.answered,
                near=answer.near,
                missing=answer.missing or "",
            )
        case e.ReplySent() as reply:
            return replace(
                bare,
                voice=reply.speaker,
                person_id=reply.person_id,
                lines=reply.lines or (),
                choices=reply.choices or (),
                files=reply.files or (),
                letter_id=reply.letter_id,
            )
        case e.NoteAdded(person_id=person_id, text=text):
            return replace(bare, voice="note", person_id=person_id, lines=plain(text))
        case _:
            return bare


def plain(text: str | None) -> tuple[Line, ...]:
    return tuple(Line(text=line) for line in text.split("\n")) if text else ()


def pending_turn(said: CustomerSaid) -> Turn:
    """It has arrived and is being thought about; the page shows it at once."""
    return Turn(said.at, "", 0, "pending", "customer", lines=plain(said.text), files=said.files)


def interview_view(session: Session | None) -> InterviewView | None:
    if session is None or session.mode != "ticket":
        return None
    language = session.language
    asked = interview.next_question(session)
    name = asked.name if asked else ""
    question = interview.question_for(name, language) if name else None
    return InterviewView(
        phase=session.phase,
        category=session.category,
        category_label=say(f"category.{session.category}", language) if session.category else "",
        number=asked.number if asked else 0,
        total=asked.total if asked else len(interview.questions_of(session)),
        name=name,
        question=say(f"question.{name}", language) if name else "",
        question_kind=question.kind if question else "text",
        choices=interview_choices(name, language),
        is_optional=question.optional if question else False,
        known=known_of(session),
    )


def interview_choices(name: str, language: str) -> tuple[tuple[str, str], ...]:
    if not name:
        return ()
    if interview.question_for(name, language).kind == "yesno":
        return tuple((key, say(f"value.{key}", language)) for key in ("yes", "no"))
    prefix = "category" if name == interview.CATEGORY else "value"
    return tuple((key, say(f"{prefix}.{key}", language)) for key in interview.choice_keys(name))


def known_of(session: Session) -> tuple[Known, ...]:
    language = session.language
    topic = interview.CATEGORY
    label = say(f"category.{session.category}", language) if session.category else ""
    said = [Known(topic, say(f"slot.{topic}", language), label)] if label else []
    said += [
        Known(name, say(f"slot.{name}", language), interview.show_value(name, value, language))
        for name, value in interview.known_details(session).items()
    ]
    told = [
        Known(name, say(f"slot.{name}", language), value, is_filled_in=True)
        for name in ("page", "browser")
        if (value := getattr(session.context, name)) and name not in session.slots
    ]
    return (*said, *told)
