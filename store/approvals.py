"""How does a request for a click come in, and how is it decided once, whoever clicks at the same time?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, update

from store import approval_events as a
from store.access import find_person
from store.approval_clicks import Click, Judge, Refusal, Standing
from store.approval_folding import Approval, fold_approvals, fold_one, requested_fact
from store.approval_reading import basis_now, find_approval, get_approval, row_of, vote_rows
from store.approval_tables import approval_tokens, approval_votes, approvals
from store.approval_words import FOLLOWS, ApprovalRequest, Cause, Change, Verdict, digest_of
from store.audit import write_audit
from store.database import Database
from store.errors import BadAnswer, NotFound, Overtaken
from store.events import Event, Recorded
from store.inbox import accept
from store.messages import SetTimer, TimerDue
from store.tables import insert_once
from store.tickets import Ticket
from store.timelines import Addition, append, find_ticket
from store.timers import set_timers

T = TypeVar("T")
TRIES = 3
EXECUTE = "execute"
"""The timer of the delivery that carries out what was approved; its basis is the approval's id."""
KEPT_BY_EDITS = ("ticket_id", "action", "requester", "proposed_by")


@dataclass(frozen=True, slots=True)
class Pen:
    """What writing facts takes besides the facts: one moment for all of them, and salts."""

    now: datetime
    salt: Callable[[], bytes]
    """`clock.new_salt`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a click."""

    approval: Approval
    """As it stands after it."""
    refusal: Refusal | None = None
    replaced_by: Approval | None = None
    """The new card, after an edit."""


def write_again(database: Database, unit: Callable[[Connection], T]) -> T:
    """A ticket that moves on while its approval is written is read again, three times at most."""
    for _ in range(TRIES - 1):
        try:
            return database.write(unit)
        except Overtaken:
            continue
    return database.write(unit)


def propose(
    connection: Connection,
    request: ApprovalRequest,
    *,
    guards: Mapping[str, Any],
    pen: Pen,
    first: Sequence[Event] = (),
) -> Approval:
    """Asked for twice under one id, it stands once. `first` are facts that belong to asking for it, such as a
    change of status: the card rests on the ticket as they leave it. Raises NotFound, Overtaken, BadAnswer."""
    if known := find_approval(connection, request.approval_id):
        return known
    ticket = get_ticket(connection, request.ticket_id)
    if first:
        add(connection, ticket, first, pen)
        ticket = get_ticket(connection, request.ticket_id)
    return stand(connection, ticket, request, guards=guards, pen=pen)


def stand(
    connection: Connection,
    ticket: Ticket,
    request: ApprovalRequest,
    *,
    guards: Mapping[str, Any],
    pen: Pen,
) -> Approval:
    if request.expires_at <= pen.now:
        raise BadAnswer(f"{request.approval_id} would expire at {request.expires_at}, which is over already")
    resting = request.model_copy(update={"basis": basis_now(connection, request, ticket, guards)})
    fact = requested_fact(resting, digest_of(resting))
    recorded = add(connection, ticket, [fact], pen)
    made = fold_approvals(recorded)[request.approval_id]
    connection.execute(insert(approvals), row_of(made))
    set_next_timer(connection, made)
    return made


def decide(
    connection: Connection, click: Click, judge: Judge, *, guards: Mapping[str, Any], pen: Pen
) -> Answer:
    """`judge` is escalation.approvals.may_decide; `guards` are read anew, just before. What it refuses is
    written down too, and a card that is found too old or overtaken ends there. Raises NotFound, Overtaken."""
    before, ticket, refusal = weigh(connection, click, judge, guards=guards, pen=pen)
    if refusal:
        return refuse(connection, ticket, before, click, refusal=refusal, pen=pen)
    after = record(connection, ticket, before, [verdict_of(before, click)], pen)
    if after.state == "approved":
        due = TimerDue(
            key=f"{EXECUTE}:{after.approval_id}",
            at=pen.now,
            ticket_id=after.ticket_id,
            timer=EXECUTE,
            basis=after.approval_id,
        )
        accept(connection, due, "")
    return Answer(after)


def edit(
    connection: Connection,
    click: Click,
    judge: Judge,
    request: ApprovalRequest,
    *,
    guards: Mapping[str, Any],
    pen: Pen,
) -> Answer:
    """The card that was clicked ends, and `request` waits in its place under an id of its own."""
    before, ticket, refusal = weigh(connection, click, judge, guards=guards, pen=pen)
    if refusal:
        return refuse(connection, ticket, before, click, refusal=refusal, pen=pen)
    if before.request and any(getattr(request, n) != getattr(before.request, n) for n in KEPT_BY_EDITS):
        raise BadAnswer(f"an edit keeps {', '.join(KEPT_BY_EDITS)}: ask for something else anew")
    changes = {
        "replaces": before.approval_id,
        "revision": before.revision + 1,
        "edited_by": click.person_id,
    }
    ended = a.ApprovalSuperseded(
        approval_id=before.approval_id,
        cause="edited",
        replaced_by=request.approval_id,
        by=click.person_id,
    )
    after = record(connection, ticket, before, [ended], pen)
    ticket = get_ticket(connection, ticket.ticket_id)
    new = request.model_copy(update=changes)
    made = stand(connection, ticket, new, guards=guards, pen=pen)
    return Answer(after, replaced_by=made)


def weigh(
    connection: Connection, click: Click, judge: Judge, *, guards: Mapping[str, Any], pen: Pen
) -> tuple[Approval, Ticket, Refusal | None]:
    before = get_approval(connection, click.approval_id, lock=True)
    ticket = get_ticket(connection, before.ticket_id)
    person = find_person(connection, click.person_id)
    standing = Standing(
        request=before.request,
        state=before.state,
        digest=before.digest,
        votes=tuple(who for who, _ in before.votes),
        role=person.role if person else "",
        basis=basis_now(connection, before.request, ticket, guards) if before.request else "",
        decided_by=before.decided_by,
        replaced_by=before.replaced_by,
        now=pen.now,
    )
    return before, ticket, judge(click, standing)


def verdict_of(before: Approval, click: Click) -> Event:
    """Of several who have to agree, the last one decides."""
    of, shown, by = before.approval_id, click.digest, click.person_id
    if click.deed == "approve" and len(before.votes) + 1 < before.needed:
        return a.ApprovalVoted(approval_id=of, digest=shown, by=by)
    verdict: Verdict = "approve" if click.deed == "approve" else "reject"
    reason = click.reason or None
    return a.ApprovalDecided(approval_id=of, digest=shown, verdict=verdict, by=by, reason=reason)


def refuse(
    connection: Connection, ticket: Ticket, before: Approval, click: Click, *, refusal: Refusal, pen: Pen
) -> Answer:
    after = before
    if before.state == "pending" and refusal.code in ENDS:
        after = record(connection, ticket, before, [ENDS[refusal.code](before.approval_id)], pen)
    facts = {"code": refusal.code, "deed": click.deed, "state": before.state}
    write_audit(connection, click.person_id, "approval_refused", before.approval_id, facts=facts, at=pen.now)
    return Answer(after, refusal)


ENDS: Mapping[str, Callable[[str], Event]] = {
    "expired": lambda approval_id: a.ApprovalExpired(approval_id=approval_id),
    "moved_on": lambda approval_id: a.ApprovalSuperseded(
        approval_id=approval_id, cause="moved_on", by="desk"
    ),
}
"""A card that a click finds too old, or about another world, ends."""


def supersede(
    connection: Connection, approval_id: str, *, cause: Cause, by: str, pen: Pen
) -> Approval | None:
    """None when it was ended already."""
    before = get_approval(connection, approval_id, lock=True)
    if "superseded" not in FOLLOWS[before.state]:
        return None
    ended = a.ApprovalSuperseded(approval_id=approval_id, cause=cause, by=by)
    return record(connection, get_ticket(connection, before.ticket_id), before, [ended], pen)


def wake(connection: Connection, approval_id: str, pen: Pen) -> Event | None:
    """When its timer rings: it expires, or the next reminder is due, each once. None when neither is so."""
    before = get_approval(connection, approval_id, lock=True)
    now, request = pen.now, before.request
    if before.state != "pending" or request is None:
        return None
    event: Event
    if now >= before.expires_at:
        event = a.ApprovalExpired(approval_id=approval_id)
    elif passed := sum(one.at <= now for one in request.reminders[before.reminded :]):
        # What was slept through is said once, by the last of them.
        event = a.ApprovalReminded(approval_id=approval_id, number=before.reminded + passed)
    else:
        set_next_timer(connection, before)
        return None
    record(connection, get_ticket(connection, before.ticket_id), before, [event], pen)
    return event


def begin(
    connection: Connection, approval_id: str, *, guards: Mapping[str, Any], pen: Pen
) -> Approval | None:
    """Whoever carries it out asks here first; None: it is not to be done (any more), or another has begun.

    Digest, basis and expiry are looked at once more; what does not hold ends it."""
    before = get_approval(connection, approval_id, lock=True)
    ticket, request = get_ticket(connection, before.ticket_id), before.request
    if before.state != "approved" or request is None:
        return None
    holds = digest_of(request) == before.digest
    event: Event = a.ApprovalCarriedOut(approval_id=approval_id, state="executing")
    if pen.now >= before.expires_at:
        event = ENDS["expired"](approval_id)
    elif not holds or basis_now(connection, request, ticket, guards) != request.basis:
        event = ENDS["moved_on"](approval_id)
    after = record(connection, ticket, before, [event], pen)
    return after if after.state == "executing" else None


def carry_on(connection: Connection, approval_id: str, state: Change, pen: Pen) -> Approval:
    """After `begin`. Said twice, it stands once. Raises BadAnswer for what cannot follow."""
    before = get_approval(connection, approval_id, lock=True)
    if before.state == state:
        return before
    if state == "executing" or state not in FOLLOWS[before.state]:
        raise BadAnswer(f"{approval_id} is {before.state}: {state} cannot follow")
    event = a.ApprovalCarriedOut(approval_id=approval_id, state=state)
    return record(connection, get_ticket(connection, before.ticket_id), before, [event], pen)


def give_token(connection: Connection, approval_id: str, token: str) -> str:
    """For the buttons of one view of the card as it is now; `token` comes fresh from clock.new_secret()."""
    one = get_approval(connection, approval_id)
    row = {"token": token, "approval_id": approval_id, "digest": one.digest}
    connection.execute(NEW_TOKEN[connection.dialect.name], row)
    return token


def record(
    connection: Connection, ticket: Ticket, before: Approval, added: Sequence[Event], pen: Pen
) -> Approval:
    """The row first: of two who decide at once the second finds another state, and writes nothing."""
    facts = [Recorded(ticket.ticket_id, 0, pen.now, event) for event in added]
    after = before
    for fact in facts:
        after = fold_one(after, fact)
    held = update(approvals).where(
        approvals.c.approval_id == before.approval_id,
        approvals.c.state == before.state,
        approvals.c.digest == before.digest,
    )
    if connection.execute(held.values(row_of(after))).rowcount != 1:
        raise Overtaken(f"{before.approval_id} was decided by another")
    if fresh := vote_rows(after)[len(before.votes) :]:
        connection.execute(insert(approval_votes), fresh)
    add(connection, ticket, added, pen)
    set_next_timer(connection, after)
    return after


def add(connection: Connection, ticket: Ticket, added: Sequence[Event], pen: Pen) -> list[Recorded]:
    salts = tuple(pen.salt() for _ in added)
    append(connection, Addition(ticket.ticket_id, ticket.version, tuple(added), salts), pen.now)
    numbered = enumerate(added, ticket.version + 1)
    return [Recorded(ticket.ticket_id, version, pen.now, event) for version, event in numbered]


def get_ticket(connection: Connection, ticket_id: str) -> Ticket:
    if found := find_ticket(connection, ticket_id):
        return found
    raise NotFound(f"no ticket has the id {ticket_id!r}")


def set_next_timer(connection: Connection, one: Approval) -> None:
    """One for each that waits: the next reminder, or its end."""
    due = None
    if one.state == "pending" and one.request:
        due = min([one.expires_at, *(each.at for each in one.request.reminders[one.reminded :])])
    name = f"approval:{one.approval_id}"
    set_timers(connection, [SetTimer(one.ticket_id, name, due, one.approval_id)])


NEW_TOKEN = insert_once(approval_tokens)
