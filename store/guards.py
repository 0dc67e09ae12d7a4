"""Who may change a line of the ledger? Nobody: triggers refuse all but the erasing of personal parts."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, text

from store.audit import write_audit
from store.errors import Misconfigured
from store.tables import audit, events

ERASABLE = ("personal", "salt")
KEPT = {
    table.name: tuple(column.name for column in table.c if column.name not in ERASABLE)
    for table in (events, audit)
}
STANDS = {
    "events": "SELECT 1 FROM events WHERE seq = NEW.seq OR timeline = NEW.timeline AND version = NEW.version",
    "audit": "SELECT 1 FROM audit WHERE seq = NEW.seq",
}


def create_guards(connection: Connection) -> None:
    """Those that stand are written anew."""
    statements = sqlite_guards() if connection.dialect.name == "sqlite" else postgres_guards()
    for statement in statements:
        connection.exec_driver_sql(statement)


def restore_guards(connection: Connection, *, by: str, at: datetime) -> None:
    missing = missing_guards(connection)
    create_guards(connection)
    write_audit(connection, by, "guards_restored", "ledger", facts={"missing": missing}, at=at)


def missing_guards(connection: Connection) -> list[str]:
    sqlite = connection.dialect.name == "sqlite"
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if sqlite else ENABLED_TRIGGERS
    standing = set(connection.execute(text(query)).scalars())
    return sorted(guard_names(sqlite=sqlite) - standing)


def assert_guards(connection: Connection) -> None:
    if missing := missing_guards(connection):
        raise Misconfigured(
            f"The database is without its guards {', '.join(missing)}: somebody took them away. Run"
            " `deskbell verify` to see what was changed, and restore a backup, or put them back with"
            " `deskbell doctor --guards`."
        )


ENABLED_TRIGGERS = """
SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)
"""


def guard_names(*, sqlite: bool) -> set[str]:
    last = "replace" if sqlite else "truncate"
    return {f"{table}_{verb}_guard" for table in KEPT for verb in ("update", "delete", last)}


def sqlite_guards() -> Iterator[str]:
    for table, kept in KEPT.items():
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in kept)
        yield f"DROP TRIGGER IF EXISTS {table}_update_guard"
        yield (
            f"CREATE TRIGGER {table}_update_guard BEFORE UPDATE ON {table}"
            f" WHEN NOT ({may_change(table, same)}) BEGIN {refuse}"
        )
        yield f"DROP TRIGGER IF EXISTS {table}_delete_guard"
        yield f"CREATE TRIGGER {table}_delete_guard BEFORE DELETE ON {table} BEGIN {refuse}"
        # REPLACE deletes without asking the trigger above, unless a pragma of the connection says so.
        yield f"DROP TRIGGER IF EXISTS {table}_replace_guard"
        yield (
            f"CREATE TRIGGER {table}_replace_guard BEFORE INSERT ON {table}"
            f" WHEN EXISTS ({STANDS[table]}) BEGIN {refuse}"
        )


def postgres_guards() -> Iterator[str]:
    yield REFUSE
    for table, kept in KEPT.items():
        # Columns of type json have no equality; their text has.
        same = " AND ".join(f"NEW.{name}::text IS NOT DISTINCT FROM OLD.{name}::text" for name in kept)
        call = "EXECUTE FUNCTION deskbell_append_only()"
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_update_guard BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (NOT ({may_change(table, same)})) {call}"
        )
        yield (f"CREATE OR REPLACE TRIGGER {table}_delete_guard BEFORE DELETE ON {table} FOR EACH ROW {call}")
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_truncate_guard BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT {call}"
        )


REFUSE = """
CREATE OR REPLACE FUNCTION deskbell_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def may_change(table: str, same: str) -> str:
    if table != events.name:
        return "1 = 0"
    return f"NEW.personal IS NULL AND NEW.salt IS NULL AND {same}"
