"""Who may decide on what waits for a click, until when, and what is whoever may not told?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.calendar import Calendar
from escalation.gate import WAITING, Asked, ExpiryRule, Ruling
from store.approval_clicks import Click, Refusal, RefusalCode, Standing
from store.approval_words import (
    FOLLOWS,
    ApprovalContent,
    ApprovalRequest,
    ApprovalState,
    Reminder,
    digest_of,
)
from store.errors import NotAllowed

SHORTEST = timedelta(minutes=1)
"""Nobody can click within less: a deadline as near as this is missed already, and does not hurry anybody."""

HINTS: dict[RefusalCode, str] = {
    "guest": "Guests of the workspace cannot decide: ask a member of the desk.",
    "other_workspace": "This comes from another workspace: decide in the desk's own, or on its pages.",
    "not_a_decider": "This needs one of these roles: {approvers}. Yours is now: {role}.",
    "decided_already": "It is {state} already, by {decided_by}: nothing more was done.",
    "replaced": "This card was replaced by a newer one: look at {replaced_by}.",
    "expired": "It ran out at {expires_at}, and was not done: ask for it anew if it is still needed.",
    "changed": "What would be done is not what your card shows: look at the card again before you decide.",
    "moved_on": "The request has moved on since this was asked for, so nothing was done: ask for it anew.",
    "own_request": "You asked for this yourself: somebody else has to approve it.",
    "voted_already": "You have agreed already: somebody else has to agree as well.",
    "no_reason": "Say why you reject it: whoever asked for it reads the reason.",
}


def may_follow(before: ApprovalState, after: ApprovalState) -> bool:
    return after in FOLLOWS[before]


def may_decide(click: Click, standing: Standing) -> Refusal | None:
    """None: it may be done. Who may not decide at all learns nothing about how it stands."""
    code = next(refusals(click, standing), None)
    return Refusal(code, hint(code, standing)) if code else None


def refusals(click: Click, standing: Standing) -> Iterator[RefusalCode]:
    """The one that counts comes first."""
    yield from unfit_person(click, standing)
    yield from unfit_card(click, standing)
    yield from unfit_deed(click, standing)


def unfit_person(click: Click, standing: Standing) -> Iterator[RefusalCode]:
    if click.is_guest:
        yield "guest"
    if click.is_foreign:
        yield "other_workspace"
    if standing.request and standing.role not in standing.request.approvers:
        yield "not_a_decider"
    if standing.request is None and standing.role in ("", "customer"):
        yield "not_a_decider"


def unfit_card(click: Click, standing: Standing) -> Iterator[RefusalCode]:
    request = standing.request
    if standing.state == "superseded" and standing.replaced_by:
        yield "replaced"
    if standing.state == "superseded":
        yield "moved_on"
    if standing.state == "expired":
        yield "expired"
    if standing.state != "pending":
        yield "decided_already"
    if request is None or click.digest != standing.digest or digest_of(request) != standing.digest:
        yield "changed"
    elif standing.now >= request.expires_at:
        yield "expired"
    elif standing.basis != request.basis:
        yield "moved_on"


def unfit_deed(click: Click, standing: Standing) -> Iterator[RefusalCode]:
    """To take back what one asked for oneself is no approval; nobody minds."""
    if click.deed == "approve" and standing.request and click.person_id == standing.request.requester:
        yield "own_request"
    if click.deed == "approve" and click.person_id in standing.votes:
        yield "voted_already"
    if click.deed == "reject" and not click.reason.strip():
        yield "no_reason"


def hint(code: RefusalCode, standing: Standing) -> str:
    request = standing.request
    return HINTS[code].format(
        approvers=", ".join(request.approvers) if request else "",
        role=standing.role or "none",
        state=standing.state.replace("_", " "),
        decided_by=standing.decided_by or "the desk",
        replaced_by=standing.replaced_by,
        expires_at=request.expires_at.strftime("%Y-%m-%d %H:%M UTC") if request else "its end",
    )


@dataclass(frozen=True, slots=True)
class Card:
    """What a ruling does not say of a request."""

    approval_id: str
    ticket_id: str
    audience: str
    content: ApprovalContent
    action_version: int = 1


def ask_for(
    ruling: Ruling,
    asked: Asked,
    card: Card,
    *,
    now: datetime,
    deadlines: Iterable[datetime],
    business: Calendar,
) -> ApprovalRequest:
    """For `store.approvals.propose`, or with a new id for `edit`. NotAllowed for what does not wait."""
    if ruling.effect != "wait" or ruling.expiry is None or ruling.tier not in WAITING:
        raise NotAllowed(
            f"{asked.action} does not wait for a click: {ruling.effect}, {ruling.reasons[-1].code}"
        )
    ends = expiry(now, deadlines, ruling.expiry, business)
    return ApprovalRequest(
        approval_id=card.approval_id,
        ticket_id=card.ticket_id,
        action=asked.action,
        action_version=card.action_version,
        requester=asked.requester,
        proposed_by="staff" if asked.by == "staff" else "assistant",
        audience=card.audience,
        tier=ruling.tier,
        reasons=ruling.reasons,
        approvers=ruling.approvers,
        needed=ruling.needed,
        expires_at=ends,
        reminders=reminders(now, ends, ruling.expiry, business),
        content=card.content,
    )


def expiry(now: datetime, deadlines: Iterable[datetime], rule: ExpiryRule, business: Calendar) -> datetime:
    """The earliest of: some open hours from now, half of the time left to the nearest deadline, the longest
    that anything may wait. What is urgent counts hours of the clock on the wall instead."""
    ends = [now + rule.longest, after(now, rule.within, rule, business)]
    left = [due for due in deadlines if due - now > SHORTEST]
    if left:
        ends.append(halfway(now, min(left), rule, business))
    return min(ends)


def after(now: datetime, length: timedelta, rule: ExpiryRule, business: Calendar) -> datetime:
    return now + length if rule.is_urgent else business.add_at(now, length)


def halfway(now: datetime, then: datetime, rule: ExpiryRule, business: Calendar) -> datetime:
    """Of the open time between them; where there is none, of all the time."""
    open_time = timedelta(0) if rule.is_urgent else business.elapsed_at(now, then)
    if open_time < SHORTEST:
        return now + (then - now) / 2
    return business.add_at(now, open_time / 2)


def reminders(
    now: datetime, expires_at: datetime, rule: ExpiryRule, business: Calendar
) -> tuple[Reminder, ...]:
    """Before it runs out, in order. What is urgent goes on to whoever is on call; else one at half time."""
    if not rule.is_urgent:
        half = Reminder(at=halfway(now, expires_at, rule, business))
        return (half,) if half.at < expires_at else ()
    said = (
        Reminder(at=now + step, to="on_call" if number else "approvers")
        for number, step in enumerate(rule.steps)
    )
    return tuple(one for one in said if one.at < expires_at)
