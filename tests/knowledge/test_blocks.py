"""Are the blocks of a text told apart, and their marks taken off?"""

import pytest

from knowledge.blocks import plain, read_blocks
from knowledge.sentences import read_units


def kinds(text: str) -> list[tuple[str, int, int]]:
    return [(block.kind, block.first, block.last) for block in read_blocks(text.split("\n"))]


def units(text: str) -> list[tuple[str, int, int]]:
    lines = text.split("\n")
    return [
        (unit.text, unit.first, unit.last)
        for block in read_blocks(lines)
        for unit in read_units(lines, block)
    ]


def test_a_list_goes_on_over_blank_lines_and_indented_text() -> None:
    assert kinds("Do this:\n\n1. one\n\n   more of one\n2. two\n\nAfter.") == [
        ("paragraph", 1, 1),
        ("list", 3, 6),
        ("paragraph", 8, 8),
    ]


def test_a_fence_hides_what_looks_like_headings() -> None:
    assert kinds("```sh\n# no heading\n\n- no list\n```\n# heading") == [("code", 1, 5), ("heading", 6, 6)]


def test_a_table_needs_its_line_of_dashes() -> None:
    assert kinds("| a | b |\n| - | - |\n| 1 | 2 |\n\na | b") == [("table", 1, 3), ("paragraph", 5, 5)]


def test_underlined_lines_are_headings() -> None:
    blocks = read_blocks(["Title", "=====", "", "Part", "----", "text"])

    assert [(block.kind, block.title, block.level) for block in blocks[:2]] == [
        ("heading", "Title", 1),
        ("heading", "Part", 2),
    ]


def test_comments_and_rules_say_nothing() -> None:
    assert units("<!-- only for\neditors -->\n\n---\n\nSeen.") == [("Seen.", 6, 6)]


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("Press **Save** and *wait*.", "Press Save and wait."),
        ("See [the page](https://example.org/a_b) or ![picture](x.png).", "See the page or picture."),
        ("Run `pip_install` in snake_case_name.", "Run pip_install in snake_case_name."),
        ("5 * 3 * 2 = 30", "5 * 3 * 2 = 30"),
        ("> [!NOTE] Take care", "Take care"),
        (r"A \*star\* &amp; more<br>text", "A *star* & more text"),
        ("Menu > Account", "Menu > Account"),
    ],
)
def test_marks_are_taken_off(marked: str, said: str) -> None:
    assert plain(marked) == said


def test_sentences_know_their_lines() -> None:
    assert units("One goes\nover two lines. Two is short.\nThree costs 4.50 euros.") == [
        ("One goes over two lines.", 1, 2),
        ("Two is short.", 2, 2),
        ("Three costs 4.50 euros.", 3, 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Allow approx. 3 days, e.g. from Monday.",
        "Das gilt z. B. für Bremsen und ca. 5 % der Teile.",
        "Ask Dr. Smith at no. 5 on the 3. of May.",
    ],
)
def test_abbreviations_end_no_sentence(text: str) -> None:
    assert [said for said, _, _ in units(text)] == [text]


def test_chinese_and_hindi_sentences_are_told_apart() -> None:
    assert [said for said, _, _ in units("退款需要三天。请等待。")] == ["退款需要三天。", "请等待。"]
    assert [said for said, _, _ in units("यह पहला है। यह दूसरा है।")] == ["यह पहला है।", "यह दूसरा है।"]


def test_items_of_a_list_keep_their_numbers_and_lines() -> None:
    assert units("1. Sign in\n2. Choose\n   the part\n   - with a box") == [
        ("1. Sign in", 1, 1),
        ("2. Choose the part", 2, 3),
        ("- with a box", 4, 4),
    ]


def test_a_hostile_line_takes_no_time() -> None:
    for text in ("[" * 20_000, "*" * 20_000, "<!--" * 5_000, "`" * 19_999, "(" * 20_000, "_a" * 10_000):
        assert units(text) is not None
