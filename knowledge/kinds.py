"""Does the question name a thing of the same kind as the rows, which none of them is about?"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby, zip_longest

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Vectors
from knowledge.rows import LEAST_SHARE, Named, Row, loose_words, names_in, silent_in, weigh_words
from knowledge.stems import stem
from knowledge.words import WORD, fold, words_of

SAME = 0.8
"""Cosine of two names for one thing: the USA and the United States."""
NEAREST, MEAN = 0.5, 0.28
SMALL_NEAREST, SMALL_MEAN = 0.55, 0.38
"""Cosine with the nearest of the names, and with all of them on average, from which on a word is of their
kind; the second pair is for words in small letters, which may be no names. In other languages the embedder
cannot tell: there it must stand where the article puts the names."""
GROUP = re.compile(
    r"(?:the )?(?:eu|eea|european union|europe|europa|asia|asien|africa|afrika|americas?|amerika|uk|gb"
    r"|britain|united kingdom|great britain|grossbritannien|overseas|ubersee|abroad|ausland|international)"
)
"""Names that cover others of their kind: whether Spain is among them no row says."""
ARTICLES = frozenset("the a an der die das den dem des el la los las le les l o os as il lo gli i".split())
FEWEST, MOST = 3, 48
"""Names in one column."""
LONGEST = 3
"""Words of a name."""
FEW = 3
"""One cell in so many must be written as a name is."""
LATER_CAPITAL = re.compile(r"(?<=[^\s.!?:\"'„“])[\s(]+[A-Z]")
"""A capital letter that begins neither the text nor a sentence."""
DIGIT = re.compile(r"\d")
SHORT = 3
"""Words that the names of a column have on average, at most; else it tells something."""

NOBODY = Named()
Vectorise = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Strange:
    """Neighbouring words of the question that the article nowhere says."""

    text: str
    words: frozenset[str]
    is_name: bool
    share: float
    """Of the question's weight."""
    behind: str
    """The word before it in the question, but for articles."""


@dataclass(frozen=True, slots=True)
class Lack:
    """The name that the question says, and no row does."""

    name: str = ""
    named: Named = NOBODY
    """Rows that have another word for it, or that cover the rest."""
    is_doubtful: bool = False
    """A row is of a group that may hold it: the reader sees the whole table."""

    @property
    def is_open(self) -> bool:
        return bool(self.name) and not self.named.rows and not self.is_doubtful


def find_lack(
    rows: Sequence[Row], strange: Sequence[Strange], said: Sequence[str], vectorise: Vectorise | None
) -> Lack:
    """`said`: what the article says besides. `vectorise` where the embedder knows the language."""
    for one in strange:
        tables = [list(group) for _, group in groupby(rows, key=lambda row: row.block)]
        found = [lack for table in tables if (lack := lack_in(table, one, said, vectorise))]
        if found:
            return next((lack for lack in found if lack.named.rows), found[0])
    return Lack()


def lack_in(
    table: Sequence[Row], strange: Strange, said: Sequence[str], vectorise: Vectorise | None
) -> Lack | None:
    for cells in zip_longest(*(row.cells for row in table), fillvalue=""):
        names = list(dict.fromkeys(name for cell in cells for name in names_in(cell)))[:MOST]
        if len(names) < FEWEST or sum(len(words_of(name)) for name in names) > SHORT * len(names):
            continue
        cosines = vectors_of(names, vectorise) @ vectors_of([strange.text], vectorise)[0]
        if cosines.max() >= SAME and not any(sign.isdigit() for sign in strange.text):
            same = names[int(cosines.argmax())]
            rows = tuple(row for row, cell in zip(table, cells, strict=True) if same in names_in(cell))
            return Lack(strange.text, named_by(strange, rows))
        if is_kin(strange, cells, cosines) or is_same_shape(strange.text, names):
            return lack_of(table, strange, names, cosines)
        if vectorise is None and stands_like(strange, names, said):
            return lack_of(table, strange, names, cosines)
    return None


def lack_of(
    table: Sequence[Row], strange: Strange, names: Sequence[str], cosines: NDArray[np.float32]
) -> Lack:
    rest = tuple(row for row in table if row.covers_the_rest)
    groups = [place for place, name in enumerate(names) if GROUP.fullmatch(" ".join(words_of(name)))]
    if groups and (rest or max(cosines[place] for place in groups) >= NEAREST):
        return Lack(strange.text, named_by(strange, ()), is_doubtful=True)
    return Lack(strange.text, named_by(strange, rest))


def is_kin(strange: Strange, cells: Sequence[str], cosines: NDArray[np.float32]) -> bool:
    """By meaning, and names only: other words may say the same, as "shipped" does to "sent"."""
    if strange.is_name:
        return bool(cosines.max() >= NEAREST and cosines.mean() >= MEAN)
    are_named = FEW * sum(bool(LATER_CAPITAL.search(cell)) for cell in cells) >= len(cells)
    return are_named and bool(cosines.max() >= SMALL_NEAREST and cosines.mean() >= SMALL_MEAN)


def stands_like(strange: Strange, names: Sequence[str], said: Sequence[str]) -> bool:
    """Behind a word behind which the article puts one of the names: "nach"."""
    if not strange.is_name or not strange.behind:
        return False
    wanted = [words_of(name) for name in names]
    texts = [words_of(text) for text in said]
    return any(
        words[place : place + len(name)] == name and behind(words[:place]) == strange.behind
        for words in texts
        for name in wanted
        for place in range(1, len(words))
        if words[place] == name[0]
    )


def behind(words: Sequence[str]) -> str:
    return next((word for word in reversed(words) if word not in ARTICLES), "")


def named_by(strange: Strange, rows: tuple[Row, ...]) -> Named:
    return Named(rows, (strange.text,) * len(rows), strange.words, strange.share)


def vectors_of(texts: Sequence[str], vectorise: Vectorise | None) -> Vectors:
    return vectorise(texts) if vectorise else np.zeros((len(texts), 1), np.float32)


def is_same_shape(text: str, names: Sequence[str]) -> bool:
    """M12 beside M6, M8 and M10: written with figures in the same way as most of them are."""
    shape = shape_of(text)
    return "9" in shape and 2 * sum(shape_of(name) == shape for name in names) > len(names)


def shape_of(text: str) -> str:
    return re.sub(r"[a-z]+", "a", re.sub(r"\d+", "9", fold(text)))


def strange_words(
    question: str, language: str, held: AbstractSet[str], weights: Mapping[str, float]
) -> Iterator[Strange]:
    """Alone, and with their neighbours: "United States". `held`: all words of the article and their stems.
    What weighs little is left out."""
    asked = weigh_words(question, language, weights)
    total = sum(asked.values()) or 1.0
    for begin, end in spans(question, held | silent_in(language)):
        words = frozenset(loose_words(question[begin:end]))
        share = sum(asked.get(word, 0.0) for word in words) / total
        if share >= LEAST_SHARE:
            written = question[max(0, begin - 2) : end]
            is_name = bool(LATER_CAPITAL.search(written) or DIGIT.search(question[begin:end]))
            yield Strange(question[begin:end], words, is_name, share, behind(words_of(question[:begin])))


def spans(question: str, held: AbstractSet[str]) -> list[tuple[int, int]]:
    """The longest first."""
    found: list[tuple[int, int]] = []
    for is_strange, group in groupby(WORD.finditer(question), key=lambda one: is_unknown(one.group(), held)):
        places = [one.span() for one in group] if is_strange else []
        found += [
            (places[first][0], places[last - 1][1])
            for first in range(len(places))
            for last in range(first + 1, min(first + LONGEST, len(places)) + 1)
        ]
    return sorted(found, key=lambda span: span[0] - span[1])


def is_unknown(word: str, held: AbstractSet[str]) -> bool:
    folded = fold(word)
    return folded not in held and stem(folded) not in held
