"""Where do tests find a desk whose articles are indexed? Furnished once for a whole run, on all cores."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url

from bot.wiring import open_desk
from store.clock import StandingClock
from store.database import read_url
from store.settings import Settings, read_settings
from store.shelf_tables import shelf_state
from store.tables import metadata
from tests.databases import POSTGRES, administer, brought_up, make_empty
from tests.office import ARTICLES

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SHELF = {"articles", "article_versions", "article_files", "chunks", "vectors", "shelf_state"}
ROOMS = tuple(name for name in metadata.tables if name not in SHELF)
"""All that a desk writes when it works; the articles stay."""


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with tables and no rows, for `copied`."""
    with brought_up(tmp_path_factory.mktemp("tables")) as address:
        yield address


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder on SQLite in which the sample articles are indexed. It is copied, never opened."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "furnished"
    with one_at_a_time(shared / "furnished.lock"):
        if not folder.exists():
            furnish(settings_for(shared / "being-furnished", ""))
            (shared / "being-furnished").rename(folder)
    return folder


@pytest.fixture(scope="session")
def furnished_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same on Postgres, furnished by the first worker that asks; empty when the tests run on SQLite."""
    if not POSTGRES:
        yield ""
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    mark = shared / "furnished-database"
    name = f"office_{uuid4().hex[:12]}"
    with one_at_a_time(shared / "furnished.lock"):
        if not mark.exists():
            administer(f'CREATE DATABASE "{name}_full"')
            furnish(settings_for(shared / "furnished-beside", f"{name}_full"))
            mark.write_text(f"{name}_full 0")
        full, users = mark.read_text().split()
        administer(f'CREATE DATABASE "{name}" TEMPLATE "{full}"')
        mark.write_text(f"{full} {int(users) + 1}")
    yield name
    administer(f'DROP DATABASE "{name}" WITH (FORCE)')
    with one_at_a_time(shared / "furnished.lock"):
        full, users = mark.read_text().split()
        mark.write_text(f"{full} {int(users) - 1}")
        if int(users) == 1:
            administer(f'DROP DATABASE "{full}"')
            mark.unlink()


def furnish(settings: Settings) -> None:
    desk = open_desk(settings, StandingClock(MONDAY))
    desk.library.sync()
    desk.library.load()
    desk.stop()


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def address_of(database: str) -> str:
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False) if database else ""


def settings_for(folder: Path, database: str) -> Settings:
    return read_settings(
        data_dir=folder,
        knowledge_dir=ARTICLES,
        database_url=address_of(database),
        secret_key="0123456789abcdef0123456789abcdef",
        _env_file=None,
    )


@contextmanager
def lent_database(name: str) -> Iterator[str]:
    """Tidied afterwards, which is ten times as quick as a copy. Who borrows it leaves the articles alone."""
    before = shelf_of(name)
    yield name
    if name:
        assert shelf_of(name) == before, "this test changes articles: it needs a database of its own"
        make_empty(address_of(name), ROOMS)


def shelf_of(name: str) -> object:
    if not name:
        return None
    engine = create_engine(read_url(address_of(name)))
    with engine.connect() as connection:
        state = connection.execute(select(shelf_state)).all()
    engine.dispose()
    return state
