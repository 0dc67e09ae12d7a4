"""Where does a test get an empty database, SQLite or Postgres? From one that was brought up once."""

import atexit
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

from sqlalchemy import URL, Dialect, Engine, Pool, QueuePool, create_engine, text
from sqlalchemy.engine import make_url
from typing_extensions import override

import store.database
from store.database import Database, open_database, read_url
from store.fulltext import Shelf
from store.guards import create_guards
from store.migrate import HEAD, prepare
from store.settings import Settings, read_settings
from store.tables import metadata

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")
KEY = "0123456789abcdef0123456789abcdef"


@contextmanager
def brought_up(folder: Path) -> Iterator[str]:
    """The address of a database with tables and no rows, for `copied`."""
    with fresh() as name:
        settings = settings_of(folder, name)
        database = open_database(settings.database)
        prepare(database, settings)
        database.close()
        yield settings.database


@contextmanager
def copied(empty: str, folder: Path) -> Iterator[Settings]:
    """On Postgres it is the same one each time, emptied afterwards: that is ten times as quick as a copy."""
    folder.mkdir(parents=True, exist_ok=True)
    if POSTGRES:
        try:
            yield settings_of(folder, make_url(empty).database or "")
        finally:
            make_empty(empty, (*metadata.tables, *get_args(Shelf)))
    else:
        shutil.copy(empty.removeprefix("sqlite:///"), folder / "desk.db")
        yield settings_of(folder, "")


def make_empty(address: str, tables: Sequence[str]) -> None:
    engine = create_knowing_engine(read_url(address))
    with engine.begin() as connection:
        say = ["SET LOCAL session_replication_role = replica", "SET LOCAL synchronous_commit = off"]
        say += [f"DELETE FROM {table}" for table in tables]  # noqa: S608 - our own names
        connection.exec_driver_sql("; ".join(say))
        names = connection.execute(text("SELECT sequencename FROM pg_sequences")).scalars().all()
        say = [f"SELECT setval('{name}', 1, false)" for name in names]
        say += [f"UPDATE alembic_version SET version_num = '{HEAD}'"]  # noqa: S608 - ours
        connection.exec_driver_sql("; ".join(say))
        create_guards(connection)
    engine.dispose()


SPARE: list[str] = []
"""Databases without a table that wait for the next test: emptying is quicker than making."""


@contextmanager
def fresh() -> Iterator[str]:
    """The name of a database without tables on the server of the tests; empty when they run on SQLite."""
    if not POSTGRES:
        yield ""
        return
    name = SPARE.pop() if SPARE else make_database()
    try:
        yield name
    finally:
        hang_up(name)
        administer("DROP SCHEMA public CASCADE", name)
        administer("CREATE SCHEMA public", name)
        SPARE.append(name)


def make_database() -> str:
    name = f"store_{uuid4().hex[:12]}"
    administer(f'CREATE DATABASE "{name}"')
    # As `opened` says of SQLite: nothing here needs to outlive a power cut.
    administer(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    atexit.register(administer, f'DROP DATABASE "{name}" WITH (FORCE)')
    return name


def hang_up(name: str) -> None:
    """A killed desk leaves connections that still hold locks."""
    administer(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - ours
    )


KNOWN: dict[str, Dialect] = {}
COMPILED: dict[Any, Any] = {}
POOLS: dict[URL, Pool] = {}


def create_knowing_engine(address: URL, **options: Any) -> Engine:
    """Knows each statement that any engine of this process has compiled, and on Postgres goes on with its
    connections: every test opens a few engines, and would spend a quarter of its time on that."""
    if address.get_backend_name() == "postgresql":
        with OPENING:
            pool = POOLS.get(address)
            engine = create_engine(address, pool=pool) if pool else create_engine(address, **KEPT)
            POOLS[address] = engine.pool
    else:
        engine = create_engine(address, **options)
    known = KNOWN.setdefault(address.drivername, engine.dialect)
    if known.server_version_info:
        engine.dialect = known
    engine.update_execution_options(compiled_cache=COMPILED)
    return engine


class KeptPool(QueuePool):
    """Its connections outlive the engine that it was made for."""

    @override
    def dispose(self) -> None:
        pass

    @override
    def recreate(self) -> "KeptPool":
        return self


OPENING = threading.Lock()
KEPT: dict[str, Any] = {"poolclass": KeptPool, "pool_size": 5, "max_overflow": 95, "pool_pre_ping": True}


vars(store.database)["create_engine"] = create_knowing_engine


def settings_of(folder: Path, name: str) -> Settings:
    url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False) if name else ""
    return read_settings(data_dir=folder, DATABASE_URL=url, secret_key=KEY, _env_file=None)


def administer(statement: str, database: str = "") -> None:
    place = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    engine = create_knowing_engine(place.set(database=database or place.database))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def opened(settings: Settings) -> Database:
    """Without waiting for the disk: a test that ends with the power has other troubles."""
    return open_database(settings.database, synchronous="OFF")
