"""What may the rest of the house ask of the articles?"""

import logging
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from knowledge.answer import Answer
from knowledge.asking import Found, ask
from knowledge.embedders import REST_SECONDS, EmbedderChoice
from knowledge.embedding import GRAPH, Embedder, MeaningAway, find_model
from knowledge.front_matter import is_audience, unknown_audience
from knowledge.health import Health, Status
from knowledge.hints import narrow
from knowledge.index import VectorIndex, Wanted
from knowledge.language import guess
from knowledge.lexicon import Lexicon
from knowledge.locks import alone
from knowledge.meaning import PAUSE, QUICK, Meaning
from knowledge.search import Question, Ranking, Senses
from knowledge.spelling import Spelling
from knowledge.sync import (
    Progress,
    Quarantined,
    Report,
    list_quarantined,
    sync_folder,
)
from knowledge.verify import verify_shelf
from knowledge.watch import Hints, Repeated, watch
from store import shelf
from store.articles import ArticleVersion, Audience, readable_by
from store.database import Database
from store.errors import Misconfigured
from store.shelf_counts import Counted, count_languages, count_shelf

log = logging.getLogger("deskbell.knowledge")

PATIENCE, POLL_ROWS, STOP_SECONDS = 10.0, 1.0, 5.0
"""Seconds."""


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(slots=True)
class Library:
    """Made by `open_library`. Answers at once from full text, and by meaning as soon as `load` has run."""

    database: Database
    data_dir: Path
    articles_dir: Path
    clock: Clock
    default_audience: Audience
    meaning: Meaning
    lexicon: Lexicon
    threads: tuple[Repeated, ...] = ()
    changed: threading.Event = field(default_factory=threading.Event)
    told: tuple[Quarantined, ...] = ()
    """Files in quarantine that the log has named."""
    read: tuple[int, int] = (0, 0)
    """Files that the pass has read, and has to read."""
    spelling: Spelling = field(default_factory=Spelling)
    spelled: tuple[float, float] = (0.0, 0.0)
    """When the spelling last followed, and the longest that it took."""
    is_loaded: bool = False
    has_links: bool = True
    """Whether the folder, when all was looked at last, held links: what they lead to changes unnamed."""
    is_held: bool = False
    """Whether this process stays, so that indexes on disk may be its own."""
    loading: threading.Lock = field(default_factory=threading.Lock)
    is_filled: threading.Event = field(default_factory=threading.Event)
    """Set when there is something to answer from: at once, or after the first look at the folder."""
    counted: Counted | None = None

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
        repairs = self.spelling.repairs(question, audiences, language)
        asked = Question(question, before, audiences, language, repairs)
        try:
            return ask(self.database, self.senses(), asked)
        except MeaningAway as away:
            log.warning("words alone answer: %s", away)
            return ask(self.database, Senses(lexical=self.lexicon), asked)

    def senses(self) -> Senses:
        standing = self.meaning.standing
        if standing is None:
            return Senses(lexical=self.lexicon)
        return Senses(standing.asked, standing.index, standing.sentences, standing.reader, self.lexicon)

    def language_of(self, text: str, audiences: Sequence[str]) -> str:
        with self.database.read() as connection:
            known = count_languages(connection, audiences)
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
            try:
                self.load(switching=False)
            except MeaningAway as away:
                log.warning("words alone answer: %s", away)

    def is_bare(self) -> bool:
        return self.read_generation() == 0

    def warm(self) -> None:
        """Returns at once. One thread brings the folder's texts in and follows it; another makes vectors, so
        that a change is found while thousands of texts are still being embedded."""
        if self.threads:
            return
        if not self.is_bare():
            self.is_filled.set()
        texts = Repeated("texts", lambda stopped: watch(self.articles_dir, self.take_hints, stopped))
        vectors = Repeated("vectors", self.follow_rows)
        self.threads = (texts, vectors)
        for thread in self.threads:
            thread.start()

    def take_hints(self, hints: Hints | None) -> None:
        """Of one changed article among 10,000 only this one is looked at."""
        is_told = hints is not None and not self.has_links
        only = narrow(self.database, self.articles_dir, hints) if hints is not None and is_told else None
        if only is None or only:
            self.keep_up(only)

    def keep_up(self, only: Collection[str] | None = None) -> None:
        try:
            report = self.sync(only=only)
            self.has_links = report.has_links if only is None else self.has_links
            self.lexicon.follow()
        finally:
            self.is_filled.set()
            self.changed.set()
        for one in report.quarantined if report.quarantined != self.told else ():
            log.warning("%s, line %s: %s", one.path, one.line, one.reason)
        self.told = report.quarantined

    def follow_rows(self, stopped: threading.Event) -> None:
        """Also rows that another process wrote, e.g. `deskbell knowledge sync`."""
        followed = -1
        while not stopped.is_set():
            try:
                self.load(held=True)
                # One look a second; all the others only when something has moved.
                generation = self.read_generation()
                if generation != followed or self.is_owing(generation):
                    if self.meaning.is_behind() or self.meaning.is_unfinished():
                        self.embed()
                    self.follow()
                    followed = generation
                self.meaning.look_after()
            except MeaningAway as away:
                log.warning("what stands goes on answering, next try in %s s: %s", REST_SECONDS, away)
                self.follow()
                stopped.wait(REST_SECONDS)
            self.changed.wait(POLL_ROWS)
            self.changed.clear()

    def sync(
        self,
        *,
        confirmed: bool = False,
        again: bool = False,
        only: Collection[str] | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Texts of the folder into rows; with `only` of these articles. One process at a time; the others
        wait, and find little to do."""

        def note(done: int, total: int) -> None:
            self.read = (done, total)
            if progress:
                progress(done, total)

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
                only=only,
                progress=note,
            )

    def load(self, *, held: bool = False, switching: bool = True, progress: Progress | None = None) -> None:
        """Embedder, missing vectors, index. `held`: this process stays, so it may hold Chroma. `switching`:
        it may go over to another embedder, which takes as long as a first index. Raises MeaningAway."""
        with self.loading:
            if self.is_loaded and not self.meaning.is_late:
                return
            # What cannot be reached now is no reason to ask again before every question.
            self.is_loaded = True
            self.is_held = self.is_held or held
            self.meaning.open(held=held, switching=switching)
            self.follow()
        self.embed(progress)
        self.follow()

    def embed(self, progress: Progress | None = None) -> None:
        self.meaning.embed(progress, self.is_closed)

    def follow(self) -> None:
        """Brings both indexes to where the rows are, whoever wrote them."""
        if self.is_held:
            self.lexicon.follow()
        self.meaning.follow()
        self.follow_spelling()

    def follow_spelling(self) -> None:
        """All words of 100,000 articles take seconds to count: a slip in a new word may wait for that."""
        when, took = self.spelled
        began = time.monotonic()
        if took < QUICK or began - when > PAUSE * took:
            self.spelling.follow(self.database)
            ended = time.monotonic()
            self.spelled = (ended, max(ended - began, took if ended - began < QUICK else 0.0))

    def read_generation(self) -> int:
        with self.database.read() as connection:
            return shelf.read_generation(connection)

    def is_owing(self, generation: int) -> bool:
        """Whether something was put off, or is still on its way."""
        meaning = self.meaning
        on_its_way = meaning.coming is not None or bool(meaning.failed)
        return meaning.owes or on_its_way or self.spelling.generation != generation

    def is_closed(self) -> bool:
        return any(thread.is_stopped for thread in self.threads)

    @property
    def embedder(self) -> Embedder | None:
        standing = self.meaning.standing
        return standing.embedder if standing else self.meaning.given

    @embedder.setter
    def embedder(self, given: Embedder | None) -> None:
        """In place of the one that the settings choose."""
        self.meaning.given = given

    @property
    def models_dir(self) -> Path:
        return self.meaning.models_dir

    @property
    def index(self) -> VectorIndex | None:
        return self.meaning.standing.index if self.meaning.standing else None

    def is_behind(self) -> bool:
        return self.meaning.is_behind()

    def count_to_embed(self) -> int:
        return self.meaning.count_to_embed()

    def status(self) -> Status:
        embedder = self.meaning.find_pointer() or (GRAPH if find_model() else "")
        with self.database.read() as connection:
            listed = shelf.list_articles(connection)
            generation = shelf.read_generation(connection)
            to_embed = shelf.count_to_embed(connection, embedder or GRAPH)
        return Status(tuple(listed), list_quarantined(self.database), generation, to_embed, embedder)

    def verify(self) -> list[str]:
        """One sentence for each thing that does not fit. Looks into Chroma if nobody else holds it."""
        faults = list(verify_shelf(self.database, self.articles_dir, self.default_audience))
        return [*faults, *self.meaning.verify()]

    def health(self) -> Health:
        meaning, counts = self.meaning, self.count()
        standing = meaning.standing
        made = counts.texts - counts.missing
        return Health(
            mode="hybrid" if standing and not standing.asked.failed else "words",
            index=standing.index.name if standing else "",
            embedder=standing.embedder.identity if standing else "",
            words=self.lexicon.name,
            articles=counts.articles,
            quarantined=counts.quarantined,
            to_embed=counts.missing if standing else 0,
            is_behind=standing is not None and meaning.applied != counts.generation,
            texts=self.read,
            vectors=(made, counts.texts) if standing else (0, counts.texts),
            coming=meaning.coming.identity if meaning.coming else "",
            coming_vectors=(counts.texts - counts.missing_coming, counts.texts) if meaning.coming else (0, 0),
            trouble=meaning.trouble(),
        )

    def count(self) -> Counted:
        """As long as nothing changes, it is not counted again: programs ask every second."""
        with self.database.read() as connection:
            generation = shelf.read_generation(connection)
            standing, coming = self.meaning.standing, self.meaning.coming
            asked = (
                generation,
                standing.embedder.identity if standing else "",
                coming.identity if coming else "",
            )
            if self.counted is None or self.counted.asked != asked:
                self.counted = count_shelf(connection, *asked)
            return self.counted

    def close(self) -> None:
        for thread in self.threads:
            thread.stop(STOP_SECONDS)
        self.lexicon.close()
        self.meaning.close()


def open_library(
    database: Database,
    *,
    data_dir: Path,
    articles_dir: Path,
    clock: Clock,
    default_audience: str,
    models_dir: Path | None = None,
    engine: Wanted | None = None,
    embedder: EmbedderChoice | None = None,
) -> Library:
    """Ready at once; nothing is read yet. `models_dir` holds the embedder's graph, `data_dir` if it is not
    given. Raises Misconfigured."""
    if not is_audience(default_audience):
        raise Misconfigured(f"DESKBELL_DEFAULT_AUDIENCE: {unknown_audience(default_audience)}")
    choice = embedder or EmbedderChoice()
    choice.check()
    meaning = Meaning(database, data_dir, models_dir or data_dir / "models", engine or Wanted(), choice)
    return Library(
        database,
        data_dir,
        articles_dir,
        clock,
        Audience(default_audience),
        meaning,
        Lexicon(database, data_dir),
    )
