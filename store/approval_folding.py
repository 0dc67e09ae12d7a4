"""What do the facts of a ticket make of its approvals?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from store import approval_events as a
from store.approval_words import FOLLOWS, ApprovalRequest, ApprovalState
from store.events import Event, Recorded, SubjectErased

REQUEST_FIELDS = frozenset(ApprovalRequest.model_fields)


@dataclass(frozen=True, slots=True)
class Approval:
    approval_id: str
    ticket_id: str
    state: ApprovalState
    action: str
    tier: str
    revision: int
    replaced_by: str
    needed: int
    digest: str
    requested_at: datetime
    expires_at: datetime
    reminded: int
    """How many of its reminders were given."""
    decided_by: str
    """Who ended it: a person, or `desk`. Of several who agreed, the last one."""
    changed_at: datetime
    request: ApprovalRequest | None
    """None when the customer was erased."""
    votes: tuple[tuple[str, datetime], ...] = ()


def request_of(asked: a.ApprovalRequested) -> ApprovalRequest | None:
    if asked.content is None:
        return None
    return ApprovalRequest.model_validate({name: getattr(asked, name) for name in REQUEST_FIELDS})


def requested_fact(request: ApprovalRequest, digest: str) -> a.ApprovalRequested:
    return a.ApprovalRequested(**{name: getattr(request, name) for name in REQUEST_FIELDS}, digest=digest)


def fold_approvals(recorded: Iterable[Recorded]) -> dict[str, Approval]:
    """By id, in the order in which they were asked for."""
    found: dict[str, Approval] = {}
    for fact in recorded:
        if isinstance(fact.event, a.ApprovalRequested):
            found[fact.event.approval_id] = begun(fact.event, fact)
        elif isinstance(fact.event, SubjectErased):
            found = {name: erased(one, fact) for name, one in found.items()}
        elif one := found.get(getattr(fact.event, "approval_id", "")):
            found[one.approval_id] = fold_one(one, fact)
    return found


def begun(asked: a.ApprovalRequested, fact: Recorded) -> Approval:
    same = ("approval_id", "action", "tier", "revision", "needed", "digest", "expires_at")
    return Approval(
        **{name: getattr(asked, name) for name in same},
        ticket_id=fact.timeline,
        state="pending",
        replaced_by="",
        requested_at=fact.at,
        reminded=0,
        decided_by="",
        changed_at=fact.at,
        request=request_of(asked),
    )


def erased(one: Approval, fact: Recorded) -> Approval:
    """What still waited for a click or for its turn will not be done; nobody could say what it was."""
    gone = replace(one, request=None)
    if "superseded" not in FOLLOWS[one.state]:
        return gone
    return replace(gone, state="superseded", decided_by="desk", changed_at=fact.at)


def fold_one(one: Approval, fact: Recorded) -> Approval:
    return replace(change(one, fact.event, fact.at), changed_at=fact.at)


def change(one: Approval, event: Event, at: datetime) -> Approval:
    match event:
        case a.ApprovalVoted(by=by):
            return replace(one, votes=(*one.votes, (by, at)))
        case a.ApprovalDecided(verdict="approve", by=by):
            return replace(one, state="approved", decided_by=by, votes=(*one.votes, (by, at)))
        case a.ApprovalDecided(by=by):
            return replace(one, state="rejected", decided_by=by)
        case a.ApprovalExpired():
            return replace(one, state="expired", decided_by="desk")
        case a.ApprovalSuperseded(by=by, replaced_by=replaced_by):
            return replace(one, state="superseded", decided_by=by, replaced_by=replaced_by)
        case a.ApprovalReminded(number=number):
            return replace(one, reminded=number)
        case a.ApprovalCarriedOut(state=state):
            return replace(one, state=state)
        case _:
            return one
