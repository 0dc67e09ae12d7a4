"""How far had every timeline come, minute by minute? Signed notes that lie outside the database."""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, func, select

from store.canonical import canonical
from store.database import Database
from store.tables import Moment, audit, events, sessions, tickets

START = "0" * 64
LATE = 1_000
"""On Postgres an event may be committed after one with a higher number; so far back is looked again."""


@dataclass(frozen=True, slots=True)
class Head:
    version: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    at: int
    """Microseconds since 1970."""
    seq: int
    """Of the last event that was looked at."""
    count: int
    """Timelines in all."""
    heads: Mapping[str, Head]
    """Of the timelines that changed."""
    audit: tuple[int, str]
    """Number and hash of the last line of the audit."""
    before: str
    """Hash of the entry before."""

    def whole(self) -> bytes:
        heads = {name: [head.version, head.hash] for name, head in self.heads.items()}
        return canonical([self.at, self.seq, self.count, heads, self.audit, self.before])

    def hash(self) -> str:
        return hashlib.sha256(self.whole()).hexdigest()


@dataclass(slots=True)
class HeadBook:
    """One folder, with one file a month. Several processes may share it."""

    folder: Path
    key: str
    """The desk's secret key."""
    _recent: dict[str, Head] = field(default_factory=dict)

    def record(self, database: Database, now: datetime) -> int:
        """Notes the timelines that changed since the last entry and tells how many; none makes no entry."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with lock(self.folder):
            last = self.last_entry()
            with database.read() as connection:
                changed = self.changed(connection, last)
                entry = next_entry(connection, last, heads=self.unknown(changed), now=now)
            self._recent = changed
            if last and not entry.heads and entry.audit == last.audit:
                return 0
            self.append(entry, self.folder / f"{now:%Y-%m}.jsonl")
        return len(entry.heads)

    def changed(self, connection: Connection, last: Entry | None) -> dict[str, Head]:
        back = LATE if connection.dialect.name == "postgresql" else 0
        return changed_heads(connection, last.seq - back if last else 0)

    def unknown(self, heads: Mapping[str, Head]) -> dict[str, Head]:
        return {name: head for name, head in heads.items() if self._recent.get(name) != head}

    def append(self, entry: Entry, path: Path) -> None:
        with path.open("ab+") as file:
            cut_torn_line(file)
            file.write(json.dumps({**as_json(entry), "sign": self.sign(entry)}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def sign(self, entry: Entry) -> str:
        key = hashlib.sha256(b"heads of timelines " + self.key.encode()).digest()
        return hmac.new(key, entry.whole(), hashlib.sha256).hexdigest()

    def last_entry(self) -> Entry | None:
        for path in sorted(self.folder.glob("*.jsonl"), reverse=True):
            if line := last_line(path):
                return read_entry(line)[0]
        return None

    def check(self) -> Iterator[tuple[Entry, str]]:
        """Every entry with what is wrong with it, or empty. Unreadable lines are told as ValueError."""
        before = START
        for path in sorted(self.folder.glob("*.jsonl")):
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if not line.endswith(b"\n"):
                        continue
                    entry, sign = read_entry(line, f"{path.name}:{number}")
                    yield entry, self.fault(entry, sign, before, f"{path.name}:{number}")
                    before = entry.hash()

    def fault(self, entry: Entry, sign: str, before: str, place: str) -> str:
        if not hmac.compare_digest(self.sign(entry), sign):
            return f"{place} was changed, or signed with another secret key"
        if entry.before != before:
            return f"{place} does not follow the entry before it: one was taken away"
        return ""


def next_entry(
    connection: Connection, last: Entry | None, *, heads: Mapping[str, Head], now: datetime
) -> Entry:
    newest = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    line = connection.execute(newest).first()
    return Entry(
        at=Moment.to_micros(now),
        seq=connection.execute(select(func.max(events.c.seq))).scalar() or 0,
        count=count_timelines(connection),
        heads=heads,
        audit=(line.seq, line.hash) if line else (0, START),
        before=last.hash() if last else START,
    )


def changed_heads(connection: Connection, seq: int) -> dict[str, Head]:
    newest = select(events.c.timeline, func.max(events.c.version).label("version"))
    top = newest.where(events.c.seq > seq).group_by(events.c.timeline).subquery()
    same = (events.c.timeline == top.c.timeline, events.c.version == top.c.version)
    query = select(events.c.timeline, events.c.version, events.c.hash).join(top, same[0] & same[1])
    return {row.timeline: Head(row.version, row.hash) for row in connection.execute(query)}


def count_timelines(connection: Connection) -> int:
    counts = (select(func.count()).select_from(table) for table in (sessions, tickets))
    return sum(int(connection.execute(count).scalar_one()) for count in counts)


def as_json(entry: Entry) -> dict[str, object]:
    heads = {name: [head.version, head.hash] for name, head in entry.heads.items()}
    same = {name: getattr(entry, name) for name in ("at", "seq", "count", "audit", "before")}
    return {**same, "heads": heads}


def read_entry(line: bytes, place: str = "the last entry") -> tuple[Entry, str]:
    try:
        read = json.loads(line)
        heads = {name: Head(version, digest) for name, (version, digest) in read["heads"].items()}
        seq, digest = read["audit"]
        same = {name: read[name] for name in ("at", "seq", "count", "before")}
        return Entry(**same, heads=heads, audit=(seq, digest)), str(read["sign"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"heads/{place} cannot be read") from error


def last_line(path: Path) -> bytes:
    """The last whole line; a crash may have torn the one after it."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        reach = 65_536
        while True:
            file.seek(max(0, end - reach))
            lines = file.read(min(reach, end)).splitlines(keepends=True)
            whole = [line for line in lines[0 if reach >= end else 1 :] if line.endswith(b"\n")]
            if whole or reach >= end:
                return whole[-1] if whole else b""
            reach *= 4


def cut_torn_line(file: BinaryIO) -> None:
    end = file.seek(0, os.SEEK_END)
    if end == 0:
        return
    file.seek(end - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
