"""How did each open ticket stand when it was last looked at? For sorting; the timeline knows it exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from store.tables import Moment, tickets
from store.tickets import ENDED

MOST_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class StandingRow:
    ticket_id: str
    risk: int
    next_due: datetime | None
    """Of what waits, what is due first; None while nothing runs."""
    due_length: int = 0
    """Microseconds that are allowed for it."""
    due_in_hours: bool = False
    risk_fixed: int = 0
    """The points that do not come from time."""

    @property
    def due_us(self) -> int:
        return Moment.to_micros(self.next_due) if self.next_due else 0


def write_standings(connection: Connection, rows: Sequence[StandingRow]) -> None:
    if rows:
        given = [{"id": row.ticket_id, **{name: getattr(row, name) for name in FIELDS}} for row in rows]
        connection.execute(ONE, given)


def write_risks(connection: Connection, risks: Sequence[tuple[str, int]]) -> None:
    if risks:
        connection.execute(RISK, [{"id": ticket_id, "points": risk} for ticket_id, risk in risks])


def running(connection: Connection) -> Iterator[list[StandingRow]]:
    """Open tickets for which something is due, some thousands at a time."""
    known = "ticket_id risk next_due due_length due_in_hours risk_fixed".split()
    query = select(*(tickets.c[name] for name in known)).where(
        tickets.c.next_due.is_not(None), tickets.c.status.not_in(ENDED)
    )
    found = connection.execute(query.execution_options(yield_per=MOST_AT_ONCE))
    for part in found.partitions():
        yield [StandingRow(**row._asdict()) for row in part]


def open_by_queue(connection: Connection) -> dict[str, int]:
    is_open = tickets.c.status.not_in(ENDED)
    query = select(tickets.c.queue, func.count().label("size")).where(is_open).group_by(tickets.c.queue)
    return {row.queue: row.size for row in connection.execute(query)}


def waiting_for_somebody(connection: Connection, most: int) -> list[tuple[str, str]]:
    """Open tickets that nobody holds, each with the rule that it waits by; what is due first comes first."""
    query = (
        select(tickets.c.ticket_id, tickets.c.state["rule"].as_string().label("rule"))
        .where(tickets.c.assigned_to == "", tickets.c.status.in_(("new", "open")))
        .order_by(tickets.c.next_due.is_(None), tickets.c.next_due, tickets.c.number)
        .limit(most)
    )
    return [(row.ticket_id, row.rule or "") for row in connection.execute(query)]


def opened_since(connection: Connection, since: datetime) -> list[str]:
    query = select(tickets.c.ticket_id).where(tickets.c.opened_at >= since).order_by(tickets.c.number)
    return list(connection.execute(query).scalars())


def held_by(connection: Connection, person_id: str) -> list[str]:
    query = (
        select(tickets.c.ticket_id)
        .where(tickets.c.assigned_to == person_id, tickets.c.status.not_in(ENDED))
        .order_by(tickets.c.number)
    )
    return list(connection.execute(query).scalars())


SAME = tickets.c.ticket_id == bindparam("id")
FIELDS = ("risk", "next_due", "due_length", "due_in_hours", "risk_fixed")
ONE = update(tickets).where(SAME).values({name: bindparam(name) for name in FIELDS})
RISK = update(tickets).where(SAME).values(risk=bindparam("points"))
