"""Are the right lines said, whole and word for word?"""

from tests.knowledge.conftest import Room

RETURNS = """---
title: Return a part
language: en
---

# Return a part

You can return a part within 30 days of delivery.

## What do I need?

Have these things ready:

- the order number
- the part in its **original** box
- a photo of the [label](https://example.org/label)

We answer on the same day.

## What does it cost?

| From | Price |
| --- | --- |
| United Kingdom | free |
| Norway | £15.00 |

## How do I send it?

1. Print the label.
2. Put the part in its box.
3. Hand it in at the post office.
   Keep the receipt.
"""


def test_a_sentence_is_cited_with_version_heading_lines_and_quote(room: Room) -> None:
    place = room.write("returns/return-a-part.md", RETURNS)
    room.sync()

    answer = room.ask("within how many days can I return a part?")

    (sentence,) = answer.sentences
    cited = sentence.citation
    assert sentence.text == "You can return a part within 30 days of delivery."
    assert (cited.article, cited.title, cited.lines) == ("returns/return-a-part.md", "Return a part", (8, 8))
    assert cited.heading == "Return a part"
    assert cited.quote == place.read_text().splitlines()[7]
    opened = room.library.lines(cited.article, cited.version)
    assert opened
    assert opened.lines()[7] == cited.quote


def test_every_quote_is_the_cited_lines_word_for_word(room: Room) -> None:
    place = room.write("a.md", RETURNS.replace("\n", "\r\n"))
    room.sync()
    lines = place.read_text().splitlines()

    for question in (
        "what do I need to return a part",
        "return to Norway price",
        "how do I send a part back",
    ):
        for sentence in room.ask(question).sentences:
            first, last = sentence.citation.lines
            assert sentence.citation.quote == "\n".join(lines[first - 1 : last])


def test_a_list_is_given_whole_with_the_line_that_leads_to_it(room: Room) -> None:
    room.write("a.md", RETURNS)
    room.sync()

    answer = room.ask("what do I need to have ready for a return?")

    said = [(sentence.form, sentence.text) for sentence in answer.sentences]
    assert said[:4] == [
        ("sentence", "Have these things ready:"),
        ("list", "- the order number"),
        ("list", "- the part in its original box"),
        ("list", "- a photo of the label"),
    ]
    assert {one.citation.lines for one in answer.sentences if one.form == "list"} == {(14, 16)}


def test_a_table_is_given_whole(room: Room) -> None:
    room.write("a.md", RETURNS)
    room.sync()

    answer = room.ask("what are the prices?")

    assert [one.text for one in answer.sentences if one.form == "table"] == [
        "| From | Price |",
        "| United Kingdom | free |",
        "| Norway | £15.00 |",
    ]


def test_steps_are_given_whole_and_in_order(room: Room) -> None:
    room.write("a.md", RETURNS)
    room.sync()

    answer = room.ask("how do I send the part back to you?")

    assert [one.text for one in answer.sentences if one.form == "ordered"] == [
        "1. Print the label.",
        "2. Put the part in its box.",
        "3. Hand it in at the post office. Keep the receipt.",
    ]


def test_what_is_not_there_is_refused_with_what_is_near_and_what_is_missing(room: Room) -> None:
    room.write("a.md", RETURNS)
    room.write("b.md", "# Shipping\n\nWe ship by post.\n")
    room.sync()

    answer = room.ask("can you repair the part for me?")

    assert not answer.answered
    assert answer.sentences == ()
    assert answer.near[0].article == "a.md"
    assert answer.missing == "repair"


def test_something_quite_else_is_refused_without_a_hint(room: Room) -> None:
    room.write("a.md", RETURNS)
    room.sync()

    answer = room.ask("who won the football world cup?")

    assert (answer.answered, answer.near) == (False, ())
    assert answer.confidence < 0.3


def test_a_question_as_broad_as_the_title_gets_the_beginning(room: Room) -> None:
    room.write("a.md", RETURNS)
    room.sync()

    assert room.ask("return a part").text.startswith("You can return a part within 30 days")


def test_a_comment_for_editors_is_never_said(room: Room) -> None:
    room.write(
        "a.md", "# Returns\n\n<!-- the real limit is 45 days -->\n\nYou can return a part within 30 days.\n"
    )
    room.sync()

    answer = room.ask("what is the real limit in days to return a part?")

    assert "45" not in repr((answer.sentences, answer.near, answer.missing))


def test_the_answer_is_in_the_language_of_its_article(room: Room) -> None:
    room.write(
        "a.md", "---\nlanguage: de\n---\n# Rückgabe\n\nSie können ein Teil binnen 30 Tagen zurückgeben.\n"
    )
    room.sync()

    assert room.ask("Rückgabe eines Teils: binnen wie vielen Tagen?", language="de").language == "de"


def test_who_asks_for_an_address_gets_one_or_a_refusal(room: Room) -> None:
    room.write("a.md", "# Invoices\n\nWe send invoices by email on the day of dispatch.\n")
    room.sync()
    assert not room.ask("what is the email address for invoices?").answered

    room.write("b.md", "# Contact\n\nFor invoices write to billing@shop.example.\n")
    room.sync()

    assert "billing@shop.example" in room.ask("what is the email address for invoices?").text


def test_a_surer_article_near_the_top_answers_where_the_best_lacks_a_word(room: Room) -> None:
    room.write(
        "cards.md", "# Gift cards\n\nGift cards cost from £10 and come by email. Gift cards are a gift.\n"
    )
    room.write(
        "faq.md", "# Questions\n\nGift wrapping costs £3.50 a parcel.\n\nWe also sell tyres and lamps.\n"
    )
    room.sync()

    assert "£3.50" in room.ask("how much is gift wrapping?").text


def test_a_section_that_is_headed_with_the_very_question_answers_it(room: Room) -> None:
    room.write("a.md", "# Shipping to countries\n\nWe ship to all countries of the EU, and to Norway.\n")
    room.write(
        "b.md",
        "# Worldwide\n\nWe ship by air.\n\n## Which countries do you not ship to?\n\nRussia and Iran.\n",
    )
    room.sync()

    assert room.ask("which countries do you not ship to").text == "Russia and Iran."
