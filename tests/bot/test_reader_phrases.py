"""Do phrases, spelling and clauses mean what their notation says?"""

import pytest

from bot.reader.hearing import Ear, clean, fold
from bot.reader.lexicon import LANGUAGES, get_lexicon, read_table
from bot.reader.phrases import Machine, State, Weaver
from bot.reader.turn import listen

LISTS = {"fruit": "apple, red apple, pear"}


def found(phrase: str, text: str) -> list[str]:
    weaver = Weaver(LISTS, lambda written: (written,))
    weaver.put(phrase, "hit")
    machine, state, words = Machine(State((weaver.root,))), None, text.split()
    hits = []
    for first in range(len(words)):
        state = machine.root
        for at in range(first, len(words)):
            state, marks = machine.step(state, (words[at],), may_pass=False)
            hits += [" ".join(words[first : at + 1])] * len(marks)
    return hits


@pytest.mark.parametrize(
    ("phrase", "text", "hits"),
    [
        ("an apple", "an apple a day", ["an apple"]),
        ("an? apple", "apple", ["apple"]),
        ("(eat|peel off) it", "peel off it eat it", ["peel off it", "eat it"]),
        ("a {fruit}", "a red apple a pear", ["a red apple", "a pear"]),
        ("eat .. now", "eat it all now", ["eat it all now"]),
        ("eat .. now", "eat it all up now", []),
        ("eat ... now", "eat it all up now", ["eat it all up now"]),
        ("(a|an)? {fruit}?", "pear", ["pear"]),
    ],
)
def test_a_phrase_is_found_where_it_stands(phrase: str, text: str, hits: list[str]) -> None:
    assert found(phrase, text) == hits


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        (".. apple", "begin with a gap"),
        ("(apple", "not closed"),
        ("apple)", "not opened"),
        ("{nut}", "'nut'"),
    ],
)
def test_a_phrase_that_cannot_be_meant_is_refused(phrase: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Weaver(LISTS, lambda written: (written,)).put(phrase, "hit")


@pytest.mark.parametrize(
    ("written", "heard"),
    [("CAFÉ", "cafe"), ("Straße", "strasse"), ("cœur", "coeur"), ("soooo", "so"), ("ﬁx", "fix")],
)
def test_a_word_is_heard_without_accents_and_capitals(written: str, heard: str) -> None:
    assert fold(written) == heard


def test_an_umlaut_is_heard_however_it_is_written() -> None:
    assert fold("über", umlauts=True) == fold("ueber", umlauts=True) == fold("uber", umlauts=True)


def test_an_apostrophe_parts_words_only_where_the_language_elides() -> None:
    assert Ear({}, elides=True).words("l'avant") == ("l", "avant")
    assert Ear({"dont": ("do", "not")}).words("don’t") == ("do", "not")


def test_hidden_characters_and_shades_are_not_heard() -> None:
    assert clean("a\u200bb\u00ad c\x07d \U0001f44d\U0001f3fd") == "ab c d \U0001f44d"


def test_a_full_stop_inside_a_number_or_after_an_abbreviation_ends_no_clause() -> None:
    assert [clause.mark for clause in listen("order no. SB-61124, approx. 500. Thanks", "en").clauses] == [
        ",",
        ".",
        "",
    ]
    assert len(listen("seit dem 3. März", "de").clauses) == 1


def test_a_slip_of_the_pen_is_understood() -> None:
    assert listen("i want a reprsentative", "en").has("person")
    assert listen("ich möchte einen mitarbieter sprechen", "de").has("person")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_language_can_all_be_woven(language: str) -> None:
    assert get_lexicon(language).known


def test_each_language_has_words_for_the_same_things() -> None:
    tables = {language: read_table(language) for language in LANGUAGES}
    wanted = set(tables["en"]["signals"])

    missing = {language: wanted - set(table["signals"]) for language, table in tables.items()}
    assert not any(missing.values()), missing
