"""Do the tables come to where this release needs them?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from store import migrate
from store.database import Database, open_database
from store.errors import Misconfigured
from store.guards import missing_guards
from store.migrate import HEAD, REVISIONS, find_revision, prepare
from store.settings import Settings
from store.shelf_tables import articles
from tests.databases import fresh, settings_of

MADE_BY_SQL = ("chunk_words", "chunk_grams", "alembic_version")


def test_a_new_database_gets_everything(tmp_path: Path) -> None:
    with fresh() as name:
        settings = settings_of(tmp_path, name)
        database = open_database(settings.database)

        prepare(database, settings)

        with database.read() as connection:
            assert find_revision(connection) == HEAD
            assert missing_guards(connection) == []
        database.close()


def test_the_tables_are_what_the_code_says(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: not str(name).startswith(MADE_BY_SQL)}
        )
        differences = compare_metadata(context, articles.metadata)

    assert differences == []


def test_revisions_that_are_known_are_the_files_that_are_there() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)

    assert [one.revision for one in reversed(list(script.walk_revisions()))] == list(REVISIONS)


def test_nothing_is_done_at_head(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.migrate.load_upgrade", None)

    prepare(database, settings)


def test_several_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    with fresh() as name:
        settings = settings_of(tmp_path, name)
        gate = threading.Barrier(4)

        def start() -> str:
            database = open_database(settings.database)
            gate.wait()
            prepare(database, settings)
            with database.read() as connection:
                revision = find_revision(connection)
            database.close()
            return revision

        with ThreadPoolExecutor(4) as pool:
            assert [one.result() for one in [pool.submit(start) for _ in range(4)]] == [HEAD] * 4


def test_a_database_of_a_newer_release_stops_the_start(database: Database, settings: Settings) -> None:
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    database.write(lambda connection: connection.execute(newer))

    with pytest.raises(Misconfigured, match=r"'9999'.*start the newer release"):
        prepare(database, settings)
