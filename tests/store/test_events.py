"""Can every event that was ever written still be read?"""

import json
from pathlib import Path
from typing import get_args

import pytest

from store.events import Event, read_event, split_event

EXAMPLES = sorted((Path(__file__).parent / "timelines").glob("*.json"))
MEMBERS = {member.model_fields["kind"].default: member for member in get_args(get_args(Event)[0])}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_stored_event_stays_readable(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))

    event = read_event(stored["facts"], stored["personal"])

    assert event.kind == stored["facts"]["kind"]
    facts, personal = split_event(event)
    assert facts.items() >= stored["facts"].items()
    assert personal == stored["personal"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_event_whose_words_were_erased_stays_readable(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))

    event = read_event(stored["facts"], None)

    assert all(getattr(event, name) is None for name in event.personal_fields())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_older_release_reads_what_a_newer_one_added(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))

    event = read_event({**stored["facts"], "from_a_later_release": [1]}, stored["personal"])

    assert event.kind == stored["facts"]["kind"]


def test_there_is_a_stored_example_of_every_kind() -> None:
    stored = {json.loads(path.read_text(encoding="utf-8"))["facts"]["kind"] for path in EXAMPLES}

    assert stored == set(MEMBERS)


def test_every_field_that_is_personal_can_be_absent() -> None:
    required = [
        f"{kind}.{name}"
        for kind, member in MEMBERS.items()
        for name in member.personal_fields()
        if member.model_fields[name].is_required()
    ]

    assert required == [], "what is erased reads as None"
