"""What does a click on a card bring with it, and what is it answered?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from store.approval_words import ApprovalRequest, ApprovalState

Deed = Literal["approve", "reject", "edit"]
RefusalCode = Literal[
    "guest",
    "other_workspace",
    "not_a_decider",
    "decided_already",
    "replaced",
    "expired",
    "changed",
    "moved_on",
    "own_request",
    "voted_already",
    "no_reason",
]


@dataclass(frozen=True, slots=True)
class Click:
    """Who clicked is a person, whichever of their accounts it came from."""

    approval_id: str
    digest: str
    """Of the card that was clicked; it stands with the button's token, never in the button."""
    person_id: str
    deed: Deed
    reason: str = ""
    is_guest: bool = False
    is_foreign: bool = False
    """From another workspace than the desk's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a click is judged by, read in the transaction that will write the decision."""

    request: ApprovalRequest | None
    """None when the customer was erased."""
    state: ApprovalState
    digest: str
    votes: tuple[str, ...]
    role: str
    """Of who clicked, now; empty for nobody known."""
    basis: str
    """Of the facts as they are now."""
    decided_by: str
    replaced_by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    code: RefusalCode
    hint: str
    """Told to who clicked, where they clicked."""


Judge = Callable[[Click, Standing], Refusal | None]
"""None: it may be done."""
