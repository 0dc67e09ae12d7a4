"""What stands open in the conversation when a turn of the customer is read?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

AnswerKind = Literal["text", "choice", "email", "order", "date", "yesno", "number"]
Kind = Literal["idle", "asked", "confirming", "answered", "handed_over"]


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    kind: AnswerKind
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """Format of an order number, a regular expression."""
    optional: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    kind: Kind
    language: str
    """ISO 639-1 of the session."""
    today: date
    asked: Question | None = None
    slots: Mapping[str, Question] = field(default_factory=lambda: MappingProxyType({}))
    """All questions of the interview that is open, by name."""
    filled: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What is known already, in the order in which it was told."""
