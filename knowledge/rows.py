"""Which row of a table, or item of a list of names, does the question name?"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from knowledge.blocks import Block
from knowledge.sentences import Unit
from knowledge.silent import SILENT
from knowledge.stems import stem
from knowledge.words import (
    STOP,
    content_words,
    fold,
    grams_of_word,
    is_code,
    is_unspaced,
    parts_of_code,
    words_of,
)

LABELLED = re.compile(
    r"^(?:[-*+•][ \t]+)?(?P<label>[^:：|–—]{1,60}?)\s*(?:[:：]|\s[-–—]+\s)\s*(?P<rest>\S.*)$"
)
"""An item that says of one thing what holds for it: "- Italy: 5 days"."""
ELEMENT = re.compile(r"\s*(?:[,;/()]|(?<!\w)(?:and|or|und|oder|y|o|et|ou|e|en|of)(?!\w))\s*")
DASH = re.compile(r"^[-–—\s]*$")
REST = re.compile(
    r"(?:(?:all|any|every|the|alle|les|los|las|todos|todas|tous|toutes|tutti) )*"
    r"(?:(?:other|others|another|else|remaining|ubrige[nrs]?|andere[nrs]?|sonstige[nrs]?|weitere[nrs]?|restliche[nrs]?"
    r"|otr[oa]s|demas|autres|outr[oa]s|altr[ie]|overige)(?: \w+)?"
    r"|(?:everything|everywhere|anything|anywhere) else|elsewhere|worldwide|weltweit|sonst|partout ailleurs"
    r"|(?:the )?rest(?: (?:of|der|van) (?:the |de )?(?:world|welt|wereld))?|(?:el )?resto(?: d[eo]l? mundo)?"
    r"|(?:le )?reste(?: du monde)?|其他\w*|其它\w*|その他\w*)"
)
"""What covers all that is not named. "All other EU countries" covers less than that."""
LEAST_SHARE = 0.2
"""Of the question's weight, from which on a word may name a row."""
ALIKE_LETTERS, ENDING = 5, 2


@dataclass(frozen=True, slots=True)
class Row:
    place: int
    """Among the units that were given."""
    line: int
    block: Block
    cells: tuple[str, ...]
    columns: tuple[str, ...] = ()
    """What stands above the cells; none above the items of a list."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for cell in self.cells for name in names_in(cell))

    @property
    def covers_the_rest(self) -> bool:
        return any(REST.fullmatch(" ".join(words_of(name))) for name in names_in(self.cells[0]))

    def told(self, name: str = "") -> str:
        """As a sentence would say it of one of the things that the row is about."""
        label = name or self.cells[0]
        above = self.columns or ("",) * len(self.cells)
        others = (
            f"{column} {cell}".strip()
            for column, cell in zip(above, self.cells, strict=False)
            if cell != self.cells[0] and name not in names_in(cell) and not DASH.match(cell)
        )
        return f"{self.columns[0] if self.columns else ''} {label}: {', '.join(others)}".strip()


@dataclass(frozen=True, slots=True)
class Named:
    """The rows that the question names, and how much of its weight the name has."""

    rows: tuple[Row, ...] = ()
    names: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    """Of the question."""
    share: float = 0.0
    """Of the question's weight that these words have."""
    score: float = 0.0
    """Comparable within one article only."""
    whole: float = 1.0
    """How much of the row's name the question says: all of "Ireland", half of "Northern Ireland"."""

    @property
    def rank(self) -> tuple[float, float]:
        return self.share, self.whole


@lru_cache(maxsize=4_096)
def names_in(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in ELEMENT.split(cell) if part and words_of(part))


def read_rows(units: Sequence[tuple[Unit, Block]]) -> list[Row]:
    """All rows of one article that can be named, without the heads of tables."""
    found: list[Row] = []
    for block, group in groupby(enumerate(units), key=lambda one: one[1][1]):
        inside = [(place, unit) for place, (unit, _) in group]
        if block.kind == "table":
            found += rows_of_table(block, inside)
        elif block.kind == "list":
            found += rows_of_list(block, inside)
    return found


def rows_of_table(block: Block, inside: Sequence[tuple[int, Unit]]) -> Iterator[Row]:
    columns = cells_of(inside[0][1].text)
    for place, unit in inside[1:]:
        cells = cells_of(unit.text)
        if cells and words_of(cells[0]):
            yield Row(place, unit.first, block, cells, columns)


def rows_of_list(block: Block, inside: Sequence[tuple[int, Unit]]) -> list[Row]:
    """Only where every item has a label; steps are not rows, nor is one item."""
    if inside[0][1].text[:1].isdigit():
        return []
    labelled = [(place, unit.first, LABELLED.match(unit.text)) for place, unit in inside]
    rows = [Row(place, line, block, (item["label"], item["rest"])) for place, line, item in labelled if item]
    return rows if len(rows) == len(inside) > 1 else []


def cells_of(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def name_rows(rows: Sequence[Row], question: str, language: str, weights: Mapping[str, float]) -> Named:
    """Those rows of one table that the question names best, and those that it names besides, to compare them.
    None when it names no row, or most of them: then it is about the table. Of two tables with the name that
    one whose head the question speaks of."""
    asked = weigh_words(question, language, weights)
    best = Named()
    for _, group in groupby(rows, key=lambda row: row.block):
        named = name_in(list(group), question, asked)
        if named.score > best.score:
            best = named
    return best


def name_in(table: Sequence[Row], question: str, asked: Mapping[str, float]) -> Named:
    head = {word for column in table[0].columns for word in words_of(column)}
    above = {word for word in asked if any(is_same_word(word, other) for other in head)}
    wanted = {word: weight for word, weight in asked.items() if word not in above}
    scored = [score_row(row, question, wanted, head) for row in table]
    least = LEAST_SHARE * sum(wanted.values())
    chosen: list[int] = []
    said: frozenset[str] = frozenset()
    for highest in sorted({one.score for one in scored if one.score > least}, reverse=True):
        level = [place for place, one in enumerate(scored) if one.score == highest and not one.words & said]
        chosen += level
        said = said.union(*(scored[place].all_words for place in level))
    if not chosen or 2 * len(chosen) > max(2, len(table)):
        return Named()
    total, best = sum(asked.values()) or 1.0, scored[chosen[0]]
    return Named(
        tuple(table[place] for place in sorted(chosen)),
        tuple(scored[place].name for place in sorted(chosen)),
        said,
        sum(asked[word] for word in said) / total,
        best.score + sum(asked[word] for word in above),
        best.whole,
    )


@dataclass(frozen=True, slots=True)
class Match:
    score: float = 0.0
    name: str = ""
    words: frozenset[str] = frozenset()
    whole: float = 1.0
    all_words: frozenset[str] = frozenset()
    """With those of the row's other names."""


def score_row(row: Row, question: str, asked: Mapping[str, float], head: AbstractSet[str]) -> Match:
    """By the name in it that the question says most wholly."""
    matches = [match_name(name, question, asked, head) for name in row.names]
    best = max(matches, key=lambda one: one.score, default=Match())
    return replace(best, all_words=best.words.union(*(one.words for one in matches)))


def match_name(name: str, question: str, asked: Mapping[str, float], head: AbstractSet[str]) -> Match:
    held = [word for word in loose_words(name) if word not in STOP | head] or loose_words(name)
    if any(is_unspaced(word) for word in held):
        is_said = fold(name) in fold(question)
        return Match(sum(asked.values()), name, frozenset(asked)) if is_said else Match()
    said = {word: next((one for one in held if is_same_word(word, one)), "") for word in asked}
    words = frozenset(word for word, one in said.items() if one)
    share = len({one for one in said.values() if one}) / len(held)
    return Match(round(sum(asked[word] for word in words) * share, 6), name, words, share)


@lru_cache(maxsize=50_000)
def is_same_word(one: str, other: str) -> bool:
    """Also in another form: "Schweizer" and "Schweiz"."""
    if one == other or stem(one) == stem(other):
        return True
    shorter, longer = sorted((one, other), key=len)
    return (
        len(shorter) >= ALIKE_LETTERS and longer.startswith(shorter) and len(longer) - len(shorter) <= ENDING
    )


def weigh_words(question: str, language: str, weights: Mapping[str, float]) -> dict[str, float]:
    """The question's words that tell something, by how rare they are; where pieces of words are weighed, by
    the mean of their pieces."""
    silent = silent_in(language)
    words = [word for word in content_words(question) if word not in silent or any(map(str.isdigit, word))]
    return {word: weight_of(word, weights) for one in words for word in loose_words(one)}


def loose_words(text: str) -> list[str]:
    """45DCOE and 45 DCOE are the same two words."""
    return [part for word in words_of(text) for part in (parts_of_code(word) if is_code(word) else [word])]


def silent_in(language: str) -> AbstractSet[str]:
    """What says nothing in Spanish may be a carburettor in English."""
    return STOP if language == "en" else SILENT


def weight_of(word: str, weights: Mapping[str, float]) -> float:
    if stem(word) in weights:
        return weights[stem(word)]
    pieces = [weights[gram] for gram in grams_of_word(word) if gram in weights]
    return sum(pieces) / len(pieces) if pieces else 0.0


def says(text: str, words: Collection[str]) -> bool:
    """Whether one of the words stands there, be it in another form."""
    return any(is_same_word(word, other) for word in words for other in loose_words(text))
