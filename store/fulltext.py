"""Under which tokens is each chunk found, and which chunks hold some of them? FTS5 answers on SQLite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Connection, String, bindparam, text

Shelf: TypeAlias = Literal["chunk_words", "chunk_grams"]
"""Words for languages whose endings we know, pieces of words for all others."""

HEADING = 2.0
"""A word of the heading counts as much as two of the text."""

SQLITE = (
    "CREATE VIRTUAL TABLE chunk_words USING fts5(heading, body, tokenize = \"ascii tokenchars '_'\")",
    "CREATE VIRTUAL TABLE chunk_grams USING fts5(heading, body, tokenize = \"ascii tokenchars '_'\")",
)
# A tsvector without places: its lexemes are our tokens, untouched by any parser. How often each occurs
# is counted in `heading` and `body` once the candidates are known.
POSTGRES = tuple(
    statement
    for name in ("chunk_words", "chunk_grams")
    for statement in (
        f"CREATE TABLE {name} (rowid bigint PRIMARY KEY REFERENCES chunks (number) ON DELETE CASCADE,"
        " audience text NOT NULL, heading text NOT NULL, body text NOT NULL, size integer NOT NULL,"
        " line tsvector NOT NULL)",
        f"CREATE INDEX {name}_line ON {name} USING gin (line)",
    )
)


@dataclass(frozen=True, slots=True)
class Tokens:
    heading: str
    body: str
    """Joined by spaces; letters, digits and _ only."""


def create_fulltext(connection: Connection) -> None:
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRES:
        connection.exec_driver_sql(statement)


def put_tokens(connection: Connection, shelf: Shelf, tokens: Mapping[int, Tokens]) -> None:
    """By the numbers of the chunks."""
    rows = [{"number": number, "heading": one.heading, "body": one.body} for number, one in tokens.items()]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        names, values = "rowid, heading, body", ":number, :heading, :body"
    else:
        names = "rowid, audience, heading, body, size, line"
        values = (
            ":number, (SELECT audience FROM chunks WHERE number = :number), :heading, :body,"
            " cardinality(string_to_array(:body, ' ')),"
            " array_to_tsvector(array_remove(string_to_array(:heading || ' ' || :body, ' '), ''))"
        )
    connection.execute(text(f"INSERT INTO {shelf} ({names}) VALUES ({values})"), rows)  # noqa: S608 - our own names


def drop_tokens(connection: Connection, numbers: Sequence[int]) -> None:
    for shelf in ("chunk_words", "chunk_grams"):
        query = text(f"DELETE FROM {shelf} WHERE rowid IN :numbers")  # noqa: S608 - our own names
        connection.execute(query.bindparams(bindparam("numbers", list(numbers), expanding=True)))


def find_tokens(
    connection: Connection, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str], limit: int
) -> dict[int, float]:
    """Chunks of these audiences with at least one of the tokens, best first."""
    if not tokens or not audiences:
        return {}
    # bm25 gives the best the lowest number.
    query = text(
        f"SELECT {shelf}.rowid, bm25({shelf}, {HEADING}, 1.0) AS score FROM {shelf}"  # noqa: S608 - our own names
        # CROSS: the index of words first, else the planner reads every chunk of the audience.
        f" CROSS JOIN chunks WHERE chunks.number = {shelf}.rowid"
        f" AND {shelf} MATCH :tokens AND chunks.audience IN :audiences ORDER BY score, 1 LIMIT :limit"
    ).bindparams(bindparam("audiences", list(audiences), String, expanding=True))
    wanted = " OR ".join(f'"{token}"' for token in tokens)
    return {row[0]: -row[1] for row in connection.execute(query, {"tokens": wanted, "limit": limit})}


def count_tokens(
    connection: Connection, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str]
) -> dict[str, int]:
    """In how many chunks of these audiences each token stands."""
    condition = f"chunks.number = {shelf}.rowid AND {shelf} MATCH :token"
    both = f"{shelf} CROSS JOIN chunks"
    query = text(f"SELECT count(*) FROM {both} WHERE {condition} AND audience IN :audiences")  # noqa: S608 - our own names
    quoted = {token: f'"{token}"' for token in tokens}
    query = query.bindparams(bindparam("audiences", list(audiences), String, expanding=True))
    return {
        token: int(connection.execute(query, {"token": one}).scalar_one()) for token, one in quoted.items()
    }


def list_tokens(connection: Connection, shelf: Shelf, numbers: Sequence[int]) -> dict[int, Tokens]:
    """What another index of words is made from."""
    query = text(f"SELECT rowid, heading, body FROM {shelf} WHERE rowid IN :numbers")  # noqa: S608 - our own names
    query = query.bindparams(bindparam("numbers", list(numbers), expanding=True))
    return {row[0]: Tokens(row[1], row[2]) for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class SqliteWords:
    """The full text of SQLite, as one snapshot shows it."""

    connection: Connection

    def find(
        self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str], limit: int
    ) -> dict[int, float]:
        return find_tokens(self.connection, shelf, tokens, audiences=audiences, limit=limit)

    def count(self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str]) -> dict[str, int]:
        return count_tokens(self.connection, shelf, tokens, audiences=audiences)


def differences(connection: Connection) -> list[str]:
    """Where the full text does not follow the chunks."""
    faults = []
    for shelf in ("chunk_words", "chunk_grams"):
        less = f"SELECT count(*) FROM chunks WHERE number NOT IN (SELECT rowid FROM {shelf})"  # noqa: S608 - our own names
        more = f"SELECT count(*) FROM {shelf} WHERE rowid NOT IN (SELECT number FROM chunks)"  # noqa: S608 - our own names
        missing, idle = (int(connection.execute(text(query)).scalar_one()) for query in (less, more))
        if missing or idle:
            faults.append(f"full text {shelf}: {missing} pieces too few, {idle} too many")
    return faults
