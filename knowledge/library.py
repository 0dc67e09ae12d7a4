"""What may the rest of the house ask of the articles?"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from knowledge.answer import Answer
from knowledge.asking import Found, ask
from knowledge.embedding import GRAPH, Embedder, Remembering, find_model, open_embedder
from knowledge.front_matter import is_audience, unknown_audience
from knowledge.index import ExactIndex, VectorIndex, open_index
from knowledge.language import guess
from knowledge.locks import FileLock, alone
from knowledge.search import Question, Ranking, Senses
from knowledge.sync import (
    Progress,
    Quarantined,
    Report,
    catch_up,
    embed_missing,
    list_quarantined,
    sync_folder,
)
from knowledge.verify import verify_index, verify_shelf
from knowledge.watch import Repeated, watch
from store import shelf
from store.articles import ArticleVersion, Audience, readable_by
from store.database import Database
from store.errors import Misconfigured
from store.shelf import Listed

log = logging.getLogger("deskbell.knowledge")

Mode = Literal["words", "hybrid"]
PATIENCE, SHORT_PATIENCE, POLL, POLL_ROWS, STOP_SECONDS = 10.0, 4.0, 0.05, 1.0, 5.0
"""Seconds."""


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Status:
    articles: tuple[Listed, ...]
    quarantined: tuple[Quarantined, ...]
    generation: int
    to_embed: int
    embedder: str
    """Empty when the weights are not installed: full text alone answers."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the articles are searched right now."""

    mode: Mode
    index: str
    embedder: str
    articles: int
    quarantined: int
    to_embed: int
    """Texts whose vectors are still being made."""
    is_behind: bool
    """Whether the index has yet to follow the rows."""


@dataclass(slots=True)
class Library:
    """Made by `open_library`. Answers at once from full text, and by meaning as soon as `load` has run."""

    database: Database
    data_dir: Path
    articles_dir: Path
    clock: Clock
    default_audience: Audience
    models_dir: Path
    embedder: Embedder | None = None
    sentences: Embedder | None = None
    index: VectorIndex | None = None
    applied: int = -1
    """Generation that the index stands at."""
    threads: tuple[Repeated, ...] = ()
    changed: threading.Event = field(default_factory=threading.Event)
    told: tuple[Quarantined, ...] = ()
    """Files in quarantine that the log has named."""
    is_loaded: bool = False
    loading: threading.Lock = field(default_factory=threading.Lock)
    is_filled: threading.Event = field(default_factory=threading.Event)
    """Set when there is something to answer from: at once, or after the first look at the folder."""

    def answer(self, question: str, *, history: Sequence[str], audience: str, language: str) -> Answer:
        return self.find(question, history=history, audience=audience, language=language).answer

    def search(self, question: str, *, history: Sequence[str], audience: str, language: str) -> Ranking:
        return self.find(question, history=history, audience=audience, language=language).ranking

    def find(self, question: str, *, history: Sequence[str], audience: str, language: str) -> Found:
        """`history` are the person's own turns before this one, oldest first; answers would blur it."""
        self.be_ready()
        before = history[-1] if history else ""
        audiences = readable_by(audience)
        language = language or self.language_of(question, audiences)
        senses = Senses(self.embedder, self.index, self.sentences)
        return ask(self.database, senses, Question(question, before, audiences, language))

    def language_of(self, text: str, audiences: Sequence[str]) -> str:
        with self.database.read() as connection:
            known = shelf.count_languages(connection, audiences)
        return guess(text, known)

    def lines(self, article: str, version: str) -> ArticleVersion | None:
        """What a citation opens. The caller asks `is_open_to` before showing it."""
        with self.database.read() as connection:
            return shelf.find_version(connection, article, version)

    def be_ready(self) -> None:
        """Beside threads that are warming up nobody waits, but on a shelf that was never filled: "not here"
        would be no truth then. Without those threads the first question brings all in."""
        if self.threads:
            self.is_filled.wait(PATIENCE)
        elif not self.is_loaded:
            self.sync()
            self.load()

    def is_bare(self) -> bool:
        with self.database.read() as connection:
            return shelf.read_generation(connection) == 0

    def warm(self) -> None:
        """Returns at once. One thread brings the folder's texts in and follows it; another makes vectors, so
        that a change is found while thousands of texts are still being embedded."""
        if self.threads:
            return
        if not self.is_bare():
            self.is_filled.set()
        texts = Repeated("texts", lambda stopped: watch(self.articles_dir, self.keep_up, stopped))
        vectors = Repeated("vectors", self.follow_rows)
        self.threads = (texts, vectors)
        for thread in self.threads:
            thread.start()

    def keep_up(self) -> None:
        try:
            report = self.sync()
        finally:
            self.is_filled.set()
            self.changed.set()
        for one in report.quarantined if report.quarantined != self.told else ():
            log.warning("%s, line %s: %s", one.path, one.line, one.reason)
        self.told = report.quarantined

    def follow_rows(self, stopped: threading.Event) -> None:
        """Also rows that another process wrote, e.g. `deskbell knowledge sync`."""
        self.load(held=True)
        while not stopped.is_set():
            if self.is_behind():
                self.embed()
                self.follow()
            self.changed.wait(POLL_ROWS)
            self.changed.clear()

    def sync(
        self, *, confirmed: bool = False, again: bool = False, progress: Progress | None = None
    ) -> Report:
        """Texts of the folder into rows. One process at a time; the others wait, and find little to do."""
        mark = self.data_dir / "sync.lock"
        with alone(mark):
            # Touched, the lock tells the file system's own time: no clock of ours is compared with its files.
            mark.touch()
            return sync_folder(
                self.database,
                self.articles_dir,
                default_audience=self.default_audience,
                now=self.clock.now(),
                tick=mark.stat().st_mtime_ns,
                confirmed=confirmed,
                again=again,
                progress=progress,
            )

    def load(self, *, held: bool = False, progress: Progress | None = None) -> None:
        """Embedder, missing vectors, index. `held`: this process stays, so it may hold Chroma."""
        with self.loading:
            if self.is_loaded:
                return
            self.embedder = self.embedder or open_embedder(self.models_dir)
            if self.embedder:
                self.sentences = Remembering(self.embedder)
                self.index = open_index(self.data_dir, self.embedder.identity) if held else ExactIndex()
                self.follow()
            self.is_loaded = True
        self.embed(progress)
        self.follow()

    def embed(self, progress: Progress | None = None) -> None:
        """One process at a time. Where another is at it, its vectors are waited for, but not for long."""
        if self.embedder is None or not self.count_to_embed():
            return
        lock = FileLock(self.data_dir / "embed.lock")
        until = time.monotonic() + SHORT_PATIENCE
        while not lock.take(wait=False):
            if time.monotonic() > until or not self.count_to_embed():
                return
            time.sleep(POLL)
        try:
            embed_missing(
                self.database, self.embedder, progress=progress, each=self.follow, stop=self.is_closed
            )
        finally:
            lock.give_back()

    def follow(self) -> None:
        """Brings the index to where the rows are, whoever wrote them."""
        if self.embedder and self.index and self.is_behind():
            self.applied = catch_up(self.database, self.index, self.embedder.identity)

    def is_behind(self) -> bool:
        with self.database.read() as connection:
            return shelf.read_generation(connection) != self.applied

    def count_to_embed(self) -> int:
        if self.embedder is None:
            return 0
        with self.database.read() as connection:
            return shelf.count_to_embed(connection, self.embedder.identity)

    def is_closed(self) -> bool:
        return any(thread.is_stopped for thread in self.threads)

    def status(self) -> Status:
        with self.database.read() as connection:
            listed = shelf.list_articles(connection)
            generation = shelf.read_generation(connection)
            to_embed = shelf.count_to_embed(connection, GRAPH)
        embedder = GRAPH if find_model() else ""
        return Status(tuple(listed), list_quarantined(self.database), generation, to_embed, embedder)

    def verify(self) -> list[str]:
        """One sentence for each thing that does not fit. Looks into Chroma if nobody else holds it."""
        faults = list(verify_shelf(self.database, self.articles_dir, self.default_audience))
        if find_model():
            index = self.index or open_index(self.data_dir, GRAPH)
            if index.name != ExactIndex.name:
                faults += verify_index(self.database, index, GRAPH)
            if index is not self.index:
                index.close()
        return faults

    def health(self) -> Health:
        status = self.status()
        return Health(
            mode="hybrid" if self.embedder and self.index else "words",
            index=self.index.name if self.index else "",
            embedder=self.embedder.identity if self.embedder else "",
            articles=len(status.articles),
            quarantined=len(status.quarantined),
            to_embed=self.count_to_embed(),
            is_behind=bool(self.embedder) and self.applied != status.generation,
        )

    def close(self) -> None:
        for thread in self.threads:
            thread.stop(STOP_SECONDS)
        if self.index:
            self.index.close()


def open_library(
    database: Database,
    *,
    data_dir: Path,
    articles_dir: Path,
    clock: Clock,
    default_audience: str,
    models_dir: Path | None = None,
) -> Library:
    """Ready at once; nothing is read yet. `models_dir` holds the embedder's graph, `data_dir` if it is not
    given. Raises Misconfigured."""
    if not is_audience(default_audience):
        raise Misconfigured(f"DESKBELL_DEFAULT_AUDIENCE: {unknown_audience(default_audience)}")
    return Library(
        database, data_dir, articles_dir, clock, Audience(default_audience), models_dir or data_dir / "models"
    )
