"""What does every test of the tools start from?"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from store.backend_seed import fill_backend
from store.database import Database
from tests.databases import copied, opened
from tests.tools.shop import Shop


@pytest.fixture
def database(empty_tables: str, tmp_path: Path) -> Iterator[Database]:
    with copied(empty_tables, tmp_path / "data") as settings:
        database = opened(settings)
        yield database
        database.close()


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = Shop(database)
    database.write(partial(fill_backend, now=shop.now))
    return shop
