"""Does each word of the question find its like in these lines, be it another word?"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Read
from knowledge.stems import stem
from knowledge.words import fold

THIRD = 3
MOST = 1_500
"""Texts whose pieces are kept: 30 MB."""


@runtime_checkable
class Reader(Protocol):
    """An embedder that also tells what it makes of each piece of a word."""

    def read(self, texts: Sequence[str]) -> list[Read]: ...


class RememberingReader:
    """The lines of well-read articles come up with question after question."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: OrderedDict[str, Read] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, texts: Sequence[str]) -> list[Read]:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known |= dict(zip(fresh, self._reader.read(fresh), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return [known[text] for text in texts]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of the question's words with the words most like them, 0 to 1."""

    in_one: float = 0.0
    """Mean over the question's words, in the single line where it is highest: all of them meet there."""
    least: float = 0.0
    """Mean over the third of its words that find the least, in all lines and their headings."""


def likeness(
    question: str, weights: Mapping[str, float], asked: Read, lines: Sequence[Read], headings: Sequence[Read]
) -> Likeness:
    words = list(words_of_weight(question, weights, asked))
    by_line = best(asked, lines)
    if not words or not by_line.size:
        return Likeness()
    in_one = np.mean([by_line[word].mean(axis=0) for word in words], axis=0).max()
    anywhere = np.c_[by_line, best(asked, headings)].max(axis=1)
    found = sorted(float(anywhere[word].mean()) for word in words)
    return Likeness(float(in_one), float(np.mean(found[: max(1, len(found) // THIRD)])))


def words_of_weight(question: str, weights: Mapping[str, float], asked: Read) -> Iterator[list[int]]:
    """The pieces of each word that says something."""
    held: list[int] = []
    for place, (first, last) in enumerate(asked.spans):
        if held and asked.spans[held[-1]][1] != first:
            if is_weighed(question, weights, asked, held):
                yield held
            held = []
        held.append(place)
        if last == len(question):
            break
    if held and is_weighed(question, weights, asked, held):
        yield held


def is_weighed(question: str, weights: Mapping[str, float], asked: Read, pieces: Sequence[int]) -> bool:
    word = question[asked.spans[pieces[0]][0] : asked.spans[pieces[-1]][1]]
    return stem(fold(word).strip("?!.,;:()\"'")) in weights


def best(asked: Read, texts: Sequence[Read]) -> NDArray[np.float32]:
    """One row for each piece of the question, one column for each text: the cosine of what is most like it.
    All texts in one product, for each product has its price."""
    held = [text.pieces for text in texts if len(text.pieces)]
    if not held or not len(asked.pieces):
        return np.zeros((len(asked.pieces), 0), np.float32)
    starts = np.cumsum([0, *(len(pieces) for pieces in held[:-1])])
    cosines = asked.pieces.astype(np.float32) @ np.concatenate(held).astype(np.float32).T
    most: NDArray[np.float32] = np.maximum.reduceat(cosines, starts, axis=1)
    return most
