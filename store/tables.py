"""Which rows are kept? Private to store."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from typing_extensions import override

metadata = MetaData()

Serial = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """Aware UTC in Python, microseconds since 1970 in the row: both databases sort and compare alike."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def to_micros(moment: datetime) -> int:
        return (moment - EPOCH) // MICROSECOND

    @staticmethod
    def from_micros(micros: int) -> datetime:
        return EPOCH + micros * MICROSECOND

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else self.to_micros(value)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else self.from_micros(value)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

events = Table(
    "events",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("timeline", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("personal", JSON(none_as_null=True)),
    Column("salt", LargeBinary),
    Column("commitment", String, nullable=False),
    Column("hash", String, nullable=False),
    UniqueConstraint("timeline", "version"),
    Index("events_by_kind", "kind", "at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("hash", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("status", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("ticket_id", String, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("state", JSON, nullable=False),
    Index("sessions_by_person", "person_id", "last_at"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("hash", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("session_id", String, nullable=False),
    Column("status", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("assigned_to", String, nullable=False),
    Column("category", String, nullable=False),
    Column("tags", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("state", JSON, nullable=False),
    Index("tickets_by_person", "person_id", "last_at"),
    Index("tickets_by_age", "opened_at", "number"),
    Index("tickets_by_activity", "last_at", "number"),
    Index("tickets_by_status", "status", "last_at"),
)

NEVER = 9_007_199_254_740_991
"""Later than any moment, and a number that every program can read."""

# How each ticket stood when it was last looked at. For sorting; `verify` leaves it out. Apart from the
# tickets, whose rows are long: each minute thousands of these change.
standings = Table(
    "standings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("risk", Integer, nullable=False, server_default=text("0")),
    Column("risk_fixed", Integer, nullable=False, server_default=text("0")),
    Column("due", BigInteger, nullable=False, server_default=text(str(NEVER))),
    Column("due_length", BigInteger, nullable=False, server_default=text("0")),
    Column("due_in_hours", Boolean, nullable=False, server_default=false()),
    Index("standings_by_risk", "risk", "number"),
    Index("standings_by_due", "due", "number"),
)

threads = Table(
    "threads",
    metadata,
    Column("channel", String, primary_key=True),
    Column("thread", String, primary_key=True),
    Column("session_id", String, nullable=False),
    Column("person_id", String, nullable=False),
    Index("threads_by_session", "session_id"),
)

people = Table(
    "people",
    metadata,
    Column("person_id", String, primary_key=True),
    Column("name", String, nullable=False, default=""),
    Column("email", String, nullable=False, default=""),
    Column("role", String, nullable=False, default="customer"),
    Column("created_at", Moment, nullable=False),
    # The database fills these three as well, so that rows of an older desk and of its backups have them.
    Column("tier", String, nullable=False, default="standard", server_default="standard"),
    Column("order_value", BigInteger, nullable=False, default=0, server_default=text("0")),
    Column("external_id", String, nullable=False, default="", server_default=""),
    Index("people_by_email", "email"),
)

# Only what is known elsewhere too: most visitors are not.
ELSEWHERE = text("external_id <> ''")
Index(
    "people_by_external_id",
    people.c.external_id,
    unique=True,
    sqlite_where=ELSEWHERE,
    postgresql_where=ELSEWHERE,
)

agents = Table(
    "agents",
    metadata,
    Column("person_id", String, primary_key=True),
    Column("team", String, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("load", Integer, nullable=False),
    Column("presence", String, nullable=False),
    Column("tz", String, nullable=False),
    Column("hours", JSON(none_as_null=True)),
    Column("is_lead", Boolean, nullable=False),
    Column("on_leave_until", Moment),
)

rotations = Table(
    "rotations",
    metadata,
    Column("name", String, primary_key=True),
    Column("rotation", JSON, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

rotation_overrides = Table(
    "rotation_overrides",
    metadata,
    Column("override_id", String, primary_key=True),
    Column("person_id", String, nullable=False),
    Column("begins", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Index("rotation_overrides_by_end", "ends"),
)

WAITING = "state IN ('ready', 'sending')"
"""Said in these words and without parameters, so that both databases see that the index covers it."""

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("lane", String, nullable=False),
    Column("payload", JSON(none_as_null=True)),
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("lease_until", Moment),
    Column("state", String, nullable=False, default="ready"),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("inbox_by_state", "state", "done_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("lane", String, nullable=False),
    Column("payload", JSON(none_as_null=True)),
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("lease_until", Moment),
    Column("state", String, nullable=False, default="ready"),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("not_after", Moment, nullable=False),
    Column("receipt", String, nullable=False, default=""),
    Index("outbox_by_state", "state", "done_at"),
)

for lanes in (inbox, outbox):
    # Only what waits: the index stays small however much is done.
    still = text(WAITING)
    Index(f"{lanes.name}_waiting", lanes.c.lane, lanes.c.seq, sqlite_where=still, postgresql_where=still)

timers = Table(
    "timers",
    metadata,
    Column("key", String, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("payload", JSON, nullable=False),
    Index("timers_by_due", "due"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("file_id", String, primary_key=True),
    Column("person_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("files_by_person", "person_id"),
)

file_places = Table(
    "file_places",
    metadata,
    Column("file_id", String, primary_key=True),
    Column("timeline", String, primary_key=True),
    Index("file_places_by_timeline", "timeline"),
)

access_keys = Table(
    "access_keys",
    metadata,
    Column("digest", String, primary_key=True),
    Column("use", String, nullable=False),
    Column("key_id", String, nullable=False, unique=True),
    Column("person_id", String, nullable=False),
    Column("scopes", String, nullable=False, default=""),
    Column("label", String, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("used_at", Moment),
    Column("revoked", Boolean, nullable=False, default=False),
    Index("access_keys_by_person", "person_id", "use"),
)

requests = Table(
    "requests",
    metadata,
    Column("key", String, primary_key=True),
    Column("body_hash", String, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person_id", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("hash", String, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("person_id", String, primary_key=True),
    Column("at", Moment, nullable=False),
)


def storable(text: str) -> str:
    """Half of a broken letter pair and the zero byte can stand in JSON, and in no text column."""
    return text.encode(errors="replace").decode().replace("\0", " ")


def number_of(ticket_id: str) -> int:
    return int(ticket_id.removeprefix("T-"))


def insert_once(table: Table) -> dict[str, Insert]:
    """For each dialect: a row that stands already stays as it is, and the count of rows says so."""
    # Asked for the new row's number as well, Postgres would keep the count to itself.
    told = {"preserve_rowcount": True}
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing().execution_options(**told),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing().execution_options(**told),
    }
