"""What do the lists on the pages show? Filtered, sorted, and every page as fast as the first."""

import re
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, func, literal, select, tuple_, type_coerce

from store.errors import BadAnswer
from store.tables import NEVER, Moment, people, sessions, standings, storable, tickets
from store.tickets import Session

Sort = Literal["age", "activity", "risk", "due"]
"""`age`: who waits longest comes first; `activity`: what moved last; `risk`: what is most at risk; `due`:
what is due first, and behind it what is not due at all."""

NOBODY = "-"
"""As assignee in a filter: tickets that nobody has taken."""

LONGEST_PAGE = 200
RANKS = range(4)
RISING = ("age", "due")
CURSOR = re.compile(r"[0-9]{1,16}-[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Empty lets everything through; of several statuses or priorities any fits."""

    status: tuple[str, ...] = ()
    priority: tuple[int, ...] = ()
    channel: str = ""
    queue: str = ""
    assignee: str = ""
    """A person id, or `-` for nobody."""
    tag: str = ""
    text: str = ""
    """Every word must stand in the ticket's number, summary or details."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    ticket_id: str
    status: str
    priority: int
    channel: str
    queue: str
    category: str
    tags: tuple[str, ...]
    language: str
    summary: str
    session_id: str
    person_id: str
    person_name: str
    assigned_to: str
    assigned_name: str
    owner: str
    opened_at: datetime
    last_at: datetime
    risk: int = 0
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    lines: tuple[TicketLine, ...]
    next: str
    """Cursor of the page after this one, empty on the last."""


@dataclass(frozen=True, slots=True)
class Menus:
    """What a filter can be set to; only values that some ticket has."""

    statuses: tuple[str, ...]
    priorities: tuple[int, ...]
    channels: tuple[str, ...]
    queues: tuple[str, ...]
    assignees: tuple[tuple[str, str], ...]
    """Person id and name."""
    tags: tuple[str, ...]


customer = people.alias("customer")
assigned = people.alias("assigned")
LINES = (
    select(
        tickets,
        standings.c.risk,
        standings.c.due,
        customer.c.name.label("person_name"),
        assigned.c.name.label("assigned_name"),
    )
    .join(standings, standings.c.number == tickets.c.number)
    .join(customer, customer.c.person_id == tickets.c.person_id, isouter=True)
    .join(assigned, assigned.c.person_id == tickets.c.assigned_to, isouter=True)
)


def list_tickets(
    connection: Connection,
    filters: TicketFilter,
    *,
    sort: Sort = "activity",
    after: str = "",
    limit: int = 50,
) -> TicketPage:
    limit = max(1, min(limit, LONGEST_PAGE))
    query = LINES.where(*conditions(filters)).limit(limit + 1)
    column, rises = sort_column(sort), sort in RISING
    place = (column, standings.c.number if sort in ("risk", "due") else tickets.c.number)
    query = query.order_by(*(place if rises else (one.desc() for one in place)))
    if after:
        value, number = read_cursor(after)
        mark = tuple_(literal(value), literal(number))
        query = query.where(tuple_(*place) > mark if rises else tuple_(*place) < mark)
    rows = connection.execute(query).all()
    has_more = len(rows) > limit
    shown = rows[:limit]
    return TicketPage(tuple(map(read_line, shown)), write_cursor(shown[-1], sort) if has_more else "")


def count_tickets(connection: Connection, filters: TicketFilter) -> int:
    query = select(func.count()).select_from(tickets).where(*conditions(filters))
    return int(connection.execute(query).scalar_one())


def conditions(filters: TicketFilter) -> list[ColumnElement[bool]]:
    assignee = "" if filters.assignee == NOBODY else filters.assignee
    exact = {"channel": filters.channel, "queue": filters.queue}
    wanted: list[ColumnElement[bool]] = [
        tickets.c[name] == storable(value) for name, value in exact.items() if value
    ]
    if filters.status:
        wanted.append(tickets.c.status.in_(map(storable, filters.status)))
    if filters.priority:
        wanted.append(tickets.c.priority.in_(rank for rank in filters.priority if rank in RANKS))
    if filters.assignee:
        wanted.append(tickets.c.assigned_to == storable(assignee))
    if filters.tag:
        wanted.append(tickets.c.tags.contains(f" {storable(filters.tag)} ", autoescape=True))
    words = storable(filters.text).casefold().split()
    wanted += [tickets.c.search_text.contains(word, autoescape=True) for word in words]
    return wanted


def sort_column(sort: Sort) -> ColumnElement[int]:
    """As a whole number, which a cursor can name."""
    if sort == "risk":
        return standings.c.risk
    if sort == "due":
        return standings.c.due
    return type_coerce(tickets.c.opened_at if sort == "age" else tickets.c.last_at, BigInteger)


def write_cursor(row: Row[Any], sort: Sort) -> str:
    if sort == "risk":
        return f"{row.risk}-{row.number}"
    if sort == "due":
        return f"{row.due}-{row.number}"
    return f"{Moment.to_micros(row.opened_at if sort == 'age' else row.last_at)}-{row.number}"


def read_cursor(cursor: str) -> tuple[int, int]:
    if not CURSOR.fullmatch(cursor):
        raise BadAnswer(f"{cursor!r} is no place in the list: take the one that came with the page")
    value, number = cursor.split("-")
    return int(value), int(number)


def read_line(row: Row[Any]) -> TicketLine:
    same = ("ticket_id", "status", "priority", "channel", "queue", "category", "session_id", "person_id")
    also = ("assigned_to", "opened_at", "last_at", "risk")
    return TicketLine(
        **{name: getattr(row, name) for name in same + also},
        tags=tuple(row.tags.split()),
        language=row.state.get("language", ""),
        summary=row.state.get("issue_summary", ""),
        owner=row.state.get("owner", ""),
        person_name=row.person_name or "",
        assigned_name=row.assigned_name or "",
        next_due=None if row.due == NEVER else Moment.from_micros(row.due),
    )


def tickets_of(connection: Connection, person_id: str, limit: int = 100) -> list[TicketLine]:
    """What moved last comes first."""
    theirs = LINES.where(tickets.c.person_id == person_id)
    order = (tickets.c.last_at.desc(), tickets.c.number.desc())
    return [read_line(row) for row in connection.execute(theirs.order_by(*order).limit(limit))]


def sessions_of(connection: Connection, person_id: str, limit: int = 100) -> list[Session]:
    theirs = select(sessions.c.state).where(sessions.c.person_id == person_id)
    order = (sessions.c.last_at.desc(), sessions.c.session_id.desc())
    return [Session.read_back(row.state) for row in connection.execute(theirs.order_by(*order).limit(limit))]


def count_by_status(connection: Connection) -> dict[str, int]:
    query = select(tickets.c.status, func.count()).group_by(tickets.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def distinct_values(connection: Connection) -> Menus:
    columns = (tickets.c.status, tickets.c.priority, tickets.c.channel, tickets.c.queue)
    query = select(*columns, tickets.c.assigned_to, tickets.c.tags, people.c.name).distinct()
    # One pass over the tickets for all menus; there are far fewer mixtures than tickets.
    query = query.join(people, people.c.person_id == tickets.c.assigned_to, isouter=True)
    rows = connection.execute(query).all()
    assignees = {(row.assigned_to, row.name or row.assigned_to) for row in rows if row.assigned_to}
    return Menus(
        statuses=tuple(sorted({row.status for row in rows})),
        priorities=tuple(sorted({row.priority for row in rows})),
        channels=tuple(sorted({row.channel for row in rows if row.channel})),
        queues=tuple(sorted({row.queue for row in rows if row.queue})),
        assignees=tuple(sorted(assignees, key=itemgetter(1))),
        tags=tuple(sorted({tag for row in rows for tag in row.tags.split()})),
    )
