"""Is every sentence there that the code says, in every language?"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from bot import interview
from bot.reader.situation import AnswerKind
from bot.web.render import LANGUAGE_NAMES
from bot.wording import FALLBACK, FOLDER, LANGUAGES, load_texts, say, say_error
from escalation.rulebook import open_rulebook
from escalation.sla import TimerName
from store import errors
from store.commands import Topic
from store.events import Status

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "bot" / "web" / "templates"
SPEAKERS = ("say", "Saying", "Option")
"""Calls whose first argument is the key of a sentence."""
TOLD = (errors.PersonError, errors.NotUnderstood, errors.Unavailable, errors.Overtaken)
BEFORE_QUEUE = {"en": "with", "de": "bei", "es": "con", "fr": "à|chez", "pt": "com"}
"""The names of the queues are written in the form that follows these."""
ON_PAGES = ("page.", "desk.", "fact.", "file.", "channel.", "rating.", "knowledge.", "people.")
ENGLISH = load_texts(FALLBACK)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def nodes() -> tuple[ast.AST, ...]:
    files = [path for room in ("bot", "tools", "store", "knowledge") for path in (ROOT / room).rglob("*.py")]
    return tuple(node for path in files for node in ast.walk(ast.parse(path.read_text())))


@cache
def calls() -> tuple[ast.Call, ...]:
    return tuple(node for node in nodes() if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def literal(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def keys_in_code() -> Iterator[str]:
    for call in calls():
        if name_of(call) in SPEAKERS and call.args:
            yield literal(call.args[0])
        yield literal(keyword(call, "text_key"))


def keys_in_pages() -> Iterator[str]:
    for path in TEMPLATES.rglob("*.html"):
        yield from re.findall(r"""\bt\(["']([\w.]+)["']\s*[,)]""", path.read_text())


def keys_of_table() -> Iterator[str]:
    """What is said by the name of a row, a state or an error."""
    table = interview.load_table()
    asked = (interview.CATEGORY, *table.questions)
    yield from (f"question.{name}" for name in asked)
    yield from (f"slot.{name}" for name in (*asked, "update"))
    yield from (f"value.{key}" for row in table.questions.values() for key in ("yes", "no", *row.choices))
    yield from (f"category.{key}" for key in table.categories)
    yield from (f"queue.{row.queue}" for row in table.categories.values())
    yield from (f"queue.{rule.queue}" for rule in open_rulebook().routing.rules if rule.queue)
    clocks = ("business", "always", "paused", "breached")
    yield from (f"ticket.deadline.{name}" for name in (*get_args(TimerName), *clocks))
    yield from (f"hint.{kind}" for kind in get_args(AnswerKind))
    yield from (f"status.{status}" for status in get_args(Status))
    yield from get_args(Topic)


def keys_of_errors() -> Iterator[str]:
    return (f"error.{one.code}" for one in kinds_of_error() if issubclass(one, TOLD) and one not in TOLD[:1])


def kinds_of_error() -> list[type[errors.DeskbellError]]:
    named = (one for one in vars(errors).values() if isinstance(one, type))
    return [one for one in named if issubclass(one, errors.DeskbellError)]


def words_of_code() -> set[str]:
    """A key may be chosen between two, or handed on, before it is said."""
    return {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence(language: str) -> None:
    texts = load_texts(language)

    assert texts.keys() ^ ENGLISH.keys() == set()
    assert [key for key, text in texts.items() if not text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same_things(language: str) -> None:
    texts = load_texts(language)

    assert [key for key in ENGLISH if placeholders(texts[key]) != placeholders(ENGLISH[key])] == []


def test_every_sentence_that_the_code_says_is_there() -> None:
    said = {key for key in (*keys_in_code(), *keys_in_pages()) if key}

    assert len(said) > 100
    assert sorted(said - ENGLISH.keys() - {"answer"}) == []


def test_every_row_of_the_interview_every_status_and_every_error_can_be_said() -> None:
    assert sorted({*keys_of_table(), *keys_of_errors()} - ENGLISH.keys()) == []


def test_no_sentence_of_the_conversation_is_left_over() -> None:
    own = {key for key in ENGLISH if not key.startswith(ON_PAGES)}
    said = {*words_of_code(), *keys_in_pages(), *keys_of_table(), *keys_of_errors()}

    assert sorted(own - said) == []


def test_an_error_without_a_sentence_of_its_own_fills_in_that_of_its_kind() -> None:
    codes = {one.__name__: one.code for one in kinds_of_error()}
    raised = [call for call in calls() if name_of(call) in codes and keyword(call, "text_key") is None]

    needed = {
        ast.unparse(call): placeholders(ENGLISH.get(f"error.{codes[name_of(call)]}", "")) for call in raised
    }
    given = {ast.unparse(call): {one.arg or "" for one in call.keywords} for call in raised}

    assert [raising for raising, names in needed.items() if names - given[raising]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_of_a_queue_follows_the_word_that_it_is_written_for(language: str) -> None:
    customers = {
        key: text for key, text in load_texts(language).items() if not key.startswith(("desk.", "fact."))
    }

    wrong = [
        key
        for key, text in customers.items()
        if "{queue}" in text and not re.search(rf"(^|\s)({BEFORE_QUEUE[language]}) {{queue}}", text)
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_answers_to_a_question_look_the_same(language: str) -> None:
    for name in (interview.CATEGORY, *interview.load_table().questions):
        labels = interview.question_for(name, language).choices

        assert len({label.casefold() for label in labels}) == len(labels), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_changes_the_language_reads_its_name(language: str) -> None:
    assert LANGUAGE_NAMES[language].casefold() in say("language_changed", language).casefold()


def test_each_language_is_one_file_here_and_one_of_the_pages() -> None:
    for folder in (FOLDER, FOLDER / "pages"):
        assert sorted(path.stem for path in folder.glob("*.yml")) == sorted(LANGUAGES)


def test_a_language_that_nobody_has_written_gets_english() -> None:
    assert say("thanks", "fi") == say("thanks", "en")


def test_a_sentence_that_is_missing_is_named() -> None:
    with pytest.raises(errors.Misconfigured, match=r"'no\.such'"):
        say("no.such", "de")


def test_a_placeholder_that_is_not_filled_is_named() -> None:
    with pytest.raises(errors.Misconfigured, match=r"'ticket_id' for 'ticket\.closed'"):
        say("ticket.closed", "en")


def test_an_error_is_told_in_the_language_of_the_one_whom_it_concerns() -> None:
    assert say_error(errors.TooMany("slow down", seconds=5), "es").endswith("nada de lo que llegó se pierde.")


def test_an_error_that_has_no_sentence_is_told_by_its_hint() -> None:
    assert say_error(errors.Misconfigured("set DATABASE_URL"), "fr") == "set DATABASE_URL"
