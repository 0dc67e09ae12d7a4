"""How sure is it that these lines answer this question?"""

import math
from dataclasses import dataclass

NEAR = 0.1
"""From here on it is worth naming the articles that came nearest."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known when an answer has been chosen. Everything is 0 to 1."""

    coverage: float = 0.0
    """Share of the question's tokens, weighed by rarity, that the found piece holds."""
    said: float = 0.0
    """Share of them that the answer itself holds."""
    cosine: float | None = None
    """Of the question and the best piece or golden question of the article; None without vectors."""
    sentence: float = 0.0
    """Of the question and the best single sentence, without its heading: a near miss has the topic, but no
    such sentence."""
    by_words: bool = True
    """Whether the tokens are words; else pieces of words."""


@dataclass(frozen=True, slots=True)
class Scale:
    base: float
    coverage: float
    said: float = 0.0
    cosine: float = 0.0
    sentence: float = 0.0


# Fitted on the public question sets of docs/knowledge-quality.md, each set counting alike.
ENGLISH = Scale(-6.5, coverage=3.5, cosine=5.1, sentence=4.8)
OTHER = Scale(-5.4, coverage=4.3, cosine=1.9, sentence=4.9)
"""Languages in Latin script, which the embedder has read little of."""
WORDS = Scale(-3.6, coverage=4.4, said=2.5)
PIECES = Scale(-2.5, coverage=3.9, said=4.2)


def confidence(evidence: Evidence) -> float:
    if evidence.cosine is None:
        scale = WORDS if evidence.by_words else PIECES
    else:
        scale = ENGLISH if evidence.by_words else OTHER
    value = scale.base + scale.coverage * evidence.coverage + scale.said * evidence.said
    return logistic(value + scale.cosine * (evidence.cosine or 0.0) + scale.sentence * evidence.sentence)


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
