"""Does the ledger still say what was written? Every chain, snapshot and signed head is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, exists, func, select

from store.agents import count_held, list_agents
from store.approval_reading import check_approvals, check_lost_approvals
from store.audit import broken_audit, write_audit
from store.chains import Finding, check_chain
from store.database import Database
from store.guards import missing_guards
from store.heads import Entry, Head, HeadBook
from store.rebuilding import read_snapshots, rebuild_snapshots, refold
from store.tables import audit, events, sessions, tickets
from store.tickets import Session, Ticket
from store.timelines import session_row, ticket_row

BATCH = 500
"""Timelines at a time: the desk may have more than fit into memory."""


@dataclass(frozen=True, slots=True)
class Report:
    timelines: int
    events: int
    audit_lines: int
    head_entries: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Signed:
    """What the heads say."""

    heads: dict[str, Head] = field(default_factory=dict)
    last: Entry | None = None
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(database: Database, book: HeadBook) -> Report:
    # Heads first: what is written meanwhile is then newer than they are, which is nothing wrong.
    signed = read_heads(book)
    findings = [*signed.findings]
    timelines = lines = 0
    with database.read() as connection:
        for batch in batches(connection):
            timelines += len(batch)
            lines += sum(map(len, batch.values()))
            findings += check_batch(connection, batch, signed.heads)
            findings += check_approvals(connection, batch)
            for timeline in batch:
                signed.heads.pop(timeline, None)
        findings += (lost(timeline, head.version) for timeline, head in signed.heads.items())
        findings += check_orphans(connection, known=signed.heads)
        findings += check_audit(connection, signed.last)
        findings += (Finding("guard", name, 0, "the trigger is gone") for name in missing_guards(connection))
        findings += check_loads(connection)
        findings += check_lost_approvals(connection)
        audit_lines = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    if signed.last and timelines < signed.last.count and not any(one.what == "missing" for one in findings):
        detail = f"{timelines} timelines stand here, the heads counted {signed.last.count}"
        findings.append(Finding("missing", "heads", 0, detail))
    return Report(timelines, lines, audit_lines, signed.entries, tuple(findings))


def read_heads(book: HeadBook) -> Signed:
    signed = Signed()
    try:
        for entry, fault in book.check():
            signed.entries += 1
            signed.last = entry
            if fault:
                signed.findings.append(Finding("heads", "heads", signed.entries, fault))
            else:
                signed.heads.update(entry.heads)
    except ValueError as error:
        signed.findings.append(Finding("heads", "heads", signed.entries + 1, str(error)))
    return signed


def batches(connection: Connection) -> Iterator[dict[str, Sequence[Row[Any]]]]:
    ordered = select(events).order_by(events.c.timeline, events.c.version)
    stream = connection.execution_options(yield_per=2_000).execute(ordered)
    timelines = ((name, list(rows)) for name, rows in groupby(stream, key=attrgetter("timeline")))
    while batch := dict(islice(timelines, BATCH)):
        yield batch


def check_batch(
    connection: Connection, batch: Mapping[str, Sequence[Row[Any]]], heads: Mapping[str, Head]
) -> Iterator[Finding]:
    snapshots = read_snapshots(connection, list(batch))
    for timeline, rows in batch.items():
        wrong = check_chain(rows) or list(check_head(rows, heads.get(timeline)))
        yield from wrong or check_snapshot(rows, snapshots.get(timeline))


def check_head(rows: Sequence[Row[Any]], head: Head | None) -> Iterator[Finding]:
    if head is None:
        return
    last = rows[-1]
    if last.version < head.version:
        yield Finding(
            "cut_tail", last.timeline, last.version + 1, f"a signed head knows version {head.version}"
        )
    signed = next((row for row in rows if row.version == head.version), None)
    if signed and signed.hash != head.hash:
        detail = "at or before this version, with all hashes computed anew: a signed head knows another"
        yield Finding("edit", last.timeline, head.version, detail)


def check_snapshot(rows: Sequence[Row[Any]], snapshot: Row[Any] | None) -> Iterator[Finding]:
    last = rows[-1]
    if snapshot is None:
        yield Finding("snapshot", last.timeline, last.version, "there is none")
        return
    if snapshot.version > last.version:
        detail = f"the snapshot knows version {snapshot.version}"
        yield Finding("cut_tail", last.timeline, last.version + 1, detail)
        return
    try:
        expected = snapshot_row(rows)
        differs = different_fields(expected, snapshot)
    except ValidationError as error:
        yield Finding("unreadable", last.timeline, last.version, str(error.errors()[0]["msg"]))
        return
    if differs:
        yield Finding("snapshot", last.timeline, last.version, f"{', '.join(differs)} differ from the events")


def snapshot_row(rows: Sequence[Row[Any]]) -> dict[str, Any]:
    state = refold(rows)
    return (
        ticket_row(state, rows[-1].hash) if isinstance(state, Ticket) else session_row(state, rows[-1].hash)
    )


def different_fields(expected: Mapping[str, Any], snapshot: Row[Any]) -> list[str]:
    """A snapshot of an older release may lack a field, which then stands for its default."""
    word = Ticket if "ticket_id" in expected and "number" in expected else Session
    stored, folded = word.read_back(snapshot.state), word.read_back(expected["state"])
    columns = (name for name in expected if name != "state" and expected[name] != getattr(snapshot, name))
    fields = (name for name in word.model_fields if getattr(stored, name) != getattr(folded, name))
    return sorted({*columns, *fields})


def check_loads(connection: Connection) -> Iterator[Finding]:
    """Who holds how many is counted as tickets move; here it is counted anew."""
    for agent in list_agents(connection):
        held = count_held(connection, agent.person_id)
        if held != agent.load:
            yield Finding("load", agent.person_id, 0, f"holds {held} open tickets, {agent.load} are counted")


def check_orphans(connection: Connection, known: Mapping[str, Head]) -> Iterator[Finding]:
    """Snapshots whose events are gone."""
    for name in (sessions.c.session_id, tickets.c.ticket_id):
        alone = select(name).where(~exists().where(events.c.timeline == name))
        yield from (lost(one, 0) for one in connection.execute(alone).scalars() if one not in known)


def lost(timeline: str, version: int) -> Finding:
    known = f"a signed head knows version {version}" if version else "its snapshot stands"
    return Finding("missing", timeline, version, f"no event is left, and {known}")


def check_audit(connection: Connection, last: Entry | None) -> Iterator[Finding]:
    for seq, action in broken_audit(connection):
        yield Finding("audit", "audit", seq, f"{action}, or what stood before it, is not what was written")
    if last and last.audit[0]:
        seq, digest = last.audit
        found = connection.execute(select(audit.c.hash).where(audit.c.seq == seq)).scalar()
        if found != digest:
            yield Finding("audit", "audit", seq, "a signed head knows a line that is gone or changed")


def repair_snapshot(connection: Connection, timeline: str, *, by: str, at: datetime) -> None:
    rebuild_snapshots(connection, [timeline])
    write_audit(connection, by, "snapshot_rebuilt", timeline, facts={}, at=at)
