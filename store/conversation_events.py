"""Which facts can stand in a conversation, before and beside its tickets?"""

from typing import Annotated, Literal

from store.messages import Choice, Citation, Line, SystemContext
from store.words import PERSONAL, Word

Mode = Literal["assistant", "ticket", "human"]
Resolution = Literal["confirmed", "assumed", "abandoned"]
Phase = Literal["asking", "self_help", "duplicate", "confirming"]


class StepAttempted(Word):
    """What was already tried before a person was asked."""

    kind: Literal["step_attempted"] = "step_attempted"
    article: str
    heading: str
    outcome: Literal["shown", "solved", "not_solved"]


class SessionOpened(Word):
    kind: Literal["session_opened"] = "session_opened"
    person_id: str
    channel: str
    thread: str
    language: str
    context: Annotated[SystemContext | None, PERSONAL] = None


class SessionResumed(Word):
    """The same person went on in another place; what is said from here on goes there."""

    kind: Literal["session_resumed"] = "session_resumed"
    channel: str
    thread: str


class MessageReceived(Word):
    kind: Literal["message_received"] = "message_received"
    delivery: str
    text: Annotated[str | None, PERSONAL] = None
    commands: tuple[str, ...] = ()
    """Kinds of the commands that were read out of it; their values are personal and not kept here."""


class FileAdded(Word):
    kind: Literal["file_added"] = "file_added"
    file_id: str
    media_type: str
    size: int
    name: Annotated[str | None, PERSONAL] = None


class LanguageChanged(Word):
    kind: Literal["language_changed"] = "language_changed"
    language: str


class AnswerGiven(Word):
    kind: Literal["answer_given"] = "answer_given"
    letter_id: str
    answered: bool
    question: Annotated[str | None, PERSONAL] = None
    missing: Annotated[str | None, PERSONAL] = None
    confidence: float
    language: str
    source: str
    near: tuple[str, ...] = ()
    lines: tuple[Line, ...]
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()


class AnswerRated(Word):
    kind: Literal["answer_rated"] = "answer_rated"
    letter_id: str
    value: str
    comment: Annotated[str | None, PERSONAL] = None


class ModeChanged(Word):
    kind: Literal["mode_changed"] = "mode_changed"
    mode: Mode
    category: str = ""
    """Of the interview that begins with mode `ticket`."""


class SlotFilled(Word):
    kind: Literal["slot_filled"] = "slot_filled"
    name: str
    value: Annotated[str | None, PERSONAL] = None
    """None in a fold of today: erased."""


class SlotCorrected(Word):
    kind: Literal["slot_corrected"] = "slot_corrected"
    name: str
    value: Annotated[str | None, PERSONAL] = None
    """Empty text: to be asked again."""


class QuestionSkipped(Word):
    kind: Literal["question_skipped"] = "question_skipped"
    name: str


class InterviewMoved(Word):
    kind: Literal["interview_moved"] = "interview_moved"
    phase: Phase


class InterviewCancelled(Word):
    kind: Literal["interview_cancelled"] = "interview_cancelled"


class TicketAttached(Word):
    """The session's messages stand on this ticket's timeline from here on."""

    kind: Literal["ticket_attached"] = "ticket_attached"
    ticket_id: str


class TicketDetached(Word):
    kind: Literal["ticket_detached"] = "ticket_detached"
    ticket_id: str


class SessionEnded(Word):
    kind: Literal["session_ended"] = "session_ended"
    resolution: Resolution
