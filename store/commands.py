"""What can one turn of a customer ask for?"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from store.words import Word

Topic = Literal["greeting", "thanks", "goodbye", "other"]


class Ask(Word):
    kind: Literal["ask"] = "ask"
    question: str


class FillSlot(Word):
    kind: Literal["fill_slot"] = "fill_slot"
    name: str
    value: str
    """Canonical text: ISO date, the choice's own text, digits, "yes"/"no", else the customer's words."""


class CorrectSlot(Word):
    kind: Literal["correct_slot"] = "correct_slot"
    name: str
    value: str
    """Empty: the customer wants to give this answer anew."""


class StartTicket(Word):
    kind: Literal["start_ticket"] = "start_ticket"
    reason: str = ""
    category: str = ""
    """A key of the interview table, when the page already asked for it."""


class Confirm(Word):
    kind: Literal["confirm"] = "confirm"
    yes: bool


class SkipQuestion(Word):
    kind: Literal["skip_question"] = "skip_question"


class Cancel(Word):
    kind: Literal["cancel"] = "cancel"


class TicketStatus(Word):
    kind: Literal["ticket_status"] = "ticket_status"
    ticket_id: str = ""


class TalkToPerson(Word):
    kind: Literal["talk_to_person"] = "talk_to_person"


class Rate(Word):
    kind: Literal["rate"] = "rate"
    value: Literal["solved", "not_solved", "up", "down", "1", "2", "3", "4", "5"]
    comment: str = ""
    ticket_id: str = ""
    """Of the rating question whose button was pressed."""


class SetLanguage(Word):
    kind: Literal["set_language"] = "set_language"
    code: str
    """ISO 639-1."""


class SmallTalk(Word):
    kind: Literal["small_talk"] = "small_talk"
    topic: Topic


class CloseTicket(Word):
    """A button only: the customer says that a ticket is done with."""

    kind: Literal["close_ticket"] = "close_ticket"
    ticket_id: str


class ReopenTicket(Word):
    """A button only."""

    kind: Literal["reopen_ticket"] = "reopen_ticket"
    ticket_id: str


class AskMeanwhile(Word):
    """A button only: while a person is awaited, go on with the assistant in a new session."""

    kind: Literal["ask_meanwhile"] = "ask_meanwhile"


class CallTool(Word):
    """A tool by its name. What it may do is decided by the registry, not by who asks for it."""

    kind: Literal["call_tool"] = "call_tool"
    name: str
    arguments: Mapping[str, str] = Field(default_factory=dict)


Command = Annotated[
    Ask
    | FillSlot
    | CorrectSlot
    | StartTicket
    | Confirm
    | SkipQuestion
    | Cancel
    | TicketStatus
    | TalkToPerson
    | Rate
    | SetLanguage
    | SmallTalk
    | CloseTicket
    | ReopenTicket
    | AskMeanwhile
    | CallTool,
    Field(discriminator="kind"),
]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
