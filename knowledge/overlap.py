"""How much of the question stands in a text, and how much of it side by side?"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from knowledge.stems import stem
from knowledge.words import stems_of

SAME = 0.85
SHORTENED = re.compile(r"['’](?:s|re|m|ve|ll|d)\b")
AUXILIARY = frozenset(
    stem(word) for word in "is are am was do does did be been have has the a an please".split()
)


def coverage(wanted: Mapping[str, float], held: Collection[str]) -> float:
    """How much of the question's weight stands there, 0 to 1."""
    total = sum(wanted.values())
    return sum(weight for token, weight in wanted.items() if token in held) / total if total else 0.0


def side_by_side(asked: Sequence[str], held: Sequence[str]) -> float:
    """Share of the question's neighbours that are neighbours there, in either order, one word between them at
    most."""
    pairs = list(pairwise(asked))
    if not pairs:
        return 0.0
    near = {*pairwise(held), *zip(held, held[2:], strict=False)}
    return sum(pair in near or pair[::-1] in near for pair in pairs) / len(pairs)


def is_same(question: str, other: str) -> bool:
    """Whether the two ask the same in the same words, be they in another order or form, or "what's" for "what
    is"."""
    mine, its = stems_in(question), stems_in(other)
    return bool(mine) and len(mine & its) >= SAME * len(mine | its)


@lru_cache(maxsize=4_096)
def stems_in(text: str) -> frozenset[str]:
    stems = frozenset(stems_of(SHORTENED.sub(" ", text.casefold())))
    return stems - AUXILIARY or stems
