"""How does a backup become the desk again?"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect

from store.backup import DATABASE, KEY, LEARNED, ROWS, Backup, backup, unpack
from store.database import open_database, read_url
from store.dump import drop_all, dump_rows, load_rows
from store.erasure import list_erasures, replay_erasures
from store.errors import BadAnswer
from store.files import file_path
from store.heads import HeadBook
from store.migrate import prepare
from store.presence import alone
from store.settings import Settings, load_secret_key
from store.verify import Report, verify

INDEX = "chroma"
"""Made anew from the rows: the one on the disk belongs to what is replaced."""
PLACES = ("files", "heads", INDEX, LEARNED)


@dataclass(frozen=True, slots=True)
class Restored:
    backup: Backup
    report: Report
    erased: int
    """Files of people who were erased since the backup was made."""
    kept: Path | None
    """Where what was replaced now lies."""


def restore(
    settings: Settings, source: Path, *, now: datetime, fresh_key: str, force: bool = False
) -> Restored:
    """`force` replaces a desk that is there; what it was is kept beside it, in DATA_DIR. A running desk
    stands still meanwhile, and goes on from what was restored."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with staging(settings.data_dir) as stage:
        found = unpack(source, stage)
        if is_used(settings) and not force:
            raise BadAnswer(f"{place(settings)} holds a desk already: --force replaces it")
        with alone(settings.data_dir):
            return replace(settings, stage, found, now, fresh_key)


def replace(settings: Settings, stage: Path, found: Backup, now: datetime, fresh_key: str) -> Restored:
    erasures: dict[str, datetime] = {}
    kept = None
    if is_used(settings):
        kept = settings.data_dir / f"replaced-{now:%Y%m%d-%H%M%S}"
        erasures = put_aside(settings, kept, now)
    put_in_place(settings, stage, found)
    erased = forget(settings, erasures, now)
    return Restored(found, check(settings, fresh_key), erased, kept)


def place(settings: Settings) -> str:
    return read_url(settings.database).render_as_string(hide_password=True)


def is_used(settings: Settings) -> bool:
    path = sqlite_path(settings)
    if path and not path.exists():
        return False
    database = open_database(settings.database)
    try:
        with database.read() as connection:
            return inspect(connection).has_table("events")
    finally:
        database.close()


def sqlite_path(settings: Settings) -> Path | None:
    address = read_url(settings.database)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def put_aside(settings: Settings, kept: Path, now: datetime) -> dict[str, datetime]:
    """Returns who was erased in the desk that is replaced: they must not come back."""
    kept.mkdir()
    database = open_database(settings.database)
    try:
        prepare(database, settings)
        with database.read() as connection:
            erasures = list_erasures(connection)
        if not (path := sqlite_path(settings)):
            backup(database, settings, kept / "backup", now=now)
            database.write(drop_all)
    finally:
        database.close()
    if path:
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(kept / (path.name + ending))
    for name in PLACES:
        with suppress(FileNotFoundError):
            (settings.data_dir / name).rename(kept / name)
    return erasures


def put_in_place(settings: Settings, stage: Path, found: Backup) -> None:
    for name in ("files", "heads"):
        shutil.rmtree(settings.data_dir / name, ignore_errors=True)
        (stage / name).rename(settings.data_dir / name)
    if (stage / LEARNED).exists():
        (stage / LEARNED).replace(settings.data_dir / LEARNED)
    key = settings.data_dir / KEY
    if found.has_key:
        (stage / KEY).replace(key)
        key.chmod(0o600)
    path = sqlite_path(settings)
    if path and found.dialect == "sqlite":
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(stage / DATABASE, path)
        return
    load(settings, row_folder(settings, stage, found))


def row_folder(settings: Settings, stage: Path, found: Backup) -> Path:
    """A desk that grows from SQLite to Postgres brings its rows along."""
    folder = stage / ROWS
    if found.dialect == "sqlite":
        other = open_database(f"sqlite:///{stage / DATABASE}")
        try:
            prepare(other, settings)
            with other.read() as connection:
                dump_rows(connection, folder)
        finally:
            other.close()
    return folder


def load(settings: Settings, folder: Path) -> None:
    database = open_database(settings.database)
    try:
        prepare(database, settings)
        database.write(lambda connection: load_rows(connection, folder))
    finally:
        database.close()


def forget(settings: Settings, erasures: dict[str, datetime], now: datetime) -> int:
    database = open_database(settings.database)
    try:
        prepare(database, settings)
        gone = database.write(lambda connection: replay_erasures(connection, erasures, now))
    finally:
        database.close()
    for file_id in gone:
        file_path(settings.data_dir, file_id).unlink(missing_ok=True)
    return len(gone)


def check(settings: Settings, fresh_key: str) -> Report:
    database = open_database(settings.database)
    try:
        book = HeadBook(settings.data_dir / "heads", load_secret_key(settings, fresh_key))
        return verify(database, book)
    finally:
        database.close()


@contextmanager
def staging(data_dir: Path) -> Iterator[Path]:
    stage = data_dir / "restore.part"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
