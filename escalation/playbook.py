"""Which actions follow one another when something is put right, and what takes each of them back?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StrictStr, ValidationInfo, field_validator

from escalation.sla_policy import Names
from store.errors import BadAnswer
from store.words import Word

Value = Literal["text", "integer", "yes_no"]
Tier = Literal[0, 2, 3, 4]
Outcome = Literal["done", "failed", "rejected", "expired", "rolled_back"]
Given = StrictStr | StrictInt | StrictBool
REFERENCE = re.compile(r"\$([a-z][a-z0-9_]*)")
NAME = r"^[a-z][a-z0-9-]*$"
INPUT = r"^[a-z][a-z0-9_]*$"
TYPES: Mapping[Value, type] = {"text": str, "integer": int, "yes_no": bool}
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A registered action, as a playbook sees it."""

    version: int
    arguments: Mapping[str, Value]
    """All of them are needed."""
    choices: Mapping[str, frozenset[str]]
    """For those that take one of a few words."""
    tier: Tier
    """At least."""
    is_undoable: bool


class Input(Word):
    kind: Value
    says: str
    """What to ask for, in plain words."""
    choices: Names = ()
    least: int | None = None
    most: int | None = None

    def refusal(self, given: object) -> str:
        """Why this value does not do; empty when it does."""
        if type(given) is not TYPES[self.kind]:
            return f"{given!r} is no {self.kind}"
        if isinstance(given, str) and not 1 <= len(given) <= LONGEST_TEXT:
            return f"write 1 to {LONGEST_TEXT} letters"
        if self.choices and given not in self.choices:
            return f"{given!r} is not one of: {', '.join(self.choices)}"
        return self.out_of_range(given) if type(given) is int else ""

    def out_of_range(self, given: int) -> str:
        if self.least is not None and given < self.least:
            return f"{given} is less than {self.least}"
        return f"{given} is more than {self.most}" if self.most is not None and given > self.most else ""


def as_input(given: object) -> object:
    return {"kind": given, "says": ""} if isinstance(given, str) else given


class Step(Word):
    """With what takes it back: its own undo, a playbook, or, where nothing does, what to do instead."""

    action: str
    version: Annotated[int, Field(ge=1)] = 1
    arguments: Mapping[str, Given] = {}
    """`$name` stands for an input; all else is taken as it is written."""
    undo: Literal["own"] | None = None
    rollback: str = ""
    compensation: str = ""

    def references(self) -> Mapping[str, str]:
        """Argument to input."""
        found = {name: REFERENCE.fullmatch(str(value)) for name, value in self.arguments.items()}
        return {name: match[1] for name, match in found.items() if match}

    def filled(self, inputs: Mapping[str, Given]) -> Mapping[str, Given]:
        references = self.references()
        return {
            name: inputs[references[name]] if name in references else value
            for name, value in self.arguments.items()
        }


class When(Word):
    says: str
    """For staff: in which case this is the right thing."""
    category: Names = ()


class Messages(Word):
    """Keys of the sentences that the customer gets."""

    done: str
    failed: str = "playbook.failed"
    rejected: str = "playbook.rejected"
    expired: str = "playbook.expired"
    rolled_back: str = "playbook.rolled_back"

    def key_for(self, outcome: Outcome) -> str:
        return str(getattr(self, outcome))


class Playbook(Word):
    name: Annotated[str, Field(pattern=NAME)]
    version: Annotated[int, Field(ge=1)]
    title: str
    when: When
    self_service: bool = False
    """May be offered to the customer before a ticket is filed; a person approves it all the same."""
    tier: Tier
    inputs: Mapping[Annotated[str, Field(pattern=INPUT)], Annotated[Input, BeforeValidator(as_input)]]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]
    messages: Messages

    @field_validator("steps")
    @classmethod
    def refer_to_inputs(cls, steps: tuple[Step, ...], info: ValidationInfo) -> tuple[Step, ...]:
        used = {name for step in steps for name in step.references().values()}
        if unknown := sorted(used - info.data.get("inputs", {}).keys()):
            raise ValueError(f"${unknown[0]} is no input: write it under `inputs`")
        return steps


@dataclass(frozen=True, slots=True)
class PlannedStep:
    number: int
    """From 1."""
    action: str
    version: int
    arguments: Mapping[str, Given]
    undo: Literal["own", "rollback", "none"]
    rollback: str
    compensation: str


def plan_steps(playbook: Playbook, given: Mapping[str, object]) -> tuple[PlannedStep, ...]:
    """With the inputs filled in. Raises BadAnswer for what is missing, unknown or of another type."""
    inputs = read_inputs(playbook, given)
    return tuple(
        PlannedStep(
            number,
            step.action,
            step.version,
            step.filled(inputs),
            step.undo or ("rollback" if step.rollback else "none"),
            step.rollback,
            step.compensation,
        )
        for number, step in enumerate(playbook.steps, start=1)
    )


def read_inputs(playbook: Playbook, given: Mapping[str, object]) -> Mapping[str, Given]:
    if unknown := sorted(given.keys() - playbook.inputs.keys()):
        names = ", ".join(playbook.inputs) or "none"
        raise BadAnswer(f"{playbook.name} has no input {unknown[0]!r}; it has: {names}")
    for name, wanted in playbook.inputs.items():
        if name not in given:
            raise BadAnswer(f"{playbook.name} needs {name}: {wanted.says or wanted.kind}")
        if why := wanted.refusal(given[name]):
            raise BadAnswer(f"{playbook.name}, {name}: {why}")
    return {name: value for name, value in given.items() if isinstance(value, str | int)}
