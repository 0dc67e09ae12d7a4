"""What speaks for this answer, and what against it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.answer import Candidate, Sentence
from knowledge.confidence import Evidence
from knowledge.likeness import Likeness
from knowledge.overlap import coverage, is_same, side_by_side
from knowledge.search import Hit, Ranking, Reading, question_tokens
from knowledge.words import grams_of, stems_of

AROUND, USUAL = 60, 0.3
"""A shelf of fewer pieces is read as if it held more, at about this cosine."""
HIGHEST, SMALLEST = 0.6, 1e-6


@dataclass(frozen=True, slots=True)
class Compared:
    """The lines that may be said, beside the question. Empty when meaning does not count."""

    cosines: Sequence[float] = ()
    above: Sequence[float] = ()
    """Of the heading that each line stands under."""
    likeness: Likeness | None = None


def tokens_of(text: str, asked: Reading) -> list[str]:
    return stems_of(text) if asked.kind == "chunk_words" else grams_of(text)


def gather(
    ranking: Ranking,
    best: Hit,
    candidates: Sequence[Candidate],
    compared: Compared,
    said: Sequence[Sentence],
    *,
    covers: str = "",
) -> Evidence:
    """`covers`: a name of the question that a row covers without saying it."""
    asked, weights = ranking.reading, ranking.weights
    found = tokens_of(f"{found_text(best)} {covers}", asked)
    told = " ".join([*(f"{one.citation.heading} {one.text}" for one in said), covers])
    alike = compared.likeness
    return Evidence(
        coverage=coverage(weights, set(found)),
        said=held(told, asked, weights),
        alone=max((held(one.context, asked, weights) for one in candidates), default=0.0),
        beside=side_by_side(question_tokens(asked), found),
        cosine=best.cosine if asked.share else None,
        sentence=max(compared.cosines, default=0.0),
        height=stands_out(best.cosine or 0.0, ranking.around),
        in_one=alike.in_one if alike else None,
        least=alike.least if alike else 0.0,
        is_golden=best.best.kind == "question" and is_same(asked.alone, best.best.text),
        follows=asked.text != asked.alone,
        by_words=asked.kind == "chunk_words",
    )


def found_text(hit: Hit) -> str:
    """What was found: the piece, and the golden question that led to it."""
    return f"{hit.chunk.heading}\n{hit.chunk.text}\n{hit.best.text}"


def held(text: str, asked: Reading, weights: Mapping[str, float]) -> float:
    return coverage(weights, set(tokens_of(text, asked)))


def stands_out(cosine: float, around: Sequence[float]) -> float:
    nearest = np.array([*sorted(around, reverse=True)[:AROUND], *[USUAL] * (AROUND - len(around))])
    return float(np.clip((cosine - nearest.mean()) / (nearest.std() + SMALLEST) / 10, 0, HIGHEST))
