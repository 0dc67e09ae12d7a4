"""How does a fact get onto a timeline, and how is the timeline read back?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store import agents
from store.canonical import canonical
from store.errors import Overtaken
from store.events import Event, Recorded, TicketRouted, read_event, split_event
from store.tables import Moment, events, insert_once, number_of, sessions, standings, storable, tickets
from store.tickets import ENDED, Session, Ticket, fold_session, fold_ticket

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Addition:
    """Events for one timeline, decided on what stood there at `seen`."""

    timeline: str
    seen: int
    events: tuple[Event, ...]
    salts: tuple[bytes, ...]
    """16 random bytes for each event."""


def commit_to(personal: dict[str, Any], salt: bytes | None) -> str:
    """Binds the chain to the personal part without keeping it; without the salt nobody can guess it back."""
    return hashlib.sha256((salt or b"") + canonical(personal)).hexdigest() if personal else ""


def chain(before: str, timeline: str, version: int, *, at: datetime, facts: Any, commitment: str) -> str:
    whole = [before, timeline, version, Moment.to_micros(at), facts, commitment]
    return hashlib.sha256(canonical(whole)).hexdigest()


def find_session(connection: Connection, session_id: str) -> Session | None:
    row = connection.execute(ONE_SESSION, {"id": session_id}).first()
    return Session.read_back(row.state) if row else None


def find_ticket(connection: Connection, ticket_id: str) -> Ticket | None:
    row = connection.execute(ONE_TICKET, {"id": ticket_id}).first()
    return Ticket.read_back(row.state) if row else None


def read_timeline(connection: Connection, timeline: str) -> list[Recorded]:
    rows = connection.execute(ONE_TIMELINE, {"id": timeline})
    return [Recorded(row.timeline, row.version, row.at, read_event(row.facts, row.personal)) for row in rows]


ONE_SESSION = select(sessions.c.state, sessions.c.hash).where(sessions.c.session_id == bindparam("id"))
ONE_TICKET = select(tickets.c.state, tickets.c.hash).where(tickets.c.ticket_id == bindparam("id"))
ONE_TIMELINE = (
    select(events.c.timeline, events.c.version, events.c.at, events.c.facts, events.c.personal)
    .where(events.c.timeline == bindparam("id"))
    .order_by(events.c.version)
)


def append(connection: Connection, addition: Addition, at: datetime) -> None:
    """Writes the events and the snapshot that they fold to; Overtaken when the timeline moved on."""
    if not addition.events:
        return
    is_ticket = addition.timeline.startswith("T-")
    row = connection.execute(ONE_TICKET if is_ticket else ONE_SESSION, {"id": addition.timeline}).first()
    before = empty_state(addition.timeline)
    if row:
        before = before.read_back(row.state)
    if before.version != addition.seen:
        raise Overtaken(f"{addition.timeline} stands at {before.version}, decided on {addition.seen}")
    rows, recorded, head = link(addition, row.hash if row else START, at)
    after = fold(before, recorded)
    try:
        connection.execute(insert(events), rows)
        write_snapshot(connection, after, head, is_new=row is None)
        if isinstance(before, Ticket) and isinstance(after, Ticket):
            move_load(connection, before, after, addition.events)
    except IntegrityError as error:
        raise Overtaken(f"{addition.timeline} was written by another") from error


def move_load(connection: Connection, before: Ticket, after: Ticket, added: Sequence[Event]) -> None:
    """Whom the rules find must have room; who takes it by hand decides alone."""
    left, got = holder_of(before), holder_of(after)
    if left == got:
        return
    if left:
        agents.release(connection, left)
    is_routed = any(isinstance(event, TicketRouted) for event in added)
    if got and is_routed and after.taken_at is None:
        if not agents.claim(connection, got):
            raise Overtaken(f"{got} has no room left for {after.ticket_id}")
    elif got:
        agents.take_on(connection, got)


def holder_of(ticket: Ticket) -> str:
    return "" if ticket.status in ENDED else ticket.assigned_to


def empty_state(timeline: str) -> Session | Ticket:
    return Ticket(ticket_id=timeline) if timeline.startswith("T-") else Session(session_id=timeline)


def link(addition: Addition, head: str, at: datetime) -> tuple[list[dict[str, Any]], list[Recorded], str]:
    rows, recorded = [], []
    numbered = enumerate(zip(addition.events, addition.salts, strict=True), addition.seen + 1)
    for version, (event, fresh) in numbered:
        facts, personal = split_event(event)
        salt = fresh if personal else None
        commitment = commit_to(personal, salt)
        head = chain(head, addition.timeline, version, at=at, facts=facts, commitment=commitment)
        rows.append(
            {
                "timeline": addition.timeline,
                "version": version,
                "at": at,
                "kind": event.kind,
                "facts": facts,
                "personal": personal or None,
                "salt": salt,
                "commitment": commitment,
                "hash": head,
            }
        )
        recorded.append(Recorded(addition.timeline, version, at, event))
    return rows, recorded, head


def fold(before: Session | Ticket, recorded: Sequence[Recorded]) -> Session | Ticket:
    if isinstance(before, Ticket):
        return fold_ticket(before, recorded)
    return fold_session(before, recorded)


def write_snapshot(connection: Connection, state: Session | Ticket, head: str, *, is_new: bool) -> None:
    if isinstance(state, Ticket):
        row = ticket_row(state, head)
        change = update(tickets).where(tickets.c.ticket_id == state.ticket_id)
        connection.execute(insert(tickets) if is_new else change, row)
        if is_new:
            connection.execute(STANDS[connection.dialect.name], {"number": row["number"]})
        return
    row = session_row(state, head)
    change = update(sessions).where(sessions.c.session_id == state.session_id)
    connection.execute(insert(sessions) if is_new else change, row)


STANDS = insert_once(standings)
"""Lists are joined with it: no ticket is without."""


def session_row(state: Session, head: str) -> dict[str, Any]:
    same = ("session_id", "version", "person_id", "channel", "status", "mode", "ticket_id", "last_at")
    return {
        **{name: getattr(state, name) for name in same},
        "hash": head,
        "state": state.model_dump(mode="json"),
    }


def ticket_row(state: Ticket, head: str) -> dict[str, Any]:
    same = ("ticket_id", "version", "person_id", "session_id", "status", "priority", "channel", "queue")
    also = ("assigned_to", "category", "opened_at", "last_at")
    words = (state.ticket_id, state.issue_summary, *state.details.values())
    return {
        **{name: getattr(state, name) for name in same + also},
        "number": number_of(state.ticket_id),
        "hash": head,
        "tags": " " + " ".join(state.tags) + " ",
        "search_text": storable(" ".join(words)).casefold(),
        "state": state.model_dump(mode="json"),
    }


def last_fact(connection: Connection) -> int:
    """Moves on with every fact, whichever process writes it."""
    return int(connection.execute(select(func.max(events.c.seq))).scalar() or 0)
