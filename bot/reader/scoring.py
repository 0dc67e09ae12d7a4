"""How many written turns are read as their authors meant them?"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.reader.situation import AnswerKind, Kind, Question, Situation
from store.commands import COMMAND, Command
from store.errors import NotUnderstood

COMPARED: Mapping[str, tuple[str, ...]] = {
    "fill_slot": ("name", "value"),
    "correct_slot": ("name", "value"),
    "confirm": ("yes",),
    "ticket_status": ("ticket_id",),
    "rate": ("value",),
    "set_language": ("code",),
    "small_talk": ("topic",),
}
"""Of all other kinds only the kind is compared."""
STOPS = ("cancel", "talk_to_person")
SPACES = re.compile(r"\s+")
Read = Callable[[str, Situation], tuple[Command, ...]]
CommandJson = dict[str, str | int | bool]


class SlotKind(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: AnswerKind
    choices: tuple[str, ...] = ()
    pattern: str = ""


class AskedSlot(SlotKind):
    name: str
    optional: bool = True


class WrittenTurn(BaseModel):
    """One line of a file of turns; the format is described beside the data."""

    model_config = ConfigDict(extra="forbid")

    id: str
    lang: str
    situation: Kind
    asked: AskedSlot | None = None
    slots: dict[str, AnswerKind | SlotKind] = Field(default_factory=dict)
    filled: dict[str, str] = Field(default_factory=dict)
    text: str
    expect: list[CommandJson]
    also_ok: list[list[CommandJson]] = Field(default_factory=list)
    why: str = ""
    today: date | None = None
    """The day the turn was written on; needed only where it counts back from it."""

    def as_situation(self, today: date) -> Situation:
        slots = {name: question_of(name, slot) for name, slot in self.slots.items()}
        asked = None
        if self.asked:
            asked = Question(
                self.asked.name, self.asked.kind, self.asked.choices, self.asked.pattern, self.asked.optional
            )
            slots[asked.name] = asked
        return Situation(self.situation, self.lang, self.today or today, asked, slots, self.filled)


def question_of(name: str, slot: AnswerKind | SlotKind) -> Question:
    return (
        Question(name, slot)
        if isinstance(slot, str)
        else Question(name, slot.kind, slot.choices, slot.pattern)
    )


@dataclass(frozen=True, slots=True)
class Wrong:
    id: str
    text: str
    got: list[CommandJson]
    expect: list[CommandJson]


class Share(TypedDict):
    n: int
    exact: float


class WrongJson(TypedDict):
    id: str
    got: list[CommandJson]
    expect: list[CommandJson]


class ScoreJson(TypedDict):
    n: int
    exact: float
    by: dict[Literal["lang", "situation"], dict[str, Share]]
    missed_person: int
    false_stop: int
    wrong: list[WrongJson]


@dataclass(slots=True)
class Score:
    n: int = 0
    missed_person: int = 0
    false_stop: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    by_lang: dict[str, list[bool]] = field(default_factory=dict)
    by_situation: dict[str, list[bool]] = field(default_factory=dict)

    def add(self, turn: WrittenTurn, commands: Sequence[Command]) -> None:
        got = [plain(command) for command in commands]
        is_right = any(is_same(got, expected, turn) for expected in (turn.expect, *turn.also_ok))
        self.n += 1
        self.by_lang.setdefault(turn.lang, []).append(is_right)
        self.by_situation.setdefault(turn.situation, []).append(is_right)
        if is_right:
            return
        self.wrong.append(Wrong(turn.id, turn.text, got, turn.expect))
        kinds, expected_kinds = kinds_of(got), kinds_of(turn.expect)
        self.missed_person += "talk_to_person" in expected_kinds and "talk_to_person" not in kinds
        self.false_stop += any(stop in kinds and stop not in expected_kinds for stop in STOPS)

    def as_json(self) -> ScoreJson:
        return {
            "n": self.n,
            "exact": share([right for rights in self.by_lang.values() for right in rights])["exact"],
            "by": {
                "lang": {name: share(rights) for name, rights in self.by_lang.items()},
                "situation": {name: share(rights) for name, rights in self.by_situation.items()},
            },
            "missed_person": self.missed_person,
            "false_stop": self.false_stop,
            "wrong": [{"id": wrong.id, "got": wrong.got, "expect": wrong.expect} for wrong in self.wrong],
        }


def share(rights: Sequence[bool]) -> Share:
    return {"n": len(rights), "exact": round(sum(rights) / len(rights), 4) if rights else 0.0}


def kinds_of(commands: Sequence[CommandJson]) -> set[str | int | bool]:
    return {command["kind"] for command in commands}


def plain(command: Command) -> CommandJson:
    """Only what is compared, as the files write it."""
    whole: CommandJson = command.model_dump(mode="json")
    kept = {name: whole[name] for name in ("kind", *COMPARED.get(command.kind, ())) if name in whole}
    if command.kind == "ask":
        kept["question"] = whole["question"]
    if command.kind == "ticket_status" and not kept["ticket_id"]:
        kept.pop("ticket_id")
    return kept


def is_same(got: Sequence[CommandJson], expected: Sequence[CommandJson], turn: WrittenTurn) -> bool:
    """As sets: each expected command is matched by one of its own, and none is left over."""
    left = list(got)
    for command in expected:
        match = next((one for one in left if agrees(one, command, turn)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def agrees(got: CommandJson, expected: CommandJson, turn: WrittenTurn) -> bool:
    if got["kind"] != expected["kind"]:
        return False
    for name in COMPARED.get(str(got["kind"]), ()):
        one, other = normal(got.get(name, "")), normal(expected.get(name, ""))
        is_free = (
            name == "value" and "name" in expected and kind_of_slot(turn, str(expected["name"])) == "text"
        )
        if one != other and not (is_free and is_close(one, other)):
            return False
    return True


def normal(value: str | int | bool) -> str:
    return SPACES.sub(" ", str(value)).strip().casefold()


def is_close(got: str, expected: str) -> bool:
    """For free text: more words around it, or at least half of it."""
    if not got or not expected:
        return False
    return expected in got or (got in expected and 2 * len(got) >= len(expected))


def kind_of_slot(turn: WrittenTurn, name: str) -> str:
    if turn.asked and turn.asked.name == name:
        return turn.asked.kind
    slot = turn.slots.get(name, "text")
    return slot if isinstance(slot, str) else slot.kind


def read_turns(path: Path) -> Iterator[WrittenTurn]:
    """One a line; blank lines are passed over. The error names the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotUnderstood(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield read_turn(line, f"{path}:{number}")


def read_turn(line: str, where: str) -> WrittenTurn:
    try:
        turn = WrittenTurn.model_validate_json(line)
        for commands in (turn.expect, *turn.also_ok):
            for command in commands:
                COMMAND.validate_python({"question": "", **rated(command)}) if command.get(
                    "kind"
                ) == "ask" else COMMAND.validate_python(rated(command))
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"]) or "the line"
        raise NotUnderstood(f"{where}: {at}: {first['msg']}") from error
    except json.JSONDecodeError as error:
        raise NotUnderstood(f"{where}: not JSON: {error}") from error
    return turn


def rated(command: CommandJson) -> CommandJson:
    """A rating is written as text or as a number."""
    return {**command, "value": str(command["value"])} if command.get("kind") == "rate" else command


def score_turns(turns: Iterator[WrittenTurn], read: Read, today: date) -> Score:
    score = Score()
    for turn in turns:
        score.add(turn, read(turn.text, turn.as_situation(today)))
    return score
