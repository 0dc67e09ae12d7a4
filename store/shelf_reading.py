"""What can one search read from the shelf, all of it in one snapshot?"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Select, select

from store import shelf
from store.articles import ArticleVersion, Audience, ChunkKind
from store.database import Database
from store.fulltext import Shelf, SqliteWords, Tokens, list_tokens
from store.fulltext_postgres import PostgresWords
from store.shelf import Hash, parts
from store.shelf_counts import Sizes, sizes_at
from store.shelf_tables import articles, chunks


@dataclass(frozen=True, slots=True)
class Shelved:
    """A chunk as it stands on the shelf."""

    number: int
    path: str
    kind: ChunkKind
    heading: str
    text: str
    first: int
    last: int
    hash: Hash
    audience: Audience
    language: str


class Words(Protocol):
    """One state of the full text. What these audiences may not read is left out before anything is ranked."""

    def find(
        self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str], limit: int
    ) -> dict[int, float]:
        """Numbers of chunks with their BM25, best first."""

    def count(self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str]) -> dict[str, int]:
        """In how many chunks of these audiences each token stands."""


class Lexical(Protocol):
    """An index of words beside the rows."""

    def at(self, generation: int) -> Words | None:
        """None unless it holds the very texts of that generation."""


SHELVED = tuple(chunks.c[name] for name in Shelved.__dataclass_fields__)


class ShelfReader:
    """Sees what these audiences may see, and nothing else, in every one of its answers."""

    def __init__(
        self, connection: Connection, audiences: Sequence[str], embedder: str, words: Words, sizes: Sizes
    ) -> None:
        self._connection = connection
        self._embedder = embedder
        self._words = words
        self._sizes = sizes
        self.audiences = tuple(audiences)

    def find(self, kind: Shelf, tokens: Sequence[str], limit: int) -> dict[int, float]:
        """Numbers of chunks with their BM25, best first."""
        return self._words.find(kind, tokens, audiences=self.audiences, limit=limit)

    def count(self, kind: Shelf, tokens: Sequence[str]) -> dict[str, int]:
        return self._words.count(kind, tokens, audiences=self.audiences)

    def tokens(self, kind: Shelf, numbers: Sequence[int]) -> dict[int, Tokens]:
        """Of chunks that `find` or `chunks` gave."""
        return list_tokens(self._connection, kind, numbers)

    def size(self) -> int:
        return self._sizes.pieces_of(self.audiences)

    def languages(self) -> dict[str, int]:
        return self._sizes.languages_of(self.audiences)

    def chunks(self, numbers: Collection[int]) -> list[Shelved]:
        query = select(*SHELVED)
        return [
            one
            for part in parts(sorted(numbers))
            for one in self._open(query.where(chunks.c.number.in_(part)))
        ]

    def chunks_by_hash(self, hashes: Collection[Hash]) -> list[Shelved]:
        query = select(*SHELVED)
        return [
            one for part in parts(sorted(hashes)) for one in self._open(query.where(chunks.c.hash.in_(part)))
        ]

    def _open(self, query: Select[Any]) -> Iterator[Shelved]:
        """What these audiences may see. Said in the query, it makes SQLite go through all of theirs."""
        rows = (Shelved(*row) for row in self._connection.execute(query))
        return (one for one in rows if one.audience in self.audiences)

    def pieces(self, path: str) -> list[Shelved]:
        """All text of one article, in order."""
        query = select(*SHELVED).where(
            chunks.c.path == path, chunks.c.kind == "text", chunks.c.audience.in_(self.audiences)
        )
        return [Shelved(*row) for row in self._connection.execute(query.order_by(chunks.c.ordinal))]

    def vectors(self, hashes: Collection[Hash]) -> dict[Hash, bytes]:
        return shelf.read_vectors(self._connection, hashes, self._embedder)

    def article(self, path: str) -> ArticleVersion | None:
        """As it is on the shelf now."""
        query = select(articles.c.version).where(
            articles.c.path == path, articles.c.audience.in_(self.audiences)
        )
        version = self._connection.execute(query).scalar()
        return shelf.find_version(self._connection, path, version) if version else None


@contextmanager
def reading(
    database: Database, audiences: Sequence[str], embedder: str, lexical: Lexical | None = None
) -> Iterator[ShelfReader]:
    """An index of words that is behind this snapshot, or not there, leaves the search to the database."""
    with database.read() as connection:
        generation = shelf.read_text_generation(connection)
        sizes = sizes_at(connection, generation)
        words = (lexical.at(generation) if lexical else None) or own_words(connection, sizes)
        yield ShelfReader(connection, audiences, embedder, words, sizes)


def own_words(connection: Connection, sizes: Sizes) -> Words:
    """The full text of the database itself."""
    is_sqlite = connection.dialect.name == "sqlite"
    return SqliteWords(connection) if is_sqlite else PostgresWords(connection, sizes)
