"""How sure is it that these lines answer this question?"""

import math
from dataclasses import dataclass

NEAR = 0.1
"""From here on it is worth naming the articles that came nearest."""

CERTAIN = 0.99


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known when an answer has been chosen. Everything is 0 to 1."""

    coverage: float = 0.0
    """Share of the question's tokens, weighed by rarity, that the found piece holds."""
    said: float = 0.0
    """Share of them that the answer itself holds."""
    alone: float = 0.0
    """Share of them that the best single line holds, with its heading."""
    beside: float = 0.0
    """Share of the question's neighbours that are neighbours in the found piece."""
    cosine: float | None = None
    """Of the question and the best piece or golden question of the article; None without vectors."""
    sentence: float = 0.0
    """Of the question and the best single line, without its heading: a near miss has the topic, but no such
    line."""
    height: float = 0.0
    """How far the best piece stands above the nearest sixty, in tenths of their deviation."""
    in_one: float | None = None
    """See knowledge/likeness.py; None when the embedder tells nothing of single words."""
    least: float = 0.0
    is_golden: bool = False
    """Whether the question is a golden question of the article, in the same words."""
    follows: bool = False
    """Whether it was read with the turn before, which alone may have found the topic."""
    by_words: bool = True
    """Whether the tokens are words; else pieces of words."""


Scale = dict[str, float]
"""What each field weighs; `base` is added always."""

# Fitted by `python -m bench confidence`, and drawn towards what held before; docs/knowledge-quality.md says
# how well they hold on sets that they were not fitted on.
ENGLISH: Scale = {
    "base": -7.27,
    "coverage": 2.76,
    "cosine": 3.77,
    "sentence": 3.95,
    "height": 0.5,
    "in_one": 1.63,
    "least": 2.29,
    "follows": -0.6,
}
ENGLISH_BY_LINES: Scale = {"base": -6.6, "coverage": 3.5, "cosine": 5.1, "sentence": 4.8, "follows": -0.4}
"""With an embedder that tells nothing of single words."""
OTHER: Scale = {
    "base": -3.91,
    "coverage": 1.77,
    "alone": 1.78,
    "cosine": 1.98,
    "sentence": 1.5,
    "beside": 2.68,
}
"""Languages in Latin script, which the embedder has read little of."""
WORDS: Scale = {"base": -2.94, "coverage": 3.46, "said": 2.63}
PIECES: Scale = {"base": -1.83, "coverage": 3.02, "said": 2.97}


def confidence(evidence: Evidence) -> float:
    if evidence.is_golden:
        # Its editor has said that this article answers it.
        return CERTAIN
    scale = scale_for(evidence)
    parts = (weight * (getattr(evidence, name) or 0.0) for name, weight in scale.items() if name != "base")
    return logistic(scale["base"] + sum(parts))


def scale_for(evidence: Evidence) -> Scale:
    if evidence.cosine is None:
        return WORDS if evidence.by_words else PIECES
    if not evidence.by_words:
        return OTHER
    return ENGLISH_BY_LINES if evidence.in_one is None else ENGLISH


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
