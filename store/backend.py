"""How is the sample backend read and written? Once per key, and never over a change of others."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, Table, and_, delete, insert, select, type_coerce, update

from store import backend_tables as tables
from store.backend_records import (
    RECORDS,
    Account,
    AccountSession,
    Address,
    Block,
    Booking,
    Complaint,
    Edit,
    Exchange,
    Integration,
    Invoice,
    Kept,
    Order,
    OrderLine,
    Part,
    Payment,
    Post,
    PrivacyRequest,
    Refund,
    Slot,
    Submission,
    Waiting,
    Written,
)
from store.canonical import canonical
from store.database import Database
from store.errors import BadAnswer, Overtaken
from store.tables import Moment, insert_once

R = TypeVar("R", bound=Kept)
KEPT_IN: dict[type[Kept], Table] = {
    Order: tables.orders,
    OrderLine: tables.order_lines,
    Part: tables.parts,
    Payment: tables.payments,
    Refund: tables.refunds,
    Exchange: tables.exchanges,
    Address: tables.addresses,
    Account: tables.accounts,
    AccountSession: tables.account_sessions,
    Submission: tables.submissions,
    Post: tables.posts,
    Complaint: tables.reports,
    Block: tables.blocks,
    Slot: tables.slots,
    Booking: tables.bookings,
    Waiting: tables.waitings,
    Integration: tables.integrations,
    Invoice: tables.invoices,
    PrivacyRequest: tables.privacy_requests,
}
TABLES = {record.kind: table for record, table in KEPT_IN.items()}


class SampleBackend:
    """The port `tools.backend.Backend` over our own tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, record: type[R], key: str) -> R | None:
        with self._database.read() as connection:
            return find_record(connection, record, key)

    def list_of(self, record: type[R], field: str, value: str) -> tuple[R, ...]:
        with self._database.read() as connection:
            return list_records(connection, record, field, value)

    def find_write(self, key: str) -> Written | None:
        with self._database.read() as connection:
            return find_write(connection, key)

    def write(self, wanted: Written) -> Written:
        return self._database.write(lambda connection: write_once(connection, wanted))


def find_record(connection: Connection, record: type[R], key: str) -> R | None:
    table = TABLES[record.kind]
    row = connection.execute(select(table).where(first(table) == key)).first()
    return record.model_validate(row._asdict()) if row else None


def list_records(connection: Connection, record: type[R], field: str, value: str) -> tuple[R, ...]:
    """In the order of their keys."""
    table = TABLES[record.kind]
    query = select(table).where(table.c[field] == value).order_by(first(table))
    return tuple(record.model_validate(row._asdict()) for row in connection.execute(query))


def add_records(connection: Connection, records: Sequence[Kept]) -> None:
    """To fill a world; what changes it afterwards goes through `write_once`."""
    for record in RECORDS:
        if rows := [dict(one) for one in records if isinstance(one, record)]:
            connection.execute(insert(TABLES[record.kind]), rows)


def find_write(connection: Connection, key: str) -> Written | None:
    row = connection.execute(select(tables.writes).where(tables.writes.c.key == key)).first()
    return Written.read_back(row._asdict()) if row else None


def write_once(connection: Connection, wanted: Written) -> Written:
    """All edits or none. Returns what stands under the key, which may be from the first time.

    Raises Overtaken when a record is no longer as the edits say, BadAnswer for a key of another action.
    """
    row = wanted.model_dump(mode="json")
    if connection.execute(ONCE[connection.dialect.name], row).rowcount == 0:
        return stands_already(connection, wanted)
    # In the order of their keys: two writes that touch the same records wait for each other, never in a ring.
    for one in sorted(wanted.edits, key=lambda one: (one.kind, one.key)):
        apply_edit(connection, one)
    return wanted


ONCE = insert_once(tables.writes)


def stands_already(connection: Connection, wanted: Written) -> Written:
    known = find_write(connection, wanted.key)
    if known is None or known.action != wanted.action:
        other = known.action if known else "another"
        raise BadAnswer(f"the key {wanted.key!r} was used for {other}: give {wanted.action} one of its own")
    return known


def apply_edit(connection: Connection, one: Edit) -> None:
    table, old, new = TABLES[one.kind], one.old, one.new
    if old is None:
        values = dict(new) if new else {}
        if connection.execute(ADD[one.kind][connection.dialect.name], values).rowcount == 1:
            return
        raise Overtaken(f"{one.kind} {one.key} is there already")
    as_it_was = and_(*(table.c[name] == value for name, value in dict(old).items()))
    if new is None:
        done = connection.execute(delete(table).where(as_it_was))
    else:
        done = connection.execute(update(table).where(as_it_was).values(dict(new)))
    if done.rowcount != 1:
        raise Overtaken(f"{old.title} has changed meanwhile: look at it again")


ADD = {kind: insert_once(table) for kind, table in TABLES.items()}


def forget_customer(connection: Connection, person_id: str) -> None:
    """Where they live goes, also from what was written under keys. It can still be taken back."""
    table, writes = tables.addresses, tables.writes
    connection.execute(update(table).where(table.c.person_id == person_id).values(NOWHERE))
    for row in connection.execute(select(writes.c.key, writes.c.edits)).all():
        edits = [forgotten(one, person_id) for one in row.edits]
        if edits != row.edits:
            connection.execute(update(writes).where(writes.c.key == row.key).values(edits=edits))


NOWHERE = dict.fromkeys(("name", "street", "city", "postcode"), "")


def forgotten(one: Mapping[str, Any], person_id: str) -> dict[str, Any]:
    if one["kind"] != Address.kind:
        return dict(one)
    theirs = {name for name in ("before", "after") if one[name] and one[name]["person_id"] == person_id}
    return {name: {**value, **NOWHERE} if name in theirs else value for name, value in one.items()}


def state_hash(connection: Connection) -> str:
    """Of all records, whoever wrote them and how often: equal hashes are equal worlds."""
    digest = sha256()
    for kind, table in sorted(TABLES.items()):
        # Sorted here: each database has its own idea of the order of letters.
        rows = sorted((list(row) for row in connection.execute(PLAIN[kind])), key=lambda row: str(row[0]))
        digest.update(canonical([kind, table.c.keys(), rows]))
    return digest.hexdigest()


def first(table: Table) -> Any:
    return table.c[0]


PLAIN = {
    # Moments as the numbers they are kept as.
    kind: select(*(type_coerce(one, BigInteger) if isinstance(one.type, Moment) else one for one in table.c))
    for kind, table in TABLES.items()
}
