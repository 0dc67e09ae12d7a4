"""Is one timeline whole? Names what was changed, taken out or moved; arithmetic only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from store.timelines import START, chain, commit_to

What = Literal[
    "edit",
    "delete",
    "reorder",
    "cut_tail",
    "missing",
    "words",
    "snapshot",
    "unreadable",
    "audit",
    "heads",
    "guard",
    "load",
]
MOST_SUSPECTS = 40
"""Broken lines of one timeline that are compared with each other; of more, all count as edited."""


@dataclass(frozen=True, slots=True)
class Finding:
    what: What
    timeline: str
    """Or `audit`, or `heads`."""
    version: int
    detail: str


class EventRow(Protocol):
    """As it stands in the table."""

    timeline: str
    version: int
    kind: str
    at: datetime
    facts: dict[str, Any]
    personal: dict[str, Any] | None
    salt: bytes | None
    commitment: str
    hash: str


def check_chain(rows: Sequence[EventRow]) -> list[Finding]:
    """`rows` are one timeline's, by version."""
    suspects, gaps = [], []
    before, expected = START, 1
    for row in rows:
        if row.version > expected:
            gaps.append(range(expected, row.version))
        if link(row, before, row.version) != row.hash:
            suspects.append(row)
        before, expected = row.hash, row.version + 1
    findings = list(explain(rows, suspects, gaps)) if suspects or gaps else []
    return findings + list(check_kinds(rows)) + list(check_words(rows))


def check_kinds(rows: Sequence[EventRow]) -> Iterator[Finding]:
    """The column is for searching only and stands in no hash."""
    for row in rows:
        if row.kind != row.facts.get("kind"):
            yield Finding("edit", row.timeline, row.version, f"{row.facts.get('kind')} is called {row.kind}")


def link(row: EventRow, before: str, version: int) -> str:
    return chain(before, row.timeline, version, at=row.at, facts=row.facts, commitment=row.commitment)


def explain(
    rows: Sequence[EventRow], suspects: Sequence[EventRow], gaps: Sequence[range]
) -> Iterator[Finding]:
    moved = dict(find_moved(rows, suspects, gaps)) if len(suspects) <= MOST_SUSPECTS else {}
    after_gap = {gap.stop for gap in gaps}
    filled = set(moved.values())
    # A line that was moved up leaves a gap below its new place, too.
    below_moved = {version for version, was in moved.items() if was != version}
    told = False
    for gap in gaps:
        if filled.isdisjoint(gap) and gap.stop not in below_moved:
            told = True
            yield Finding("delete", rows[0].timeline, gap.start, f"{len(gap)} gone, from this version on")
    for row in suspects:
        was = moved.get(row.version)
        if was is None and row.version not in after_gap:
            told = True
            yield Finding("edit", row.timeline, row.version, f"{row.kind} is not what was written")
        elif was not in (None, row.version):
            told = True
            yield Finding("reorder", row.timeline, row.version, f"was written as version {was}")
    if not told:
        first = suspects[0]
        yield Finding("edit", first.timeline, first.version, "does not follow from the version before it")


def find_moved(
    rows: Sequence[EventRow], suspects: Sequence[EventRow], gaps: Sequence[range]
) -> Iterator[tuple[int, int]]:
    """Where a line stands, and as what it was written: the same when only its forerunner is another."""
    hashes = [START, *(row.hash for row in rows)]
    free = [row.version for row in suspects] + [version for gap in gaps for version in gap[:MOST_SUSPECTS]]
    for row in suspects:
        for version in (row.version, *free):
            if any(link(row, before, version) == row.hash for before in hashes):
                yield row.version, version
                break


def check_words(rows: Sequence[EventRow]) -> Iterator[Finding]:
    """The personal part against its commitment. It may be absent only where its person was erased later."""
    erased = max((row.version for row in rows if row.kind == "subject_erased"), default=0)
    for row in rows:
        if row.personal:
            if commit_to(row.personal, row.salt) != row.commitment:
                yield Finding("words", row.timeline, row.version, f"the words of {row.kind} were changed")
        elif row.commitment and row.version > erased:
            yield Finding("words", row.timeline, row.version, f"the words of {row.kind} are gone")
