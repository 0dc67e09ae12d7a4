"""Do the playbooks fit the actions that are there, and can each of their steps be taken back?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from escalation.playbook import Given, Input, Known, Playbook, Step
from escalation.policy_file import Loc, line_of, parse_policy
from store.errors import Misconfigured

SHIPPED = Path(__file__).parent / "playbooks"
LAST_TIER = 4
Fault = tuple[Loc, str]
"""Where in the file, and what to write instead."""


def open_playbooks(known: Mapping[str, Known], folder: Path | None = None) -> Mapping[str, Playbook]:
    """By name. Raises Misconfigured with file, line and what to write."""
    texts = {path: read_text(path) for path in sorted((folder or SHIPPED).glob("*.yml"))}
    found = {path: parse_policy(text, Playbook, str(path), path.parent) for path, text in texts.items()}
    playbooks = {one.name: one for one in found.values()}
    for path, one in found.items():
        for place, saying in faults_of(one, path.stem, known, playbooks):
            line = line_of(yaml.compose(texts[path], Loader=yaml.SafeLoader), place)
            raise Misconfigured(f"{path}, line {line}, {'.'.join(map(str, place))}: {saying}")
    return playbooks


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error


def faults_of(
    playbook: Playbook, stem: str, known: Mapping[str, Known], playbooks: Mapping[str, Playbook]
) -> Iterator[Fault]:
    if playbook.name != stem:
        yield ("name",), f"the file is called {stem!r}: write the same here"
    for number, step in enumerate(playbook.steps):
        place = ("steps", number)
        action = known.get(step.action)
        if action is None:
            yield (*place, "action"), f"there is no action {step.action!r}; there are: {', '.join(known)}"
            continue
        if step.version != action.version:
            yield (*place, "version"), f"{step.action} is at version {action.version}: look at it again"
        if playbook.tier < action.tier:
            yield ("tier",), f"{step.action} is of tier {action.tier}: write {action.tier}"
        yield from faults_of_arguments(playbook, step, action, place)
        yield from faults_of_way_back(playbook, step, action, place, playbooks)
    used = {name for step in playbook.steps for name in step.references().values()}
    for name in sorted(playbook.inputs.keys() - used):
        yield ("inputs", name), f"no step uses it: take it away, or write ${name} in a step"


def faults_of_arguments(playbook: Playbook, step: Step, action: Known, place: Loc) -> Iterator[Fault]:
    written = (*place, "arguments")
    for name in sorted(action.arguments.keys() - step.arguments.keys()):
        yield written, f"{step.action} needs {name}: write it, or `{name}: $input`"
    references = step.references()
    for name, value in step.arguments.items():
        if name not in action.arguments:
            takes = ", ".join(action.arguments) or "none"
            yield (*written, name), f"{step.action} takes no {name!r}; it takes: {takes}"
        elif name in references:
            yield from faults_of_input(playbook.inputs[references[name]], action, name, written)
        elif why := faults_of_value(value, action, name):
            yield (*written, name), why


def faults_of_input(given: Input, action: Known, name: str, place: Loc) -> Iterator[Fault]:
    if given.kind != action.arguments[name]:
        yield (*place, name), f"the input is {given.kind}, and {name} is {action.arguments[name]}"
    choices = action.choices.get(name, frozenset())
    if choices and not (given.choices and choices.issuperset(given.choices)):
        words = ", ".join(sorted(choices))
        yield (*place, name), f"{name} takes one of: {words}; write these as the choices of the input"


def faults_of_value(value: Given, action: Known, name: str) -> str:
    why = Input(kind=action.arguments[name], says="").refusal(value)
    choices = action.choices.get(name, frozenset())
    if not why and choices and value not in choices:
        return f"{value!r} is not one of: {', '.join(sorted(choices))}"
    return why


def faults_of_way_back(
    playbook: Playbook, step: Step, action: Known, place: Loc, playbooks: Mapping[str, Playbook]
) -> Iterator[Fault]:
    """Exactly one of: its own undo, a playbook that takes it back, a compensation at tier 4."""
    if action.tier == 0:
        return
    ways = [way for way in (step.undo, step.rollback, step.compensation) if way]
    if len(ways) != 1:
        yield (
            place,
            "write how it is taken back, in one way: `undo: own`, `rollback: <a playbook>`, or, at tier 4, "
            "`compensation: <what to do instead>`",
        )
    elif step.undo and not action.is_undoable:
        yield (*place, "undo"), f"{step.action} cannot be undone: name a `compensation`, and write tier 4"
    elif step.compensation and playbook.tier < LAST_TIER:
        yield (*place, "compensation"), "what cannot be taken back is of tier 4: write `tier: 4`"
    elif step.rollback:
        yield from faults_of_rollback(playbook, step.rollback, place, playbooks)


def faults_of_rollback(
    playbook: Playbook, name: str, place: Loc, playbooks: Mapping[str, Playbook]
) -> Iterator[Fault]:
    """It is run with the inputs of the playbook that it takes back."""
    other = playbooks.get(name)
    if other is None or other is playbook:
        others = ", ".join(sorted(playbooks.keys() - {playbook.name}))
        yield (*place, "rollback"), f"there is no playbook {name!r} beside this one; there are: {others}"
        return
    for wanted, given in other.inputs.items():
        if wanted not in playbook.inputs or playbook.inputs[wanted].kind != given.kind:
            yield (*place, "rollback"), f"{name} needs the input {wanted!r} ({given.kind}), which is not here"
