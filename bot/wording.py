"""Which words does a person read? Every sentence stands in bot/texts."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from store.errors import DeskbellError, Misconfigured

FOLDER = Path(__file__).parent / "texts"
PARTS = ("", "pages", "people")
LANGUAGES = ("en", "de", "es", "fr", "pt")
FALLBACK = "en"


def say(key: str, language: str, /, **values: object) -> str:
    """The sentence of that key; a language that we do not write gets English."""
    texts = load_texts(language if language in LANGUAGES else FALLBACK)
    try:
        return texts[key].format_map(values)
    except KeyError as error:
        raise Misconfigured(f"bot/texts has no {error.args[0]!r} for {key!r} in {language!r}") from error


def has_text(key: str) -> bool:
    return key in load_texts(FALLBACK)


def say_error(error: DeskbellError, language: str) -> str:
    """What went wrong, for the person whom it concerns."""
    if has_text(error.text_key):
        return say(error.text_key, language, **error.values)
    return error.hint


@lru_cache
def load_texts(language: str) -> Mapping[str, str]:
    """Conversation and pages; keys joined by dots."""
    texts: dict[str, str] = {}
    for path in (FOLDER / part / f"{language}.yml" for part in PARTS):
        if path.exists():
            tree = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
            texts.update(flatten(tree, ""))
    return texts


LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def flatten(tree: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", str(value).strip()
