"""Which tools may be asked for by name, by whom, and with which arguments?"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from pydantic import ValidationError, create_model

from store.access import Role
from store.errors import BadAnswer, NotAllowed
from store.words import Word
from tools.outcome import Case, Desk, Outcome

Risk = Literal["read", "reply", "change"]
Call = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    risk: Risk
    roles: frozenset[Role]
    purpose: str
    """First line of the docstring: what a model, or a person, reads to choose it."""
    arguments: type[Word]
    """Every field typed, none more than these."""
    call: Call


TOOLS: dict[str, Tool] = {}


def tool(*, risk: Risk, roles: frozenset[Role]) -> Callable[[Call], Call]:
    """The arguments are the keyword-only parameters of the function; what stands before them it is given."""

    def register(call: Call) -> Call:
        hints = get_type_hints(call)
        fields: dict[str, Any] = {
            name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in inspect.signature(call).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        name = call.__name__
        purpose = (call.__doc__ or "").strip().splitlines()[0]
        TOOLS[name] = Tool(name, risk, roles, purpose, create_model(name, __base__=Word, **fields), call)
        return call

    return register


def call_tool(case: Case, desk: Desk, role: Role, name: str, arguments: Mapping[str, object]) -> Outcome:
    """Raises BadAnswer for what is unknown or does not fit, NotAllowed for what is not for this role."""
    found = TOOLS.get(name)
    if found is None:
        raise BadAnswer(f"there is no tool {name!r}; there are: {', '.join(sorted(TOOLS))}")
    if role not in found.roles:
        raise NotAllowed(f"{name} is not for {role}")
    if found.risk == "change":
        raise NotAllowed(f"{name} changes something: it waits for a person's click")
    try:
        given = found.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "its arguments"
        raise BadAnswer(f"{name}, {place}: {first['msg']}") from error
    return found.call(case, desk, **{field: getattr(given, field) for field in type(given).model_fields})
