"""Is only looked at what a hint names, and at all where the hint says too little?"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.hints import MOST, narrow
from tests.knowledge.conftest import Room

SHIPPING = "# Shipping\n\nWe ship to Norway within 4 working days.\n"
OTHER = "# Parts\n\nThe zebra part fits every car.\n"


def hinted(room: Room, *paths: str) -> frozenset[str] | None:
    return narrow(room.library.database, room.folder, {str(room.folder / path) for path in paths})


class TestAHint:
    def test_names_the_articles_that_were_written(self, room: Room) -> None:
        room.write("a.md", SHIPPING)
        room.write("b/c.MD", SHIPPING)

        assert hinted(room, "a.md", "b/c.MD") == frozenset({"a.md", "b/c.MD"})

    def test_through_a_link_to_the_folder_means_the_same(self, room: Room, tmp_path: Path) -> None:
        room.write("a.md", SHIPPING)
        (tmp_path / "link").symlink_to(room.folder)

        assert narrow(room.library.database, tmp_path / "link", {str(room.folder / "a.md")}) == frozenset(
            {"a.md"}
        )

    @pytest.mark.parametrize("name", ["notes.txt", ".a.md.swp", ".git/index", "a.md~", "gone.tmp", "gone.md"])
    def test_of_a_file_that_no_reader_has_names_nothing(self, room: Room, name: str) -> None:
        room.write("a.md", SHIPPING)
        room.sync()
        if not name.startswith("gone"):
            room.write(name, "text")

        assert hinted(room, name) == frozenset()

    @pytest.mark.parametrize("name", ["a.md", "below"])
    def test_of_something_that_is_gone_leads_to_all(self, room: Room, name: str) -> None:
        room.write("a.md", SHIPPING)
        room.write("below/b.md", OTHER)
        room.sync()
        (room.folder / name).rename(room.folder.parent / "aside")

        assert hinted(room, name) is None

    def test_of_a_folder_or_of_what_it_says_leads_to_all(self, room: Room) -> None:
        room.write("below/_folder.yml", "audience: staff\n")

        assert hinted(room, "below") is None
        assert hinted(room, "below/_folder.yml") is None

    def test_of_a_link_leads_to_all(self, room: Room) -> None:
        room.write("a.md", SHIPPING)
        (room.folder / "b.md").symlink_to(room.folder / "a.md")

        assert hinted(room, "b.md") is None

    def test_from_elsewhere_or_one_of_very_many_leads_to_all(self, room: Room) -> None:
        assert narrow(room.library.database, room.folder, {"/etc/passwd"}) is None
        assert narrow(room.library.database, room.folder, {str(room.folder)}) is None
        assert hinted(room, *(f"a{number}.md" for number in range(MOST + 1))) is None


class TestALookAtFew:
    def test_brings_them_in_and_leaves_the_others_for_the_look_at_all(self, room: Room) -> None:
        room.write("a.md", SHIPPING)
        room.write("b.md", OTHER)
        room.sync()
        room.write("a.md", SHIPPING.replace("Norway", "Sweden"))
        room.write("b.md", OTHER.replace("zebra", "tiger"))
        room.write("c.md", OTHER.replace("zebra", "lion"))

        few = room.library.sync(only={"a.md"})

        assert (few.changed, few.added, few.refused) == (("a.md",), (), ())
        rest = room.library.sync()
        assert (rest.changed, rest.added) == (("b.md",), ("c.md",))
        assert room.library.verify() == []

    def test_reads_what_was_written_within_the_same_moment(self, room: Room) -> None:
        room.write("a.md", SHIPPING)
        room.library.sync(only={"a.md"})
        room.write("a.md", SHIPPING.replace("4", "9"))

        assert room.library.sync(only={"a.md"}).changed == ("a.md",)

    def test_knows_what_the_folders_above_say(self, room: Room) -> None:
        room.write("_folder.yml", "owner: ann\n")
        room.write("inside/_folder.yml", "audience: staff\n")
        room.write("inside/deep/a.md", SHIPPING)

        room.library.sync(only={"inside/deep/a.md"})

        listed = {one.path: (one.audience, one.owner) for one in room.library.status().articles}
        assert listed == {"inside/deep/a.md": ("staff", "ann")}
        assert room.library.sync().unchanged == 1

    def test_sets_aside_what_nobody_may_read(self, room: Room) -> None:
        room.write("inside/_folder.yml", "audience: [\n")
        room.write("inside/a.md", SHIPPING)

        few = room.library.sync(only={"inside/a.md"})

        assert "inside/a.md" in {one.path for one in few.quarantined}
        assert room.ranked("shipping to Norway") == []

    def test_becomes_a_look_at_all_when_one_of_them_went_meanwhile(self, room: Room) -> None:
        room.write("a.md", SHIPPING)
        room.write("b.md", OTHER)
        room.sync()
        (room.folder / "a.md").unlink()

        assert room.library.sync(only={"a.md"}).removed == ("a.md",)

    def test_drops_the_vectors_of_what_was_written_over(self, room: Room) -> None:
        room.write("a.md", SHIPPING)
        room.sync()
        room.write("a.md", OTHER)
        room.library.sync(only={"a.md"})

        room.library.load()
        room.library.embed()

        assert room.library.health().vectors == (1, 1)
        assert room.library.verify() == []


def wait_until(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    begun = time.monotonic()
    while not claim():
        assert time.monotonic() - begun < seconds, "it did not come true"
        time.sleep(0.01)


def test_a_warm_library_looks_at_all_where_links_are(room: Room) -> None:
    room.library.is_loaded = True
    room.write(".data/real.md", SHIPPING)
    (room.folder / "a.md").symlink_to(room.folder / ".data" / "real.md")
    room.library.warm()
    wait_until(lambda: bool(room.ranked("shipping to Norway")))

    room.write(".data/real.md", SHIPPING.replace("Norway", "Sweden"))

    wait_until(
        lambda: (
            "Sweden"
            in room.library.search("shipping to Sweden", history=(), audience="public", language="en")
            .hits[0]
            .chunk.text
        )
    )
