"""How is waiting work claimed, in order and one at a time for each lane? Shared by inbox and outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Table,
    TextClause,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)

from store.tables import WAITING, Moment

LEASE = timedelta(seconds=30)
"""Longer than any try may take; after it another worker may claim, and the first one's result is refused."""


@dataclass(frozen=True, slots=True)
class Claimed:
    seq: int
    key: str
    lane: str
    payload: dict[str, Any]
    attempts: int
    """Tries with this one; a release takes its own back."""
    fence: int
    """Only ever grows: only the claim with the newest number may settle the row."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row as a person sees it in a list."""

    seq: int
    key: str
    lane: str
    state: str
    attempts: int
    due: datetime
    created_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Statements:
    """Built once for each table; building one costs as much as running it."""

    due: Select[Any]
    head: Select[Any]
    lease: Update


@cache
def statements(table: Table) -> Statements:
    now = bindparam("at_now", type_=Moment)
    first = (
        select(table.c.lane, func.min(table.c.seq).label("seq")).where(waits(table)).group_by(table.c.lane)
    )
    heads = first.subquery()
    is_free = or_(table.c.lease_until.is_(None), table.c.lease_until < now)
    return Statements(
        due=select(table.c.lane)
        .join(heads, heads.c.seq == table.c.seq)
        .where(table.c.due <= now, is_free)
        .order_by(table.c.seq)
        .limit(bindparam("at_most", type_=Integer)),
        head=select(table)
        .where(waits(table), table.c.lane == bindparam("of_lane"))
        .order_by(table.c.seq)
        .limit(bindparam("at_most", type_=Integer)),
        lease=update(table)
        .where(table.c.seq == bindparam("of_seq"))
        .values(
            attempts=table.c.attempts + 1,
            fence=table.c.fence + 1,
            lease_until=bindparam("until", type_=Moment),
        ),
    )


def waits(table: Table) -> TextClause:
    return text(f"{table.name}.{WAITING}")


def due_lanes(connection: Connection, table: Table, now: datetime, limit: int = 200) -> list[str]:
    """Lanes whose first waiting row may be worked on now, oldest first."""
    rows = connection.execute(statements(table).due, {"at_now": now, "at_most": limit})
    return [row.lane for row in rows]


def claim(connection: Connection, table: Table, lane: str, now: datetime, limit: int) -> list[Claimed]:
    """The lane's first waiting rows, in order, or nothing when one is leased or its time has not come."""
    lock_lane(connection, table, lane)
    rows = connection.execute(statements(table).head, {"of_lane": lane, "at_most": limit}).all()
    first = rows[0] if rows else None
    if first is None or first.due > now or any(row.lease_until and row.lease_until >= now for row in rows):
        return []
    ready = list(takewhile(lambda row: row.due <= now, rows))
    leases = [{"of_seq": row.seq, "until": now + LEASE} for row in ready]
    connection.execute(statements(table).lease, leases)
    return [
        Claimed(
            seq=row.seq,
            key=row.key,
            lane=row.lane,
            payload=row.payload or {},
            attempts=row.attempts + 1,
            fence=row.fence + 1,
            created_at=row.created_at,
        )
        for row in ready
    ]


def lock_lane(connection: Connection, table: Table, lane: str) -> None:
    """SQLite has one writer anyway; on Postgres two workers must not read the lane's head side by side."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"{table.name}:{lane}"}
        )


def settle(connection: Connection, table: Table, claimed: Claimed, **values: Any) -> bool:
    """False when the lease went to another meanwhile: then nothing of this try counts."""
    result = connection.execute(
        update(table)
        .where(
            and_(
                table.c.seq == claimed.seq,
                table.c.fence == claimed.fence,
                waits(table),
            )
        )
        .values(lease_until=None, **values)
    )
    return result.rowcount == 1


def list_rows(connection: Connection, table: Table, states: Sequence[str], limit: int) -> list[Waiting]:
    rows = connection.execute(
        select(table).where(table.c.state.in_(states)).order_by(table.c.seq.desc()).limit(limit)
    )
    names = ("seq", "key", "lane", "state", "attempts", "due", "created_at", "error")
    return [Waiting(**{name: getattr(row, name) for name in names}) for row in rows]


def count_states(connection: Connection, table: Table) -> dict[str, int]:
    rows = connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {row[0]: row[1] for row in rows}


def oldest_waiting(connection: Connection, table: Table) -> datetime | None:
    found: datetime | None = connection.execute(select(func.min(table.c.due)).where(waits(table))).scalar()
    return found


def replay(connection: Connection, table: Table, key: str, now: datetime, **also: Any) -> bool:
    """A dead row is tried again under its own key, so that an effect that did happen is not repeated."""
    result = connection.execute(
        update(table)
        .where(table.c.key == key, table.c.state.in_(("dead", "expired")), table.c.payload.is_not(None))
        .values(state="ready", due=now, attempts=0, lease_until=None, error="", **also)
    )
    return result.rowcount == 1


def empty_payloads(connection: Connection, table: Table, before: datetime) -> int:
    """What was done long ago keeps its key, against late repeats, and loses its words."""
    result = connection.execute(
        update(table)
        .where(table.c.state == "done", table.c.done_at < before, table.c.payload.is_not(None))
        .values(payload=None)
    )
    return result.rowcount


def free_leases(connection: Connection, table: Table) -> int:
    """At the start of the only process that works: whoever held these is gone. Should one live after all, its
    result is refused as soon as its row is claimed again."""
    held = update(table).where(table.c.state.in_(("ready", "sending")), table.c.lease_until.is_not(None))
    return connection.execute(held.values(lease_until=None)).rowcount
