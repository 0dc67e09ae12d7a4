"""What words and clauses does a text consist of, as a listener would hear them?"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

HEAD, TAIL = 1000, 400
"""Of a longer text the beginning and the end are heard: a wish stands in either."""

TOKEN = re.compile(
    r"(?P<smile>[:;=]['’]?-?[()DPp/|\]\[]+(?!\w))"
    r"|(?P<word>[^\W_]+(?:['’`´ʼ][^\W_]+)*['’]?)"
    r"|(?P<hard>[.!?;…¿¡\n]+)"
    r"|(?P<soft>[,:()–—]|(?<=\s)-+(?=\s))"
    r"|(?P<sign>[^\w\s])"
)
SKIN = dict.fromkeys([*range(0x1F3FB, 0x1F400), 0xFE0E, 0xFE0F, 0x200D, 0x2640, 0x2642])
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff\U000e0000-\U000e007f]")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd]")
BLANK = re.compile(r"[^\S\n]+")
APOSTROPHES = str.maketrans("’`´ʼ‘", "'''''")
LONG = re.compile(r"([^\W\d_])\1{2,}")
ABBREVIATIONS = frozenset(
    "nr bj ca bzw approx ref tel art num núm nº st mr mrs dr sr sra vs inkl evtl aprox env".split()
)
LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Sound:
    """One word as heard, and where it stands in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """Words from one mark of punctuation to the next: `first` to before `last`."""

    first: int
    last: int
    mark: str
    """What ends it: `?`, `.` for all that is as hard, `,` for all that is softer, empty at the end."""


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    """What the spans of the sounds point into."""
    sounds: tuple[Sound, ...]
    clauses: tuple[Clause, ...]


def clean(text: str) -> str:
    """Composed, without control and invisible characters, shades of skin and doubled spaces."""
    text = UNSEEN.sub("", unicodedata.normalize("NFC", text).translate(SKIN))
    return BLANK.sub(" ", CONTROL.sub(" ", text.replace("\r", "\n"))).strip()


def shorten(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


@lru_cache(maxsize=32_768)
def fold(word: str, *, umlauts: bool = False) -> str:
    """Small letters without accents; long-drawn ones once. With umlauts, `ü` and `ue` are heard as `u`."""
    word = word.casefold().translate(APOSTROPHES).strip("'")
    if not word.isascii():
        parted = unicodedata.normalize("NFD", word.translate(LETTERS))
        word = "".join(mark for mark in parted if not unicodedata.combining(mark))
    if umlauts:
        word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    if len(word) > 3 and len(set(word)) == 1:
        return word[:3]
    return LONG.sub(r"\1", word) if len(word) > 3 else word


@dataclass(frozen=True, slots=True)
class Ear:
    """How the words of one language are heard."""

    spelling: Mapping[str, tuple[str, ...]]
    """What a way of writing stands for: `gimme`, give me."""
    elides: bool = False
    """Whether an apostrophe parts two words (l'avant) or stands within one (don't)."""
    umlauts: bool = False

    def words(self, written: str) -> tuple[str, ...]:
        word = fold(written, umlauts=self.umlauts)
        if len(written) > 3 and LONG.search(written):
            # Neeee is a long nee, not a long ne.
            double = fold(LONG.sub(r"\1\1", written), umlauts=self.umlauts)
            word = double if double in self.spelling else word
        if word in self.spelling:
            return self.spelling[word]
        if "'" not in word:
            # ʼ counts as a letter and is heard as nothing.
            return (word,) if word else ()
        if self.elides:
            return tuple(heard for part in word.split("'") if part for heard in self._part(part))
        bare = word.replace("'", "")
        return self.spelling.get(bare, (bare,))

    def _part(self, part: str) -> tuple[str, ...]:
        """A single letter before an apostrophe is no short form of anything."""
        return self.spelling.get(part, (part,)) if len(part) > 1 else (part,)

    def row(self, written: str) -> tuple[str, ...]:
        """The words of a phrase; its punctuation is not heard."""
        found = (match for match in TOKEN.finditer(written) if match.lastgroup in ("word", "sign"))
        return tuple(word for match in found for word in self.words(match.group()))

    def hear(self, text: str) -> Heard:
        sounds: list[Sound] = []
        clauses: list[Clause] = []
        first = 0
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind in ("word", "sign", "smile"):
                sounds.extend(self._sounds(match, sounds))
                continue
            mark = mark_of(match, text)
            if mark and len(sounds) > first:
                clauses.append(Clause(first, len(sounds), mark))
                first = len(sounds)
            elif mark == "?" and clauses:
                clauses[-1] = Clause(clauses[-1].first, clauses[-1].last, "?")
        if len(sounds) > first:
            clauses.append(Clause(first, len(sounds), ""))
        return Heard(text, tuple(sounds), tuple(clauses))

    def _sounds(self, match: re.Match[str], before: list[Sound]) -> list[Sound]:
        start, end, written = match.start(), match.end(), match.group()
        if match.lastgroup == "smile":
            return [Sound("🙁" if written[-1] in "([/|" else "🙂", start, end)]
        if match.lastgroup == "sign":
            # A row of the same sign says no more than one of them.
            seen = unicodedata.category(written) not in ("So", "Sk", "Sm", "Sc")
            same = bool(before) and before[-1].word == written
            return [] if seen or same else [Sound(written, start, end)]
        return [Sound(word, start, end) for word in self.words(written)]


def mark_of(match: re.Match[str], text: str) -> str:
    """Empty where the mark belongs to a number or an abbreviation and ends no clause."""
    marks, start, end = match.group(), match.start(), match.end()
    if "?" in marks:
        return "?"
    if match.lastgroup == "soft":
        inside = text[start - 1 : start].isdigit() and text[end : end + 1].isdigit()
        return "" if inside else ","
    if marks != ".":
        return "" if set(marks) <= {"¿", "¡"} else "."
    after = text[end : end + 1]
    if after and not after.isspace() and after not in "\"')»”":
        return ""
    before = re.search(r"[^\W_]+$", text[max(0, start - 8) : start])
    word = before.group().casefold() if before else ""
    is_ordinal = word.isdigit() and len(word) <= 2 and bool(re.match(r" [^\W\d_]", text[end : end + 2]))
    counts = word == "no" and bool(re.match(r" ?[A-Za-z]{0,3}[ -]?\d", text[end : end + 6]))
    return "" if word in ABBREVIATIONS or is_ordinal or counts else "."
