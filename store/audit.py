"""Who did what to the desk, and when? A chain of lines that nobody can take one out of."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, insert, select, text

from store.canonical import canonical
from store.tables import Moment, audit

START = "0" * 64
LOCK = 6_510_615_556


@dataclass(frozen=True, slots=True)
class AuditLine:
    seq: int
    at: datetime
    person_id: str
    """Who did it, or `desk` for what time did."""
    action: str
    """Past tense, e.g. `token_created`."""
    subject: str
    """Id of what it was done to."""
    facts: Mapping[str, Any]
    hash: str


def write_audit(
    connection: Connection,
    person_id: str,
    action: str,
    subject: str,
    *,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    """In the transaction of the deed itself. `facts` hold ids and figures, never words of a person."""
    if connection.dialect.name == "postgresql":
        # Two who end the chain at the same moment would follow the same line.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    before = connection.execute(select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).scalar()
    row: dict[str, Any] = {"at": at, "person_id": person_id, "action": action}
    row |= {"subject": subject, "facts": dict(facts)}
    connection.execute(insert(audit), {**row, "hash": audit_hash(before or START, **row)})


def audit_hash(
    before: str, *, at: datetime, person_id: str, action: str, subject: str, facts: Mapping[str, Any]
) -> str:
    whole = [before, Moment.to_micros(at), person_id, action, subject, facts]
    return hashlib.sha256(canonical(whole)).hexdigest()


def read_audit(connection: Connection, subject: str = "", limit: int = 200) -> list[AuditLine]:
    """Newest first."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if subject:
        query = query.where(audit.c.subject == subject)
    return list(starmap(AuditLine, connection.execute(query)))


def broken_audit(connection: Connection) -> Iterator[tuple[int, str]]:
    """Lines that do not follow from the one before: changed, or something before them was taken away."""
    before = START
    for line in starmap(AuditLine, connection.execute(select(audit).order_by(audit.c.seq))):
        expected = audit_hash(
            before,
            at=line.at,
            person_id=line.person_id,
            action=line.action,
            subject=line.subject,
            facts=line.facts,
        )
        if expected != line.hash:
            yield line.seq, line.action
        before = line.hash
