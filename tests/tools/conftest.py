"""What does every test of the tools start from?"""

from collections.abc import Iterator
from functools import partial

import pytest

from store.backend_seed import fill_backend
from store.database import Database
from tests.databases import copied, opened
from tests.tools.shop import Shop


@pytest.fixture(scope="module")
def database(empty_tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all tests of a file: each fills the shop anew, and touches nothing beside it."""
    with copied(empty_tables, tmp_path_factory.mktemp("shop")) as settings:
        database = opened(settings)
        yield database
        database.close()


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = Shop(database)
    database.write(partial(fill_backend, now=shop.now))
    return shop
