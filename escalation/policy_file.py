"""How is a policy read from YAML, and in which line is it wrong?"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import ValidationError

from store.errors import Misconfigured
from store.words import Word

W = TypeVar("W", bound=Word)
SHIPPED = Path(__file__).parent / "policies"
"""The policies that come with the desk; they name no other files."""
Loc = Sequence[int | str]


if TYPE_CHECKING:
    from yaml import SafeLoader as Base
else:
    # In C where it was built: ten times as fast, at every start.
    Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(Base):
    """A day that no calendar has stays text, for whoever reads it to refuse it with its place."""


def read_moment(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


Loader.add_constructor("tag:yaml.org,2002:timestamp", read_moment)


def read_policy(path: Path, word: type[W]) -> W:
    """Raises Misconfigured with file, line and what to write."""
    if path.parent == SHIPPED:
        shipped: W = read_shipped(path, word)
        return shipped
    return read_file(path, word)


@lru_cache(maxsize=16)
def read_shipped(path: Path, word: type[W]) -> W:
    return read_file(path, word)


def read_file(path: Path, word: type[W]) -> W:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    return parse_policy(text, word, str(path), path.parent)


def parse_policy(text: str, word: type[W], name: str, folder: Path | None = None) -> W:
    """`folder` is where the files lie that it names."""
    try:
        content = yaml.load(text, Loader=Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Misconfigured(f"{name}, line {line}: {error.problem or 'this is no YAML'}") from error
    except yaml.YAMLError as error:
        raise Misconfigured(f"{name}: {error}") from error
    try:
        return word.model_validate(content, context={"folder": folder})
    except ValidationError as error:
        # A word that is misspelt is missing, too; it is the better hint.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        line = line_of(yaml.compose(text, Loader=yaml.SafeLoader), first["loc"])
        place = ".".join(str(part) for part in first["loc"] if part != "[key]") or "the file"
        raise Misconfigured(f"{name}, line {line}, {place}: {saying(first['type'], first['msg'])}") from error


def saying(kind: str, message: str) -> str:
    known = {"extra_forbidden": "this word is not known here", "missing": "this is missing"}
    return known.get(kind, message.removeprefix("Value error, "))


def line_of(node: yaml.Node | None, place: Loc) -> int:
    """Of the deepest part of the place that is there."""
    line = node.start_mark.line + 1 if node else 1
    for part in place:
        inner = child(node, part)
        if inner is None:
            break
        key, node = inner
        line = key.start_mark.line + 1
    return line


def child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if str(key.value) == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
