"""What is due at a later time? Rows, never sleeping threads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from store.inbox import deliver
from store.messages import SetTimer, TimerDue
from store.tables import Moment, timers

BATCH = 500
LOOK = "sla"
"""The timer at which a ticket is looked at again, whatever the reason."""


def set_timers(connection: Connection, wanted: Sequence[SetTimer]) -> None:
    rows = {
        f"{timer.timeline}:{timer.timer}": {
            "due": timer.due,
            "payload": {"timeline": timer.timeline, "timer": timer.timer, "basis": timer.basis},
        }
        for timer in wanted
    }
    take_away(connection, list(rows))
    if due := [{"key": key, **row} for key, row in rows.items() if row["due"]]:
        connection.execute(insert(timers), due)


def look_again(connection: Connection, ticket_ids: Sequence[str], now: datetime) -> None:
    """At the deadlines, the risk and the holder of these tickets, as soon as the clock is read."""
    set_timers(connection, [SetTimer(ticket_id, LOOK, now) for ticket_id in ticket_ids])


def take_away(connection: Connection, keys: Sequence[str]) -> None:
    if keys:
        connection.execute(delete(timers).where(timers.c.key.in_(keys)))


def ring(connection: Connection, now: datetime) -> list[str]:
    """Turns what is due into deliveries and takes the timers away; returns the deliveries' lanes."""
    rows = due(connection, now)
    take_away(connection, [row.key for row in rows])
    return deliver(connection, [read_timer(row, now) for row in rows])


def due(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """What has waited longest first; on Postgres held for whoever asked, and others pass it by."""
    query = select(timers).where(timers.c.due <= now).order_by(timers.c.due).limit(BATCH)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return connection.execute(query).all()


def read_timer(row: Row[Any], now: datetime) -> TimerDue:
    timeline = row.payload["timeline"]
    is_ticket = timeline.startswith("T-")
    return TimerDue(
        key=f"timer:{row.key}:{Moment.to_micros(row.due)}",
        at=now,
        session_id="" if is_ticket else timeline,
        ticket_id=timeline if is_ticket else "",
        timer=row.payload["timer"],
        basis=row.payload["basis"],
    )


def count_timers(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(timers)).scalar_one())
