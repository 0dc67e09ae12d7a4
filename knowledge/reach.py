"""Which answers can a change of these articles reach, so that they are asked for first?

An answer is made of the best article, of those that come close to it, and of how rare the question's words
are. A change moves it by what it puts into that row or takes out of it: a piece, old or new, that is nearly
as near to the question as the best one, or that holds its words. To all others it only makes words a little
rarer or more common. Measured on the sample shop: of 4,476 answers to 12 changes 18 became others, and
all 18 were reached; where two articles answer about equally well, words that become rarer can turn the
scale, which is not reached. The rest is asked afterwards, so that nothing stays unknown.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Embedder, Vectors
from knowledge.words import content_stems, grams_of, stems_of

NEARLY = 0.2
"""Below the best cosine."""
MOST_WORDS, MOST_WORDS_ALONE = 0.5, 0.34
"""Share of the question's words that a piece holds; the second where no meaning is compared."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Of an article that changes, before or after."""

    text: str
    vector: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, and what its answer rests on before the change."""

    question: str
    before: str
    language: str
    articles: frozenset[str]
    """Whose question it is, and what was cited or named."""
    top: float
    """Cosine of what came nearest."""

    def readings(self) -> list[str]:
        return [self.question, f"{self.before} {self.question}"] if self.before else [self.question]


def find_reached(
    wanted: Sequence[Wanted], pieces: Sequence[Piece], changed: Collection[str], embedder: Embedder | None
) -> Iterator[bool]:
    """For each question."""
    held = Held(pieces)
    nearest = cosines(wanted, pieces, embedder)
    for one, cosine in zip(wanted, nearest, strict=True):
        limit = MOST_WORDS if embedder else MOST_WORDS_ALONE
        is_near = embedder is not None and cosine >= one.top - NEARLY
        yield is_near or bool(one.articles & set(changed)) or held.share(one) >= limit


class Held:
    """The words of the pieces, and for languages without endings that we know the parts of them."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._words = [frozenset(stems_of(piece.text)) for piece in pieces]
        self._grams = [frozenset(grams_of(piece.text)) for piece in pieces]

    def share(self, wanted: Wanted) -> float:
        """Of the words of the question, in the piece that holds most of them."""
        shares = []
        for text in wanted.readings():
            for asked, held in ((content_stems(text), self._words), (grams_of(text), self._grams)):
                if wanted.language == "en" and held is self._grams:
                    continue
                shares += [len(set(asked) & piece) / len(set(asked)) for piece in held if asked]
        return max(shares, default=0.0)


def cosines(wanted: Sequence[Wanted], pieces: Sequence[Piece], embedder: Embedder | None) -> list[float]:
    rows = [piece.vector for piece in pieces if piece.vector is not None]
    if embedder is None or not rows or not wanted:
        return [0.0] * len(wanted)
    texts = list(dict.fromkeys(text for one in wanted for text in one.readings()))
    near: Mapping[str, float] = dict(zip(texts, best(embedder.embed(texts), np.stack(rows)), strict=True))
    return [max(near[text] for text in one.readings()) for one in wanted]


def best(asked: Vectors, rows: Vectors) -> list[float]:
    most: list[float] = (asked @ rows.T).max(axis=1).tolist()
    return most
