"""Does the library keep what it cited, follow the folder, and share it with other processes?"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.library import open_library
from store.clock import SystemClock
from store.errors import Misconfigured
from tests.knowledge.conftest import Room

SHIPPING = "# Shipping\n\nWe ship to Norway within 4 working days.\n"


def wait_until(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    begun = time.monotonic()
    while not claim():
        assert time.monotonic() - begun < seconds, "it did not come true"
        time.sleep(0.01)


def test_an_old_citation_opens_the_lines_of_its_own_version(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.sync()
    cited = room.ask("shipping to Norway").sentences[0].citation

    room.write("shipping.md", "# Shipping\n\nNew introduction.\n\nWe ship to Norway within 9 working days.\n")
    room.sync()
    opened = room.library.lines(cited.article, cited.version)

    assert opened
    assert opened.lines()[cited.lines[0] - 1] == "We ship to Norway within 4 working days."


def test_a_citation_outlives_its_article(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.write("other.md", "# Other\n\ntext\n")
    room.sync()
    cited = room.ask("shipping to Norway").sentences[0].citation

    (room.folder / "shipping.md").unlink()
    room.sync()

    assert room.library.lines(cited.article, cited.version)


def test_what_became_internal_is_not_opened_by_its_old_version(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.sync()
    cited = room.ask("shipping to Norway").sentences[0].citation

    room.write("shipping.md", f"---\naudience: staff\n---\n{SHIPPING}")
    room.sync()
    opened = room.library.lines(cited.article, cited.version)

    assert opened
    assert not opened.is_open_to("customers")
    assert opened.is_open_to("staff")


def test_an_unknown_version_opens_nothing(room: Room) -> None:
    assert room.library.lines("shipping.md", "000000000000") is None


def test_the_first_question_brings_everything_in(room: Room) -> None:
    room.write("shipping.md", SHIPPING)

    assert room.ask("do you ship to Norway?").answered


def test_a_warm_library_answers_a_changed_article(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.library.warm()
    wait_until(lambda: room.library.health().mode == "hybrid" and not room.library.health().is_behind)
    assert room.library.health().index == "chroma"

    room.write("shipping.md", SHIPPING.replace("4 working", "9 working"))

    wait_until(lambda: "9 working" in room.ask("how long does shipping to Norway take").text)


def test_a_warm_library_forgets_a_removed_article(room: Room) -> None:
    place = room.write("shipping.md", SHIPPING)
    room.write("other.md", "# Other\n\nSomething else.\n")
    room.library.warm()
    wait_until(lambda: bool(room.ranked("shipping to Norway")))

    place.unlink()

    wait_until(lambda: "shipping.md" not in room.ranked("shipping to Norway"))


def test_a_folder_that_appears_later_is_taken_in(room: Room) -> None:
    room.folder.rmdir()
    room.library.warm()
    time.sleep(0.1)

    room.write("shipping.md", SHIPPING)

    wait_until(lambda: bool(room.ranked("shipping to Norway")))


def test_another_process_beside_the_holder_finds_the_same(room: Room, models: Path) -> None:
    room.write("shipping.md", SHIPPING)
    room.library.load(held=True)
    beside = open_library(
        room.library.database,
        data_dir=room.library.data_dir,
        articles_dir=room.folder,
        clock=SystemClock(),
        default_audience="public",
        models_dir=models,
    )

    answer = beside.answer("do you ship to Norway?", history=(), audience="public", language="")

    assert answer.answered
    assert beside.health().index == "numpy"
    wait_until(lambda: room.library.health().is_behind)
    room.library.follow()
    assert room.library.index
    assert len(room.library.index.ids("public")) == 1


def test_no_text_gets_into_chroma(room: Room) -> None:
    room.write("shipping.md", "# Canarytitle\n\nThe canarytext is here.\n")
    room.library.sync()
    room.library.load(held=True)
    assert room.library.health().index == "chroma"

    for place in (room.library.data_dir / "chroma").rglob("*"):
        assert not place.is_file() or b"anary" not in place.read_bytes()


def test_status_tells_who_reads_each_file(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.write("inside.md", f"---\naudience: staff\nowner: ann\nreview_by: 2027-01-31\n---\n{SHIPPING}")
    room.sync()

    listed = {one.path: (one.audience, one.owner, one.pieces) for one in room.library.status().articles}

    assert listed == {"inside.md": ("staff", "ann", 1), "shipping.md": ("public", "", 1)}


def test_a_default_audience_that_nobody_knows_stops_the_start(room: Room) -> None:
    with pytest.raises(Misconfigured, match="unknown audience 'all'"):
        open_library(
            room.library.database,
            data_dir=room.folder,
            articles_dir=room.folder,
            clock=SystemClock(),
            default_audience="all",
        )
