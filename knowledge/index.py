"""Which vectors are nearest to this one? The port, Chroma behind it, and which engine this process takes."""

import hashlib
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import MeaningAway, Vectors
from knowledge.index_exact import ExactEngine, best_of
from knowledge.index_pgvector import PgvectorEngine
from knowledge.locks import FileLock
from store import pgvector
from store.database import Database
from store.errors import Misconfigured
from store.shelf import Hash

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection as ChromaCollection

PART = 1_000
LONGEST_NAME = 64
SERVER_NAME, SERVER_SECONDS = "deskbell", 5.0
Choice: TypeAlias = Literal["auto", "chroma", "numpy", "pgvector"]


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

    def settle(self) -> None:
        """Said after many were added."""

    def close(self) -> None: ...


class VectorEngine(Protocol):
    """Where indexes lie, one for each embedder."""

    @property
    def name(self) -> str: ...

    def open(self, embedder: str) -> VectorIndex: ...

    def keep_only(self, embedder: str) -> None:
        """Vectors of another embedder are of no more use."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings say of the engine."""

    engine: Choice = "auto"
    chroma_url: str = ""


class ChromaIndex:
    """One collection for each audience and embedder."""

    name = "chroma"

    def __init__(self, client: "ClientAPI", ending: str, start: str, *, is_alone: bool) -> None:
        self._client = client
        self._ending = ending
        self._start = start
        self._is_alone = is_alone
        self._drawers: dict[str, ChromaCollection] = {}
        self._ids: dict[str, set[Hash]] = {}
        """Of the drawers that no other process writes to: to list 100,000 takes Chroma more than a second."""
        with reached():
            for collection in client.list_collections():
                if collection.name.startswith(start) and collection.name.endswith(ending):
                    audience = collection.name.removeprefix(start).removesuffix(ending).replace(".", ":")
                    self._drawers[audience] = collection

    def audiences(self) -> set[str]:
        return set(self._drawers)

    def ids(self, audience: str) -> set[Hash]:
        drawer = self._drawers.get(audience)
        if drawer is None:
            return set()
        if audience not in self._ids:
            with reached():
                self._ids[audience] = {Hash(name) for name in drawer.get(include=[])["ids"]}
        return set(self._ids[audience]) if self._is_alone else self._ids.pop(audience)

    def add(self, audience: str, ids: Sequence[Hash], vectors: Vectors) -> None:
        with reached():
            drawer = self._drawer(audience)
            for start in range(0, len(ids), PART):
                part = slice(start, start + PART)
                drawer.upsert(ids=list(ids[part]), embeddings=vectors[part])
        if audience in self._ids:
            self._ids[audience] |= set(ids)

    def drop(self, audience: str, ids: Collection[Hash]) -> None:
        drawer = self._drawers.get(audience)
        if drawer:
            with reached():
                for part in parts(sorted(ids)):
                    drawer.delete(ids=part)
            if audience in self._ids:
                self._ids[audience] -= set(ids)

    def nearest(self, audiences: Sequence[str], vector: NDArray[np.float32], limit: int) -> dict[Hash, float]:
        found: dict[Hash, float] = {}
        with reached():
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

    def settle(self) -> None:
        """Chroma arranges by itself."""

    def close(self) -> None:
        self._drawers = {}
        self._ids = {}

    def _drawer(self, audience: str) -> "ChromaCollection":
        if audience not in self._drawers:
            # A colon is not allowed in a name, and a dot not in the name of a team.
            name = self._start + audience.replace(":", ".") + self._ending
            self._drawers[audience] = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
            )
        return self._drawers[audience]


class ChromaEngine:
    """Its folder is opened by one process only; its server by as many as like, each under the desk's name."""

    name = ChromaIndex.name

    def __init__(self, client: "ClientAPI", lock: FileLock | None = None, start: str = "") -> None:
        self._client = client
        self._lock = lock
        self._start = start

    def open(self, embedder: str) -> ChromaIndex:
        return ChromaIndex(self._client, ending_of(embedder), self._start, is_alone=bool(self._lock))

    def keep_only(self, embedder: str) -> None:
        with reached():
            for collection in self._client.list_collections():
                if collection.name.startswith(self._start) and not collection.name.endswith(
                    ending_of(embedder)
                ):
                    self._client.delete_collection(collection.name)

    def close(self) -> None:
        cast("Client", self._client).close()
        if self._lock:
            self._lock.give_back()
        else:
            for session in sessions_of(self._client):
                session.close()


def ending_of(embedder: str) -> str:
    """Short, and of the few signs that a name may have."""
    plain = re.sub(r"[^a-z0-9-]+", "-", embedder.lower()).strip("-")
    if plain == embedder and len(plain) < LONGEST_NAME:
        return f"-{plain}"
    return (
        f"-{plain[:LONGEST_NAME].strip('-')}-{hashlib.blake2b(embedder.encode(), digest_size=4).hexdigest()}"
    )


def parts(ids: Sequence[Hash]) -> Iterator[list[str]]:
    return (list(ids[start : start + PART]) for start in range(0, len(ids), PART))


def open_engine(wanted: Wanted, data_dir: Path, database: Database, *, held: bool) -> VectorEngine:
    """`held`: this process stays, so it may hold Chroma's folder: two writing processes break its files."""
    if wanted.engine == "pgvector" or (wanted.engine == "auto" and not wanted.chroma_url):
        with database.read() as connection:
            if pgvector.is_offered(connection):
                return PgvectorEngine(database)
        if wanted.engine == "pgvector":
            raise Misconfigured(
                "DESKBELL_INDEX is 'pgvector', and the database has no extension `vector`: give a"
                " DATABASE_URL of a Postgres with pgvector, or write DESKBELL_INDEX=auto"
            )
    if wanted.engine == "numpy":
        return ExactEngine()
    if wanted.chroma_url:
        client, name = connect(wanted.chroma_url)
        return ChromaEngine(client, start=f"{name}-")
    lock = FileLock(data_dir / "chroma.lock")
    if not held or not lock.take(wait=False):
        return ExactEngine()
    return ChromaEngine(open_folder(data_dir / "chroma"), lock)


def open_folder(folder: Path) -> "ClientAPI":
    chromadb = load_chromadb()
    settings = chromadb.Settings(anonymized_telemetry=False)
    try:
        return cast("ClientAPI", chromadb.PersistentClient(folder, settings))
    except (ValueError, RuntimeError, OSError, AttributeError, chromadb.errors.ChromaError):
        # Everything in it stands in SQL too: a folder that cannot be read is made anew. Where the files are
        # broken, Chroma fails a second time while it cleans up: expected its own error, comes AttributeError.
        shutil.rmtree(folder, ignore_errors=True)
        # It also remembers what failed, by path.
        chromadb.api.client.Client.clear_system_cache()
        return cast("ClientAPI", chromadb.PersistentClient(folder, settings))


def connect(url: str) -> tuple["ClientAPI", str]:
    """The server's client, and the name under which this desk's drawers stand there."""
    chromadb = load_chromadb()
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise Misconfigured(f"CHROMA_URL is {url!r}: write http://HOST:8000, or http://HOST:8000/NAME")
    is_secure = place.scheme == "https"
    port = place.port or (443 if is_secure else 8000)
    settings = chromadb.Settings(anonymized_telemetry=False)
    try:
        with reached():
            client = chromadb.HttpClient(place.hostname, port, ssl=is_secure, settings=settings)
    except ValueError as error:
        raise MeaningAway(f"CHROMA_URL {url!r}: no Chroma answers there ({error})") from error
    for session in sessions_of(client):
        session.timeout = SERVER_SECONDS
    return client, place.path.strip("/") or SERVER_NAME


def sessions_of(client: "ClientAPI") -> list[Any]:
    """The connections behind Chroma's client. It waits without end for an answer, and never closes them;
    expected were a setting and `close()`: https://github.com/chroma-core/chroma/issues/4293"""
    opened = cast(Any, client)
    return [one._server._session for one in (opened, opened._admin_client)]


@contextmanager
def reached() -> Iterator[None]:
    """What goes wrong between us and Chroma is no error of the question: words alone answer it."""
    try:
        yield
    except load_faults() as error:
        raise MeaningAway(f"Chroma cannot be asked: {error}") from error


def load_chromadb() -> Any:
    import chromadb  # noqa: PLC0415 - 0.4 s and 77 MB, only in a process that asks it

    return chromadb


def load_faults() -> tuple[type[Exception], ...]:
    import httpx  # noqa: PLC0415 - what Chroma speaks to its server by, loaded with it
    from chromadb.errors import ChromaError  # noqa: PLC0415 - as above

    return ChromaError, httpx.HTTPError
