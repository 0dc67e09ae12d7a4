"""Which vectors are nearest, when all of them are in memory and every one is compared?"""

import threading
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors
from store.shelf import Hash

NONE: Vectors = np.zeros((0, 0), np.float32)


class ExactIndex:
    """4 ms at 100,000, and 1.5 kB of memory for each."""

    name = "numpy"

    def __init__(self) -> None:
        self._drawers: dict[str, tuple[tuple[Hash, ...], Vectors]] = {}
        self._writing = threading.Lock()

    def audiences(self) -> set[str]:
        return set(self._drawers)

    def ids(self, audience: str) -> set[Hash]:
        return set(self._drawer(audience)[0])

    def add(self, audience: str, ids: Sequence[Hash], vectors: Vectors) -> None:
        self.drop(audience, ids)
        with self._writing:
            names, rows = self._drawer(audience)
            self._drawers[audience] = (
                (*names, *ids),
                np.concatenate([rows, vectors]) if names else np.array(vectors),
            )

    def drop(self, audience: str, ids: Collection[Hash]) -> None:
        gone = set(ids)
        with self._writing:
            names, rows = self._drawer(audience)
            if gone.isdisjoint(names):
                return
            kept = [place for place, name in enumerate(names) if name not in gone]
            self._drawers[audience] = (tuple(names[place] for place in kept), rows[kept])

    def nearest(self, audiences: Sequence[str], vector: NDArray[np.float32], limit: int) -> dict[Hash, float]:
        found: dict[Hash, float] = {}
        for audience in audiences:
            names, rows = self._drawer(audience)
            if not names:
                continue
            scores = rows @ vector
            best = np.argpartition(-scores, limit)[:limit] if len(scores) > limit else range(len(scores))
            found |= {names[place]: float(scores[place]) for place in best}
        return best_of(found, limit)

    def settle(self) -> None:
        """Nothing is to be arranged."""

    def close(self) -> None:
        self._drawers = {}

    def _drawer(self, audience: str) -> tuple[tuple[Hash, ...], Vectors]:
        return self._drawers.get(audience) or ((), NONE)


def best_of(found: Mapping[Hash, float], limit: int) -> dict[Hash, float]:
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit])


class ExactEngine:
    """Keeps nothing: every process reads the vectors from the rows."""

    name = ExactIndex.name

    def open(self, embedder: str) -> ExactIndex:  # noqa: ARG002 - one in memory is only ever asked for one
        return ExactIndex()

    def keep_only(self, embedder: str) -> None:
        """What is in memory goes with whom it belongs to."""

    def close(self) -> None:
        """Nothing is held."""
