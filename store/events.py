"""Which facts can stand in a timeline?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NewType

from pydantic import Field, TypeAdapter

from store.approval_events import (
    ApprovalCarriedOut,
    ApprovalDecided,
    ApprovalExpired,
    ApprovalReminded,
    ApprovalRequested,
    ApprovalSuperseded,
    ApprovalVoted,
)
from store.conversation_events import (
    AnswerGiven,
    AnswerRated,
    FileAdded,
    InterviewCancelled,
    InterviewMoved,
    LanguageChanged,
    MessageReceived,
    Mode,
    ModeChanged,
    Phase,
    QuestionSkipped,
    Resolution,
    SessionEnded,
    SessionOpened,
    SessionResumed,
    SlotCorrected,
    SlotFilled,
    StepAttempted,
    TicketAttached,
    TicketDetached,
)
from store.ticket_events import (
    Escalated,
    Ground,
    HandedOver,
    NoteAdded,
    OverrideCleared,
    PriorityChanged,
    RatingAsked,
    RatingGiven,
    ReplySent,
    RoutingOverridden,
    SlaBreached,
    SlaWarned,
    Status,
    StatusChanged,
    SubjectErased,
    TagsChanged,
    TakenOver,
    TicketJoined,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketRouted,
    TicketTriaged,
)

__all__ = [
    "EVENT",
    "AnswerGiven",
    "AnswerRated",
    "ApprovalCarriedOut",
    "ApprovalDecided",
    "ApprovalExpired",
    "ApprovalReminded",
    "ApprovalRequested",
    "ApprovalSuperseded",
    "ApprovalVoted",
    "Escalated",
    "Event",
    "FileAdded",
    "Ground",
    "HandedOver",
    "InterviewCancelled",
    "InterviewMoved",
    "LanguageChanged",
    "MessageReceived",
    "Mode",
    "ModeChanged",
    "NoteAdded",
    "OverrideCleared",
    "Phase",
    "PriorityChanged",
    "QuestionSkipped",
    "RatingAsked",
    "RatingGiven",
    "Recorded",
    "ReplySent",
    "Resolution",
    "RoutingOverridden",
    "SessionEnded",
    "SessionId",
    "SessionOpened",
    "SessionResumed",
    "SlaBreached",
    "SlaWarned",
    "SlotCorrected",
    "SlotFilled",
    "Status",
    "StatusChanged",
    "StepAttempted",
    "SubjectErased",
    "TagsChanged",
    "TakenOver",
    "TicketAttached",
    "TicketDetached",
    "TicketId",
    "TicketJoined",
    "TicketMerged",
    "TicketOpened",
    "TicketReopened",
    "TicketRouted",
    "TicketTriaged",
    "read_event",
    "split_event",
]

SessionId = NewType("SessionId", str)
TicketId = NewType("TicketId", str)

Event = Annotated[
    SessionOpened
    | SessionResumed
    | MessageReceived
    | FileAdded
    | LanguageChanged
    | AnswerGiven
    | AnswerRated
    | ModeChanged
    | SlotFilled
    | SlotCorrected
    | QuestionSkipped
    | InterviewMoved
    | InterviewCancelled
    | StepAttempted
    | TicketAttached
    | TicketDetached
    | SessionEnded
    | TicketOpened
    | HandedOver
    | TakenOver
    | StatusChanged
    | PriorityChanged
    | TicketTriaged
    | TagsChanged
    | TicketRouted
    | RoutingOverridden
    | OverrideCleared
    | SlaWarned
    | SlaBreached
    | Escalated
    | TicketMerged
    | TicketJoined
    | TicketReopened
    | ReplySent
    | NoteAdded
    | RatingAsked
    | RatingGiven
    | ApprovalRequested
    | ApprovalVoted
    | ApprovalDecided
    | ApprovalExpired
    | ApprovalSuperseded
    | ApprovalReminded
    | ApprovalCarriedOut
    | SubjectErased,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event where it stands."""

    timeline: str
    version: int
    at: datetime
    event: Event


def split_event(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts, and apart from them the personal part."""
    whole = event.model_dump(mode="json")
    personal = {name: whole.pop(name) for name in list(event.personal_fields())}
    return whole, {name: value for name, value in personal.items() if value is not None}


def read_event(facts: Mapping[str, Any], personal: Mapping[str, Any] | None) -> Event:
    return EVENT.validate_python({**facts, **(personal or {})}, extra="ignore")
