"""What did a decision come to? Facts to write and things to say, in order; nothing has happened yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from escalation.rulebook import Rulebook
from escalation.sla import Acts
from escalation.standing import Crew
from knowledge.answer import Answer
from store.commands import Command
from store.events import Event
from store.messages import Attachment, Line, SetTimer, Speaker
from store.settings import Settings
from store.tickets import Session, Ticket

Place = Literal["session", "ticket"]


@dataclass(frozen=True, slots=True)
class Fact:
    place: Place
    event: Event


@dataclass(frozen=True, slots=True)
class Option:
    """A button to be labelled in the customer's language."""

    key: str
    """Text key, or empty when `label` is already in their words."""
    command: Command
    label: str = ""
    style: Literal["do", "plain"] = "plain"


@dataclass(frozen=True, slots=True)
class Saying:
    """To be put into the customer's language when the turn is written."""

    about: str
    """Text key; empty when `lines` are a person's own words."""
    values: Mapping[str, object] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    speaker: Speaker = "assistant"
    person_id: str = ""
    lines: tuple[Line, ...] = ()
    """Stand below the sentence of `about`."""
    files: tuple[Attachment, ...] = ()
    answer: Answer | None = None
    question: str = ""
    """With `answer`: what was asked."""


@dataclass(frozen=True, slots=True)
class UsesTicket:
    """From here on the facts of the ticket are this one's, be it new or one that stands already."""

    ticket_id: str


@dataclass(frozen=True, slots=True)
class TurnsThread:
    """The customer's next message begins another session."""

    session_id: str


Step = Fact | Saying | SetTimer | UsesTicket | TurnsThread


@dataclass(frozen=True, slots=True)
class Outcome:
    steps: tuple[Step, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.steps + other.steps)


NOTHING = Outcome()


def outcome(*steps: Step | Outcome) -> Outcome:
    flat: list[Step] = []
    for step in steps:
        flat.extend(step.steps if isinstance(step, Outcome) else (step,))
    return Outcome(tuple(flat))


def on_session(*events: Event) -> Outcome:
    return Outcome(tuple(Fact("session", event) for event in events))


def on_ticket(*events: Event) -> Outcome:
    return Outcome(tuple(Fact("ticket", event) for event in events))


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision knows about the conversation."""

    session: Session
    ticket: Ticket | None
    now: datetime
    delivery: str
    """Key of the delivery that is decided on."""
    files: tuple[Attachment, ...] = ()
    told: str = ""
    """The text that was just said, as far as it was text."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Of a customer, by the shop's own record."""

    tier: str = "standard"
    order_value: int = 0
    """In whole units of the shop's currency."""


class Desk(Protocol):
    """What a decision may look up. Nothing of it writes."""

    @property
    def settings(self) -> Settings: ...

    @property
    def rules(self) -> Rulebook: ...

    @property
    def salt(self) -> str:
        """Draws among those who are equally busy; nobody outside can foresee whom."""
        ...

    def crew(self) -> Crew: ...

    def worth_of(self, person_id: str) -> Worth: ...

    def acts_of(self, ticket_id: str) -> Acts:
        """What of its timeline moves a deadline, as far as it is written."""
        ...

    def answer(self, question: str, *, history: tuple[str, ...], language: str) -> Answer: ...

    def open_tickets(self, person_id: str) -> tuple[Ticket, ...]: ...

    def find_ticket(self, ticket_id: str) -> Ticket | None: ...

    def next_ticket_id(self) -> str:
        """Numbers are drawn before the decision is written; one that is not used leaves a gap."""
        ...

    def new_session_id(self) -> str: ...
