"""What embeds texts in a test at once, always alike, and without a model? Each word has a direction."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from knowledge.embedding import Vectors


class Bag:
    """Texts that share words are near each other; the width tells one such embedder from another."""

    def __init__(self, width: int = 48) -> None:
        self.identity = f"bag-of-words-{width}-1"
        self._width = width

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [bag_of(text, self._width) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self._width), np.float32)


def bag_of(text: str, width: int) -> Vectors:
    total = sum(
        (direction(word, width) for word in re.findall(r"\w+", text.lower())), np.zeros(width, np.float32)
    )
    row: Vectors = (total / max(float(np.linalg.norm(total)), 1e-9)).astype(np.float32)
    return row


@lru_cache
def direction(word: str, width: int) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word[:5].encode(), digest_size=8).digest(), "big")
    row: Vectors = np.random.default_rng(seed).normal(size=width).astype(np.float32)
    return row
