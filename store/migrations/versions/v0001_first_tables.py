"""Which tables does the first release have? Whatever changes them is a later revision."""

import sqlalchemy as sa
from alembic import op

from store.fulltext import create_fulltext

revision = "0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state IN ('ready', 'sending')")


def upgrade() -> None:
    create_ledger()
    create_belts()
    create_people()
    create_shelf()
    # It holds nothing of its own: a revision that wants it otherwise drops it and calls this again.
    create_fulltext(op.get_bind())


def create_ledger() -> None:
    op.create_table(
        "events",
        sa.Column("seq", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("timeline", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("personal", sa.JSON()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.UniqueConstraint("timeline", "version"),
    )
    op.create_index("events_by_kind", "events", ["kind", "at"])
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
    )
    op.create_index("sessions_by_person", "sessions", ["person_id", "last_at"])
    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.UniqueConstraint("number"),
    )
    op.create_index("tickets_by_activity", "tickets", ["last_at", "number"])
    op.create_index("tickets_by_age", "tickets", ["opened_at", "number"])
    op.create_index("tickets_by_person", "tickets", ["person_id", "last_at"])
    op.create_index("tickets_by_status", "tickets", ["status", "last_at"])
    op.create_table(
        "audit",
        sa.Column("seq", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("person_id", sa.String(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def create_belts() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON()),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.UniqueConstraint("key"),
    )
    op.create_index("inbox_by_state", "inbox", ["state", "done_at"])
    op.create_index("inbox_waiting", "inbox", ["lane", "seq"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table(
        "outbox",
        sa.Column("seq", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON()),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("not_after", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "done_at"])
    op.create_index(
        "outbox_waiting", "outbox", ["lane", "seq"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "timers",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
    )
    op.create_index("timers_by_due", "timers", ["due"])
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )


def create_people() -> None:
    op.create_table(
        "threads",
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("thread", sa.String(), primary_key=True),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
    )
    op.create_index("threads_by_session", "threads", ["session_id"])
    op.create_table(
        "people",
        sa.Column("person_id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "access_keys",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("used_at", sa.BigInteger()),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("key_id"),
    )
    op.create_index("access_keys_by_person", "access_keys", ["person_id", "use"])
    op.create_table(
        "requests",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("files_by_person", "files", ["person_id"])
    op.create_table(
        "file_places",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column("timeline", sa.String(), primary_key=True),
    )
    op.create_index("file_places_by_timeline", "file_places", ["timeline"])


def create_shelf() -> None:
    op.create_table(
        "articles",
        sa.Column("path", sa.String(), primary_key=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("review_by", sa.String(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("redirect", sa.String(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_articles_audience", "articles", ["audience"])
    op.create_table(
        "article_versions",
        sa.Column("path", sa.String(), primary_key=True),
        sa.Column("version", sa.String(), primary_key=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("body", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "article_files",
        sa.Column("path", sa.String(), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("around", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "chunks",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.UniqueConstraint("path", "ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_index("chunks_by_reader", "chunks", ["audience", "language"])
    op.create_index("ix_chunks_hash", "chunks", ["hash"])
    op.create_table(
        "vectors",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("embedder", sa.String(), primary_key=True),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "shelf_state",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
