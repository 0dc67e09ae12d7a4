"""How much is on the shelf? Counted once for each of its states."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from store.shelf import count_to_embed, newest_number, read_text_generation
from store.shelf_tables import article_files, articles, chunks


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a shelf at one generation of its texts."""

    generation: int
    languages: Mapping[str, Mapping[str, int]]
    """Articles, by audience and language."""
    pieces: Mapping[str, int]
    """By audience."""
    newest: int = 0
    """Number of the last piece."""

    def drift(self, then: "Sizes") -> int:
        """Pieces that came or went since then, at the most: numbers only grow."""
        come = abs(self.newest - then.newest)
        return come + abs(come - (self.all_pieces() - then.all_pieces()))

    def languages_of(self, audiences: Sequence[str]) -> dict[str, int]:
        total: Counter[str] = Counter()
        for audience in set(audiences):
            total.update(self.languages.get(audience, {}))
        return dict(total)

    def pieces_of(self, audiences: Sequence[str]) -> int:
        return sum(self.pieces.get(audience, 0) for audience in set(audiences))

    def all_pieces(self) -> int:
        return sum(self.pieces.values())


KNOWN: "WeakKeyDictionary[Engine, Sizes]" = WeakKeyDictionary()
"""Of each open database. Every question asks, and to count 100,000 takes 70 ms."""


def count_languages(connection: Connection, audiences: Sequence[str]) -> dict[str, int]:
    """Articles in each language that these audiences may read."""
    return sizes_of(connection).languages_of(audiences)


def sizes_of(connection: Connection) -> Sizes:
    return sizes_at(connection, read_text_generation(connection))


def sizes_at(connection: Connection, generation: int) -> Sizes:
    """For who knows already at which generation this snapshot stands."""
    known = KNOWN.get(connection.engine)
    if known is None or known.generation != generation:
        known = KNOWN[connection.engine] = count_all(connection, generation)
    return known


def count_all(connection: Connection, generation: int) -> Sizes:
    query = select(articles.c.audience, articles.c.language, func.count())
    languages: dict[str, dict[str, int]] = {}
    for audience, language, many in connection.execute(
        query.group_by(articles.c.audience, articles.c.language)
    ):
        languages.setdefault(audience, {})[language] = many
    held = connection.execute(select(chunks.c.audience, func.count()).group_by(chunks.c.audience))
    return Sizes(generation, languages, dict(held.all()), newest_number(connection))


@dataclass(frozen=True, slots=True)
class Counted:
    """How much is on the shelf, at one generation."""

    asked: tuple[int, str, str]
    """Generation, the embedder that answers, and the one that is to."""
    articles: int
    quarantined: int
    texts: int
    """That have a vector, or are to get one."""
    missing: int
    missing_coming: int

    @property
    def generation(self) -> int:
        return self.asked[0]


def count_shelf(connection: Connection, generation: int, embedder: str, coming: str) -> Counted:
    there = select(func.count()).select_from(articles)
    bad = select(func.count()).select_from(article_files).where(article_files.c.reason != "")
    return Counted(
        asked=(generation, embedder, coming),
        articles=int(connection.execute(there).scalar_one()),
        quarantined=int(connection.execute(bad).scalar_one()),
        texts=int(connection.execute(select(func.count(chunks.c.hash.distinct()))).scalar_one()),
        missing=count_to_embed(connection, embedder) if embedder else 0,
        missing_coming=count_to_embed(connection, coming) if coming else 0,
    )
