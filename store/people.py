"""What is a customer worth to the shop? Told by the shop's own record, never by the customer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from store.audit import write_audit
from store.tables import ELSEWHERE, people

STANDARD = "standard"
BATCH = 500
"""Lines of an import that are looked up at once."""


def tier_of(connection: Connection, person_id: str) -> str:
    """`standard` for whom no record knows."""
    return str(connection.execute(WORTH, {"id": person_id}).scalar() or STANDARD)


def order_value_of(connection: Connection, person_id: str) -> int:
    """In whole units of the shop's currency; 0 for whom no record knows."""
    row = connection.execute(WORTH, {"id": person_id}).first()
    return int(row.order_value) if row else 0


WORTH = select(people.c.tier, people.c.order_value).where(people.c.person_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """What the shop says of a customer. An empty id, e-mail or name says nothing, and changes nothing."""

    external_id: str
    email: str
    name: str
    tier: str
    order_value: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    added: int = 0
    changed: int = 0
    same: int = 0

    def plus(self, other: "Imported") -> "Imported":
        return Imported(self.added + other.added, self.changed + other.changed, self.same + other.same)


def import_customers(
    connection: Connection,
    records: Iterable[CustomerRecord],
    *,
    new_id: Callable[[], str],
    by: str,
    at: datetime,
) -> Imported:
    """All of them in one transaction; whom we know by the shop's id, else by an e-mail that no other id has,
    is changed, and everybody else is new. The same file twice changes nothing."""
    total = Imported()
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        total = total.plus(import_batch(connection, batch, new_id, at))
    facts = {"added": total.added, "changed": total.changed, "same": total.same}
    write_audit(connection, by, "customers_imported", "people", facts=facts, at=at)
    return total


def import_batch(
    connection: Connection, batch: Sequence[CustomerRecord], new_id: Callable[[], str], at: datetime
) -> Imported:
    by_id, by_email = find_known(connection, batch)
    new, changed = [], []
    for record in batch:
        row = by_id.get(record.external_id) if record.external_id else None
        row = row or by_email.pop(record.email, None)
        told = told_row(record, row)
        if row is None:
            new.append({**told, "person_id": new_id(), "role": "customer", "created_at": at})
        elif any(row[name] != value for name, value in told.items()):
            changed.append({**told, "of_person": row["person_id"]})
    if new:
        connection.execute(insert(people), new)
    if changed:
        connection.execute(CHANGE, changed)
    return Imported(len(new), len(changed), len(batch) - len(new) - len(changed))


def find_known(
    connection: Connection, batch: Sequence[CustomerRecord]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """By the shop's id, and of those who have none by e-mail; of two with one e-mail the older."""
    ids = [record.external_id for record in batch if record.external_id]
    emails = [record.email for record in batch if record.email]
    # Said in the words of its index, which the databases would not see otherwise.
    known_ids = (ELSEWHERE, people.c.external_id.in_(ids))
    known_emails = (people.c.external_id == "", people.c.email.in_(emails))
    queries = (select(people).where(*one) for one in (known_ids, known_emails))
    order = (people.c.created_at.desc(), people.c.person_id)
    found = [dict(row) for query in queries for row in connection.execute(query.order_by(*order)).mappings()]
    by_id = {row["external_id"]: row for row in found if row["external_id"]}
    by_email = {row["email"]: row for row in found if not row["external_id"]}
    return by_id, by_email


def told_row(record: CustomerRecord, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the row is to say: the record's words, where it has none those that stand."""
    before = row or {"external_id": "", "email": "", "name": "", "order_value": 0}
    return {
        "external_id": record.external_id or before["external_id"],
        "email": record.email or before["email"],
        "name": record.name or before["name"],
        "tier": record.tier,
        "order_value": before["order_value"] if record.order_value is None else record.order_value,
    }


CHANGE = (
    update(people)
    .where(people.c.person_id == bindparam("of_person"))
    .values({name: bindparam(name) for name in ("external_id", "email", "name", "tier", "order_value")})
)
