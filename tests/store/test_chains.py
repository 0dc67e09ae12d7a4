"""Does a timeline tell what was done to it?"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import events as e
from store.chains import Finding, check_chain
from store.timelines import START, Addition, chain, link
from tests.ledgers import NOON, salts, ticket_opened


@dataclass(slots=True)
class Kept:
    timeline: str
    version: int
    kind: str
    at: datetime
    facts: dict[str, Any]
    personal: dict[str, Any] | None
    salt: bytes | None
    commitment: str
    hash: str


def timeline(length: int = 8) -> list[Kept]:
    notes = (e.NoteAdded(person_id=f"per_{number}", text=f"note {number}") for number in range(2, length + 1))
    facts: tuple[e.Event, ...] = (ticket_opened(1), *notes)
    rows, _, _ = link(Addition("T-1", 0, facts, salts(length)), START, NOON)
    return [Kept(**row) for row in rows]


def said(findings: list[Finding]) -> list[tuple[str, int]]:
    return [(one.what, one.version) for one in findings]


def test_a_whole_timeline_has_nothing_to_tell() -> None:
    assert check_chain(timeline()) == []


def test_a_changed_fact_is_an_edit() -> None:
    rows = timeline()
    rows[3] = replace(rows[3], facts={**rows[3].facts, "person_id": "per_eve"})

    assert said(check_chain(rows)) == [("edit", 4)]


def test_a_changed_moment_is_an_edit() -> None:
    rows = timeline()
    rows[0] = replace(rows[0], at=NOON.replace(hour=11))

    assert said(check_chain(rows)) == [("edit", 1)]


def test_a_changed_kind_is_an_edit() -> None:
    rows = timeline()
    rows[4] = replace(rows[4], kind="reply_sent")

    assert said(check_chain(rows)) == [("edit", 5)]


def test_an_edit_with_its_own_hash_computed_anew_still_breaks_what_follows() -> None:
    rows = timeline()
    facts = {**rows[3].facts, "person_id": "per_eve"}
    anew = chain(rows[2].hash, "T-1", 4, at=NOON, facts=facts, commitment=rows[3].commitment)
    rows[3] = replace(rows[3], facts=facts, hash=anew)

    assert said(check_chain(rows)) == [("edit", 5)]


def test_a_deleted_event_is_named() -> None:
    rows = timeline()
    del rows[3]

    assert said(check_chain(rows)) == [("delete", 4)]


def test_a_deleted_beginning_is_named() -> None:
    assert said(check_chain(timeline()[2:])) == [("delete", 1)]


def test_two_events_that_changed_places_are_named() -> None:
    rows = timeline()
    rows[2], rows[5] = replace(rows[5], version=3), replace(rows[2], version=6)

    assert said(check_chain(rows)) == [("reorder", 3), ("reorder", 6)]


def test_an_event_that_was_moved_to_the_end_is_named() -> None:
    rows = timeline()
    moved = replace(rows.pop(2), version=12)

    assert said(check_chain([*rows, moved])) == [("reorder", 12)]


def test_changed_words_are_told_apart_from_changed_facts() -> None:
    rows = timeline()
    rows[3] = replace(rows[3], personal={"text": "another"})

    assert said(check_chain(rows)) == [("words", 4)]


def test_words_that_are_gone_without_an_erasing_are_told() -> None:
    rows = timeline()
    rows[3] = replace(rows[3], personal=None, salt=None)

    assert said(check_chain(rows)) == [("words", 4)]


def test_words_that_are_gone_after_an_erasing_are_in_order() -> None:
    rows = [replace(row, personal=None, salt=None) for row in timeline()]
    erased, _, _ = link(Addition("T-1", 8, (e.SubjectErased(by="p"),), salts(1)), rows[-1].hash, NOON)

    assert check_chain([*rows, Kept(**erased[0])]) == []


@given(st.data())
def test_no_change_of_any_field_goes_unseen(data: st.DataObject) -> None:
    rows = timeline(5)
    place = data.draw(st.integers(0, 4))
    name = data.draw(st.sampled_from(["version", "kind", "at", "facts", "personal", "commitment", "hash"]))
    values: dict[str, Any] = {
        "version": 40 + place,
        "kind": "handed_over",
        "at": NOON.replace(year=2020),
        "facts": {"kind": rows[place].kind},
        "personal": {"text": "changed"},
        "commitment": "f" * 64,
        "hash": "f" * 64,
    }
    rows[place] = replace(rows[place], **{name: values[name]})

    assert check_chain(sorted(rows, key=lambda row: row.version)) != []


@given(st.permutations(range(6)), st.sets(st.integers(0, 5), max_size=5))
def test_only_the_whole_timeline_in_its_order_passes(order: list[int], gone: set[int]) -> None:
    rows = timeline(6)
    kept = [rows[place] for place in order if place not in gone]
    renumbered = [replace(row, version=version) for version, row in enumerate(kept, 1)]

    is_beginning = [row.hash for row in kept] == [row.hash for row in rows[: len(kept)]]
    assert (check_chain(renumbered) == []) == is_beginning


@pytest.mark.parametrize("length", [60, 300])
def test_a_timeline_in_ruins_is_told_without_trying_every_order(length: int) -> None:
    rows = [replace(row, commitment="f" * 64) for row in timeline(length)]

    assert len([one for one in check_chain(rows) if one.what == "edit"]) == length
