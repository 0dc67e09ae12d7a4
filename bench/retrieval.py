"""How fast are articles followed, searched and answered from, and how well in other words?"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from bench.table import Figure, median, percentile, print_table
from knowledge.articles import read_article
from knowledge.evaluation import Asked
from knowledge.folder import look, read_file
from knowledge.library import Library, open_library
from store.articles import Article, Audience, readable_by
from store.clock import SystemClock
from store.database import open_database
from store.migrate import prepare
from store.settings import read_settings

ARTICLES = Path(__file__).parents[1] / "knowledge" / "articles"
MANY = 10_000
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        quality(Path(folder) / "quality", models)
        speed(Path(folder) / "speed", models)
        following(Path(folder) / "following", models)
        many(Path(folder) / "many", models)


@contextmanager
def opened(data: Path, articles: Path, models: Path) -> Iterator[Library]:
    settings = read_settings(data_dir=data, _env_file=None)
    database = open_database(settings.database, synchronous="OFF")
    prepare(database, settings)
    library = open_library(
        database,
        data_dir=data,
        articles_dir=articles,
        clock=SystemClock(),
        default_audience="public",
        models_dir=models,
    )
    yield library
    library.close()
    database.close()


def shipped() -> list[Article]:
    folder = look(ARTICLES, Audience("public"))
    assert folder
    return [
        read_article(path, read_file(seen), folder.around(path))
        for path, seen in sorted(folder.files.items())
    ]


def quality(folder: Path, models: Path) -> None:
    """Golden questions are asked of articles from which they were taken out, so in other words."""
    asked = [(question, article) for article in shipped() for question in article.questions]
    bare_shop(folder / "articles")
    with opened(folder / "data", folder / "articles", models) as library:
        places = [place_of(library, question, article) for question, article in asked]
    print_table(
        f"The shop's {len(asked)} golden questions, asked of articles that do not know them",
        [
            Figure("their own article comes first", share(places, 1), "%", more_is_better=True),
            Figure("is among the first five", share(places, 5), "%", more_is_better=True),
        ],
    )


def bare_shop(folder: Path) -> Iterator[Asked]:
    """The shop's articles without their golden questions, and these, as far as customers may ask them."""
    for article in shipped():
        place = folder / article.path
        place.parent.mkdir(parents=True, exist_ok=True)
        about = {"title": repr(article.title), "language": article.language, "audience": article.audience}
        head = "".join(f"{name}: {value}\n" for name, value in about.items())
        text = "\n".join(article.lines()[article.body - 1 :])
        place.write_text(f"---\n{head}---\n{text}", encoding="utf-8")
    return iter(
        Asked(id=question, question=question, gold=(article.path,), lang=article.language)
        for article in shipped()
        for question in article.questions
        if article.audience in readable_by("customers")
    )


def place_of(library: Library, question: str, article: Article) -> int:
    reader = "staff" if article.audience == "staff" else "customers"
    ranked = library.search(question, history=(), audience=reader, language=article.language).hits
    paths = [hit.chunk.path for hit in ranked]
    return paths.index(article.path) if article.path in paths else len(paths)


def share(places: list[int], first: int) -> float:
    return 100 * sum(place < first for place in places) / len(places)


def speed(folder: Path, models: Path) -> None:
    questions = [
        question for article in shipped() for question in article.questions if article.language == "en"
    ]
    with opened(folder, ARTICLES, models) as library:
        began = perf_counter()
        library.be_ready()
        ready = perf_counter() - began
        took = [milliseconds(library, question) for question in questions]
    cold = min(one_shot(folder) for _ in range(ROUNDS))
    print_table(
        "Questions to the shop's articles",
        [
            Figure("all articles read, embedded and indexed", ready, "s"),
            Figure("question, warm, p50", median(took), "ms"),
            Figure("question, warm, p95", percentile(took, 0.95), "ms", 150),
            Figure("`deskbell ask`, from start to end", cold, "s"),
        ],
    )


def milliseconds(library: Library, question: str) -> float:
    began = perf_counter()
    library.answer(question, history=(), audience="customers", language="en")
    return (perf_counter() - began) * 1000


def one_shot(folder: Path) -> float:
    began = perf_counter()
    command = [sys.executable, "-m", "bot", "ask", "where is my order?", "--json"]
    environment = {"DESKBELL_DATA_DIR": str(folder), "DESKBELL_KNOWLEDGE_DIR": str(ARTICLES)}
    subprocess.run(command, env=environment, capture_output=True, check=True)
    return perf_counter() - began


def following(folder: Path, models: Path) -> None:
    place = folder / "articles" / "a.md"
    place.parent.mkdir(parents=True)
    place.write_text("# Norway\n\nWe ship to Norway within 0 days.\n", encoding="utf-8")
    took = []
    with opened(folder / "data", folder / "articles", models) as library:
        library.warm()
        wait_for(library, "within 0 days")
        for number in range(1, ROUNDS + 1):
            place.write_text(f"# Norway\n\nWe ship to Norway within {number} days.\n", encoding="utf-8")
            took.append(wait_for(library, f"within {number} days"))
    print_table("A running desk", [Figure("from a changed file to its answer", max(took), "s", 1)])


def wait_for(library: Library, words: str) -> float:
    began = perf_counter()
    while words not in library.answer("ship to Norway", history=(), audience="public", language="en").text:
        assert perf_counter() - began < 60, f"{words!r} was never answered"
    return perf_counter() - began


def many(folder: Path, models: Path) -> None:
    for number in range(MANY):
        place = folder / "articles" / f"{number // 100}" / f"a{number}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# Part {number}\n\nPart {number} fits car {number % 97}.\n", encoding="utf-8")
    with opened(folder / "data", folder / "articles", models) as library:
        first = seconds_of(library)
        seconds_of(library)  # Files as fresh as these are read twice.
        quiet = min(seconds_of(library) for _ in range(ROUNDS))
    print_table(
        f"{MANY:,} articles",
        [
            Figure("texts read for the first time", first, "s"),
            Figure("a pass that finds no change", quiet, "s", 2),
        ],
    )


def seconds_of(library: Library) -> float:
    began = perf_counter()
    library.sync()
    return perf_counter() - began
