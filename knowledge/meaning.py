"""With what are questions compared by meaning, and how does it follow the rows or make way for another?"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedders import EmbedderChoice, Rested
from knowledge.embedding import Embedder, MeaningAway, Remembering
from knowledge.index import VectorEngine, VectorIndex, Wanted, open_engine
from knowledge.likeness import Reader, RememberingReader
from knowledge.locks import FileLock
from knowledge.sync import Progress, bring_after, catch_up, embed_missing, take_fresh
from knowledge.verify import verify_index
from store import shelf
from store.database import Database
from store.shelf import Hash

log = logging.getLogger("deskbell.knowledge")

PATIENCE, POLL = 4.0, 0.05
"""Seconds."""
QUICK, PAUSE = 0.2, 20
"""A comparison of index and rows that took longer, in seconds, is made again only after so many times its
length. Until then what is new is brought in, and what is gone is left in the index: no search shows it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An embedder with the index of its vectors. Replaced as one: they are of no use apart."""

    embedder: Embedder
    asked: Rested
    sentences: Remembering
    index: VectorIndex
    reader: RememberingReader | None


def stand(embedder: Embedder, index: VectorIndex) -> Standing:
    asked = Rested(embedder)
    reader = RememberingReader(embedder) if isinstance(embedder, Reader) else None
    return Standing(embedder, asked, Remembering(asked), index, reader)


@dataclass(slots=True)
class Meaning:
    database: Database
    data_dir: Path
    models_dir: Path
    wanted_engine: Wanted = field(default_factory=Wanted)
    choice: EmbedderChoice = field(default_factory=EmbedderChoice)
    given: Embedder | None = None
    """In place of the one that the settings choose."""
    standing: Standing | None = None
    coming: Embedder | None = None
    """Its vectors are made beside the old ones, which go on answering."""
    engine: VectorEngine | None = None
    applied: int = -1
    """Generation that the index stands at."""
    progress: tuple[int, int] | None = None
    """Vectors made and vectors wanted, while they are being made here."""
    is_late: bool = False
    """The wanted embedder or engine could not be reached when it was to be opened."""
    failed: str = ""
    """Why vectors are not made, or not compared."""
    has_leftovers: bool = True
    embedded: int = -1
    """Generation of the texts that were all looked at for vectors."""
    newest: int = 0
    """Number of the last piece that was brought into the index."""
    owes: bool = False
    """Whether index and rows are still to be compared whole."""
    compared: tuple[float, float] = (0.0, 0.0)
    """When index and rows were last compared, and for how long."""
    opening: threading.Lock = field(default_factory=threading.Lock)

    def open(self, *, held: bool, switching: bool) -> None:
        """`held`: this process stays. `switching`: it may make another embedder's vectors and go over to it.
        Raises MeaningAway, and may then be called again."""
        with self.opening:
            if self.standing and not self.is_late:
                return
            current = self.find_pointer()
            try:
                self.engine = self.engine or open_engine(
                    self.wanted_engine, self.data_dir, self.database, held=held
                )
                wanted = self.given or self.choice.open(self.models_dir, self.known())
            except MeaningAway as away:
                self.stand_by(current)
                self.is_late, self.failed = True, str(away)
                raise
            self.is_late, self.failed = False, ""
            if wanted:
                self.settle(wanted, current, switching=switching)

    def settle(self, wanted: Embedder, current: str, *, switching: bool) -> None:
        if current == wanted.identity or not current:
            self.take_over(wanted, is_first=not current)
        elif self.stand_by(current):
            self.coming = wanted if switching else None
        elif switching:
            self.take_over(wanted, is_first=True)
        else:
            self.failed = f"the vectors are those of {current}, which these settings cannot ask"

    def known(self) -> list[str]:
        with self.database.read() as connection:
            return shelf.list_embedders(connection)

    def find_pointer(self) -> str:
        with self.database.read() as connection:
            return shelf.find_embedder(connection)

    def stand_by(self, identity: str) -> bool:
        """Goes on with the embedder that made the standing vectors, if it can still be asked."""
        if self.standing and self.standing.embedder.identity == identity:
            return True
        embedder = self.choice.open_again(identity, self.models_dir) if identity else None
        if embedder:
            self.take_over(embedder)
        return embedder is not None

    def take_over(self, embedder: Embedder, *, is_first: bool = False) -> None:
        if self.engine:
            self.standing = stand(embedder, self.engine.open(embedder.identity))
            self.applied, self.compared, self.has_leftovers = -1, (0.0, 0.0), True
        if is_first:
            self.database.write(partial(shelf.point_to_embedder, embedder=embedder.identity))

    def embed(self, progress: Progress | None = None, stop: Callable[[], bool] | None = None) -> None:
        """Missing vectors. One process at a time; where another is at it they are waited for, but not for
        long. Raises MeaningAway; what was made stays, and the rest is made by the next call."""
        texts = self.text_generation()
        for embedder in (self.standing.embedder if self.standing else None, self.coming):
            missing = self.count_to_embed(embedder) if embedder else 0
            if embedder and missing and not self.embed_for(embedder, missing, progress, stop):
                texts = -1
        # Noted as it was before: a text that came meanwhile has yet to be looked at.
        self.embedded = texts
        if self.coming and not self.count_to_embed(self.coming):
            self.go_over(self.coming)

    def embed_for(
        self, embedder: Embedder, missing: int, progress: Progress | None, stop: Callable[[], bool] | None
    ) -> bool:
        """False when another process is at it."""
        lock = FileLock(self.data_dir / "embed.lock")
        until = time.monotonic() + PATIENCE
        while not lock.take(wait=False):
            if time.monotonic() > until or not self.count_to_embed(embedder):
                return False
            time.sleep(POLL)

        def note(done: int, total: int) -> None:
            self.progress = (done, total)
            if progress:
                progress(done, total)

        try:
            is_standing = self.standing is not None and embedder is self.standing.embedder
            took = self.take_fresh if is_standing else None
            embed_missing(self.database, embedder, total=missing, progress=note, took=took, stop=stop)
            self.failed = ""
            return True
        except MeaningAway as away:
            self.failed = str(away)
            raise
        finally:
            self.progress = None
            lock.give_back()

    def take_fresh(self, fresh: Mapping[Hash, NDArray[np.float32]], generation: int) -> None:
        """Straight into the index, if nobody else wrote in between; comparing all would take too long."""
        if self.standing and generation == self.applied + 1:
            take_fresh(self.database, self.standing.index, fresh)
            self.applied = generation
            return
        self.follow()

    def go_over(self, embedder: Embedder) -> None:
        """All its vectors are there: its index is filled, then every question is asked of it."""
        if self.engine is None:
            return
        index = self.engine.open(embedder.identity)
        catch_up(self.database, index, embedder.identity)
        generation = self.database.write(partial(shelf.point_to_embedder, embedder=embedder.identity))
        self.standing, self.coming, self.applied = stand(embedder, index), None, generation - 1
        self.has_leftovers = True
        log.info("questions are now compared with vectors of %s", embedder.identity)

    def follow(self) -> None:
        """Brings the index to where the rows are, whoever wrote them, and goes where they point."""
        if not self.standing or not (self.is_behind() or self.owes):
            return
        pointer = self.find_pointer()
        if pointer != self.standing.embedder.identity and self.coming is None and not self.stand_by(pointer):
            return
        index, identity, began = self.standing.index, self.standing.embedder.identity, time.monotonic()
        with self.database.read() as connection:
            generation, newest = shelf.read_generation(connection), shelf.newest_number(connection)
        when, took = self.compared
        self.owes = took > QUICK and began - when < PAUSE * took
        if not self.owes:
            generation = catch_up(self.database, index, identity)
            self.compared = (time.monotonic(), time.monotonic() - began)
        elif generation != self.applied:
            bring_after(self.database, index, identity, self.newest)
        self.applied, self.newest = generation, newest

    def is_behind(self) -> bool:
        with self.database.read() as connection:
            return shelf.read_generation(connection) != self.applied

    def look_after(self) -> None:
        """Now and then. Raises MeaningAway."""
        if self.standing:
            self.standing.asked.probe()
        self.clear_leftovers()

    def clear_leftovers(self) -> None:
        """Vectors and drawers of embedders that answer no more, once nobody waits for their place."""
        if not self.has_leftovers or not self.standing or self.coming or self.count_to_embed():
            return
        identity = self.standing.embedder.identity
        if self.engine and identity == self.find_pointer():
            self.engine.keep_only(identity)
            self.database.write(partial(shelf.drop_vectors_of_others, embedder=identity))
            self.has_leftovers = False

    def is_unfinished(self) -> bool:
        """Whether vectors are to be made although no row has changed."""
        return self.coming is not None or bool(self.failed) or self.embedded != self.text_generation()

    def text_generation(self) -> int:
        with self.database.read() as connection:
            return shelf.read_text_generation(connection)

    def count_to_embed(self, embedder: Embedder | None = None) -> int:
        chosen = embedder or (self.standing.embedder if self.standing else None)
        if chosen is None:
            return 0
        with self.database.read() as connection:
            return shelf.count_to_embed(connection, chosen.identity)

    def verify(self) -> list[str]:
        identity = self.find_pointer()
        if not identity:
            return []
        if self.standing:
            return list(verify_index(self.database, self.standing.index, self.standing.embedder.identity))
        engine = open_engine(self.wanted_engine, self.data_dir, self.database, held=True)
        try:
            return list(verify_index(self.database, engine.open(identity), identity))
        finally:
            engine.close()

    def trouble(self) -> str:
        """Why words alone answer, or some vectors are missing."""
        return (self.standing.asked.failed if self.standing else "") or self.failed

    def close(self) -> None:
        if self.standing:
            self.standing.index.close()
        if self.engine:
            self.engine.close()
