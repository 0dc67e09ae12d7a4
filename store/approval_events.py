"""Which facts can stand on a ticket about what waits for a click?"""

from datetime import datetime
from typing import Annotated, Literal

from store.approval_words import ApprovalContent, Cause, Change, Reminder, TierReason, Verdict
from store.words import PERSONAL, Word


class ApprovalRequested(Word):
    kind: Literal["approval_requested"] = "approval_requested"
    approval_id: str
    revision: int = 1
    replaces: str = ""
    edited_by: str = ""
    ticket_id: str
    action: str
    action_version: int
    requester: str
    proposed_by: Literal["assistant", "staff"]
    audience: str
    tier: Literal["T2", "T3", "T4"]
    reasons: tuple[TierReason, ...]
    approvers: tuple[str, ...]
    needed: int
    expires_at: datetime
    reminders: tuple[Reminder, ...] = ()
    basis: str
    digest: str
    content: Annotated[ApprovalContent | None, PERSONAL] = None


class ApprovalVoted(Word):
    """One of several who have to agree did so."""

    kind: Literal["approval_voted"] = "approval_voted"
    approval_id: str
    digest: str
    by: str


class ApprovalDecided(Word):
    kind: Literal["approval_decided"] = "approval_decided"
    approval_id: str
    digest: str
    """Of what was shown."""
    verdict: Verdict
    by: str
    reason: Annotated[str | None, PERSONAL] = None


class ApprovalExpired(Word):
    kind: Literal["approval_expired"] = "approval_expired"
    approval_id: str


class ApprovalSuperseded(Word):
    kind: Literal["approval_superseded"] = "approval_superseded"
    approval_id: str
    cause: Cause
    replaced_by: str = ""
    by: str
    """A person id, or `desk` for what was noticed by itself."""


class ApprovalReminded(Word):
    kind: Literal["approval_reminded"] = "approval_reminded"
    approval_id: str
    number: int
    """From 1."""


class ApprovalCarriedOut(Word):
    """How far it has come with what was approved."""

    kind: Literal["approval_carried_out"] = "approval_carried_out"
    approval_id: str
    state: Change
