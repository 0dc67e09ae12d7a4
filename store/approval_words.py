"""What does a request for somebody's click say, and by which hash is it known?"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from store.canonical import canonical
from store.words import Word

ApprovalState = Literal[
    "pending",
    "approved",
    "rejected",
    "expired",
    "superseded",
    "executing",
    "done",
    "failed",
    "rolled_back",
    "rollback_failed",
]
Verdict = Literal["approve", "reject"]
Cause = Literal["edited", "moved_on", "withdrawn"]
Change = Literal["executing", "done", "failed", "rolled_back", "rollback_failed"]

FOLLOWS: Mapping[ApprovalState, frozenset[ApprovalState]] = {
    "pending": frozenset({"approved", "rejected", "expired", "superseded"}),
    # What was approved in time may be too old, or about another world, by the time that it would be done.
    "approved": frozenset({"executing", "expired", "superseded"}),
    "executing": frozenset({"done", "failed"}),
    "failed": frozenset({"rolled_back", "rollback_failed"}),
    "rejected": frozenset(),
    "expired": frozenset(),
    "superseded": frozenset(),
    "done": frozenset(),
    "rolled_back": frozenset(),
    "rollback_failed": frozenset(),
}
"""Which state may come after which."""


class CustomerMessages(Word):
    """What the customer is told, in their language, at each end; none tells a reason of the house."""

    done: str
    failed: str
    rejected: str
    expired: str
    rolled_back: str


class TierReason(Word):
    """Why it waits for as many people as it does."""

    code: str
    said: str = ""
    """A value of the policy or of the arguments that made it so."""


class Reminder(Word):
    at: datetime
    to: Literal["approvers", "on_call"] = "approvers"


class ApprovalContent(Word):
    """All of a request that a person wrote or that tells about one."""

    arguments: dict[str, Any] = Field(default_factory=dict)
    """All of them, as they will be used."""
    draft: str = ""
    """The reply that will be sent, word by word; empty when none is."""
    customer_words: str = ""
    """What it rests on, in the customer's own words."""
    messages: CustomerMessages
    plain: str
    technical: str
    before: dict[str, Any] = Field(default_factory=dict)
    after: dict[str, Any] = Field(default_factory=dict)
    rollback_plan: str


class ApprovalRequest(Word):
    """Everything that whoever decides is shown, and that will be done."""

    approval_id: str
    revision: int = 1
    replaces: str = ""
    """The request that this one is an edit of."""
    edited_by: str = ""
    ticket_id: str
    action: str
    action_version: int = 1
    requester: str
    """A person. For what the assistant proposes it is the customer."""
    proposed_by: Literal["assistant", "staff"]
    audience: str
    """Who reads the draft: `public`, `customers`, `staff` or a team."""
    tier: Literal["T2", "T3", "T4"]
    reasons: tuple[TierReason, ...]
    approvers: tuple[str, ...]
    """Roles."""
    needed: int = Field(ge=1)
    expires_at: datetime
    reminders: tuple[Reminder, ...] = ()
    basis: str = ""
    """Of the facts that it rests on, as they stood when it was asked for."""
    content: ApprovalContent


@dataclass(frozen=True, slots=True)
class BasisFacts:
    """What may not move between the card and the click. Notes, reminders and deadlines are not here."""

    arguments: Mapping[str, Any]
    draft: str
    status: str
    owner: str
    """Assistant or person."""
    assigned_to: str
    requester: str
    last_message: int
    """Version on the ticket's timeline of what the customer wrote last; 0 when only the ticket was filed."""
    guards: Mapping[str, Any] = field(default_factory=dict)
    """The values that the guards of the action read, by name; plain JSON."""


def digest_of(request: ApprovalRequest) -> str:
    return hashlib.sha256(canonical(request.model_dump(mode="json"))).hexdigest()


def basis_of(facts: BasisFacts) -> str:
    return hashlib.sha256(canonical(asdict(facts))).hexdigest()
