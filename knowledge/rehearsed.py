"""What did this very shelf answer before, so that it need not be asked again?"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from knowledge.embedding import Embedder, Read, Vectors
from knowledge.likeness import Reader
from knowledge.probes import Probe, Said
from store.canonical import canonical

MOST_STATES = 4
"""States of the shelf that are kept: what stands, what is proposed, and two before."""
SOURCES = (Path(__file__).parent, Path(__file__).parents[1] / "store")


@dataclass(frozen=True, slots=True)
class Kept:
    said: Said
    top: float
    """Cosine of what came nearest to the question."""


class OneByOne:
    """The offline embedder, without company for any text. Beside others, sums are taken in another order, and
    the last digits differ: enough to choose the other of two lines that are exactly as good, and a preview
    would show a change that nobody made. Alone it takes hardly longer."""

    def __init__(self, embedder: Embedder, reader: Reader) -> None:
        self._embedder, self._reader = embedder, reader

    @property
    def identity(self) -> str:
        return self._embedder.identity

    def embed(self, texts: Sequence[str]) -> Vectors:
        alone = [self._embedder.embed([text]) for text in texts]
        return np.concatenate(alone) if alone else self._embedder.embed([])

    def read(self, texts: Sequence[str]) -> list[Read]:
        return [read for text in texts for read in self._reader.read([text])]


def steady(embedder: Embedder | None) -> Embedder | None:
    """The same, but giving the same text the same vector each time."""
    return OneByOne(embedder, embedder) if embedder and isinstance(embedder, Reader) else embedder


KEPT = TypeAdapter(dict[str, Kept])


@dataclass(frozen=True, slots=True)
class Memory:
    """In files, one for each state of the shelf."""

    folder: Path

    def read(self, mark: str) -> dict[str, Kept]:
        try:
            return KEPT.validate_json((self.folder / f"{mark}.json").read_bytes())
        except (OSError, ValueError):
            return {}

    def write(self, mark: str, kept: Mapping[str, Kept]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{mark}"
        beside.write_bytes(KEPT.dump_json(dict(kept)))
        beside.replace(self.folder / f"{mark}.json")
        states = sorted(self.folder.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
        for old in states[:-MOST_STATES]:
            old.unlink(missing_ok=True)


def mark_of(files: Mapping[str, bytes], embedder: str, default_audience: str) -> str:
    """Of all that an answer can depend on: the texts, the embedder, and how answers are made."""
    texts = [[path, hashlib.sha256(raw).hexdigest()] for path, raw in sorted(files.items())]
    return hashlib.sha256(canonical([texts, embedder, default_audience, release()])).hexdigest()[:32]


@cache
def release() -> str:
    """Another way to answer makes all that was answered worthless."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for place in sorted(folder.glob("*.py")):
            digest.update(place.read_bytes())
    return digest.hexdigest()


def name_of(probe: Probe) -> str:
    """A customer's words are kept nowhere but on their timeline: here stands only where."""
    said = [probe.question, probe.before] if probe.kind == "golden" else [probe.place]
    whole = canonical([probe.kind, probe.audience, probe.language, *said])
    return hashlib.sha256(whole).hexdigest()[:32]
