"""Does a question that names one row get that row, and never what holds for another?"""

import pytest

from knowledge.blocks import read_blocks
from knowledge.rows import Row, name_rows, read_rows
from knowledge.sentences import read_units
from tests.knowledge.conftest import Room

DELIVERY = """# How long delivery takes

Parts leave on the same day, and reach a UK mainland address 2 working days later.

## How long is the way to me?

The time depends on the country.

| To | Standard | Express |
| --- | --- | --- |
| UK mainland | 2 working days | 1 working day |
| Ireland, France, Germany | 3 working days | 2 working days |
| Austria, Italy, Northern Cyprus | 5 working days | 3 working days |
| USA and Canada | – | 4 working days |

Customs can hold a parcel up.
"""
WORLDWIDE = """# Shipping to all the world

We ship worldwide from £39.

| Region | Price | Arrives after |
| --- | --- | --- |
| USA and Canada | £39 | 4 working days |
| All other countries | £59 | 9 working days |
"""
LIST = """# Delivery times

At home a delivery takes two days.

How long it takes abroad:

- Italy: 5 days
- **Norway** – 7 days
- Poland: 6 days
- Greece: 9 days
"""


def said(room: Room, question: str, *history: str, language: str = "en") -> list[str]:
    return [one.text for one in room.ask(question, *history, language=language).sentences]


def test_a_question_that_names_a_row_gets_it_below_the_head_of_its_table(room: Room) -> None:
    place = room.write("a.md", DELIVERY)
    room.sync()

    answer = room.ask("How long does delivery to Italy take?")

    head, row = answer.sentences
    lines = place.read_text().splitlines()
    assert (head.text, head.form) == ("| To | Standard | Express |", "table")
    assert "Italy" in row.text
    assert "5 working days" in row.text
    assert row.citation.quote == lines[row.citation.lines[0] - 1]
    assert row.citation.lines[0] == row.citation.lines[1]


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("delivery to germany?", "3 working days"),
        ("How long does delivery to the United States take?", "4 working days"),
        ("how long does express delivery to Canada take", "4 working days"),
    ],
)
def test_a_name_counts_in_any_letters_and_by_another_word_for_it(
    room: Room, question: str, figure: str
) -> None:
    room.write("a.md", DELIVERY)
    room.sync()

    assert figure in said(room, question)[-1]


def test_a_follow_up_names_the_row_anew(room: Room) -> None:
    room.write("a.md", DELIVERY)
    room.sync()

    assert "5 working days" in said(room, "and to Italy?", "how long does delivery to Germany take?")[-1]


def test_a_list_of_names_gives_the_item_with_the_line_that_leads_to_it(room: Room) -> None:
    room.write("a.md", LIST)
    room.sync()

    assert said(room, "How long does a delivery to Norway take?") == [
        "How long it takes abroad:",
        "- Norway – 7 days",
    ]


@pytest.mark.parametrize("article", [DELIVERY, LIST], ids=["table", "list"])
def test_what_no_row_is_about_is_refused_and_not_answered_from_another(room: Room, article: str) -> None:
    room.write("a.md", article)
    room.sync()

    answer = room.ask("How long does delivery to Brazil take?")

    assert not answer.answered
    assert answer.near[0].article == "a.md"
    assert answer.missing == "brazil"


@pytest.mark.parametrize("together", [True, False], ids=["one article", "another article"])
def test_a_row_for_all_others_answers_for_what_is_not_named(room: Room, together: bool) -> None:
    rest = "| All other countries | 9 working days | 6 working days |\n\nCustoms"
    room.write("a.md", DELIVERY.replace("\nCustoms", rest) if together else DELIVERY)
    if not together:
        room.write("b.md", WORLDWIDE)
    room.sync()

    _, row = said(room, "How long does delivery to Brazil take?")
    assert row.startswith("| All other countries |")
    assert "9 working days" in row
    assert "4 working days" in said(room, "How long does delivery to Canada take?")[-1]


def test_all_others_of_one_kind_are_not_all_others(room: Room) -> None:
    rest = "| All other EU countries | 9 working days | 6 working days |\n\nCustoms"
    room.write("a.md", DELIVERY.replace("\nCustoms", rest))
    room.sync()

    assert not room.ask("How long does delivery to Brazil take?").answered


def test_a_size_that_no_row_has_is_refused(room: Room) -> None:
    room.write(
        "a.md",
        "# Torque of bolts\n\nTighten a bolt to its torque.\n\n| Bolt | Torque |\n| --- | --- |\n"
        "| M6 | 10 Nm |\n| M8 | 25 Nm |\n| M10 | 49 Nm |\n",
    )
    room.sync()

    assert said(room, "what torque for an M8 bolt") == ["| Bolt | Torque |", "| M8 | 25 Nm |"]
    assert not room.ask("what torque for an M12 bolt").answered


def test_a_sentence_that_answers_comes_before_a_row_that_has_the_name_only(room: Room) -> None:
    room.write("a.md", f"{DELIVERY}\n## Signature\n\nYou must sign for every parcel abroad.\n")
    room.sync()

    assert said(room, "do I have to sign for a parcel to Italy?") == [
        "You must sign for every parcel abroad."
    ]


def test_another_word_for_the_same_is_no_missing_row(room: Room) -> None:
    room.write(
        "a.md",
        "# Status of an order\n\nThe status says where it is.\n\n| Status | Meaning |\n| --- | --- |\n"
        "| Received | your order has reached us |\n| Packed | your order waits for the carrier |\n"
        "| Dispatched | your order is on its way |\n",
    )
    room.sync()

    assert room.ask("has my order been shipped, what is its status?").answered


def test_in_german_a_row_is_named_in_another_form_and_a_missing_one_is_refused(room: Room) -> None:
    room.write(
        "a.md",
        "---\nlanguage: de\n---\n# Versand ins Ausland\n\nNach Deutschland kostet der Versand 14 Euro.\n\n"
        "| Land | Preis |\n| --- | --- |\n| Deutschland | 14 Euro |\n| Österreich, Italien | 18 Euro |\n"
        "| Schweiz | 24 Euro |\n",
    )
    room.sync()

    assert said(room, "Was kostet der Versand nach Österreich?", language="de")[-1].endswith("| 18 Euro |")
    assert said(room, "Was kostet der Versand in die Schweiz?", language="de")[-1].endswith("| 24 Euro |")
    assert not room.ask("Was kostet der Versand nach Brasilien?", language="de").answered


def test_a_list_stays_whole_in_an_article_of_many_lines(room: Room) -> None:
    items = "".join(f"- take part number {number} along\n" for number in range(1, 9))
    text = "".join(f"## Matter {number}\n\nThis is about matter {number}.\n\n" for number in range(20))
    room.write("a.md", f"# Collection\n\n{text}## What do I take along?\n\nTake these along:\n\n{items}")
    room.sync()

    lines = said(room, "what do I take along for a collection?")

    assert len([line for line in lines if line.startswith("- take part")]) == 8


TABLE = """| Kind | Warranty |
| --- | --- |
| Ireland, France | 1 |
| Northern Ireland | 2 |
| everywhere else | 3 |
"""


def rows_of(text: str) -> list[Row]:
    lines = text.splitlines()
    return read_rows([(unit, block) for block in read_blocks(lines) for unit in read_units(lines, block)])


def test_the_whole_name_counts_more_than_a_part_of_one() -> None:
    rows = rows_of(TABLE)
    weights = {"ireland": 3.0, "northern": 3.0}

    assert [row.cells[1] for row in name_rows(rows, "to Ireland", "en", weights).rows] == ["1"]
    assert [row.cells[1] for row in name_rows(rows, "to Northern Ireland", "en", weights).rows] == ["2"]
    assert name_rows(rows, "to Spain", "en", {"spain": 3.0}).rows == ()
    assert [row.cells[1] for row in rows if row.covers_the_rest] == ["3"]


def test_steps_and_lists_without_names_have_no_rows() -> None:
    assert rows_of("1. Open: the lid\n2. Look: inside\n") == []
    assert rows_of("- a hammer\n- a saw: for wood\n") == []
    assert [row.cells for row in rows_of("- S: 10\n- M – 20\n")] == [("S", "10"), ("M", "20")]


@pytest.mark.parametrize("asked", ["45 DCOE", "45dcoe", "45-DCOE"])
def test_a_row_is_named_by_its_code_however_it_is_written(asked: str) -> None:
    for written in ("45 DCOE", "45DCOE"):
        rows = rows_of(
            f"| Carburettor | Jet |\n| --- | --- |\n| 40 DCOE | 115 |\n| {written} | 135 |\n| SU | 90 |\n"
        )

        assert [
            row.cells[1] for row in name_rows(rows, f"jet for a {asked}", "en", {"45": 3.0, "dcoe": 3.0}).rows
        ] == ["135"]


def test_a_row_without_a_time_answers_no_question_how_long(room: Room) -> None:
    room.write(
        "contact.md", "# Contact\n\n| Topic | Address |\n| --- | --- |\n| Returns | help@shop.example |\n"
    )
    room.sync()

    assert not room.ask("how long do I have for returns").answered
    assert "help@shop.example" in room.ask("what is the address for returns").text
