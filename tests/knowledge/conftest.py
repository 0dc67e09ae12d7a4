"""What does every test of the articles start from? An empty folder with a shelf, and the real embedder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.answer import Answer
from knowledge.embedding import MiniLM, open_embedder
from knowledge.library import Library, open_library
from knowledge.sync import Report
from store.clock import StandingClock
from tests.databases import copied, opened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of articles and the library over it."""

    folder: Path
    library: Library

    def write(self, path: str, text: str) -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    def sync(self, *, confirmed: bool = False) -> Report:
        """Texts, vectors and index."""
        report = self.library.sync(confirmed=confirmed)
        self.library.load()
        self.library.embed()
        self.library.follow()
        return report

    def ask(self, question: str, *history: str, audience: str = "public", language: str = "en") -> Answer:
        return self.library.answer(question, history=history, audience=audience, language=language)

    def ranked(
        self, question: str, *history: str, audience: str = "public", language: str = "en"
    ) -> list[str]:
        found = self.library.search(question, history=history, audience=audience, language=language)
        return [hit.chunk.path for hit in found.hits]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def embedder(models: Path) -> MiniLM:
    embedder = open_embedder(models)
    assert embedder
    return embedder


@pytest.fixture(scope="session")
def empty_shelf(empty_tables: str) -> str:
    return empty_tables


@pytest.fixture
def room(empty_shelf: str, models: Path, embedder: MiniLM, tmp_path: Path) -> Iterator[Room]:
    folder = tmp_path / "articles"
    folder.mkdir()
    with copied(empty_shelf, tmp_path / "data") as settings:
        database = opened(settings)
        library = open_library(
            database,
            data_dir=settings.data_dir,
            articles_dir=folder,
            clock=StandingClock(NOON),
            default_audience="public",
            models_dir=models,
        )
        library.embedder = embedder
        yield Room(folder, library)
        library.close()
        database.close()
