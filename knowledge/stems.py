"""What do "refunds", "refunded" and "refunding" have in common? Porter's rules of 1980, for English only."""

import re
from functools import lru_cache

VOWEL_GROUP = re.compile(r"[aeiouy]+[^aeiouy]+")
DOUBLE = re.compile(r"([^aeiouylsz])\1$")
SHORT_END = re.compile(r"[^aeiou][aeiouy][^aeiouwxy]$")

LONGEST = 64

SECOND = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
    ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
    ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("logi", "log"),
)  # fmt: skip
THIRD = (
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
)
FOURTH = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive",
    "ize", "ion",
    "al", "er", "ic", "ou",
)  # fmt: skip


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Of a lower-case word. Words of one or two letters, and words with a digit, stay."""
    word = word[:LONGEST]
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    word = without_past(without_plural(word))
    if word.endswith("y") and has_vowel(word[:-1]):
        word = word[:-1] + "i"
    word = replaced(replaced(word, SECOND), THIRD)
    return without_rest(without_noun(word))


def measure(trunk: str) -> int:
    """How many times a vowel is followed by a consonant."""
    # A leading y is a consonant, as is one after a vowel; the second hardly changes a count.
    return len(VOWEL_GROUP.findall(trunk.lstrip("y") if trunk.startswith("y") else trunk))


def has_vowel(trunk: str) -> bool:
    return any(letter in "aeiou" or (letter == "y" and place) for place, letter in enumerate(trunk))


def without_plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def without_past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if measure(word[:-3]) else word
    for ending in ("ed", "ing"):
        trunk = word.removesuffix(ending)
        if trunk != word and has_vowel(trunk):
            # "used" is no form of "us".
            return trunk + "e" if is_stub(trunk) else mended(trunk)
    return word


def is_stub(trunk: str) -> bool:
    return len(trunk) == 2 and trunk[1] not in "aeiouy"


def mended(trunk: str) -> str:
    if trunk.endswith(("at", "bl", "iz")):
        return trunk + "e"
    if DOUBLE.search(trunk):
        return trunk[:-1]
    if measure(trunk) == 1 and SHORT_END.search(trunk):
        return trunk + "e"
    return trunk


def replaced(word: str, rules: tuple[tuple[str, str], ...]) -> str:
    for ending, other in rules:
        if word.endswith(ending):
            trunk = word.removesuffix(ending)
            return trunk + other if measure(trunk) else word
    return word


def without_noun(word: str) -> str:
    for ending in FOURTH:
        if word.endswith(ending):
            trunk = word.removesuffix(ending)
            fits = ending != "ion" or trunk.endswith(("s", "t"))
            return trunk if fits and measure(trunk) > 1 else word
    return word


def without_rest(word: str) -> str:
    if word.endswith("e") and not is_stub(word[:-1]):
        trunk = word[:-1]
        size = measure(trunk)
        if size > 1 or (size == 1 and not SHORT_END.search(trunk)):
            word = trunk
    if word.endswith("ll") and measure(word[:-1]) > 1:
        return word[:-1]
    return word
