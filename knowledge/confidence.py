"""How sure is it that these lines answer this question?"""

import math
from dataclasses import dataclass

NEAR = 0.1
"""From here on it is worth naming the articles that came nearest."""

SAME_QUESTION = 0.93


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
    above: float = 0.0
    """Of the question and the heading that is most like it."""
    height: float = 0.0
    """How far the best piece stands above the nearest sixty, in tenths of their deviation."""
    spread: float = 0.0
    """How far it stands above the last twenty of them."""
    in_one: float | None = None
    """See knowledge/likeness.py; None when the embedder tells nothing of single words."""
    least: float = 0.0
    golden: float = 0.0
    """Cosine with the golden question that was found, if it was one."""
    by_words: bool = True
    """Whether the tokens are words; else pieces of words."""


Scale = dict[str, float]
"""What each field weighs; `base` is added always."""

# Fitted by `python -m bench confidence`, each set counting alike; docs/knowledge-quality.md says how well
# they carry over to sets that they were not fitted on.
ENGLISH: Scale = {
    "base": -7.75,
    "coverage": 2.7,
    "cosine": 1.16,
    "sentence": 3.01,
    "above": -0.84,
    "height": 2.05,
    "spread": 2.91,
    "in_one": 2.5,
    "least": 1.83,
}
ENGLISH_BY_LINES: Scale = {
    "base": -6.67,
    "coverage": 3.74,
    "cosine": 1.8,
    "sentence": 4.11,
    "above": -1.17,
    "height": 2.04,
    "spread": 2.74,
}
"""With an embedder that tells nothing of single words."""
OTHER: Scale = {
    "base": -3.82,
    "coverage": 1.61,
    "alone": 1.64,
    "cosine": 0.97,
    "sentence": 1.38,
    "beside": 2.7,
}
"""Languages in Latin script, which the embedder has read little of."""
WORDS: Scale = {"base": -3.6, "coverage": 4.4, "said": 2.5}
PIECES: Scale = {"base": -2.11, "coverage": 2.57, "said": 2.5, "alone": 2.22}


def confidence(evidence: Evidence) -> float:
    if evidence.golden >= SAME_QUESTION:
        # Its editor has said that this article answers it.
        return evidence.golden
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
