"""Which tokens of a text are compared with which tokens of a question?"""

import re
import unicodedata
from functools import lru_cache

from knowledge.stems import LONGEST, stem

# A mark that changes a letter belongs to its word; `\w` alone would cut Hindi and Thai words to pieces.
WORD = re.compile(
    r"(?:[^\W_]|[\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u109f\u1780-\u17ff])+"
)
CODE = re.compile(r"(?<![a-z0-9])[a-z0-9]{1,30}(?:[-/._][a-z0-9]{1,30}){1,6}")
MIXED = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,6}\d{1,9}|\d{1,9}[a-z]{1,6})(?:[a-z]{1,6}|\d{1,9})?(?![a-z0-9])")
SPACED = re.compile(r"(?<![^\W_])(?:[A-Z]{2,6} \d{1,9}|\d{1,9} [A-Z]{2,6})(?![^\W_])")
"""Codes whose letters and figures stand together, or apart: 45DCOE and 45 DCOE."""
ACCENT = re.compile(r"[\u0300-\u036f]")
UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
"""Runs of signs that stand without spaces between words, and runs of others."""

PAIR, GRAM = 2, 4
"""Chinese words are two signs long at most times. Four letters with the word's edges marked did better than
three letters did in English, German and Spanish, at a third of the time."""

STOP = frozenset(
    "a about after all also am an and any are as at be because been but by can could did do does doing "
    "for from get got had has have he her here him his how i if in into is it its just me my no not of "
    "off on or our out over own please she should so some such than that the their them then there these "
    "they this those to too under up us very was we were what when where which while who why will with "
    "would you your".split()
)


SILENT_STEMS = frozenset(stem(word) for word in STOP)


def fold(text: str) -> str:
    """Lower case, without accents: customers leave them out."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", ACCENT.sub("", spread))


def words_of(text: str) -> list[str]:
    return WORD.findall(fold(text))


def stems_of(text: str) -> list[str]:
    """In order and as often as they occur. A code like GX-4410 counts also as one word, gx4410, and gx4410
    also as its parts: customers write it in any way."""
    folded = fold(text)
    codes = (
        re.sub(r"[-/._]", "", code)[:LONGEST]
        for code in CODE.findall(folded)
        if any(sign.isdigit() for sign in code)
    )
    joined = (fold(code).replace(" ", "") for code in SPACED.findall(text))
    apart = (part for code in MIXED.findall(folded) for part in parts_of_code(code))
    return [*(stem(word) for word in WORD.findall(folded)), *codes, *joined, *apart]


def parts_of_code(word: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", word)


def is_code(token: str) -> bool:
    """Letters and figures in one word."""
    return MIXED.fullmatch(token) is not None


def content_words(text: str) -> list[str]:
    """Each once, as they are written, without those that say nothing; all of them when nothing is left."""
    words = list(dict.fromkeys(words_of(text)))
    return [word for word in words if word not in STOP] or words


def content_stems(text: str) -> list[str]:
    stems = list(dict.fromkeys(stems_of(text)))
    silent = SILENT_STEMS | ({"use"} - {stem(word) for word in words_of(text) if word == "used"})
    return [one for one in stems if one not in silent] or stems


def grams_of(text: str) -> list[str]:
    """In order and as often as they occur: German and Spanish articles need the counts."""
    return [gram for word in words_of(text) for gram in grams_of_word(word)]


@lru_cache(maxsize=50_000)
def grams_of_word(word: str) -> tuple[str, ...]:
    """The edges of a word are marked, so that a beginning is told from an end."""
    runs = UNSPACED.findall(word)
    return tuple(
        gram
        for run in runs
        for gram in (windows(run, PAIR) if is_unspaced(run) else windows(f"_{run}_", GRAM))
    )


def windows(text: str, size: int) -> list[str]:
    return [text[place : place + size] for place in range(len(text) - size + 1)] or [text]


def is_unspaced(run: str) -> bool:
    return "\u3040" <= run[0] <= "\u30ff" or "\u3400" <= run[0] <= "\u9fff" or "\uac00" <= run[0] <= "\ud7af"
