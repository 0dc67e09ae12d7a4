"""How is what stands beside the facts made anew, from the facts alone?"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, select

from store.approval_reading import rebuild_approvals
from store.events import Recorded, read_event
from store.tables import events, sessions, tickets
from store.tickets import Session, Ticket
from store.timelines import empty_state, fold, write_snapshot


def rebuild_all(connection: Connection) -> None:
    """A timeline that cannot be read is left for `verify` to name."""
    every = select(events.c.timeline).distinct().order_by(events.c.timeline)
    for timeline in connection.execute(every).scalars().all():
        with suppress(ValidationError):
            rebuild_snapshots(connection, [timeline])


def rebuild_snapshots(connection: Connection, timelines: Iterable[str]) -> int:
    """Returns how many; a timeline without events is left as it is."""
    rebuilt = 0
    for timeline in timelines:
        ordered = select(events).where(events.c.timeline == timeline).order_by(events.c.version)
        if rows := connection.execute(ordered).all():
            is_new = timeline not in read_snapshots(connection, [timeline])
            write_snapshot(connection, refold(rows), rows[-1].hash, is_new=is_new)
            rebuild_approvals(connection, timeline)
            rebuilt += 1
    return rebuilt


def read_snapshots(connection: Connection, names: Sequence[str]) -> dict[str, Row[Any]]:
    found = {}
    for table, name in ((sessions, "session_id"), (tickets, "ticket_id")):
        for row in connection.execute(select(table).where(table.c[name].in_(names))):
            found[getattr(row, name)] = row
    return found


def refold(rows: Iterable[Row[Any]]) -> Session | Ticket:
    recorded = [
        Recorded(row.timeline, row.version, row.at, read_event(row.facts, row.personal)) for row in rows
    ]
    return fold(empty_state(recorded[0].timeline), recorded)
