"""How does a text become a vector at OpenAI, or at any server that speaks like it?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.embedding import MeaningAway, Vectors

if TYPE_CHECKING:
    from openai import OpenAI

PREFIX = "openai:"
VERSION = "1"
"""Rises when texts are cut or vectors are shortened another way."""
AT_ONCE = 64
LONGEST = 8_000
"""Characters; servers refuse more than about 8,000 tokens."""
SECONDS, TRIES = 30.0, 3
HASTY_SECONDS = 3.0
"""At question time somebody waits, and words alone can answer."""
PROBE = "Where is my order?"


@dataclass(frozen=True, slots=True)
class Account:
    base_url: str = ""
    key: str = field(default="", repr=False)


class OpenAIEmbedder:
    """May be called from several threads."""

    def __init__(self, client: "OpenAI", model: str, width: int) -> None:
        self._client = client
        self._model = model
        self._width = width

    @property
    def identity(self) -> str:
        return identity_of(self._model, self._width)

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._width), np.float32)
        parts = (texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE))
        vectors = np.concatenate([fetch(self._client, self._model, part) for part in parts])
        if vectors.shape[1] != self._width:
            raise MeaningAway(
                f"{self._model!r} gives vectors of {vectors.shape[1]} numbers, and gave {self._width} before:"
                " name the model it is now in DESKBELL_EMBEDDER"
            )
        return vectors

    def hasty(self) -> "OpenAIEmbedder":
        """For questions: one try, and a short one."""
        return OpenAIEmbedder(
            self._client.with_options(timeout=HASTY_SECONDS, max_retries=0), self._model, self._width
        )

    def close(self) -> None:
        self._client.close()


def identity_of(model: str, width: int) -> str:
    return f"{PREFIX}{model}:{width}:{VERSION}"


def read_identity(identity: str) -> tuple[str, int]:
    """Model and width; a model's name may hold colons of its own."""
    model, width, _ = identity.removeprefix(PREFIX).rsplit(":", 2)
    return model, int(width)


def fetch(client: "OpenAI", model: str, texts: Sequence[str]) -> Vectors:
    openai = load_openai()
    try:
        # Asked for as numbers: not every server that speaks like OpenAI knows base64.
        answer = client.embeddings.create(
            model=model, input=[one[:LONGEST] or " " for one in texts], encoding_format="float"
        )
        rows = np.array([one.embedding for one in sorted(answer.data, key=lambda one: one.index)], np.float32)
    except (openai.OpenAIError, ValueError, TypeError) as error:
        raise MeaningAway(f"no vectors from {model!r} at {client.base_url.host}: {error}") from error
    if rows.ndim != 2 or len(rows) != len(texts) or not np.isfinite(rows).all():
        raise MeaningAway(
            f"{model!r} at {client.base_url.host} gave {rows.shape}, asked for {len(texts)} vectors"
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    shortened: Vectors = rows / np.maximum(lengths, np.float32(1e-9))
    return shortened


def open_openai(model: str, account: Account, known: Sequence[str]) -> OpenAIEmbedder:
    """`known` are identities of which one may be this model's: then the server is not asked how wide its
    vectors are. Raises MeaningAway."""
    client = load_openai().OpenAI(
        api_key=account.key or "none",
        base_url=account.base_url or None,
        timeout=SECONDS,
        max_retries=TRIES,
    )
    for identity in known:
        if (
            identity.startswith(PREFIX)
            and identity.endswith(f":{VERSION}")
            and read_identity(identity)[0] == model
        ):
            return OpenAIEmbedder(client, model, read_identity(identity)[1])
    return OpenAIEmbedder(client, model, fetch(client, model, [PROBE]).shape[1])


def load_openai() -> Any:
    import openai  # noqa: PLC0415 - 0.8 s and 40 MB, only where a model is named

    return openai
