"""How is a running desk copied? Rows, sent files, signed heads and the key, as they stood at one moment."""

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from store.database import Database, read_url
from store.dump import dump_rows
from store.errors import BadAnswer, Misconfigured
from store.migrate import HEAD, REVISIONS
from store.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
ROWS = "rows"
DATABASE = "desk.db"
KEY = "secret.key"
LEARNED = "breach.yml"
"""What `deskbell risk refit` has learned from the desk's own tickets."""

COUNTS = {name: f"SELECT count(*) FROM {name}" for name in ("sessions", "tickets", "files")}  # noqa: S608 - ours
ARCHIVES = (".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    made_at: str
    revision: str
    dialect: str
    timelines: int
    files: int
    has_key: bool


def backup(
    database: Database, settings: Settings, target: Path, *, now: datetime, with_key: bool = True
) -> Backup:
    """Into a folder, or into one file when the name ends with .tar.gz. Others go on writing meanwhile."""
    if target.exists():
        raise BadAnswer(f"{target} is there already: give the backup a new name")
    target.parent.mkdir(parents=True, exist_ok=True)
    with staging(target) as stage:
        made = collect(database, settings, stage, now=now, with_key=with_key)
        (stage / MANIFEST).write_text(json.dumps(made, indent=2), encoding="utf-8")
        if target.name.endswith(ARCHIVES):
            packed = stage.with_name(stage.name + ".packed")
            pack(stage, packed)
            packed.replace(target)
        else:
            stage.replace(target)
    return read_manifest_fields(made, target)


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Beside the target, so that the finished backup takes its name in one step."""
    stage = target.with_name(f".{target.name}.part")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        stage.with_name(stage.name + ".packed").unlink(missing_ok=True)


def collect(
    database: Database, settings: Settings, stage: Path, *, now: datetime, with_key: bool
) -> dict[str, Any]:
    # Heads before rows: what a head has signed is then surely among the rows. Files after them: every row's
    # file was on the disk before the row was.
    copy_folder(settings.data_dir / "heads", stage / "heads")
    if database.dialect == "sqlite":
        counts = copy_sqlite(Path(read_url(settings.database).database or ""), stage / DATABASE)
    else:
        with database.read() as connection:
            counts = dump_rows(connection, stage / ROWS)
    copy_folder(settings.data_dir / "files", stage / "files")
    if (settings.data_dir / LEARNED).exists():
        shutil.copy2(settings.data_dir / LEARNED, stage / LEARNED)
    key = settings.data_dir / KEY
    if has_key := with_key and key.exists():
        shutil.copy2(key, stage / KEY)
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "revision": HEAD,
        "dialect": database.dialect,
        "timelines": counts["sessions"] + counts["tickets"],
        "files": counts["files"],
        "has_key": has_key,
    }


def copy_sqlite(source: Path, target: Path) -> dict[str, int]:
    """SQLite's own way: one consistent state, while the writer goes on. Returns rows by table."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as running,
            closing(sqlite3.connect(target)) as copy,
        ):
            running.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
            counts = {name: copy.execute(COUNTS[name]).fetchone()[0] for name in COUNTS}
    except sqlite3.DatabaseError as error:
        raise Misconfigured(f"the database {source} is damaged: {error}") from error
    if found != "ok":
        raise Misconfigured(f"the database {source} is damaged: {found}")
    return counts


def copy_folder(source: Path, target: Path) -> None:
    """A file may vanish meanwhile, when its person is erased."""
    target.mkdir()
    for path in sorted(source.glob("*")) if source.is_dir() else ():
        if path.is_file() and path.suffix != ".part":
            try:
                shutil.copy2(path, target / path.name)
            except FileNotFoundError:
                continue


def pack(stage: Path, target: Path) -> None:
    target.touch(mode=0o600)
    with tarfile.open(target, "w:gz", compresslevel=5) as archive:
        for path in sorted(stage.iterdir()):
            archive.add(path, arcname=path.name)


def unpack(source: Path, stage: Path) -> Backup:
    """`stage` gets the backup's content, whichever form it has."""
    if source.is_dir():
        shutil.copytree(source, stage, dirs_exist_ok=True)
    else:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(stage, filter="data")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise BadAnswer(f"{source} is no backup of Deskbell: {error}") from error
    return read_manifest(stage, source)


def read_manifest(stage: Path, source: Path) -> Backup:
    try:
        made = json.loads((stage / MANIFEST).read_text(encoding="utf-8"))
        found = read_manifest_fields(made, source)
    except (OSError, ValueError, KeyError) as error:
        raise BadAnswer(f"{source} is no backup of Deskbell: it has no {MANIFEST}") from error
    if made["format"] != FORMAT or found.revision not in REVISIONS:
        raise Misconfigured(
            f"{source} was made by a newer release (revision {found.revision!r}): restore it with that one"
        )
    return found


def read_manifest_fields(made: dict[str, Any], path: Path) -> Backup:
    names = ("made_at", "revision", "dialect", "timelines", "files", "has_key")
    return Backup(path, **{name: made[name] for name in names})
