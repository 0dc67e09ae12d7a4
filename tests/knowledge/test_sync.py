"""Does the shelf follow the folder, and nothing but the folder?"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge import sync
from knowledge.embedding import Vectors
from knowledge.index_exact import ExactIndex
from knowledge.sync import catch_up
from store import shelf
from tests.knowledge.conftest import Room

SHIPPING = "# Shipping\n\nWe ship to Norway within 4 working days.\n"
RETURNS = "# Returns\n\nYou can return a part within 30 days.\n"


class Counting:
    """The real embedder, and how many texts it was given."""

    def __init__(self, room: Room) -> None:
        assert room.library.embedder
        self._embedder = room.library.embedder
        self.identity = self._embedder.identity
        self.texts: list[str] = []
        room.library.embedder = self

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self._embedder.embed(texts)


def test_a_new_article_is_answered(room: Room) -> None:
    room.write("shipping.md", SHIPPING)

    report = room.sync()

    assert report.added == ("shipping.md",)
    assert (
        room.ask("how long does shipping to Norway take?").text == "We ship to Norway within 4 working days."
    )


def test_a_second_pass_finds_nothing_to_do(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.sync()

    report = room.sync()

    assert report.is_quiet()
    assert report.unchanged == 1


def test_a_change_is_told_and_only_its_piece_is_embedded_again(room: Room) -> None:
    counting = Counting(room)
    long = "\n\n".join(f"## Part {number}\n\n{'Something else is said here. ' * 25}" for number in range(5))
    room.write("shipping.md", f"{SHIPPING}\n{long}")
    room.sync()
    counting.texts.clear()

    room.write("shipping.md", f"{SHIPPING.replace('Norway', 'Sweden')}\n{long}")
    report = room.sync()

    assert report.changed == ("shipping.md",)
    assert len(counting.texts) == 1
    assert not room.ask("do you ship to Norway?").answered


def test_a_rename_embeds_nothing(room: Room) -> None:
    counting = Counting(room)
    room.write("shipping.md", SHIPPING)
    room.sync()
    counting.texts.clear()

    (room.folder / "shipping.md").rename(room.folder / "delivery.md")
    report = room.sync()

    assert report.moved == (("shipping.md", "delivery.md"),)
    assert counting.texts == []
    assert room.ranked("shipping to Norway") == ["delivery.md"]


def test_a_removed_article_is_found_by_nothing(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.write("returns.md", RETURNS)
    room.sync()

    (room.folder / "shipping.md").unlink()
    report = room.sync()

    assert report.removed == ("shipping.md",)
    assert room.ranked("shipping to Norway") == ["returns.md"]
    with room.library.database.read() as connection:
        assert shelf.is_gone(connection, "shipping.md")
        assert len(shelf.hashes_of(connection, "public", room.library.embedder.identity)) == 1  # type: ignore[union-attr]  # the fixture gave one


def test_touching_a_file_changes_nothing(room: Room) -> None:
    place = room.write("shipping.md", SHIPPING)
    room.sync()

    os.utime(place)

    assert room.sync().is_quiet()


def test_a_change_within_the_same_moment_and_of_the_same_length_is_seen(room: Room) -> None:
    place = room.write("shipping.md", SHIPPING)
    room.sync()
    before = place.stat()

    place.write_text(SHIPPING.replace("4", "9"))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert room.sync().changed == ("shipping.md",)


def test_a_bad_file_goes_to_quarantine_while_the_others_go_on(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.write("bad.md", "---\naudience: everyone\n---\ntext")

    report = room.sync()

    assert [(bad.path, bad.line) for bad in report.quarantined] == [("bad.md", 2)]
    assert "unknown audience 'everyone'; write public" in report.quarantined[0].reason
    assert report.added == ("shipping.md",)


def test_an_article_that_turns_bad_is_not_answered_from_any_more(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.write("returns.md", RETURNS)
    room.sync()

    room.write("shipping.md", "---\naudience: stafff\n---\n" + SHIPPING)
    room.sync()

    assert room.ranked("shipping to Norway") == ["returns.md"]


def test_a_mended_file_leaves_quarantine(room: Room) -> None:
    room.write("bad.md", "---\naudience: everyone\n---\n" + SHIPPING)
    room.sync()

    room.write("bad.md", SHIPPING)
    report = room.sync()

    assert report.quarantined == ()
    assert report.added == ("bad.md",)


def test_a_new_audience_in_the_folder_holds_at_once(room: Room) -> None:
    room.write("inside/shipping.md", SHIPPING)
    room.sync()
    assert room.ranked("shipping")

    room.write("inside/_folder.yml", "audience: staff\n")
    room.sync()

    assert room.ranked("shipping") == []
    assert room.ranked("shipping", audience="staff") == ["inside/shipping.md"]


def test_broken_folder_defaults_show_their_articles_to_nobody(room: Room) -> None:
    room.write("inside/shipping.md", SHIPPING)
    room.write("inside/_folder.yml", "audience: stafff\n")

    report = room.sync()

    assert {bad.path for bad in report.quarantined} == {"inside/_folder.yml", "inside/shipping.md"}
    assert room.ranked("shipping", audience="staff") == []


def many(room: Room, count: int) -> None:
    for number in range(count):
        room.write(f"a{number}.md", f"# Article {number}\n\nIt is about the number {number}.\n")


def test_too_many_removals_at_once_wait_for_a_person(room: Room) -> None:
    many(room, 10)
    room.sync()
    for number in range(6):
        (room.folder / f"a{number}.md").unlink()

    report = room.sync()

    assert len(report.refused) == 6
    assert report.removed == ()
    assert len(room.library.status().articles) == 10

    assert len(room.sync(confirmed=True).removed) == 6


def test_a_few_removals_need_nobody(room: Room) -> None:
    many(room, 10)
    room.sync()
    for number in range(5):
        (room.folder / f"a{number}.md").unlink()

    assert len(room.sync().removed) == 5


def test_renaming_everything_is_no_removal(room: Room) -> None:
    many(room, 10)
    room.sync()
    (room.folder / "new").mkdir()
    for number in range(10):
        (room.folder / f"a{number}.md").rename(room.folder / "new" / f"a{number}.md")

    report = room.sync()

    assert (len(report.moved), report.refused) == (10, ())


def test_an_empty_folder_wipes_nothing(room: Room) -> None:
    many(room, 3)
    room.sync()
    for number in range(3):
        (room.folder / f"a{number}.md").unlink()

    assert len(room.sync().refused) == 3
    assert len(room.library.status().articles) == 3


def test_a_missing_folder_wipes_nothing_even_when_confirmed(room: Room) -> None:
    many(room, 3)
    room.sync()
    for place in room.folder.iterdir():
        place.unlink()
    room.folder.rmdir()

    report = room.sync(confirmed=True)

    assert report.folder_missing
    assert len(room.library.status().articles) == 3


def test_an_index_that_missed_a_change_catches_up(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.sync()
    identity = room.library.embedder.identity  # type: ignore[union-attr]  # the fixture gave one
    index = ExactIndex()
    index.add("staff", [shelf.Hash("left from before")], room.library.embedder.embed(["old"]))  # type: ignore[union-attr]  # same

    catch_up(room.library.database, index, identity)

    assert index.ids("staff") == set()
    assert len(index.ids("public")) == 1


def test_a_pass_that_was_cut_off_is_gone_on_with(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    many(room, 5)
    calls = []
    put = shelf.put_article

    def dies(*given: object, **named: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("cut off")
        put(*given, **named)  # type: ignore[arg-type]  # handed on as it came

    with monkeypatch.context() as patch:
        patch.setattr(sync, "WRITTEN_AT_ONCE", 2)
        patch.setattr(shelf, "put_article", dies)
        with pytest.raises(RuntimeError, match="cut off"):
            room.library.sync()

    assert len(room.sync().added) == 3
    assert len(room.library.status().articles) == 5
    assert room.library.verify() == []


def test_verify_names_what_does_not_fit(room: Room) -> None:
    room.write("shipping.md", SHIPPING)
    room.write("returns.md", RETURNS)
    room.sync()
    assert room.library.verify() == []

    room.write("shipping.md", SHIPPING + "\nMore.\n")
    room.write("new.md", SHIPPING)
    room.library.database.write(lambda connection: shelf.take_down(connection, "returns.md"))

    assert room.library.verify() == [
        "new.md: in the folder, but not on the shelf; run `deskbell knowledge sync`",
        "returns.md: the rows are not those of the file; run `deskbell knowledge sync --again`",
        "shipping.md: the file has changed; run `deskbell knowledge sync`",
    ]
    room.library.sync(again=True)
    room.sync()
    assert room.library.verify() == []


def test_many_files_without_a_change_take_no_time(room: Room) -> None:
    for number in range(300):
        room.write(f"{number % 10}/a{number}.md", f"# Article {number}\n\nIt is about {number}.\n")
    room.library.sync()
    for place in Path(room.folder).rglob("*.md"):
        os.utime(place, (1_700_000_000, 1_700_000_000))
    room.library.sync()

    assert room.library.sync().unchanged == 300
