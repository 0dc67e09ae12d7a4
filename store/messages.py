"""What comes in at a door, and what leaves as a letter?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from store.commands import Command
from store.words import Word

Ownership = Literal["assistant", "person"]
Speaker = Literal["assistant", "person", "desk"]
"""`desk` says facts of the desk itself (a status, a receipt, an ending); it is nobody's opinion."""


class Attachment(Word):
    """A file that was checked by content and stored before its message was accepted."""

    file_id: str
    name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str


class SystemContext(Word):
    """Filled from the request or the widget's host page, never asked; query strings are dropped."""

    page: str = ""
    browser: str = ""
    referrer: str = ""


class _Inbound(Word):
    key: str
    """Unique per delivery; the same key again is the same delivery."""
    at: datetime
    session_id: str = ""
    ticket_id: str = ""


class CustomerSaid(_Inbound):
    kind: Literal["customer_said"] = "customer_said"
    person_id: str
    channel: str
    thread: str
    """The channel's own name for the place the person writes in; a thread has one current session."""
    text: str = ""
    command: Command | None = None
    """A button or form already says what is meant; then nothing is read from the text."""
    files: tuple[Attachment, ...] = ()
    context: SystemContext = SystemContext()
    language: str = ""
    """Told by the browser or platform; the first guess of a new session."""


class StaffDid(_Inbound):
    kind: Literal["staff_did"] = "staff_did"
    person_id: str
    action: Literal[
        "reply", "note", "take_over", "status", "priority", "assign", "unassign", "tags", "merge", "escalate"
    ]
    text: str = ""
    value: str = ""
    """The new status or rank, the person who gets it, the tags, or the ticket that it goes on as."""
    reason: str = ""
    until: datetime | None = None
    """For how long a person, and no rule, says who does it."""
    files: tuple[Attachment, ...] = ()


class TimerDue(_Inbound):
    kind: Literal["timer_due"] = "timer_due"
    timer: str
    """What the timer is for: one of escalation.endings."""
    basis: str = ""
    """What the timer was set on; when it moved on, the timer means nothing any more."""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """A timer of the same name on the same timeline replaces the one before; `due` None takes it away."""

    timeline: str
    timer: str
    due: datetime | None
    basis: str = ""


Inbound = Annotated[CustomerSaid | StaffDid | TimerDue, Field(discriminator="kind")]
INBOUND: TypeAdapter[Inbound] = TypeAdapter(Inbound)


class Choice(Word):
    """A button under a message: what it says, and the command that it means."""

    label: str
    command: Command
    style: Literal["do", "plain"] = "plain"


class Citation(Word):
    number: int
    """As shown in the text, from 1."""
    article: str
    """POSIX path below the knowledge folder."""
    title: str = ""
    version: str
    heading: str
    lines: tuple[int, int]
    """First and last, 1-based, inclusive, in the file as it was on disk."""
    quote: str


class Line(Word):
    """One sentence, list or table of a message, with the source that it rests on."""

    text: str
    cites: int = 0
    """Number of the citation, 0 for none."""
    form: Literal["sentence", "list", "ordered", "table", "code", "quote"] = "sentence"


class Say(Word):
    """A message to a customer, already in their language."""

    kind: Literal["say"] = "say"
    letter_id: str
    session_id: str
    ticket_id: str = ""
    channel: str
    thread: str
    speaker: Speaker
    speaker_name: str = ""
    lines: tuple[Line, ...]
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    files: tuple[Attachment, ...] = ()
    needs_owner: Ownership | None = None
    """Checked once more when the letter leaves: an assistant's words never follow a hand-off."""


Outbound = Say
"""Becomes a union, discriminated by `kind`, with the next kind of letter."""

OUTBOUND: TypeAdapter[Outbound] = TypeAdapter(Outbound)
