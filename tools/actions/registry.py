"""Which changes of the shop are there, and how dangerous is each at least?"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, ValidationError, create_model

from escalation.playbook import Known, Value
from store.backend_records import Edit
from store.errors import BadAnswer, NotFound
from store.words import Word
from tools.actions.view import View

Tier = Literal[0, 2, 3, 4]
"""0 only looks."""
Plan = tuple[Edit, ...]
Make = Callable[..., Plan]
TYPES: Mapping[Any, Value] = {str: "text", int: "integer", bool: "yes_no", Literal: "text"}


class Arguments(Word):
    """`"7"` is no number and 1 is no yes: what a person approves is what is done."""

    model_config = ConfigDict(strict=True)


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    version: int
    purpose: str
    """First line of the docstring: what a person reads on the card."""
    tier: Tier
    """At least; the gate may ask for more, never for less."""
    compensation: str
    """What sets it right when it cannot be undone; empty when it can."""
    arguments: type[Word]
    plan: Make

    @property
    def is_undoable(self) -> bool:
        return not self.compensation

    def read(self, given: Mapping[str, object]) -> Word:
        """Raises BadAnswer for what is unknown, missing or of another type."""
        try:
            return self.arguments.model_validate(dict(given))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "its arguments"
            raise BadAnswer(f"{self.name}, {place}: {first['msg']}") from error

    def known(self) -> Known:
        """As playbooks see it."""
        fields = self.arguments.model_fields
        kinds = {name: value_of(field.annotation) for name, field in fields.items()}
        choices = {
            name: frozenset(map(str, get_args(field.annotation)))
            for name, field in fields.items()
            if get_origin(field.annotation) is Literal
        }
        return Known(self.version, kinds, choices, tier=self.tier, is_undoable=self.is_undoable)


ACTIONS: dict[str, Action] = {}


def action(*, tier: Tier, version: int = 1, compensation: str = "") -> Callable[[Make], Make]:
    """The arguments are the keyword-only parameters. The function looks, guards, plans, changes nothing."""

    def register(plan: Make) -> Make:
        hints = get_type_hints(plan, include_extras=True)
        fields: dict[str, Any] = {
            name: (hints[name], ...)
            for name, parameter in inspect.signature(plan).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        name = plan.__name__
        purpose = (plan.__doc__ or "").strip().splitlines()[0]
        arguments = create_model(name, __base__=Arguments, **fields)
        ACTIONS[name] = Action(name, version, purpose, tier, compensation, arguments, plan)
        return plan

    return register


def get_action(name: str, version: int) -> Action:
    found = ACTIONS.get(name)
    if found is None:
        raise NotFound(f"there is no action {name!r}; there are: {', '.join(sorted(ACTIONS))}")
    if found.version != version:
        raise BadAnswer(f"{name} is at version {found.version}, not {version}: look at it again")
    return found


def plan_with(found: Action, view: View, arguments: Word) -> Plan:
    return found.plan(view, **{name: getattr(arguments, name) for name in type(arguments).model_fields})


def value_of(annotation: Any) -> Value:
    return TYPES[get_origin(annotation) or annotation]
