"""Which facts can stand on a ticket, and who brought each about?"""

from datetime import datetime
from typing import Annotated, Literal

from store.conversation_events import Resolution, StepAttempted
from store.messages import Attachment, Choice, Line, Speaker, SystemContext
from store.words import PERSONAL, Word

Status = Literal[
    "new", "open", "pending_customer", "pending_internal", "on_hold", "solved", "closed", "merged"
]


class TicketOpened(Word):
    kind: Literal["ticket_opened"] = "ticket_opened"
    person_id: str
    session_id: str
    channel: str
    language: str
    category: str
    priority: int
    """Rank 0–3, shown P0–P3."""
    queue: str
    tags: tuple[str, ...] = ()
    reopens: str = ""
    """The closed ticket that this one follows."""
    steps_attempted: tuple[StepAttempted, ...] = ()
    issue_summary: Annotated[str | None, PERSONAL] = None
    details: Annotated[dict[str, str] | None, PERSONAL] = None
    context: Annotated[SystemContext | None, PERSONAL] = None


class HandedOver(Word):
    kind: Literal["handed_over"] = "handed_over"
    queue: str
    reason: Literal["asked", "filed", "unanswered", "failed"]


class TakenOver(Word):
    kind: Literal["taken_over"] = "taken_over"
    person_id: str


class StatusChanged(Word):
    kind: Literal["status_changed"] = "status_changed"
    status: Status
    by: str
    """A person id, or `desk` for what time did."""
    resolution: Resolution | None = None


class PriorityChanged(Word):
    kind: Literal["priority_changed"] = "priority_changed"
    priority: int
    by: str
    reason: Annotated[str | None, PERSONAL] = None


class Ground(Word):
    """One thing that was weighed for a priority."""

    source: str
    said: str = ""
    """Words of our own table, a tier or a value; never the customer's own."""
    rank: int


class TicketTriaged(Word):
    """Read by rules when it came in, before anybody saw it."""

    kind: Literal["ticket_triaged"] = "ticket_triaged"
    priority: int
    tags: tuple[str, ...] = ()
    tier: str = "standard"
    grounds: tuple[Ground, ...] = ()
    policy_version: int


class TagsChanged(Word):
    kind: Literal["tags_changed"] = "tags_changed"
    tags: tuple[str, ...]
    by: str


class TicketRouted(Word):
    """Who should do it, and why."""

    kind: Literal["ticket_routed"] = "ticket_routed"
    decision_id: str
    policy_version: int
    inputs_hash: str
    rule: str
    queue: str
    assigned_to: str = ""
    """Empty: it waits in the queue."""
    alternatives: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class RoutingOverridden(Word):
    """A person says who does it; no rule moves it before `until`, or ever when there is none."""

    kind: Literal["routing_overridden"] = "routing_overridden"
    queue: str
    assigned_to: str = ""
    by: str
    until: datetime | None = None
    decision_id: str = ""
    """The decision that it overrides."""
    reason: Annotated[str | None, PERSONAL] = None


class OverrideCleared(Word):
    kind: Literal["override_cleared"] = "override_cleared"
    by: str


class SlaWarned(Word):
    kind: Literal["sla_warned"] = "sla_warned"
    timer: str
    due_at: datetime


class SlaBreached(Word):
    kind: Literal["sla_breached"] = "sla_breached"
    timer: str
    due_at: datetime
    """When it was missed, not when somebody noticed."""


class Escalated(Word):
    kind: Literal["escalated"] = "escalated"
    cause: Literal["nobody_took_over", "by_hand"]
    by: str
    reason: Annotated[str | None, PERSONAL] = None


class TicketMerged(Word):
    """It goes on as another ticket."""

    kind: Literal["ticket_merged"] = "ticket_merged"
    into: str
    by: str
    reason: Annotated[str | None, PERSONAL] = None


class TicketJoined(Word):
    """Another ticket of the same customer goes on as this one."""

    kind: Literal["ticket_joined"] = "ticket_joined"
    source: str
    by: str
    is_waiting: bool
    """The customer's last words there are not answered: they wait here from now on."""


class TicketReopened(Word):
    kind: Literal["ticket_reopened"] = "ticket_reopened"
    by: str


class ReplySent(Word):
    """What the customer was told, other than an answer from the articles."""

    kind: Literal["reply_sent"] = "reply_sent"
    letter_id: str
    speaker: Speaker
    person_id: str = ""
    about: str = ""
    """The text key, or empty for a person's own words."""
    lines: Annotated[tuple[Line, ...] | None, PERSONAL] = None
    choices: Annotated[tuple[Choice, ...] | None, PERSONAL] = None
    files: Annotated[tuple[Attachment, ...] | None, PERSONAL] = None


class NoteAdded(Word):
    """Read by staff only."""

    kind: Literal["note_added"] = "note_added"
    person_id: str
    text: Annotated[str | None, PERSONAL] = None


class RatingAsked(Word):
    kind: Literal["rating_asked"] = "rating_asked"


class RatingGiven(Word):
    kind: Literal["rating_given"] = "rating_given"
    value: int
    """1–5."""
    comment: Annotated[str | None, PERSONAL] = None


class SubjectErased(Word):
    kind: Literal["subject_erased"] = "subject_erased"
    by: str
