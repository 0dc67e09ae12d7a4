"""What does the head of an article say, and is it safe to believe?"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import TypeAlias

import yaml

from store.articles import Audience

LONGEST_HEAD = 16 * 1024
DEEPEST = 3
FIELDS = ("title", "language", "audience", "tags", "owner", "review_by", "questions", "redirect")
FOLDER_FIELDS = ("audience", "language", "owner", "tags")
AUDIENCE = re.compile(r"^(?:public|customers|staff|team:[a-z0-9][a-z0-9_-]{0,38})$")
LANGUAGE = re.compile(r"^[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
MOST_QUESTIONS = 50
LONGEST_QUESTION = 300
LONGEST_LINE = 300

Value: TypeAlias = "str | tuple[str, ...]"


class BadFile(Exception):
    """Why a file cannot be read, where, and what to write instead."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Head:
    """What was written; empty means: not said."""

    title: str = ""
    language: str = ""
    audience: Audience | None = None
    tags: tuple[str, ...] = ()
    owner: str = ""
    review_by: date | None = None
    questions: tuple[str, ...] = ()
    redirect: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    value: Value
    line: int


def read_head(text: str, first: int, fields: Sequence[str] = FIELDS) -> Head:
    """`text` is the YAML between the two lines of dashes, `first` the number of its first line."""
    if len(text.encode()) > LONGEST_HEAD:
        raise BadFile(first, "the front matter is larger than 16 KiB; move the text below the second ---")
    entries = read_entries(text, first)
    for name, entry in entries.items():
        check_name(name, entry.line, fields)
    return Head(
        title=line_of(entries, "title"),
        language=language_of(entries),
        audience=audience_of(entries),
        tags=words_of(entries, "tags"),
        owner=line_of(entries, "owner"),
        review_by=date_of(entries),
        questions=questions_of(entries),
        redirect=redirect_of(entries),
    )


def check_name(name: str, line: int, fields: Sequence[str]) -> None:
    """Foreign fields are left alone. A misspelt `audience` would show to everybody what is for staff."""
    if name in FIELDS:
        if name not in fields:
            raise BadFile(
                line, f"{name!r} is said in an article, not for a folder; allowed here: {', '.join(fields)}"
            )
        return
    near = difflib.get_close_matches(name.lower(), FIELDS, 1, 0.75)
    if near:
        raise BadFile(line, f"unknown field {name!r}; write {near[0]!r}")


def read_entries(text: str, first: int) -> dict[str, Entry]:
    """Text and lists of text, nothing else of YAML: no aliases, no tags, no deep nests."""
    node = read_node(text, first)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise BadFile(first, "the front matter is no list of `name: value`; write one a line")
    entries: dict[str, Entry] = {}
    for key, value in node.value:
        line = first + key.start_mark.line
        if not isinstance(key, yaml.ScalarNode):
            raise BadFile(line, "a field's name is a word; write `name: value`")
        if key.value in entries:
            raise BadFile(line, f"{key.value!r} is said twice; keep one")
        said = read_value(key.value, value, first) if key.value in FIELDS else ""
        entries[key.value] = Entry(said, first + value.start_mark.line if said else line)
    return entries


def read_node(text: str, first: int) -> yaml.Node | None:
    try:
        check_events(text, first)
        return yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = first + (error.problem_mark.line if error.problem_mark else 0)
        told = error.problem
    except yaml.YAMLError as error:
        line, told = first, str(error)
    raise BadFile(line, f"the front matter is no YAML: {told}; write one `name: value` a line")


def check_events(text: str, first: int) -> None:
    """Before anything is built: the parser walks without depth, a builder would not."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        line = first + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(
                line, "YAML aliases (& and *) are not read; write the value out, or put it in quotes"
            )
        if getattr(event, "tag", None):
            raise BadFile(line, "YAML tags (!) are not read; write plain text, or put it in quotes")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadFile(line, f"lists nest more than {DEEPEST} deep; write plain values")


def read_value(name: str, node: yaml.Node, first: int) -> Value:
    if isinstance(node, yaml.ScalarNode):
        return " ".join(node.value.split())
    if isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        return tuple(" ".join(item.value.split()) for item in node.value)
    line = first + node.start_mark.line
    raise BadFile(line, f"{name!r} is neither text nor a list of texts; put texts with a colon in quotes")


def line_of(entries: Mapping[str, Entry], name: str) -> str:
    entry = entries.get(name)
    if entry is None:
        return ""
    if not isinstance(entry.value, str):
        raise BadFile(entry.line, f"{name!r} is a list; write one text")
    if len(entry.value) > LONGEST_LINE:
        raise BadFile(entry.line, f"{name!r} is longer than {LONGEST_LINE} characters; shorten it")
    return entry.value


def words_of(entries: Mapping[str, Entry], name: str) -> tuple[str, ...]:
    entry = entries.get(name)
    if entry is None:
        return ()
    if isinstance(entry.value, str):
        return tuple(word for word in re.split(r",\s*", entry.value) if word)
    return tuple(word for word in entry.value if word)


def language_of(entries: Mapping[str, Entry]) -> str:
    name = line_of(entries, "language")
    if name and not LANGUAGE.match(name):
        raise BadFile(
            entries["language"].line, f"language {name!r} is no code of two letters; write `language: en`"
        )
    return re.split(r"[-_]", name)[0]


def audience_of(entries: Mapping[str, Entry]) -> Audience | None:
    if "audience" not in entries:
        return None
    name = line_of(entries, "audience")
    if not is_audience(name):
        raise BadFile(entries["audience"].line, unknown_audience(name))
    return Audience(name)


def is_audience(name: str) -> bool:
    return bool(AUDIENCE.match(name))


def unknown_audience(name: str) -> str:
    return f"unknown audience {name!r}; write public, customers, staff or team:NAME"


def date_of(entries: Mapping[str, Entry]) -> date | None:
    written = line_of(entries, "review_by")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        line = entries["review_by"].line
        raise BadFile(line, f"review_by {written!r} is no date; write `review_by: 2027-01-31`") from error


def questions_of(entries: Mapping[str, Entry]) -> tuple[str, ...]:
    entry = entries.get("questions")
    if entry is None:
        return ()
    asked = (entry.value,) if isinstance(entry.value, str) else entry.value
    if len(asked) > MOST_QUESTIONS:
        raise BadFile(
            entry.line, f"more than {MOST_QUESTIONS} questions; keep the ones that customers really ask"
        )
    for number, question in enumerate(asked):
        if len(question) > LONGEST_QUESTION:
            raise BadFile(
                entry.line, f"question {number + 1} is longer than {LONGEST_QUESTION} characters; shorten it"
            )
    return tuple(question for question in asked if question)


def redirect_of(entries: Mapping[str, Entry]) -> str:
    target = line_of(entries, "redirect")
    if not target:
        return ""
    path = PurePosixPath(target)
    if path.is_absolute() or ".." in path.parts or path.suffix.lower() != ".md":
        line = entries["redirect"].line
        raise BadFile(
            line,
            f"redirect {target!r} is no article; write a path in this folder: `redirect: costs.md`",
        )
    return str(path)
