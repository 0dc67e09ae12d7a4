"""Is found what fits, and only what the reader may see?"""

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.embedding import Vectors
from knowledge.search import Question
from tests.knowledge.conftest import Room

CANARY = "The canary code is KANARIE-7731."


class AllEqual:
    """Every text has the same vector, so that nothing but the filter keeps articles apart."""

    identity = "all-equal"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), 384), 384**-0.5, np.float32)


def with_secrets(room: Room) -> None:
    room.write("public.md", "# Returns\n\nYou can return a part within 30 days.\n")
    room.write("members.md", "---\naudience: customers\n---\n# Member line\n\nMembers call the fast line.\n")
    room.write(
        "inside.md",
        f"---\naudience: staff\nquestions:\n  - what is the canary code\n---\n# Codes\n\n{CANARY}\n",
    )
    room.write("team.md", "---\naudience: team:billing\n---\n# Ledger\n\nThe ledger code is LEDGER-1.\n")


READERS = {
    "public": {"public.md"},
    "customers": {"public.md", "members.md"},
    "staff": {"public.md", "members.md", "inside.md"},
    "team:billing": {"public.md", "members.md", "inside.md", "team.md"},
    "team:other": {"public.md", "members.md", "inside.md"},
    "nobody": set(),
}
QUESTIONS = ("what is the canary code", "KANARIE-7731", "canary", CANARY, "return ledger member code", "?")


@pytest.mark.parametrize("equal", [True, False], ids=["equal vectors", "real vectors"])
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_finds_only_what_is_for_them(room: Room, reader: str, equal: bool) -> None:
    if equal:
        room.library.embedder = AllEqual()
    with_secrets(room)
    room.sync()

    for question in QUESTIONS:
        assert set(room.ranked(question, audience=reader)) <= READERS[reader]
    assert set(room.ranked(QUESTIONS[4], audience=reader)) == READERS[reader]


@pytest.mark.parametrize("equal", [True, False], ids=["equal vectors", "real vectors"])
@pytest.mark.parametrize("reader", ["public", "customers"])
def test_no_part_of_an_answer_to_a_customer_shows_a_staff_line(room: Room, reader: str, equal: bool) -> None:
    if equal:
        room.library.embedder = AllEqual()
    with_secrets(room)
    room.sync()

    for question in QUESTIONS:
        answer = room.ask(question, audience=reader)
        shown = [one.citation.article for one in answer.sentences] + [near.article for near in answer.near]
        assert "inside.md" not in shown
        assert "7731" not in answer.text
        assert "Codes" not in repr(answer)


def test_what_only_staff_know_counts_as_missing_for_a_customer(room: Room) -> None:
    with_secrets(room)
    room.sync()

    assert room.ask("what is the canary code", audience="customers").missing == "canary, code"
    assert room.ask("what is the canary code", audience="staff").answered


def test_the_same_text_for_staff_and_public_is_cited_from_the_public_one(room: Room) -> None:
    room.write(
        "a-inside.md", "---\naudience: staff\n---\n# Returns\n\nYou can return a part within 30 days.\n"
    )
    room.write("b-public.md", "# Returns\n\nYou can return a part within 30 days.\n")
    room.sync()

    assert room.ranked("return a part") == ["b-public.md"]


def test_a_code_is_found_by_its_letters(room: Room) -> None:
    for code in ("GX-4410", "GX-4411", "HB-2200"):
        room.write(f"{code}.md", f"# Gasket {code}\n\nThe gasket {code} fits the engine.\n")
    room.sync()

    for asked in ("GX-4411", "gx4411", "gx 4411 gasket"):
        assert room.ranked(asked)[0] == "GX-4411.md"


def test_the_article_in_the_language_of_the_question_comes_first(room: Room) -> None:
    room.write(
        "en.md", "---\nlanguage: en\n---\n# Warranty\n\nThe Garantie lasts two years for every part.\n"
    )
    room.write(
        "de.md", "---\nlanguage: de\n---\n# Garantie\n\nDie Garantie gilt zwei Jahre für jedes Teil.\n"
    )
    room.sync()

    assert room.ranked("Wie lange gilt die Garantie?", language="de")[0] == "de.md"
    assert room.ranked("How long does the warranty last?", language="en")[0] == "en.md"


@pytest.mark.parametrize(
    ("language", "article", "question"),
    [
        ("zh", "# 退款\n\n退款通常在六个工作日内到账。\n", "退款通常几个工作日到账？"),
        ("ru", "# Возврат\n\nВозврат денег занимает шесть рабочих дней.\n", "сколько занимает возврат денег"),
        ("ar", "# الاسترداد\n\nيستغرق استرداد المال ستة أيام عمل.\n", "كم يستغرق استرداد المال"),
        ("hi", "# वापसी\n\nपैसे की वापसी में छह दिन लगते हैं।\n", "पैसे की वापसी में कितने दिन लगते हैं"),
        ("th", "# การคืนเงิน\n\nการคืนเงินใช้เวลาหกวันทำการ\n", "การคืนเงินใช้เวลากี่วัน"),
    ],
)
def test_other_scripts_are_found_by_pieces_of_words(
    room: Room, language: str, article: str, question: str
) -> None:
    room.write("right.md", f"---\nlanguage: {language}\n---\n{article}")
    room.write("other.md", "---\nlanguage: en\n---\n# Shipping\n\nWe ship by post.\n")
    room.sync()

    answer = room.ask(question, language=language)

    assert answer.answered
    assert answer.sentences[0].citation.article == "right.md"


def test_a_short_follow_up_is_read_with_the_question_before(room: Room) -> None:
    room.write("norway.md", "# Shipping to Norway\n\nShipping to Norway costs 15 pounds.\n")
    room.write("returns.md", "# Returns\n\nReturning a part costs nothing within 30 days.\n")
    room.sync()

    assert room.ranked("and how much is it?", "do you ship to Norway?")[0] == "norway.md"
    assert room.ranked("what does it cost to return a part?", "do you ship to Norway?")[0] == "returns.md"


def test_a_question_that_stands_alone_is_not_mixed_with_the_one_before() -> None:
    question = Question(
        "How long do I have to send back an unused brake disc to your shop", "shipping?", ("public",), "en"
    )

    assert not question.is_follow_up


def test_without_an_embedder_words_alone_answer(room: Room) -> None:
    room.write("shipping.md", "# Shipping to Norway\n\nShipping to Norway takes 4 working days.\n")
    room.write("returns.md", "# Returns\n\nYou can return a part within 30 days.\n")
    room.library.sync()
    room.library.embedder, room.library.is_loaded = None, True

    assert room.library.health().mode == "words"
    assert room.ask("shipping to Norway").answered
    assert not room.ask("who won the football match").answered


@pytest.mark.parametrize(
    "question",
    ["", " ", "?", "''\"", "* OR NOT NEAR(", "a" * 100_000, "\x00", "%_\\", "🙂", "AND", "{heading}: x"],
)
def test_whatever_is_asked_is_answered_or_refused(room: Room, question: str) -> None:
    room.write("shipping.md", "# Shipping\n\nWe ship by post.\n")
    room.sync()

    assert room.ask(question).answered is False


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("45 DCOE", "weber 45dcoe"),
        ("45DCOE", "weber 45 dcoe"),
        ("BR-40117", "br 40117"),
        ("BR-40117", "BR40117"),
        ("BR40117", "BR-40117"),
        ("BR 40117", "br40117"),
    ],
)
def test_a_code_is_found_however_its_parts_are_joined(room: Room, written: str, asked: str) -> None:
    room.write("right.md", f"# Spare parts of one kind\n\nThe part {written} fits the engine.\n")
    room.write("near.md", "# Spare parts of one kind\n\nThe part 46 DCNF or BR-40118 fits the engine.\n")
    room.sync()
    room.library.embedder, room.library.meaning.standing = None, None

    assert room.ranked(asked)[0] == "right.md"


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("The alternator (also dynamo) gives current.", "dynamo whines"),
        ("The dynamo (alternator) gives current.", "dynamo whines"),
        ("A dynamo, also called alternator, gives current.", "my dynamo whines"),
    ],
)
def test_another_word_that_an_article_gives_finds_the_others(room: Room, given: str, asked: str) -> None:
    room.write("words.md", f"# What parts are called\n\n{given}\n")
    room.write("noise.md", "# Noises\n\nAn alternator that whines has a worn bearing.\n")
    room.write("other.md", "# Wipers\n\nA wiper that whines has a worn motor.\n")
    room.sync()
    room.library.embedder, room.library.meaning.standing = None, None

    assert "noise.md" in room.ranked(asked)[:2]
    assert room.ranked(asked).index("noise.md") < room.ranked(asked).index("other.md")


def test_what_is_measured_is_no_word_to_look_for(room: Room) -> None:
    room.write("return.md", "# Return a part\n\nYou can return a part within 30 days.\n")
    room.write("backup.md", "# Backups\n\nA backup is gone after 35 days.\n")
    room.sync()

    assert room.ranked("what if I return a part after 35 days")[0] == "return.md"


def test_a_tag_finds_its_article(room: Room) -> None:
    room.write("a.md", "---\ntags: [postage]\n---\n# What delivery costs\n\nStandard delivery costs £4.95.\n")
    room.write("b.md", "# What repairs cost\n\nA repair costs £60.\n")
    room.sync()
    room.library.embedder, room.library.meaning.standing = None, None

    assert room.ranked("postage") == ["a.md"]
