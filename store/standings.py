"""How did each open ticket stand when it was last looked at? For sorting; the timeline knows it exactly."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    select,
    type_coerce,
    update,
)

from store.tables import tickets
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


@dataclass(frozen=True, slots=True)
class Running:
    """The same of many tickets, column by column: NumPy takes them as they are, a million in no time."""

    ticket_ids: Sequence[str]
    risk: "array[int]"
    due: "array[int]"
    """Microseconds of UTC."""
    due_length: "array[int]"
    due_in_hours: "array[int]"
    risk_fixed: "array[int]"


def write_standings(connection: Connection, rows: Sequence[StandingRow]) -> None:
    if rows:
        given = [{"id": row.ticket_id, **{name: getattr(row, name) for name in FIELDS}} for row in rows]
        connection.execute(ONE, given)


def write_risks(connection: Connection, risks: Sequence[tuple[str, int]]) -> None:
    if not risks:
        return
    if connection.dialect.name == "sqlite":
        # Said to the driver itself: each minute these are thousands, and the layers above cost as much again.
        connection.exec_driver_sql(PLAIN_RISK, [(risk, ticket_id) for ticket_id, risk in risks])
    else:
        connection.execute(RISK, [{"id": ticket_id, "points": risk} for ticket_id, risk in risks])


def running(connection: Connection) -> Iterator[Running]:
    """Open tickets for which something is due, some thousands at a time."""
    query = select(*RUNNING).where(tickets.c.next_due.is_not(None), tickets.c.status.not_in(ENDED))
    for part in in_parts(connection, query):
        ticket_ids, *numbers = zip(*part, strict=True)
        yield Running(ticket_ids, *(array("q", column) for column in numbers))


def in_parts(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    if connection.dialect.name == "sqlite":
        # As for `write_risks`: the plain rows of the driver are read in two thirds of the time.
        found = connection.execute(query)
        while part := found.cursor.fetchmany(MOST_AT_ONCE):
            yield part
    else:
        yield from connection.execute(query.execution_options(yield_per=MOST_AT_ONCE)).partitions()


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


# As they lie in the row: a million moments made and taken apart again would cost a second.
RUNNING: Sequence[ColumnElement[Any]] = (
    tickets.c.ticket_id,
    tickets.c.risk,
    type_coerce(tickets.c.next_due, BigInteger),
    tickets.c.due_length,
    type_coerce(tickets.c.due_in_hours, Integer),
    tickets.c.risk_fixed,
)
SAME = tickets.c.ticket_id == bindparam("id")
FIELDS = ("risk", "next_due", "due_length", "due_in_hours", "risk_fixed")
ONE = update(tickets).where(SAME).values({name: bindparam(name) for name in FIELDS})
RISK = update(tickets).where(SAME).values(risk=bindparam("points"))
PLAIN_RISK = "UPDATE tickets SET risk = ? WHERE ticket_id = ?"
