"""Which vectors are nearest, when Postgres itself compares them for all processes?"""

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors
from knowledge.index_exact import best_of
from store import pgvector
from store.database import Database
from store.shelf import Hash

PART = 1_000


class PgvectorIndex:
    """One table for each audience and embedder, beside the rows that it is made from."""

    name = "pgvector"

    def __init__(self, database: Database, embedder: str) -> None:
        self._database = database
        self._embedder = embedder

    def audiences(self) -> set[str]:
        return set(self._drawers())

    def ids(self, audience: str) -> set[Hash]:
        with self._database.read() as connection:
            drawer = pgvector.list_drawers(connection, self._embedder).get(audience)
            return pgvector.list_ids(connection, drawer) if drawer else set()

    def add(self, audience: str, ids: Sequence[Hash], vectors: Vectors) -> None:
        for start in range(0, len(ids), PART):
            chosen = slice(start, start + PART)
            rows = dict(zip(ids[chosen], vectors[chosen], strict=True))
            self._database.write(
                partial(pgvector.put, embedder=self._embedder, audience=audience, vectors=rows)
            )

    def drop(self, audience: str, ids: Collection[Hash]) -> None:
        drawer = self._drawers().get(audience)
        if drawer and ids:
            self._database.write(partial(pgvector.drop, drawer=drawer, ids=sorted(ids)))

    def nearest(self, audiences: Sequence[str], vector: NDArray[np.float32], limit: int) -> dict[Hash, float]:
        found: dict[Hash, float] = {}
        with self._database.read() as connection:
            drawers = pgvector.list_drawers(connection, self._embedder)
            for audience in audiences:
                if audience in drawers:
                    found |= pgvector.nearest(connection, drawers[audience], vector, limit)
        return best_of(found, limit)

    def settle(self) -> None:
        """A graph is drawn in one go, twenty times as fast as row by row."""
        for drawer in self._drawers().values():
            self._database.write(partial(pgvector.draw_graph, drawer=drawer))

    def close(self) -> None:
        """The database is closed by whoever opened it."""

    def _drawers(self) -> dict[str, str]:
        with self._database.read() as connection:
            return pgvector.list_drawers(connection, self._embedder)


class PgvectorEngine:
    name = PgvectorIndex.name

    def __init__(self, database: Database) -> None:
        self._database = database
        database.write(pgvector.create)

    def open(self, embedder: str) -> PgvectorIndex:
        return PgvectorIndex(self._database, embedder)

    def keep_only(self, embedder: str) -> None:
        self._database.write(partial(pgvector.keep_only, embedder=embedder))

    def close(self) -> None:
        """Nothing is held."""
