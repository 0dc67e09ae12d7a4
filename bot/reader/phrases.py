"""Which of many phrases stand where in a row of words?

A phrase is written as words, `{list}` for a named list, `(a|b c)` for one of several, `?` after what may be
missing, and `..` or `...` for up to two or up to four words of any kind. All phrases of a language live in
one automaton, so that a turn is read once however many phrases there are.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

PIECE = re.compile(r"\{(\w+)\}|(\.{2,3})|([(|)?])|([^\s(){}|?]+)")
GAPS = {"..": 2, "...": 4}


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """A place inside phrases: where each next word leads."""

    follow: dict[str, tuple["Node", ...]] = field(default_factory=dict)
    skip: tuple["Node", ...] = ()
    """Where any word at all leads."""
    ends: tuple[str, ...] = ()
    """Marks of the phrases that are complete here."""


Places = tuple[Node, ...]
Split = Callable[[str], Sequence[str]]


def add(node: Node, word: str, after: Places) -> None:
    here = node.follow.get(word, ())
    node.follow[word] = here + tuple(place for place in after if place not in here)


@dataclass(frozen=True, slots=True)
class Part:
    word: str = ""
    named: str = ""
    choices: tuple[tuple["Part", ...], ...] = ()
    gap: int = 0
    optional: bool = False


Step = tuple["State", tuple[str, ...]]
"""Where a word leads, and the marks of the phrases that it completes."""
MOST_STEPS = 60_000
"""Remembered steps of one language; then they are forgotten and found anew."""


@dataclass(slots=True, eq=False, repr=False)
class State:
    """All places at which the words heard so far may stand."""

    places: Places
    steps: dict[tuple[tuple[str, ...], bool], Step] = field(default_factory=dict)


@dataclass(slots=True)
class Machine:
    """Walks the automaton and remembers where it has been: nearly every step of a turn was taken before."""

    root: State
    _states: dict[frozenset[Node], State] = field(default_factory=dict)
    _count: int = 0

    def step(self, state: State, forms: tuple[str, ...], *, may_pass: bool) -> Step:
        """`may_pass`: the word may also stand inside a phrase without being part of it."""
        known = state.steps.get((forms, may_pass))
        return known if known is not None else self._find(state, forms, may_pass)

    def _find(self, state: State, forms: tuple[str, ...], may_pass: bool) -> Step:
        if self._count >= MOST_STEPS:
            self._states, self._count = {}, 0
            self.root.steps = {}
        onward = {
            node: None for place in state.places for form in forms for node in place.follow.get(form, ())
        }
        onward.update({node: None for place in state.places for node in place.skip})
        marks = tuple(dict.fromkeys(mark for node in onward for mark in node.ends))
        places = [node for node in onward if node.follow or node.skip]
        if may_pass:
            places.extend(place for place in state.places if place not in onward)
        after = self._states.setdefault(frozenset(places), State(tuple(places)))
        state.steps[forms, may_pass] = after, marks
        self._count += 1
        return after, marks


@dataclass(slots=True)
class Weaver:
    """Weaves phrases into the automaton from their end to their beginning."""

    lists: Mapping[str, str]
    split: Split
    """Turns a written word into the words it is heard as."""
    root: Node = field(default_factory=Node)
    words: set[str] = field(default_factory=set)
    _ends: dict[str, Node] = field(default_factory=dict)
    _parsed: dict[str, list[list[Part]]] = field(default_factory=dict)
    _made: dict[tuple[Part, Places], Places] = field(default_factory=dict)
    """What leads from a part to the same places is made once: most phrases share their end."""

    def put(self, phrase: str, mark: str) -> None:
        end = self._ends.setdefault(mark, Node(ends=(mark,)))
        for start in self.weave(parse(phrase), (end,)):
            if start.skip:
                raise ValueError(f"a phrase cannot begin with a gap: {phrase!r}")
            for word, after in start.follow.items():
                add(self.root, word, after)

    def weave(self, parts: Sequence[Part], after: Places) -> Places:
        for part in reversed(parts):
            if (part, after) not in self._made:
                self._made[part, after] = self._weave_one(part, after)
            before = self._made[part, after]
            after = merged(before, after) if part.optional else before
        return after

    def _weave_one(self, part: Part, after: Places) -> Places:
        if part.gap:
            for _ in range(part.gap):
                after = merged((Node(skip=after),), after)
            return after
        if part.choices:
            return self._one_of(part.choices, after)
        if part.named:
            return self._one_of(self._list(part.named), after)
        for word in reversed(self.split(part.word)):
            self.words.add(word)
            after = (Node({word: after}),)
        return after

    def _one_of(self, choices: Sequence[Sequence[Part]], after: Places) -> Places:
        """One node for all choices, so that a long list costs one look-up."""
        joined, rest = Node(), []
        for choice in choices:
            for node in self.weave(choice, after):
                if node.ends or node.skip or node in after:
                    rest.append(node)
                    continue
                for word, places in node.follow.items():
                    add(joined, word, places)
        return merged((joined,) if joined.follow else (), rest)

    def _list(self, name: str) -> list[list[Part]]:
        if name not in self.lists:
            raise ValueError(f"no list is called {name!r}")
        if name not in self._parsed:
            self._parsed[name] = [parse(entry) for entry in entries(self.lists[name])]
        return self._parsed[name]


def merged(one: Sequence[Node], other: Sequence[Node]) -> Places:
    return tuple(dict.fromkeys((*one, *other)))


def entries(written: str) -> list[str]:
    """Phrases are separated by commas or line ends."""
    return [entry for entry in (part.strip() for part in re.split(r"[,\n]", written)) if entry]


def parse(phrase: str) -> list[Part]:
    pieces = [match.groups() for match in PIECE.finditer(phrase)]
    parts, rest = parse_row(pieces, 0)
    if rest != len(pieces):
        raise ValueError(f"a bracket is closed that was not opened: {phrase!r}")
    return parts


def parse_row(pieces: Sequence[tuple[str, ...]], at: int) -> tuple[list[Part], int]:
    parts: list[Part] = []
    while at < len(pieces):
        name, gap, sign, word = pieces[at]
        if sign in ("|", ")"):
            break
        if sign == "?":
            parts[-1] = optional(parts[-1])
            at += 1
        elif sign == "(":
            part, at = parse_group(pieces, at + 1)
            parts.append(part)
        else:
            parts.append(Part(word=word or "", named=name or "", gap=GAPS.get(gap or "", 0)))
            at += 1
    return parts, at


def parse_group(pieces: Sequence[tuple[str, ...]], at: int) -> tuple[Part, int]:
    choices = []
    while True:
        row, at = parse_row(pieces, at)
        choices.append(tuple(row))
        if at >= len(pieces):
            raise ValueError("a bracket is not closed")
        at += 1
        if pieces[at - 1][2] == ")":
            return Part(choices=tuple(choices)), at


def optional(part: Part) -> Part:
    return Part(word=part.word, named=part.named, choices=part.choices, gap=part.gap, optional=True)
