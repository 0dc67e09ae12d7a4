"""Which rows does the shelf keep? Private to store."""

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint
from sqlalchemy import BigInteger as Big

from store.tables import Moment, Serial, metadata

articles = Table(
    "articles",
    metadata,
    Column("path", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("title", String, nullable=False),
    Column("language", String, nullable=False),
    Column("audience", String, nullable=False, index=True),
    Column("tags", JSON, nullable=False),
    Column("owner", String, nullable=False),
    Column("review_by", String, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("redirect", String, nullable=False),
    Column("generation", Big, nullable=False),
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("path", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("language", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("body", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("seen", Moment, nullable=False),
)
"""Kept when the file changes or goes: a citation opens the lines that it was made of."""

article_files = Table(
    "article_files",
    metadata,
    Column("path", String, primary_key=True),
    Column("size", Big, nullable=False),
    Column("changed", Big, nullable=False),
    Column("inode", Big, nullable=False),
    Column("version", String, nullable=False),
    Column("around", String, nullable=False),
    Column("line", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)
"""Every file that the last pass saw. With a reason it is in quarantine, and has no row in `articles`."""

chunks = Table(
    "chunks",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("path", String, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("hash", String, nullable=False, index=True),
    Column("audience", String, nullable=False),
    Column("language", String, nullable=False),
    UniqueConstraint("path", "ordinal"),
    Index("chunks_by_reader", "audience", "language"),
    # A number that was taken away must never come back: an index elsewhere may still hold it for a moment.
    sqlite_autoincrement=True,
)

vectors = Table(
    "vectors",
    metadata,
    Column("hash", String, primary_key=True),
    Column("embedder", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""By the hash of the text: what moves from file to file is not embedded again."""

shelf_state = Table(
    "shelf_state",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Big, nullable=False),
)
