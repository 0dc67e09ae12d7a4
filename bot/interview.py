"""Which question comes next in the guided ticket, and which answers are good?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.reader.situation import AnswerKind, Question
from bot.wording import say
from store.errors import Misconfigured
from store.messages import SystemContext
from store.tickets import Session
from store.words import Word

TABLE = Path(__file__).parent / "interview.yml"
CATEGORY = "category"
"""The question that is asked first when nothing tells it."""
LONGEST_ANSWER = 4000


class QuestionRow(Word):
    kind: AnswerKind
    choices: tuple[str, ...] = ()
    pattern: str = ""
    required: bool = False
    filled_from: Literal["", "page", "browser"] = ""


class CategoryRow(Word):
    queue: str
    priority: int
    tags: tuple[str, ...] = ()
    ask: tuple[str, ...]


class Table(Word):
    questions: dict[str, QuestionRow]
    categories: dict[str, CategoryRow]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that waits for an answer, and where it stands in the row."""

    name: str
    number: int
    total: int


@lru_cache
def load_table() -> Table:
    try:
        table = TypeAdapter(Table).validate_python(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise Misconfigured(f"{TABLE}: {error}") from error
    for key, category in table.categories.items():
        unknown = set(category.ask) - set(table.questions)
        if unknown:
            raise Misconfigured(f"{TABLE}: category {key!r} asks {sorted(unknown)}, which `questions` lacks")
    return table


def categories(language: str) -> tuple[tuple[str, str], ...]:
    """Key and label, in the order of the table."""
    return tuple((key, say(f"category.{key}", language)) for key in load_table().categories)


def category_row(category: str) -> CategoryRow:
    table = load_table()
    return table.categories.get(category, table.categories["other"])


def next_question(session: Session) -> Asked | None:
    """None: all that is needed has been said."""
    if not session.category:
        return Asked(CATEGORY, 1, 1 + len(category_row("").ask))
    names = questions_of(session)
    for number, name in enumerate(names, 1):
        if name not in session.slots and name not in session.skipped:
            return Asked(name, number, len(names))
    return None


def questions_of(session: Session) -> list[str]:
    """Without those that the request has filled in."""
    table = load_table()
    return [
        name
        for name in category_row(session.category).ask
        if not filled_in(session.context, table.questions[name].filled_from)
    ]


def filled_in(context: SystemContext, source: str) -> str:
    return str(getattr(context, source)) if source else ""


def question_for(name: str, language: str) -> Question:
    """As the reader needs it: choices in the customer's own language."""
    if name == CATEGORY:
        labels = tuple(label for _, label in categories(language))
        return Question(CATEGORY, "choice", labels, optional=False)
    row = load_table().questions[name]
    labels = tuple(say(f"value.{choice}", language) for choice in row.choices)
    return Question(name, row.kind, labels, row.pattern, optional=not row.required)


def slots_for(session: Session) -> dict[str, Question]:
    return {name: question_for(name, session.language) for name in questions_of(session)}


def read_value(name: str, value: str, language: str) -> str | None:
    """What is kept of an answer, choices by their key; None when it is no answer to this question."""
    value = value.strip()[:LONGEST_ANSWER]
    if not value or not is_known(name):
        return None
    question = question_for(name, language)
    if question.kind == "choice":
        return read_choice(name, value, language)
    checks = {
        "email": EMAIL,
        "date": DATE,
        "number": NUMBER,
        "yesno": YESNO,
        "order": question.pattern or ".+",
    }
    pattern = checks.get(question.kind)
    if pattern and not re.fullmatch(pattern, value, re.IGNORECASE):
        return None
    return value.upper() if question.kind == "order" else value


EMAIL = r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}"
DATE = r"\d{4}-\d{2}-\d{2}"
NUMBER = r"\d{1,6}"
YESNO = r"yes|no"


def read_choice(name: str, value: str, language: str) -> str | None:
    keys = choice_keys(name)
    prefix = "category" if name == CATEGORY else "value"
    by_label = {say(f"{prefix}.{key}", language).casefold(): key for key in keys}
    return by_label.get(value.casefold(), value if value in keys else None)


def show_value(name: str, value: str, language: str) -> str:
    """An answer in the customer's language."""
    row = load_table().questions.get(name)
    if row and (row.kind == "yesno" or value in row.choices):
        return say(f"value.{value}", language)
    return value


def known_details(session: Session) -> Mapping[str, str]:
    """What was said, and what the request told, in the order of the questions."""
    asked = [name for name in category_row(session.category).ask if name in session.slots]
    rest = [name for name in session.slots if name not in asked]
    return {name: session.slots[name] for name in (*asked, *rest)}


def choice_keys(name: str) -> tuple[str, ...]:
    return tuple(load_table().categories) if name == CATEGORY else load_table().questions[name].choices


def is_known(name: str) -> bool:
    return name == CATEGORY or name in load_table().questions
