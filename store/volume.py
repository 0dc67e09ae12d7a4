"""How much came in, when, where, and what of it still waits?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from store.tables import tickets

AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket, as far as the amount of work goes."""

    queue: str
    channel: str
    category: str
    priority: int
    opened_at: datetime


def opened_between(connection: Connection, first: datetime, last: datetime) -> Iterator[Opened]:
    """Up to before `last`, in order. One that was merged into another made no work of its own."""
    columns = (getattr(tickets.c, name) for name in Opened.__dataclass_fields__)
    query = (
        select(*columns)
        .where(tickets.c.opened_at >= first, tickets.c.opened_at < last, tickets.c.status != "merged")
        .order_by(tickets.c.opened_at, tickets.c.number)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in connection.execute(query):
        yield Opened(**row._asdict())


def first_opened(connection: Connection) -> datetime | None:
    found: datetime | None = connection.execute(select(func.min(tickets.c.opened_at))).scalar_one()
    return found


def waiting_by_queue(connection: Connection, but: Sequence[str]) -> dict[str, int]:
    """Tickets that wait for the desk, but for those of these channels."""
    waits = (tickets.c.status.in_(("new", "open")), tickets.c.channel.not_in(but))
    query = select(tickets.c.queue, func.count().label("size")).where(*waits).group_by(tickets.c.queue)
    return {row.queue: row.size for row in connection.execute(query)}
