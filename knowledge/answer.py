"""Which sentences of these lines answer the question, or is it not here?"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from knowledge.blocks import Block, read_blocks
from knowledge.sentences import Unit, read_units

Form: TypeAlias = Literal["sentence", "list", "ordered", "table", "code", "quote"]
ENOUGH = 0.5
"""Confidence at which an answer is given."""
MOST_SENTENCES = 3
SHORT_SECTION = 320
"""Characters: a section of plain sentences that is no longer is given whole."""
BY_MEANING, BY_WORDS = 0.6, 0.4
LEAST = 0.55
"""Of the best sentence's score; what is below is left out."""


@dataclass(frozen=True, slots=True)
class Citation:
    article: str
    version: str
    title: str
    heading: str
    lines: tuple[int, int]
    """First and last line of the file, both included."""
    quote: str
    """Those lines as they are in the file."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that is said, and where it stands: a sentence, or a whole list, table or block of code."""

    text: str
    """Without Markdown's marks; items and rows on lines of their own."""
    citation: Citation
    form: Form = "sentence"


@dataclass(frozen=True, slots=True)
class Near:
    article: str
    title: str
    heading: str
    score: float
    """0 to 1, comparable within one answer only."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that may have been meant."""

    label: str
    question: str
    """The same question, said so that it is clear."""


@dataclass(frozen=True, slots=True)
class Answer:
    answered: bool
    sentences: tuple[Sentence, ...]
    confidence: float
    language: str
    source: Literal["offline", "model"] = "offline"
    near: tuple[Near, ...] = ()
    missing: str | None = None
    """Words of the question that nothing near it covers."""
    choices: tuple[Choice, ...] = ()
    """Several articles answer equally well, each for another product or country: which one is meant?"""
    disagrees: bool = False
    """The sentences are of two articles that say different figures to this question."""
    is_foreign: bool = False
    """Refused, and no article is in the language of the question."""

    @property
    def text(self) -> str:
        return "\n".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Passage:
    """The piece of an article that was found, with all of the article's lines around it."""

    article: str
    version: str
    title: str
    language: str
    lines: tuple[str, ...]
    body: int
    """Line at which the text begins, below the front matter."""
    first: int
    last: int
    """The piece that was found."""

    def holds(self, unit: Unit) -> bool:
        return unit.last >= self.first and unit.first <= self.last

    def lead(self) -> "Passage":
        """The same article from its first words."""
        blocks = read_blocks(self.lines[self.body - 1 :], self.body)
        texts = [block for block in blocks if block.kind not in ("heading", "hidden")]
        return replace(self, first=texts[0].first, last=texts[0].last) if texts else self


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be said, in its surroundings."""

    unit: Unit
    block: Block
    section: int
    heading: str
    told: str = ""
    """Of a row: what it says of the thing that was asked about."""

    @property
    def text(self) -> str:
        """What it is compared by."""
        return self.told or self.unit.text

    @property
    def last_heading(self) -> str:
        return self.heading.rpartition(" > ")[2]

    @property
    def context(self) -> str:
        return f"{self.last_heading}: {self.text}"


def read_candidates(passage: Passage) -> list[Candidate]:
    """Every unit of the article: that it is the right one is surer than that its right piece was found."""
    start = passage.body
    found: list[Candidate] = []
    section, trail = 0, Trail(passage.title)
    for block in read_blocks(passage.lines[start - 1 :], start):
        if block.kind == "heading":
            section, trail = section + 1, trail.below(block)
            continue
        units = read_units(passage.lines[start - 1 :], block, start)
        found += [Candidate(unit, block, section, trail.path) for unit in units]
    return found


@dataclass(frozen=True, slots=True)
class Trail:
    """The headings above a line."""

    title: str
    levels: tuple[tuple[int, str], ...] = ()

    def below(self, block: Block) -> "Trail":
        kept = tuple((level, title) for level, title in self.levels if level < block.level)
        return Trail(self.title, (*kept, (block.level, block.title)))

    @property
    def path(self) -> str:
        return " > ".join([self.title, *(title for _, title in self.levels if title and title != self.title)])


def choose(
    passage: Passage, candidates: Sequence[Candidate], scores: Sequence[float], named: Collection[Unit] = ()
) -> tuple[Sentence, ...]:
    """The best section's best units in the order of the file, with every list, table and code block whole.
    Where rows were named it is these alone, below the head of their table."""
    if not candidates:
        return ()
    best = max(range(len(candidates)), key=lambda place: scores[place])
    section = candidates[best].section
    inside = [place for place, one in enumerate(candidates) if one.section == section]
    if candidates[best].unit in named:
        chosen = named_units(candidates, inside, named)
    elif is_short([candidates[place] for place in inside]):
        chosen = set(inside)
    else:
        chosen = best_units(candidates, scores, inside, named)
    return tuple(speak(passage, candidates, [place for place in inside if place in chosen], named))


def is_short(units: Sequence[Candidate]) -> bool:
    plain = all(one.block.kind == "paragraph" for one in units)
    return plain and sum(len(one.unit.text) for one in units) <= SHORT_SECTION


def named_units(candidates: Sequence[Candidate], inside: Sequence[int], named: Collection[Unit]) -> set[int]:
    """With the head of the table, or with the line that leads to the list."""
    chosen = {place for place in inside if candidates[place].unit in named}
    for block in {candidates[place].block for place in chosen}:
        first = min(place for place in inside if candidates[place].block == block)
        if block.kind == "table":
            chosen.add(first)
        elif first - 1 in inside and candidates[first - 1].unit.text.endswith((":", "：")):
            chosen.add(first - 1)
    return chosen


def best_units(
    candidates: Sequence[Candidate], scores: Sequence[float], inside: Sequence[int], named: Collection[Unit]
) -> set[int]:
    """Of a table with named rows these alone."""
    ranked = sorted(inside, key=lambda place: -scores[place])
    good = [place for place in ranked if scores[place] >= LEAST * scores[ranked[0]]][:MOST_SENTENCES]
    whole = {candidates[place].block for place in good if candidates[place].block.kind != "paragraph"}
    apart = {candidates[place].block for place in inside if candidates[place].unit in named}
    chosen = {place for place in good if candidates[place].block not in apart}
    if whole & apart:
        chosen |= named_units(candidates, inside, named)
    chosen |= {place for place in inside if candidates[place].block in whole - apart}
    return chosen | {place for place in inside if leads_in(candidates, place, chosen)}


def leads_in(candidates: Sequence[Candidate], place: int, chosen: Collection[int]) -> bool:
    """ "You need:" belongs to the list below it."""
    after = place + 1
    return after in chosen and candidates[place].unit.text.endswith((":", "：")) and after < len(candidates)


def speak(
    passage: Passage, candidates: Sequence[Candidate], places: Sequence[int], named: Collection[Unit]
) -> Iterator[Sentence]:
    apart = {candidates[place].block for place in places if candidates[place].unit in named}
    for place in places:
        one = candidates[place]
        whole = one.block.kind != "paragraph" and one.block not in apart
        span = (one.block.first, one.block.last) if whole else (one.unit.first, one.unit.last)
        yield Sentence(one.unit.text, cite(passage, one.heading, span), form_of(passage, one.block))


def cite(passage: Passage, heading: str, span: tuple[int, int]) -> Citation:
    quote = "\n".join(passage.lines[span[0] - 1 : span[1]])
    return Citation(passage.article, passage.version, passage.title, heading, span, quote)


def form_of(passage: Passage, block: Block) -> Form:
    match block.kind:
        case "list":
            return "ordered" if passage.lines[block.first - 1].lstrip()[:1].isdigit() else "list"
        case "table" | "code":
            return block.kind
        case _:
            return "quote" if passage.lines[block.first - 1].lstrip().startswith(">") else "sentence"
