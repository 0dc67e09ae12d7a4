"""What does every test of the rows start from?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.clock import StandingClock
from store.database import Database
from store.heads import HeadBook
from store.settings import Settings
from tests.databases import KEY, copied, opened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def settings(empty_tables: str, tmp_path: Path) -> Iterator[Settings]:
    with copied(empty_tables, tmp_path / "data") as settings:
        yield settings


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = opened(settings)
    yield database
    database.close()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
def book(settings: Settings) -> HeadBook:
    return HeadBook(settings.data_dir / "heads", KEY)
