"""Is a slip repaired to a word of the articles, and every other word left alone?"""

import pytest

from knowledge.spelling import repaired, slips
from tests.knowledge.conftest import Room

PUBLIC = ("public",)


@pytest.fixture
def shelf(room: Room) -> Room:
    room.write("a.md", "# Carburettor\n\nThe carburettor gasket ships within 4 working days.\n")
    room.write("b.md", "# Voucher\n\nA voucher is valid for two years.\n")
    room.sync()
    return room


@pytest.mark.parametrize("slip", ["carburetor", "carburetttor", "carburettro", "carbyrettor"])
def test_one_slip_is_repaired(shelf: Room, slip: str) -> None:
    assert shelf.library.spelling.repairs(f"where is my {slip}", PUBLIC, "en") == {slip: "carburettor"}


@pytest.mark.parametrize("word", ["carburettors", "voucher", "weather", "working", "GX-4410", "vouch"])
def test_what_is_a_word_already_stays(shelf: Room, word: str) -> None:
    assert shelf.library.spelling.repairs(f"my {word}", PUBLIC, "en") == {}


def test_the_article_is_found_and_the_word_is_not_called_missing(shelf: Room) -> None:
    answer = shelf.ask("when does the carbureter gasket ship")

    assert shelf.ranked("carburetor gaskett")[0] == "a.md"
    assert "carb" not in (answer.missing or "")


def test_words_of_an_article_that_is_gone_repair_nothing(shelf: Room) -> None:
    (shelf.folder / "b.md").unlink()
    shelf.sync(confirmed=True)

    assert shelf.library.spelling.repairs("my vouchr", PUBLIC, "en") == {}


@pytest.mark.slow
def test_what_is_written_over_takes_only_its_own_words_along(shelf: Room) -> None:
    shelf.write("a.md", "# Gasket\n\nThe gasket ships with every voucher.\n")
    shelf.write("b.md", "---\naudience: staff\n---\n# Voucher\n\nOnly the gearbox is valid for two years.\n")
    shelf.sync()
    repairs = shelf.library.spelling.repairs

    assert repairs("my carburetor vouchr gearbxo", PUBLIC, "en") == {"vouchr": "voucher"}
    assert repairs("my gearbxo", ("public", "staff"), "en") == {"gearbxo": "gearbox"}

    shelf.write("a.md", "# Carburettor\n\nThe carburettor ships.\n")
    shelf.sync()
    assert repairs("my carburetor vouchr", PUBLIC, "en") == {"carburetor": "carburettor"}


def test_a_text_is_changed_in_that_word_only() -> None:
    assert repaired("Wher is my Voucherr?", {"voucherr": "voucher"}) == "Wher is my voucher?"


def test_slips_are_one_letter_away() -> None:
    assert {"at", "act", "tac", "cta", "cab", "cats"} - set(slips("cat")) == {"tac"}
