"""Which embedder do the settings want, and which one made the vectors that stand?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.embedding import GRAPH, Embedder, MeaningAway, Vectors, open_embedder
from knowledge.embedding_openai import PREFIX, PROBE, Account, OpenAIEmbedder, open_openai, read_identity
from store.errors import Misconfigured

OFFLINE = "minilm"
REST_SECONDS = 30.0
"""After a failure questions are answered by words alone for so long, and nobody waits for another."""


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """What the settings say."""

    name: str = OFFLINE
    account: Account = field(default_factory=Account)

    def check(self) -> None:
        """Raises Misconfigured."""
        model = self.name.removeprefix(PREFIX)
        if self.name == OFFLINE:
            return
        if not self.name.startswith(PREFIX) or not model:
            raise Misconfigured(f"DESKBELL_EMBEDDER is {self.name!r}: write minilm, or openai:MODEL")
        if not (self.account.key or self.account.base_url):
            raise Misconfigured(
                f"DESKBELL_EMBEDDER is {self.name!r}, and nothing says where: give OPENAI_API_KEY, or"
                " OPENAI_BASE_URL of a server that speaks like OpenAI, or write DESKBELL_EMBEDDER=minilm"
            )

    def open(self, models_dir: Path, known: Sequence[str]) -> Embedder | None:
        """None when the weights are not installed. Raises MeaningAway."""
        if self.name == OFFLINE:
            return open_embedder(models_dir)
        return open_openai(self.name.removeprefix(PREFIX), self.account, known)

    def open_again(self, identity: str, models_dir: Path) -> Embedder | None:
        """The one that made these vectors, when it can still be asked."""
        if identity == GRAPH:
            return open_embedder(models_dir)
        if identity.startswith(PREFIX) and (self.account.key or self.account.base_url):
            return open_openai(read_identity(identity)[0], self.account, [identity])
        return None


class Rested:
    """An embedder at question time: after a failure it is left alone for a while."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder.hasty() if isinstance(embedder, OpenAIEmbedder) else embedder
        self._until = 0.0
        self.failed = ""
        """Why words alone answer now."""

    @property
    def identity(self) -> str:
        return self._embedder.identity

    def embed(self, texts: Sequence[str]) -> Vectors:
        if time.monotonic() < self._until:
            raise MeaningAway(self.failed)
        try:
            vectors = self._embedder.embed(texts)
        except MeaningAway as away:
            self.failed, self._until = str(away), time.monotonic() + REST_SECONDS
            raise
        self.failed = ""
        return vectors

    def probe(self) -> None:
        """After a rest, whether or not a question comes: health would tell of a failure that is over."""
        if self.failed and time.monotonic() >= self._until:
            self.embed([PROBE])
