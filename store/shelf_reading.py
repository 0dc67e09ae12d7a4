"""What can one search read from the shelf, all of it in one snapshot?"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from store import fulltext, shelf
from store.articles import ArticleVersion, Audience, ChunkKind
from store.database import Database
from store.fulltext import Shelf
from store.shelf import Hash, parts
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


SHELVED = tuple(chunks.c[name] for name in Shelved.__dataclass_fields__)


class ShelfReader:
    """Sees what these audiences may see, and nothing else, in every one of its answers."""

    def __init__(self, connection: Connection, audiences: Sequence[str], embedder: str) -> None:
        self._connection = connection
        self._embedder = embedder
        self.audiences = tuple(audiences)

    def find(self, kind: Shelf, tokens: Sequence[str], limit: int) -> dict[int, float]:
        """Numbers of chunks with their BM25, best first."""
        return fulltext.find_tokens(self._connection, kind, tokens, audiences=self.audiences, limit=limit)

    def count(self, kind: Shelf, tokens: Sequence[str]) -> dict[str, int]:
        return fulltext.count_tokens(self._connection, kind, tokens, audiences=self.audiences)

    def size(self) -> int:
        query = select(func.count()).select_from(chunks).where(chunks.c.audience.in_(self.audiences))
        return int(self._connection.execute(query).scalar_one())

    def languages(self) -> dict[str, int]:
        return shelf.count_languages(self._connection, self.audiences)

    def chunks(self, numbers: Collection[int]) -> list[Shelved]:
        query = select(*SHELVED).where(chunks.c.audience.in_(self.audiences))
        return [
            Shelved(*row)
            for part in parts(sorted(numbers))
            for row in self._connection.execute(query.where(chunks.c.number.in_(part)))
        ]

    def chunks_by_hash(self, hashes: Collection[Hash]) -> list[Shelved]:
        query = select(*SHELVED).where(chunks.c.audience.in_(self.audiences))
        return [
            Shelved(*row)
            for part in parts(sorted(hashes))
            for row in self._connection.execute(query.where(chunks.c.hash.in_(part)))
        ]

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
def reading(database: Database, audiences: Sequence[str], embedder: str) -> Iterator[ShelfReader]:
    with database.read() as connection:
        yield ShelfReader(connection, audiences, embedder)
