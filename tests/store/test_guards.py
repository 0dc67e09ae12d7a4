"""Can a line of the ledger be changed by anybody who writes SQL?"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store import events as e
from store.audit import write_audit
from store.database import Database, open_database
from store.errors import Misconfigured
from store.guards import assert_guards, missing_guards, restore_guards
from store.settings import Settings
from tests.ledgers import NOON, open_ticket, tamper

CHANGES = (
    "UPDATE events SET kind = 'other'",
    "UPDATE events SET facts = '{}'",
    "UPDATE events SET at = at + 1",
    "UPDATE events SET version = 9 WHERE version = 1",
    "UPDATE events SET personal = '{}'",
    "UPDATE events SET personal = NULL",
    "UPDATE events SET salt = NULL",
    "UPDATE events SET personal = NULL, salt = NULL, hash = 'x'",
    "DELETE FROM events",
    "UPDATE audit SET action = 'other'",
    "DELETE FROM audit",
)
LINE = "(timeline, version, kind, at, facts, commitment, hash) VALUES ('T-1', 1, 'k', 1, '{}', '', 'h')"
NUMBERED = (
    "(seq, timeline, version, kind, at, facts, commitment, hash) VALUES (1, 'T-9', 1, 'k', 1, '{}', '', 'h')"
)
AUDIT = "(seq, at, person_id, action, subject, facts, hash) VALUES (1, 1, 'p', 'a', 's', '{}', 'h')"
REPLACED = (
    "INSERT OR REPLACE INTO events " + LINE,
    "INSERT OR REPLACE INTO events " + NUMBERED,
    "REPLACE INTO events " + NUMBERED,
    "INSERT OR REPLACE INTO audit " + AUDIT,
    "UPDATE OR REPLACE events SET version = 2 WHERE version = 1",
)


@pytest.fixture
def ledger(database: Database) -> Database:
    open_ticket(database, 1, e.NoteAdded(person_id="per_mara", text="hm"))
    database.write(lambda connection: write_audit(connection, "p", "a", "s", facts={}, at=NOON))
    return database


@pytest.mark.parametrize("statement", CHANGES)
def test_a_written_line_stays_as_it_is(ledger: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        ledger.write(lambda connection: connection.execute(text(statement)))


@pytest.mark.parametrize("statement", REPLACED)
def test_a_line_is_not_replaced_either(ledger: Database, statement: str) -> None:
    if ledger.dialect != "sqlite":
        pytest.skip("only SQLite knows REPLACE")

    with pytest.raises(DBAPIError, match="append-only"):
        ledger.write(lambda connection: connection.exec_driver_sql(statement))


@pytest.mark.parametrize("table", ["events", "audit"])
def test_a_table_of_the_ledger_is_not_emptied(ledger: Database, table: str) -> None:
    if ledger.dialect != "postgresql":
        pytest.skip("only Postgres knows TRUNCATE")

    with pytest.raises(DBAPIError, match="append-only"):
        ledger.write(lambda connection: connection.execute(text(f"TRUNCATE {table}")))


def test_words_and_salt_together_may_be_erased(ledger: Database) -> None:
    erase = text("UPDATE events SET personal = NULL, salt = NULL")

    assert ledger.write(lambda connection: connection.execute(erase).rowcount) == 2


def test_a_lost_guard_stops_the_start_and_can_be_put_back(settings: Settings) -> None:
    database = open_database(settings.database)
    drop = "DROP TRIGGER events_delete_guard" + ("" if settings.is_sqlite else " ON events")
    database.write(lambda connection: connection.exec_driver_sql(drop))

    with database.read() as connection, pytest.raises(Misconfigured, match="events_delete_guard"):
        assert_guards(connection)
    database.write(lambda connection: restore_guards(connection, by="per_mara", at=NOON))

    with database.read() as connection:
        assert missing_guards(connection) == []
    database.close()


def test_the_tests_can_tamper(ledger: Database, settings: Settings) -> None:
    tamper(settings, "UPDATE events SET kind = 'other'")

    with ledger.read() as connection:
        assert set(connection.execute(text("SELECT kind FROM events")).scalars()) == {"other"}
