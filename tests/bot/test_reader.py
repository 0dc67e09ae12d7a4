"""Does the rules reader understand turns as their writers meant them, whatever is written?"""

import time
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bot.reader.lexicon import get_lexicon
from bot.reader.reader import read_commands
from bot.reader.scoring import WrittenTurn, read_turns, score_turns
from bot.reader.situation import Kind, Question, Situation
from store.commands import Ask, Cancel, Command, CorrectSlot, FillSlot, SetLanguage, TalkToPerson

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "conversation" / "commands.jsonl"
LANGUAGES = ("en", "de", "es", "fr", "pt")
WISHES: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "reader_wishes.yml").read_text("utf-8"))
TODAY = date(2026, 11, 21)
ORDER = Question("order_number", "order", pattern=r"^[A-Z]{2}-\d{5}$", optional=False)
PROBLEM = Question("problem", "text", optional=False)
SLOTS = {
    "order_number": ORDER,
    "product": Question("product", "text", optional=False),
    "vehicle": Question("vehicle", "text"),
    "problem": PROBLEM,
    "since_when": Question("since_when", "date"),
    "quantity": Question("quantity", "number"),
    "photo_available": Question("photo_available", "yesno"),
    "urgency": Question("urgency", "choice", choices=("Low", "Normal", "High")),
    "email": Question("email", "email", optional=False),
}
KNOWN = {"order_number": "GB-20417", "product": "water pump", "vehicle": "Mini 1968"}
KINDS: tuple[Kind, ...] = ("idle", "asked", "confirming", "answered", "handed_over")


def situation(kind: Kind, *, language: str = "en", asked: Question | None = None) -> Situation:
    inside = kind in ("asked", "confirming")
    asked = (asked or PROBLEM) if kind == "asked" else None
    return Situation(kind, language, TODAY, asked, SLOTS if inside else {}, KNOWN if inside else {})


def answer(text: str, name: str) -> tuple[Command, ...]:
    return read_commands(text, Situation("asked", "en", TODAY, SLOTS[name], SLOTS, {}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_turns_are_read_as_they_are_meant(language: str) -> None:
    turns = read_turns(HERE / f"reader_turns.{language}.jsonl")

    score = score_turns(turns, read_commands, TODAY)

    assert [(wrong.id, wrong.text, wrong.got) for wrong in score.wrong] == []
    assert score.n >= 60


@pytest.mark.skipif(not SHARED.exists(), reason="the shared turns are not on this machine")
@pytest.mark.slow
def test_the_shared_turns_are_read_well_enough() -> None:
    score = score_turns(read_turns(SHARED), read_commands, TODAY)

    figures = score.as_json()
    short = {name: part for name, part in figures["by"]["lang"].items() if part["exact"] < least(name)}
    assert short == {}
    assert score.missed_person == 0
    assert score.false_stop <= score.n / 100


def least(language: str) -> float:
    return 0.85 if language == "en" else 0.80


@pytest.mark.parametrize("kind", ["idle", "asked", "confirming", "answered"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_asked_for_in_any_words_is_never_missed(language: str, kind: Kind) -> None:
    wishes = WISHES[language]["person"]

    missed = [
        text
        for text in wishes
        if TalkToPerson() not in read_commands(text, situation(kind, language=language))
    ]

    assert missed == []


@pytest.mark.parametrize("kind", ["idle", "asked", "confirming", "answered"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_who_is_only_mentioned_is_not_called(language: str, kind: Kind) -> None:
    mentions = WISHES[language]["no_person"]

    called = [
        text
        for text in mentions
        if {"talk_to_person", "cancel"}
        & {one.kind for one in read_commands(text, situation(kind, language=language))}
    ]

    assert called == []


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\x00\x01\x1f", "\u200b\ufeff", "…", "?!"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_turn_without_a_word_asks_for_nothing(kind: Kind, text: str) -> None:
    assert read_commands(text, situation(kind)) == ()


MARKS = [*"'’,.?!\n-()", ":)", "12", "1968", "BR-40117", "a@b.de"]


@cache
def spoken(language: str) -> st.SearchStrategy[str]:
    """Known words of one language and marks, in any order."""
    words = sorted(get_lexicon(language).known) + MARKS * 20
    return st.lists(st.sampled_from(words), max_size=20).map(" ".join)


ANYTHING = st.one_of(st.text(max_size=400), st.sampled_from(LANGUAGES).flatmap(spoken))


@given(ANYTHING, st.sampled_from(KINDS), st.sampled_from(LANGUAGES))
@example("\U000b6162\x14È", "asked", "es")
@example("’`´ʼ‘", "idle", "pt")
def test_any_text_is_read_in_any_situation(text: str, kind: Kind, language: str) -> None:
    commands = read_commands(text, situation(kind, language=language))

    fills = [one for one in commands if isinstance(one, FillSlot)]
    assert all(fill.value.strip() for fill in fills)
    assert len({fill.name for fill in fills}) == len(fills)
    assert all(one.name in KNOWN for one in commands if isinstance(one, CorrectSlot))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "a, " * 3_400,
        "i want to talk to a " * 500,
        "1.2.3 " * 1_700,
        "x@" * 5_000,
        "not " * 2_500,
    ],
    ids=["one word", "commas", "wishes", "figures", "at signs", "denials"],
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    read_commands(text, situation("asked"))
    start = time.perf_counter()

    read_commands(text, situation("asked"))

    # A hundred times what it takes, for the slowest of machines; a pattern that explodes takes minutes.
    assert time.perf_counter() - start < 2


def test_a_long_answer_is_kept_whole() -> None:
    story = "The pump leaks. " + "Then it rattles and I tighten the bolts again. " * 60

    (fill,) = [one for one in read_commands(story, situation("asked")) if isinstance(one, FillSlot)]

    assert fill.value == story.strip()


def test_a_wish_at_the_end_of_a_long_text_is_heard() -> None:
    story = "It leaks at the flange and nobody knows why. " * 80 + "Let me talk to a human."

    assert read_commands(story, situation("answered"))[-1] == TalkToPerson()


def test_what_stands_in_quotation_marks_is_a_name_and_no_wish() -> None:
    assert TalkToPerson() not in read_commands('the "talk to a person" button is dead', situation("asked"))
    assert Cancel() not in read_commands("after “cancel” nothing happens", situation("asked"))


def test_an_unknown_language_is_read_as_english() -> None:
    assert read_commands("I want to talk to a human", situation("idle", language="xx")) == (TalkToPerson(),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_language_can_be_asked_for_in_itself(language: str) -> None:
    here = situation("idle", language="pt" if language != "pt" else "de")
    wish = {
        "en": "english please",
        "de": "auf deutsch bitte",
        "es": "español por favor",
        "fr": "français svp",
    }

    assert read_commands(wish.get(language, "português por favor"), here) == (SetLanguage(code=language),)


def test_a_person_who_owns_the_conversation_is_not_disturbed() -> None:
    assert read_commands("the parcel number is 889123, please look", situation("handed_over")) == ()


def test_a_yes_with_a_correction_is_the_correction_only() -> None:
    assert read_commands("yes, but the car is a Ford Escort", situation("confirming")) == (
        CorrectSlot(name="vehicle", value="Ford Escort"),
    )


def test_an_answer_said_to_be_wrong_is_asked_for_anew() -> None:
    assert read_commands("the order number is wrong", situation("confirming")) == (
        CorrectSlot(name="order_number", value=""),
    )


def test_what_is_known_and_said_again_changes_nothing() -> None:
    commands = read_commands("GB-20417, it leaks", situation("asked"))

    assert not [one for one in commands if isinstance(one, CorrectSlot)]


def test_several_answers_stand_in_one_turn() -> None:
    commands = answer(
        "GB-20417, two hub caps for my 1968 Mini, they are scratched, me@example.org", "order_number"
    )

    assert {one.name: one.value for one in commands if isinstance(one, FillSlot)} == {
        "order_number": "GB-20417",
        "product": "hub caps",
        "quantity": "2",
        "vehicle": "1968 Mini",
        "problem": "scratched",
        "email": "me@example.org",
    }


def test_a_question_put_back_is_asked_and_the_answer_beside_it_taken() -> None:
    commands = answer("GB-20417. How long do refunds take?", "order_number")

    assert commands == (
        FillSlot(name="order_number", value="GB-20417"),
        Ask(question="How long do refunds take"),
    )


def test_the_choices_of_the_desk_are_known_by_what_they_mean() -> None:
    wish = Question("wish", "choice", choices=("Rückerstattung", "Umtausch", "Reparatur", "Beratung"))
    here = Situation("asked", "de", TODAY, wish, {"wish": wish}, {})

    said = {
        "ich will mein geld zurück": 0,
        "lieber ein neues": 1,
        "könnt ihr das reparieren": 2,
        "das letzte": 3,
    }

    for text, place in said.items():
        assert read_commands(text, here) == (FillSlot(name="wish", value=wish.choices[place]),), text


def test_a_turn_is_read_the_same_twice() -> None:
    turns: list[WrittenTurn] = list(read_turns(HERE / "reader_turns.en.jsonl"))

    first = [read_commands(turn.text, turn.as_situation(TODAY)) for turn in turns]
    second = [read_commands(turn.text, turn.as_situation(TODAY)) for turn in reversed(turns)]

    assert first == second[::-1]
