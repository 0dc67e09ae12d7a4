"""Which vectors are nearest to this one? Chroma in the process that holds it, NumPy everywhere else."""

import shutil
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors
from knowledge.locks import FileLock
from store.shelf import Hash

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection as ChromaCollection

WIDTH = 384
PART = 1_000


class VectorIndex(Protocol):
    """Holds ids and vectors, never a text. One drawer per audience: a filter inside one costs 0.2 s."""

    @property
    def name(self) -> str: ...

    def audiences(self) -> set[str]: ...

    def ids(self, audience: str) -> set[Hash]: ...

    def add(self, audience: str, ids: Sequence[Hash], vectors: Vectors) -> None: ...

    def drop(self, audience: str, ids: Collection[Hash]) -> None: ...

    def nearest(self, audiences: Sequence[str], vector: NDArray[np.float32], limit: int) -> dict[Hash, float]:
        """Cosines, best first."""

    def close(self) -> None: ...


class ExactIndex:
    """Every vector in memory, every one compared: 4 ms at 100,000."""

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
            self._drawers[audience] = ((*names, *ids), np.concatenate([rows, vectors]))

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
            scores = rows @ vector
            best = np.argpartition(-scores, limit)[:limit] if len(scores) > limit else range(len(scores))
            found |= {names[place]: float(scores[place]) for place in best}
        return best_of(found, limit)

    def close(self) -> None:
        self._drawers = {}

    def _drawer(self, audience: str) -> tuple[tuple[Hash, ...], Vectors]:
        return self._drawers.get(audience) or ((), np.zeros((0, WIDTH), np.float32))


def best_of(found: Mapping[Hash, float], limit: int) -> dict[Hash, float]:
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit])


class ChromaIndex:
    """One collection for each audience and embedder. Only one process may open the folder."""

    name = "chroma"

    def __init__(self, client: "Client", embedder: str, lock: FileLock) -> None:
        self._client = client
        self._ending = f"-{embedder}"
        self._lock = lock
        self._drawers: dict[str, ChromaCollection] = {}
        for collection in client.list_collections():
            if collection.name.endswith(self._ending):
                audience = collection.name.removesuffix(self._ending).replace(".", ":")
                self._drawers[audience] = collection

    def audiences(self) -> set[str]:
        return set(self._drawers)

    def ids(self, audience: str) -> set[Hash]:
        drawer = self._drawers.get(audience)
        return {Hash(name) for name in drawer.get(include=[])["ids"]} if drawer else set()

    def add(self, audience: str, ids: Sequence[Hash], vectors: Vectors) -> None:
        drawer = self._drawer(audience)
        for start in range(0, len(ids), PART):
            part = slice(start, start + PART)
            drawer.upsert(ids=list(ids[part]), embeddings=vectors[part])

    def drop(self, audience: str, ids: Collection[Hash]) -> None:
        drawer = self._drawers.get(audience)
        if drawer:
            for part in parts(sorted(ids)):
                drawer.delete(ids=part)

    def nearest(self, audiences: Sequence[str], vector: NDArray[np.float32], limit: int) -> dict[Hash, float]:
        found: dict[Hash, float] = {}
        for audience in audiences:
            drawer = self._drawers.get(audience)
            held = drawer.count() if drawer else 0
            if drawer and held:
                answer = drawer.query(
                    query_embeddings=vector[None, :], n_results=min(limit, held), include=["distances"]
                )
                distances = answer["distances"] or [[]]
                pairs = zip(answer["ids"][0], distances[0], strict=True)
                found |= {Hash(name): 1 - float(distance) for name, distance in pairs}
        return best_of(found, limit)

    def forget_other_embedders(self) -> None:
        """Once this one is complete."""
        for collection in self._client.list_collections():
            if not collection.name.endswith(self._ending):
                self._client.delete_collection(collection.name)

    def close(self) -> None:
        self._drawers = {}
        self._client.close()
        self._lock.give_back()

    def _drawer(self, audience: str) -> "ChromaCollection":
        if audience not in self._drawers:
            # A colon is not allowed in a name, and a dot not in the name of a team.
            name = audience.replace(":", ".") + self._ending
            self._drawers[audience] = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
            )
        return self._drawers[audience]


def parts(ids: Sequence[Hash]) -> Iterator[list[str]]:
    return (list(ids[start : start + PART]) for start in range(0, len(ids), PART))


def open_index(data_dir: Path, embedder: str) -> VectorIndex:
    """Chroma if nobody else holds it: two writing processes break its files. NumPy otherwise."""
    lock = FileLock(data_dir / "chroma.lock")
    if not lock.take(wait=False):
        return ExactIndex()
    return ChromaIndex(load_chroma(data_dir / "chroma"), embedder, lock)


def load_client() -> "type[Client]":
    from chromadb.api.client import Client  # noqa: PLC0415 - as below

    return Client


def load_chroma(folder: Path) -> "Client":
    import chromadb  # noqa: PLC0415 - 0.4 s and 77 MB, only in the process that holds the index
    from chromadb.config import Settings  # noqa: PLC0415 - goes with it

    settings = Settings(anonymized_telemetry=False)
    try:
        return cast("Client", chromadb.PersistentClient(folder, settings))
    except (ValueError, RuntimeError, OSError, AttributeError, chromadb.errors.ChromaError):
        # Everything in it stands in SQL too: a folder that cannot be read is made anew. Where the files are
        # broken, Chroma fails a second time while it cleans up: expected its own error, comes AttributeError.
        shutil.rmtree(folder, ignore_errors=True)
        # It also remembers what failed, by path.
        load_client().clear_system_cache()
        return cast("Client", chromadb.PersistentClient(folder, settings))
