"""Where do tests find a desk whose articles are indexed? Furnished once for a whole run, on all cores."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url

from bot.wiring import open_desk
from store.clock import StandingClock
from store.database import read_url
from store.settings import Settings, read_settings
from store.shelf_tables import shelf_state
from store.tables import metadata
from tests.databases import POSTGRES, administer, brought_up, hang_up, make_empty
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


@dataclass(frozen=True, slots=True)
class Furnished:
    """A desk in which the sample articles are indexed. Its folder is copied, its database lent."""

    folder: Path
    database: str
    """On Postgres; empty when the tests run on SQLite, whose database lies in the folder."""

    @contextmanager
    def lent(self, place: Path) -> Iterator[Settings]:
        """Tidied afterwards: ten times as quick as a copy. Who borrows it leaves the articles alone."""
        shutil.copytree(self.folder, place, copy_function=copy_or_link)
        before = shelf_of(self.database)
        yield settings_for(place, self.database)
        if self.database:
            assert shelf_of(self.database) == before, "this test changes articles: it needs its own database"
            make_empty(address_of(self.database), ROOMS)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """By the first worker that asks; on Postgres each has a copy of the database."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, full = shared / "furnished", f"office_{shared.name.replace('-', '_')}_{os.getppid()}"
    with one_at_a_time(shared / "furnished.lock"):
        if not folder.exists():
            if POSTGRES:
                administer(f'CREATE DATABASE "{full}"')
            furnish(settings_for(shared / "being-furnished", full if POSTGRES else ""))
            (shared / "being-furnished").rename(folder)
        database = f"{full}_{os.getpid()}" if POSTGRES else ""
        if POSTGRES:
            mark_use(shared / "users", 1)
            hang_up(full)
            administer(f'CREATE DATABASE "{database}" TEMPLATE "{full}"')
    yield Furnished(folder, database)
    if POSTGRES:
        administer(f'DROP DATABASE "{database}" WITH (FORCE)')
        with one_at_a_time(shared / "furnished.lock"):
            if mark_use(shared / "users", -1) == 0:
                administer(f'DROP DATABASE "{full}" WITH (FORCE)')
                shutil.rmtree(folder)


def mark_use(place: Path, more: int) -> int:
    users = more + (int(place.read_text()) if place.exists() else 0)
    place.write_text(str(users))
    return users


def furnish(settings: Settings) -> None:
    desk = open_desk(settings, StandingClock(MONDAY))
    desk.library.sync()
    desk.library.load()
    desk.stop()


def copy_or_link(source: str, target: str) -> None:
    """The embedder's graph, nine tenths of a desk, is never written: it stands in both."""
    if source.endswith(".onnx"):
        os.link(source, target)
    else:
        shutil.copy(source, target)


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


def shelf_of(name: str) -> object:
    if not name:
        return None
    engine = create_engine(read_url(address_of(name)))
    with engine.connect() as connection:
        state = connection.execute(select(shelf_state)).all()
    engine.dispose()
    return state
