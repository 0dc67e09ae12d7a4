"""How did each open ticket stand when it was last looked at? For sorting; the timeline knows it exactly."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from store.tables import NEVER, Moment, number_of, standings, tickets
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

    numbers: "array[int]"
    """Of the tickets: 1001 of T-1001."""
    risk: "array[int]"
    due: "array[int]"
    """Microseconds of UTC."""
    due_length: "array[int]"
    due_in_hours: "array[int]"
    risk_fixed: "array[int]"


def stand_all(connection: Connection) -> None:
    """Lists are joined with the standings: no ticket may be without."""
    known = select(standings.c.number)
    missing = select(tickets.c.number).where(tickets.c.number.not_in(known))
    connection.execute(insert(standings).from_select(["number"], missing))


def write_standings(connection: Connection, rows: Sequence[StandingRow]) -> None:
    if rows:
        connection.execute(ONE, [as_written(row) for row in rows])


def as_written(row: StandingRow) -> dict[str, int | bool]:
    return {
        "id": number_of(row.ticket_id),
        "due": Moment.to_micros(row.next_due) if row.next_due else NEVER,
        **{name: getattr(row, name) for name in ("risk", "due_length", "due_in_hours", "risk_fixed")},
    }


def write_risks(connection: Connection, risks: Sequence[tuple[int, int]]) -> None:
    """Number of the ticket and its risk."""
    if not risks:
        return
    if connection.dialect.name == "sqlite":
        # Said to the driver itself: each minute these are thousands, and the layers above cost as much again.
        connection.exec_driver_sql(PLAIN_RISK, [(risk, number) for number, risk in risks])
    else:
        connection.execute(RISK, [{"id": number, "points": risk} for number, risk in risks])


def running(connection: Connection) -> Iterator[Running]:
    """Tickets for which something is due, some thousands at a time."""
    # Nearly all of them: by the index, each row would be looked up alone, which takes five times as long.
    for part in in_parts(connection, select(*RUNNING).where(standings.c.due + 0 < NEVER)):
        yield Running(*(array("q", column) for column in zip(*part, strict=True)))


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
        .join(standings, standings.c.number == tickets.c.number)
        .where(tickets.c.assigned_to == "", tickets.c.status.in_(("new", "open")))
        .order_by(standings.c.due, standings.c.number)
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


RUNNING: Sequence[ColumnElement[Any]] = (
    standings.c.number,
    standings.c.risk,
    standings.c.due,
    standings.c.due_length,
    type_coerce(standings.c.due_in_hours, Integer),
    standings.c.risk_fixed,
)
SAME = standings.c.number == bindparam("id")
FIELDS = ("risk", "due", "due_length", "due_in_hours", "risk_fixed")
ONE = update(standings).where(SAME).values({name: bindparam(name) for name in FIELDS})
# What was ended meanwhile keeps what its end has said.
RISK = update(standings).where(SAME, standings.c.due < NEVER).values(risk=bindparam("points"))
PLAIN_RISK = f"UPDATE standings SET risk = ? WHERE number = ? AND due < {NEVER}"  # noqa: S608 - a number
