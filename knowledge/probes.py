"""Which questions are asked before and after a change, and how do the two answers differ?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import TypeAdapter

from knowledge.answer import Answer
from store.knowledge_use import Given
from store.shelf import Listed

MOST_REAL = 300
"""Different questions of customers, the most frequent first."""

Kind = Literal["lost", "gained", "changed", "moved", "same"]
ORDER: tuple[Kind, ...] = ("lost", "changed", "gained", "moved", "same")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that is asked before and after."""

    kind: Literal["golden", "real"]
    question: str
    """Empty where it is a customer's and this is kept in a file: `place` says where to read it."""
    audience: str
    language: str = ""
    before: str = ""
    """What the same person asked before it."""
    article: str = ""
    """Whose golden question it is."""
    place: str = ""
    """Of the customer's question: timeline/version."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Cited:
    article: str
    heading: str
    lines: tuple[int, int]
    quote: str


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, as far as it is compared."""

    answered: bool
    text: str
    confidence: float
    cites: tuple[Cited, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    probe: Probe
    kind: Kind
    before: Said
    after: Said
    lines_gone: tuple[Cited, ...] = ()
    """Lines that the answer before rested on and that stand nowhere in the new file."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A file of the proposal."""

    path: str
    kind: Literal["added", "changed", "removed", "same"]
    audience_before: str
    audience_after: str
    line: int = 0
    reason: str = ""
    """Why it would be set aside."""


@dataclass(frozen=True, slots=True)
class Preview:
    files: tuple[Touched, ...]
    changes: tuple[Change, ...]
    """Those that are not the same, losses first."""
    golden: int
    real: int
    embedded: int
    """Pieces that had to be read anew."""
    seconds: float
    asked: int = 0
    """Questions that were asked after the change so far: those that it can reach come first."""
    is_whole: bool = True
    """Whether all of them were."""

    def count(self, kind: Kind) -> int:
        return sum(one.kind == kind for one in self.changes)

    @property
    def same(self) -> int:
        return (self.golden + self.real if self.is_whole else self.asked) - len(self.changes)

    @property
    def set_aside(self) -> tuple[Touched, ...]:
        return tuple(one for one in self.files if one.reason)


KEPT = TypeAdapter(Preview)
"""Into a file and back."""


def golden_probes(listed: Iterable[Listed]) -> Iterator[Probe]:
    for one in listed:
        for question in one.questions:
            yield Probe("golden", question, one.audience, one.language, article=one.path)


def real_probes(given: Sequence[Given], audience: str) -> list[Probe]:
    """Each question once, with how often it was asked; who asks in another talk asks after something else."""
    probes: dict[tuple[str, str], Probe] = {}
    before: dict[str, str] = {}
    for one in given:
        earlier, before[one.timeline] = before.get(one.timeline, ""), one.question
        if not one.question.strip():
            continue
        name = (" ".join(one.question.casefold().split()), " ".join(earlier.casefold().split()))
        known = probes.get(name)
        fresh = Probe("real", one.question, audience, one.language, before=earlier, place=one.place)
        probes[name] = replace(fresh, count=known.count + 1 if known else 1)
    return sorted(probes.values(), key=lambda probe: (-probe.count, probe.question))[:MOST_REAL]


def unique(probes: Iterable[Probe]) -> list[Probe]:
    return list(dict.fromkeys(probes))


def said_of(answer: Answer) -> Said:
    cites = dict.fromkeys(
        Cited(one.citation.article, one.citation.heading, one.citation.lines, one.citation.quote)
        for one in answer.sentences
    )
    near = tuple(one.article for one in answer.near)
    return Said(answer.answered, answer.text, round(answer.confidence, 3), tuple(cites), near)


def compare(probe: Probe, before: Said, after: Said, texts: Mapping[str, str]) -> Change:
    gone = tuple(one for one in before.cites if one.quote not in texts.get(one.article, ""))
    return Change(probe, kind_of(before, after), before, after, gone if before.answered else ())


def kind_of(before: Said, after: Said) -> Kind:
    if before.answered != after.answered:
        return "lost" if before.answered else "gained"
    if not before.answered or before.text == after.text:
        return "moved" if places(before) != places(after) else "same"
    return "changed"


def places(said: Said) -> set[tuple[str, str]]:
    """Lines that only moved up or down in their file are the same lines."""
    return {(one.article, one.quote) for one in said.cites}
