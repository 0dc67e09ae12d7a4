"""How is a turn of a conversation laid out for the page?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.view import Turn
from store.commands import Rate
from store.messages import Choice, Citation, Line

ITEM_MARK = re.compile(r"^(?:\d{1,3}[.)]|[-*+•])\s+")
MARKS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one form that stand together."""

    form: str
    lines: tuple[Line, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table; the first is its head."""


@dataclass(frozen=True, slots=True)
class Source:
    citation: Citation
    numbered: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Bubble:
    place: str
    """Names the turn in the page; the same turn has the same name for ever."""
    turn: Turn
    speaker: str
    """Name of the person, for a person's words."""
    text: str
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    choices: tuple[Choice, ...]
    """That can still be pressed."""
    thumbs: tuple[Choice, ...]
    marks: tuple[Choice, ...]


def lay_out(recorded: Sequence[Turn], names: Mapping[str, str]) -> tuple[Bubble, ...]:
    """Buttons stand only under what came after the customer's last words, and one of them is filled."""
    turns = tuple(with_files(recorded))
    last = max((place for place, turn in enumerate(turns) if turn.voice == "customer"), default=-1)
    filled = max((place for place, turn in enumerate(turns) if has_advised(turn)), default=-1)
    return tuple(
        make_bubble(
            turn,
            place,
            speaker=names.get(turn.person_id, ""),
            choices=pressable(turn.choices, keeps_fill=place == filled) if place > last else (),
        )
        for place, turn in enumerate(turns)
    )


def with_files(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Files stand with the words that they came with."""
    held: Turn | None = None
    for turn in turns:
        if held and turn.kind == "file_added" and held.voice == "customer" and turn.at == held.at:
            held = replace(held, files=(*held.files, *turn.files))
            continue
        if held:
            yield held
        held = turn
    if held:
        yield held


def has_advised(turn: Turn) -> bool:
    return any(choice.style == "do" for choice in turn.choices)


def pressable(choices: tuple[Choice, ...], *, keeps_fill: bool) -> tuple[Choice, ...]:
    if keeps_fill:
        return choices
    return tuple(choice.model_copy(update={"style": "plain"}) for choice in choices)


def make_bubble(turn: Turn, place: int, *, speaker: str, choices: tuple[Choice, ...]) -> Bubble:
    thumbs = tuple(choice for choice in choices if is_rate(choice, ("up", "down")))
    marks = tuple(choice for choice in choices if is_rate(choice, MARKS))
    return Bubble(
        place=f"t-{turn.timeline}-{turn.version}" if turn.version else f"waits-{place}",
        turn=turn,
        speaker=speaker,
        text="\n".join(line.text for line in turn.lines),
        parts=tuple(parts_of(turn)),
        sources=tuple(Source(citation, numbered(citation)) for citation in turn.citations),
        choices=tuple(choice for choice in choices if choice not in (*thumbs, *marks)),
        thumbs=thumbs,
        marks=marks,
    )


def is_rate(choice: Choice, values: Sequence[str]) -> bool:
    return isinstance(choice.command, Rate) and choice.command.value in values


def parts_of(turn: Turn) -> Iterator[Part]:
    """Sentences of an answer flow together; of all else each stands for itself."""
    flows = turn.kind == "answer_given" and turn.answered
    for form, group in groupby(turn.lines, key=lambda line: line.form):
        lines = tuple(group)
        if form == "table":
            yield Part(form, lines, tuple(cells(row) for line in lines for row in line.text.split("\n")))
        elif form in ("list", "ordered"):
            yield Part(form, tuple(item for line in lines for item in items_of(line)))
        elif form == "sentence" and not flows:
            yield from (Part(form, (line,)) for line in lines if line.text)
        else:
            yield Part(form, lines)


def cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.strip().strip("|").split("|"))


def items_of(line: Line) -> Iterator[Line]:
    """A whole list is one line with its items on lines of their own; the source is named once, at its end."""
    items = line.text.split("\n")
    for place, item in enumerate(items, 1):
        cites = line.cites if place == len(items) else 0
        yield line.model_copy(update={"text": ITEM_MARK.sub("", item), "cites": cites})


def numbered(citation: Citation) -> tuple[tuple[int, str], ...]:
    lines = enumerate(citation.quote.split("\n"), citation.lines[0])
    return tuple((number, line) for number, line in lines if line.strip())
