"""What stands on the shelf, how is it searched right now, and what is still being brought in?"""

from dataclasses import dataclass
from typing import Literal

from knowledge.sync import Quarantined
from store.shelf import Listed

Mode = Literal["words", "hybrid"]


@dataclass(frozen=True, slots=True)
class Status:
    articles: tuple[Listed, ...]
    quarantined: tuple[Quarantined, ...]
    generation: int
    to_embed: int
    embedder: str
    """Empty when the weights are not installed: full text alone answers."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the articles are searched right now, and what is still being brought in."""

    mode: Mode
    index: str
    embedder: str
    words: str
    """What finds words: the database, or tantivy."""
    articles: int
    quarantined: int
    to_embed: int
    """Texts whose vectors are still being made."""
    is_behind: bool
    """Whether the index has yet to follow the rows."""
    texts: tuple[int, int]
    """Files read and files to be read by the pass that runs, or the last."""
    vectors: tuple[int, int]
    """Texts with a vector, and all."""
    coming: str = ""
    """The embedder whose vectors are made beside those that answer."""
    coming_vectors: tuple[int, int] = (0, 0)
    trouble: str = ""
    """Why words alone answer, or why no vectors are made."""
