"""Do the tables fit this release? Brings an older database up, and stops the start at a newer one."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

import store.approval_tables
import store.backend_tables  # noqa: F401 - their tables stand among the others
from store.database import Database
from store.errors import Misconfigured
from store.guards import assert_guards, create_guards
from store.rebuilding import rebuild_all
from store.settings import Settings

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Oldest first, one for each file in migrations/versions. Kept here because alembic takes a third of a second
to say that nothing is to do."""
HEAD = REVISIONS[-1]
LOCK = 6_510_615_555


def prepare(database: Database, settings: Settings) -> None:
    """At every start."""
    bring_up(database, settings)
    with database.read() as connection:
        assert_guards(connection)


def bring_up(database: Database, settings: Settings) -> None:
    """Several processes may start at once: one of them migrates, the others wait for it."""
    with database.read() as connection:
        stands = find_revision(connection)
    if stands != HEAD:
        with lock_folder(settings.data_dir):
            database.write(upgrade)


def find_revision(connection: Connection) -> str:
    """Empty for a database without tables."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    stands = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if stands and stands not in REVISIONS:
        raise Misconfigured(
            f"The database stands at revision {stands!r}, and this release knows {HEAD!r} at most:"
            " start the newer release, or restore a backup made before it"
        )
    return stands


def upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    stands = find_revision(connection)
    if stands == HEAD:
        return
    load_upgrade()(connection)
    if stands:
        # What a release folds out of the same facts may be more than what the one before it did.
        rebuild_all(connection)
    # After every upgrade: SQLite drops the triggers of a table that a revision copies, silently.
    create_guards(connection)


def load_upgrade() -> Callable[[Connection], None]:
    from alembic import command  # noqa: PLC0415 - 0.3 s, needed only when the tables are behind
    from alembic.config import Config  # noqa: PLC0415 - same

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    return run


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """SQLite's own lock gives up after some seconds, and a migration may take longer."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
