"""How does a test put facts on timelines, and how does somebody tamper with them?"""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, create_engine, text

from store import events as e
from store.database import Database, read_url
from store.messages import CustomerSaid
from store.settings import Settings
from store.timelines import Addition, append, find_session, find_ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def salts(count: int) -> tuple[bytes, ...]:
    return tuple(sha256(str(number).encode()).digest()[:16] for number in range(count))


def write_facts(connection: Connection, timeline: str, *facts: e.Event, at: datetime = NOON) -> None:
    find = find_ticket if timeline.startswith("T-") else find_session
    found = find(connection, timeline)
    seen = found.version if found else 0
    append(connection, Addition(timeline, seen, facts, salts(len(facts))), at)


def add_facts(database: Database, timeline: str, *facts: e.Event, at: datetime = NOON) -> None:
    database.write(lambda connection: write_facts(connection, timeline, *facts, at=at))


def ticket_opened(number: int = 1, person: str = "per_ada", **fields: object) -> e.TicketOpened:
    given = {
        "person_id": person,
        "session_id": f"ses_{number}",
        "channel": "web",
        "language": "en",
        "category": "order",
        "priority": 2,
        "queue": "first",
        "issue_summary": f"Parcel {number} is late",
        "details": {"order": f"HR-{number}"},
    }
    return e.TicketOpened.model_validate({**given, **fields})


def open_ticket(database: Database, number: int = 1, *more: e.Event, at: datetime = NOON) -> str:
    ticket_id = f"T-{number}"
    add_facts(database, ticket_id, ticket_opened(number), *more, at=at)
    return ticket_id


def said(
    key: str, person: str = "per_ada", text_said: str = "Where is it?", **fields: object
) -> CustomerSaid:
    given = {
        "key": key,
        "at": NOON,
        "person_id": person,
        "channel": "web",
        "thread": person,
        "text": text_said,
    }
    return CustomerSaid.model_validate({**given, **fields})


def tamper(settings: Settings, *statements: str) -> None:
    """As the owner of the database could, with the guards taken away."""
    engine = create_engine(read_url(settings.database))
    with closing(engine.connect()) as connection, connection.begin():
        take_guards_away(connection)
        for statement in statements:
            assert connection.execute(text(statement)).rowcount, statement
    engine.dispose()


def take_guards_away(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    for name in names:
        connection.execute(text(f"DROP TRIGGER {name}"))


def kinds(findings: Iterable[object]) -> list[str]:
    return [getattr(one, "what", "") for one in findings]
