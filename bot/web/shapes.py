"""What does the API take and say?"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.channels.web import LONGEST_TEXT
from bot.view import Conversation, Turn
from knowledge.answer import Answer
from knowledge.answer import Citation as Cited
from store.commands import Command
from store.events import Mode, Status, StepAttempted
from store.files import MOST_FILES
from store.messages import Attachment, Choice, Citation, SystemContext
from store.queries import TicketLine
from store.tickets import Session, Ticket

Text = Annotated[str, Field(max_length=LONGEST_TEXT)]


class Taken(BaseModel):
    """What the API takes holds nothing that it does not know."""

    model_config = ConfigDict(extra="forbid")


class MessageIn(Taken):
    text: Text = ""
    command: Command | None = None
    """What a button means; then nothing is read from the text."""
    files: Annotated[list[str], Field(max_length=MOST_FILES)] = []
    """Ids that `POST /files` gave."""


class SessionIn(MessageIn):
    language: Annotated[str, Field(max_length=8)] = ""
    context: SystemContext = SystemContext()


class TicketMessageIn(Taken):
    text: Text = ""
    files: Annotated[list[str], Field(max_length=MOST_FILES)] = []
    internal: bool = False
    """A note that only staff read. For staff."""
    status: Literal["", "open", "pending_customer", "pending_internal", "on_hold", "solved", "closed"] = ""
    """The status that a reply of staff leaves behind."""


class QuestionIn(Taken):
    question: Annotated[str, Field(min_length=1, max_length=4000)]
    history: Annotated[list[Annotated[str, Field(max_length=4000)]], Field(max_length=10)] = []
    """The customer's turns before this one, oldest first."""
    language: Annotated[str, Field(max_length=8)] = ""


class Me(BaseModel):
    user_id: str
    role: str
    scopes: tuple[str, ...]


class SessionOut(BaseModel):
    user_id: str
    session_id: str
    current_mode: Mode
    issues_logged: int
    tickets_generated: tuple[str, ...]
    status: Literal["active", "closed"]
    escalated: bool
    language: str
    channel: str


class MessageOut(BaseModel):
    id: str
    """Timeline and version; empty while it waits to be read."""
    at: datetime
    voice: Literal["customer", "assistant", "person", "desk", "note"]
    text: str
    answered: bool
    citations: tuple[Citation, ...]
    choices: tuple[Choice, ...]
    files: tuple[Attachment, ...]


class TalkOut(BaseModel):
    session_id: str
    session: SessionOut | None
    """Null while the first message is still being read."""
    messages: tuple[MessageOut, ...]
    is_waiting: bool
    """Something that the customer wrote is still being thought about."""
    mark: str
    """Moves on with every change."""


class TicketOut(BaseModel):
    ticket_id: str
    user_id: str
    session_id: str
    issue_summary: str
    details: dict[str, str]
    steps_attempted: tuple[StepAttempted, ...]
    system_context: SystemContext
    status: Status
    priority: str
    category: str
    tags: tuple[str, ...]
    tier: str
    queue: str
    assigned_to: str
    owner: str
    channel: str
    language: str
    rating: int | None
    opened_at: datetime | None
    last_at: datetime | None
    version: int


class TicketLineOut(BaseModel):
    ticket_id: str
    user_id: str
    summary: str
    status: str
    priority: str
    channel: str
    queue: str
    category: str
    tags: tuple[str, ...]
    assigned_to: str
    risk: int
    """As it was when it was last looked at, at most a minute ago; `/sla` works it out anew."""
    next_due: datetime | None
    opened_at: datetime
    last_at: datetime


class TicketsOut(BaseModel):
    tickets: tuple[TicketLineOut, ...]
    next: str
    """Give it as `after` for the page that follows; empty on the last."""


class AcceptedOut(BaseModel):
    accepted: bool = True
    ticket_id: str


class NearOut(BaseModel):
    article: str
    heading: str
    score: float


class CitedOut(BaseModel):
    article: str
    version: str
    heading: str
    lines: tuple[int, int]
    quote: str


class AnswerOut(BaseModel):
    answered: bool
    answer: str
    citations: tuple[CitedOut, ...]
    confidence: float
    language: str
    source: str
    near: tuple[NearOut, ...]
    missing: str | None


class Fault(BaseModel):
    code: str
    message: str
    hint: str
    reference: str


class FaultOut(BaseModel):
    """The one shape of every error."""

    error: Fault


def session_out(session: Session) -> SessionOut:
    return SessionOut(
        user_id=session.person_id,
        session_id=session.session_id,
        current_mode=session.mode,
        issues_logged=session.issues_logged,
        tickets_generated=session.tickets,
        status=session.status,
        escalated=session.escalated,
        language=session.language,
        channel=session.channel,
    )


def message_out(turn: Turn) -> MessageOut:
    voice = "note" if turn.voice == "fact" else turn.voice
    return MessageOut(
        id=f"{turn.timeline}.{turn.version}" if turn.version else "",
        at=turn.at,
        voice=voice,
        text="\n".join(line.text for line in turn.lines),
        answered=turn.answered,
        citations=turn.citations,
        choices=turn.choices,
        files=turn.files,
    )


def talk_out(session_id: str, talk: Conversation, after: str = "") -> TalkOut:
    """Messages behind the one that `after` names; all of them when it names none."""
    messages = [message_out(turn) for turn in talk.turns if turn.voice != "fact"]
    seen = next((place + 1 for place, message in enumerate(messages) if message.id == after and after), 0)
    return TalkOut(
        session_id=session_id,
        session=session_out(talk.session) if talk.session else None,
        messages=tuple(messages[seen:]),
        is_waiting=talk.is_waiting,
        mark=talk.mark,
    )


def ticket_out(ticket: Ticket) -> TicketOut:
    same = {name: getattr(ticket, name) for name in TicketOut.model_fields if hasattr(ticket, name)}
    return TicketOut.model_validate(
        {
            **same,
            "user_id": ticket.person_id,
            "system_context": ticket.context,
            "priority": f"P{ticket.priority}",
        }
    )


def line_out(line: TicketLine) -> TicketLineOut:
    same = {name: getattr(line, name) for name in TicketLineOut.model_fields if hasattr(line, name)}
    return TicketLineOut.model_validate({**same, "user_id": line.person_id, "priority": f"P{line.priority}"})


def answer_out(answer: Answer) -> AnswerOut:
    cited = dict.fromkeys(sentence.citation for sentence in answer.sentences)
    return AnswerOut(
        answered=answer.answered,
        answer=answer.text,
        citations=tuple(map(cited_out, cited)),
        confidence=answer.confidence,
        language=answer.language,
        source=answer.source,
        near=tuple(NearOut(article=one.article, heading=one.heading, score=one.score) for one in answer.near),
        missing=answer.missing,
    )


def cited_out(one: Cited) -> CitedOut:
    return CitedOut(
        article=one.article, version=one.version, heading=one.heading, lines=one.lines, quote=one.quote
    )
