"""Do the tables come to where this release needs them?"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from store import migrate
from store.access import Person, find_person
from store.agents import list_agents
from store.database import Database, open_database
from store.dump import load_rows
from store.errors import Misconfigured
from store.guards import create_guards, missing_guards
from store.migrate import HEAD, REVISIONS, find_revision, prepare
from store.people import order_value_of, tier_of
from store.queries import TicketFilter, list_tickets
from store.settings import Settings
from store.shelf_tables import articles
from store.standings import running
from store.tables import Moment
from tests.databases import fresh, settings_of

AS_BEFORE = Person("per_ada", "Ada", "", "customer", Moment.from_micros(5))
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


ADA = (
    "INSERT INTO people (person_id, name, email, role, created_at)"
    " VALUES ('per_ada', 'Ada', '', 'customer', 5)"
)
EVENT = (
    "INSERT INTO events (timeline, version, kind, at, facts, commitment, hash)"
    " VALUES ('ses_1', 1, 'session_opened', 5, '{}', 'c', 'h')"
)
EMPTY = "person_id session_id channel queue assigned_to category tags search_text hash"
ROW = {
    **dict.fromkeys(EMPTY.split(), ""),
    "ticket_id": "T-7",
    "number": 7,
    "version": 1,
    "status": "open",
    "priority": 2,
    "state": {},
    "opened_at": 5,
    "last_at": 5,
    "risk": 40,
    "next_due": 90,
    "due_length": 10,
}
VALUES = ", ".join(str(value) if isinstance(value, int) else repr(str(value)) for value in ROW.values())
TICKET = f"INSERT INTO tickets ({', '.join(ROW)}) VALUES ({VALUES})"  # noqa: S608 - ours


def stand_at(settings: Settings, revision: str, *rows: str) -> Database:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    database = open_database(settings.database)

    def build(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        create_guards(connection)
        for row in rows:
            connection.exec_driver_sql(row)

    database.write(build)
    return database


def test_a_desk_of_the_first_release_comes_up_with_all_its_rows(tmp_path: Path) -> None:
    with fresh() as name:
        settings = settings_of(tmp_path, name)
        database = stand_at(settings, "0001", ADA, EVENT)

        prepare(database, settings)

        with database.read() as connection:
            assert find_revision(connection) == HEAD
            assert missing_guards(connection) == []
            assert find_person(connection, "per_ada") == AS_BEFORE
            assert (tier_of(connection, "per_ada"), list_agents(connection)) == ("standard", ())
            assert connection.execute(text("SELECT count(*) FROM events")).scalar() == 1
        database.close()


def test_rows_of_a_backup_of_the_first_release_get_what_came_later(
    database: Database, tmp_path: Path
) -> None:
    columns = '["person_id", "name", "email", "role", "created_at"]'
    (tmp_path / "people.jsonl").write_text(f'{columns}\n["per_ada", "Ada", "", "customer", 5]\n')

    database.write(partial(load_rows, folder=tmp_path))

    with database.read() as connection:
        assert find_person(connection, "per_ada") == AS_BEFORE
        assert (tier_of(connection, "per_ada"), order_value_of(connection, "per_ada")) == ("standard", 0)


def test_how_tickets_stood_is_still_known(tmp_path: Path) -> None:
    """Before revision 0004 it stood in the rows of the tickets."""
    with fresh() as name:
        settings = settings_of(tmp_path, name)
        database = stand_at(settings, "0003", TICKET)

        prepare(database, settings)

        with database.read() as connection:
            (rows,) = running(connection)
        assert (list(rows.numbers), list(rows.risk), list(rows.due)) == ([7], [40], [90])
        database.close()


def test_a_ticket_of_a_backup_from_before_stands_in_the_lists(database: Database, tmp_path: Path) -> None:
    (tmp_path / "tickets.jsonl").write_text(f"{json.dumps(list(ROW))}\n{json.dumps(list(ROW.values()))}\n")

    database.write(partial(load_rows, folder=tmp_path))

    with database.read() as connection:
        page = list_tickets(connection, TicketFilter(), sort="risk")
    assert [line.ticket_id for line in page.lines] == ["T-7"]


def test_a_database_of_a_newer_release_stops_the_start(database: Database, settings: Settings) -> None:
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    database.write(lambda connection: connection.execute(newer))

    with pytest.raises(Misconfigured, match=r"'9999'.*start the newer release"):
        prepare(database, settings)
