"""Where do tests find a desk whose articles are indexed? Furnished once for a whole run, on all cores."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.wiring import open_desk
from store.clock import StandingClock
from store.settings import Settings, read_settings
from tests.office import ARTICLES

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
POSTGRES = os.environ.get("TEST_DATABASE_URL", "")


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
    """The same on Postgres, as a database to be copied; empty when the tests run on SQLite."""
    if not POSTGRES:
        yield ""
        return
    name = f"office_{uuid4().hex[:12]}"
    administer(f'CREATE DATABASE "{name}"')
    furnish(settings_for(tmp_path_factory.mktemp("furnished"), name))
    yield name
    administer(f'DROP DATABASE "{name}" WITH (FORCE)')


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


def settings_for(folder: Path, database: str) -> Settings:
    url = make_url(POSTGRES).set(database=database).render_as_string(hide_password=False) if database else ""
    return read_settings(
        data_dir=folder,
        knowledge_dir=ARTICLES,
        database_url=url,
        secret_key="0123456789abcdef0123456789abcdef",
        _env_file=None,
    )


@contextmanager
def copied_database(template: str) -> Iterator[str]:
    """A copy to write in, or empty on SQLite."""
    name = f"{template}_{uuid4().hex[:8]}" if template else ""
    if name:
        administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield name
    if name:
        administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def administer(statement: str) -> None:
    engine = create_engine(make_url(POSTGRES), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
