"""How long does a search take among a hundred thousand articles, and how soon is a change found?"""

import hashlib
import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, sleep

import numpy as np
from sqlalchemy import Connection, insert

from bench.table import Figure, median, percentile, print_table
from knowledge.embedding import Vectors
from knowledge.index import VectorIndex, Wanted
from knowledge.index_exact import ExactIndex
from knowledge.library import Library, open_library
from knowledge.sync import catch_up, pack
from store import pgvector, shelf
from store.articles import Article, Audience, Chunk
from store.clock import SystemClock
from store.database import Database, open_database
from store.fulltext import Tokens, put_tokens
from store.migrate import prepare
from store.settings import read_settings
from store.shelf import Filed, Hash, Prepared
from store.shelf_reading import reading
from store.shelf_tables import articles, chunks

MANY = int(os.environ.get("BENCH_ARTICLES", "100000"))
FILES = 10_000
BATCH = 2_000
WIDTH, DEPTH = 384, 60
VOCABULARY, WORDS, ASKED = 20_000, 60, 8
QUESTIONS = 100
CHANGES = 5
SEARCH_MS, CHANGE_S, QUIET_S = 150.0, 1.0, 2.0
IDENTITY = "generated-384-1"
CLOCK = SystemClock()


class Generated:
    """A direction for each text, as far from all others as chance makes it: the hardest case for a graph."""

    identity = IDENTITY

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [direction(text.rpartition("\n")[2]) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, WIDTH), np.float32)


def direction(text: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    row = np.random.default_rng(seed).normal(size=WIDTH).astype(np.float32)
    unit: Vectors = row / np.linalg.norm(row)
    return unit


class Mouth:
    """Says words as often as a language does: few of them all the time, most hardly ever."""

    def __init__(self) -> None:
        self._dice = np.random.default_rng(7)
        shares = 1 / np.arange(1, VOCABULARY + 1)
        self._shares = shares / shares.sum()

    def say(self, many: int) -> str:
        return " ".join(f"w{number}" for number in self._dice.choice(VOCABULARY, many, p=self._shares))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        at_scale(Path(folder) / "sqlite", "", ("chroma", "numpy"))
    if url := os.environ.get("BENCH_DATABASE_URL", ""):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "postgres"
            at_scale(data, url, ("pgvector", "numpy") if has_pgvector(data, url) else ("numpy",))
    with tempfile.TemporaryDirectory() as folder:
        in_files(Path(folder))


def has_pgvector(data: Path, url: str) -> bool:
    with opened(data, data / "none", url, "numpy") as library, library.database.read() as connection:
        return pgvector.is_offered(connection)


@contextmanager
def opened(data: Path, place: Path, url: str, engine: str) -> Iterator[Library]:
    settings = read_settings(
        data_dir=data, DATABASE_URL=url, secret_key="k" * 32, index=engine, _env_file=None
    )
    database = open_database(settings.database, synchronous="OFF")
    prepare(database, settings)
    library = open_library(
        database,
        data_dir=data,
        articles_dir=place,
        clock=CLOCK,
        default_audience="public",
        engine=Wanted(settings.index),
    )
    library.embedder = Generated()
    try:
        yield library
    finally:
        library.close()
        database.close()


def at_scale(data: Path, url: str, engines: Sequence[str]) -> None:
    mouth = Mouth()
    questions = [mouth.say(ASKED) for _ in range(QUESTIONS)]
    for number, engine in enumerate(engines):
        with opened(data, data / "none", url, engine) as library:
            dialect = library.database.dialect
            if not number:
                filled = timed(partial(fill, library.database, mouth))
                # What a running desk does in its background: Postgres counts common words.
                library.lexicon.follow() if dialect == "postgresql" else None
                print_table(
                    f"{MANY:,} articles of one piece, {dialect}", by_words(library, questions, filled)
                )
            print_table(
                f"{MANY:,} articles, {dialect}, vectors in {engine}: words and meaning, search only",
                [*by_both(library, questions), *changes(library, mouth)],
            )


def fill(database: Database, mouth: Mouth) -> None:
    with database.read() as connection:
        if shelf.count_pieces(connection) >= MANY:
            return
    for first in range(0, MANY, BATCH):
        database.write(partial(put_some, first=first, mouth=mouth))


def put_some(connection: Connection, first: int, mouth: Mouth) -> None:
    """The rows of many articles at once; one by one takes four minutes, and is measured below with files."""
    texts = [mouth.say(WORDS) for _ in range(BATCH)]
    names = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    paths = [f"{first // BATCH}/a{first + number}.md" for number in range(BATCH)]
    shelf.next_text_generation(connection)
    about = {"language": "en", "audience": "public"}
    unsaid = {"tags": [], "owner": "", "review_by": "", "questions": [], "redirect": "", "generation": 1}
    rows = [
        {"path": path, "version": "0" * 12, "title": text[:20]}
        for path, text in zip(paths, texts, strict=True)
    ]
    connection.execute(insert(articles), [row | about | unsaid for row in rows])
    piece = {"ordinal": 0, "kind": "text", "heading": "Generated", "first": 1, "last": 2}
    pieces = [
        {"path": path, "text": text, "hash": name} | about | piece
        for path, text, name in zip(paths, texts, names, strict=True)
    ]
    adding = insert(chunks).returning(chunks.c.number, sort_by_parameter_order=True)
    numbers = connection.execute(adding, pieces).scalars().all()
    tokens = {number: Tokens("generated", text) for number, text in zip(numbers, texts, strict=True)}
    put_tokens(connection, "chunk_words", tokens)
    put_tokens(connection, "chunk_grams", tokens)
    vectors = {Hash(name): pack(direction(text)) for name, text in zip(names, texts, strict=True)}
    shelf.put_vectors(connection, IDENTITY, vectors)


def by_words(library: Library, questions: Sequence[str], filled: float) -> list[Figure]:
    figures = [Figure("rows written", filled, "s")]
    figures += word_figures("the database's own full text", library, questions)
    if library.database.dialect == "sqlite":
        figures.append(Figure("Tantivy built from the rows", timed(library.lexicon.follow), "s"))
        figures += word_figures("Tantivy", library, questions)
    return figures


def word_figures(name: str, library: Library, questions: Sequence[str]) -> list[Figure]:
    took = [timed(partial(words_only, library, question)) * 1000 for question in questions]
    return [Figure(f"{name}, p50", median(took), "ms"), Figure(f"{name}, p95", percentile(took, 0.95), "ms")]


def words_only(library: Library, question: str) -> None:
    """What a search asks of the full text: candidates, and how rare each word is."""
    with reading(library.database, ("public",), "", library.lexicon) as reader:
        reader.find("chunk_words", question.split(), DEPTH)
        reader.count("chunk_words", question.split())


def by_both(library: Library, questions: Sequence[str]) -> list[Figure]:
    built = timed(partial(library.load, held=True))
    index = library.index
    assert index, "there is an index once it is loaded"
    nearest = [timed(partial(meant, index, question)) * 1000 for question in questions]
    took = [timed(partial(search, library, question)) * 1000 for question in questions]
    return [
        Figure("index filled from the rows", built, "s"),
        Figure("meaning alone, p95", percentile(nearest, 0.95), "ms"),
        Figure(f"of the {DEPTH} nearest, found", 100 * recall(library, index, questions), "%"),
        Figure("p50", median(took), "ms"),
        Figure("p95", percentile(took, 0.95), "ms", SEARCH_MS),
        Figure("memory of the whole process, at most", peak_mb(), "MB"),
    ]


def search(library: Library, question: str) -> None:
    library.search(question, history=(), audience="public", language="en")


def meant(index: VectorIndex, question: str) -> dict[Hash, float]:
    return index.nearest(("public",), direction(question), DEPTH)


def recall(library: Library, index: VectorIndex, questions: Sequence[str]) -> float:
    exact = ExactIndex()
    catch_up(library.database, exact, IDENTITY)
    shares = [len(meant(exact, one).keys() & meant(index, one).keys()) / DEPTH for one in questions[:20]]
    return sum(shares) / len(shares)


def changes(library: Library, mouth: Mouth) -> list[Figure]:
    """From the commit of a changed article until it is found by words and by meaning."""
    took = []
    for number in range(CHANGES):
        text = f"changed{number} {mouth.say(WORDS)}"
        library.database.write(partial(put_one, text=text))
        began = perf_counter()
        library.lexicon.follow()
        library.embed()
        library.follow()
        found = library.search(text, history=(), audience="public", language="en").hits
        took.append(perf_counter() - began)
        assert found[0].chunk.text == text, "the changed article was not found"
    return [Figure("one change found by words and meaning", max(took), "s", CHANGE_S)]


def put_one(connection: Connection, text: str) -> None:
    version = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    article = Article("0/a7.md", version, text, "Generated", "en", Audience("public"))
    chunk = Chunk(article.path, 0, "text", "Generated", text, 1, 2, version)
    prepared = [Prepared(chunk, Tokens("generated", text), Tokens("generated", text))]
    filed = Filed(article.path, 1, 1, 1, version, "")
    shelf.put_article(connection, article, prepared, filed, now=CLOCK.now())


def in_files(folder: Path) -> None:
    place = folder / "articles"
    for number in range(FILES):
        path = place / f"{number // 100}" / f"a{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Part {number}\n\nPart {number} fits car {number % 97}.\n", encoding="utf-8")
    with opened(folder / "data", place, "", "auto") as library:
        read = timed(library.sync)
        library.sync()  # Files as fresh as these are read twice.
        quiet = median([timed(library.sync) for _ in range(3)])
        loaded = timed(partial(library.load, held=True))
        library.warm()
        while library.health().is_behind or not library.health().texts[1]:
            sleep(0.1)
        changed = max(answered(library, place / "3" / "a301.md", number) for number in range(3))
        print_table(
            f"{FILES:,} files, SQLite",
            [
                Figure("texts read for the first time", read, "s"),
                Figure("a pass that finds no change", quiet, "s", QUIET_S),
                Figure("vectors (generated) written and indexed", loaded, "s"),
                Figure("from a changed file to finding it", changed, "s", CHANGE_S),
            ],
        )


def answered(library: Library, path: Path, number: int) -> float:
    sleep(2)  # The pass that the last change called for has ended.
    word = f"zebra{number}"
    path.write_text(f"# Part\n\nThe {word} fits every car.\n", encoding="utf-8")
    began = perf_counter()
    while not is_found(library, word):
        assert perf_counter() - began < 60, f"{word!r} was never answered"
    return perf_counter() - began


def is_found(library: Library, word: str) -> bool:
    """Vectors by chance make no answer sure, so it is looked for among what an answer is made from."""
    hits = library.search(f"{word} fits", history=(), audience="public", language="en").hits
    return any(word in hit.chunk.text for hit in hits)


def timed(call: Callable[[], object]) -> float:
    """Seconds."""
    began = perf_counter()
    call()
    return perf_counter() - began


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
