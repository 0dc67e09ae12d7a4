"""What does one language have words for? Loaded once from `words/<language>.yml`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.reader.hearing import Ear, fold
from bot.reader.phrases import Machine, State, Weaver, entries
from store.errors import Misconfigured

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("en", "de", "es", "fr", "pt")
SHARED = "any"
"""Names of cars, signs and languages are the same everywhere."""
TONGUES = (*LANGUAGES, "it", "nl", "pl")
SCOPES = {">": "start", "^": "clause", "=": "text"}
SHORTEST_STEM = 3
MOST_HEARD = 20_000
SHORTEST_TYPO = 6


@dataclass(frozen=True, slots=True)
class Lexicon:
    language: str
    ear: Ear
    machine: Machine
    """All phrases. A mark is the scope and the signal: `clause cancel`."""
    stems: frozenset[str]
    typos: Mapping[str, str]
    """Well-known words with one inner letter left out, and the word they come from."""
    known: frozenset[str]
    fillers: frozenset[str]
    """Words around a wish that add nothing to it."""
    particles: frozenset[str]
    """Words that may stand inside any phrase and change nothing: ich möchte *bitte mal* …"""
    light: frozenset[str]
    """Words that say nothing alone."""
    articles: Mapping[str, tuple[tuple[str, ...], ...]]
    """What leads into the answer to a question by its first word, longest first: `it is a`."""
    sides: frozenset[str]
    """Left, front, upper: what tells two parts of a name apart."""
    numbers: Mapping[str, int]
    counts: Mapping[str, int]
    """How many in other words: `a pair`, `just the one`."""
    ordinals: Mapping[str, int]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    """Monday is 0."""
    units: Mapping[str, int]
    """Days of a unit of time."""
    heard: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The forms of words that were asked for before."""

    def forms(self, word: str) -> tuple[str, ...]:
        """The word and the stems it begins with (`leak*`), or the word that was meant. Empty: unheard of."""
        found = self.heard.get(word)
        if found is None:
            if len(self.heard) >= MOST_HEARD:
                self.heard.clear()
            found = self.heard[word] = self._forms(word)
        return found

    def _forms(self, word: str) -> tuple[str, ...]:
        stems = self.stems
        known = word in self.known
        lengths = range(SHORTEST_STEM, len(word) + 1)
        found = [word, *(f"{word[:length]}*" for length in lengths if word[:length] in stems)]
        if not known and len(found) == 1 and len(word) >= SHORTEST_TYPO - 1 and word.isalpha():
            meant = self._meant(word)
            if meant:
                return self._forms(meant) if meant in self.known else ()
        return tuple(found) if known or len(found) > 1 else ()

    def _meant(self, word: str) -> str:
        if word in self.typos:
            return self.typos[word]
        for at in range(1, len(word) - 1):
            shorter = word[:at] + word[at + 1 :]
            if len(shorter) >= SHORTEST_TYPO and shorter in self.known:
                return shorter
            meant = self.typos.get(shorter, "")
            if len(meant) == len(word) and is_one_slip(word, meant):
                return meant
        return ""


def is_one_slip(word: str, meant: str) -> bool:
    """One letter hit wrongly in a long word, or two neighbours swapped."""
    differ = [at for at, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
    if len(differ) == 1:
        return len(word) > SHORTEST_TYPO
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    return swapped and word[differ[0]] == meant[differ[1]] and word[differ[1]] == meant[differ[0]]


def get_lexicon(language: str) -> Lexicon:
    """English where the language has no words of its own."""
    language = language.split("-")[0].casefold()
    return build(language if language in LANGUAGES else "en")


def read_table(language: str) -> dict[str, Any]:
    path = WORDS / f"{language}.yml"
    try:
        table = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe; the first is ten times as fast
    except (OSError, yaml.YAMLError) as error:
        raise Misconfigured(f"{path}: {error}") from error
    if not isinstance(table, dict):
        raise Misconfigured(f"{path}: expected a table of lists and signals")
    return table


@cache
def build(language: str) -> Lexicon:
    own, shared = read_table(language), read_table(SHARED)
    plain = Ear({}, umlauts=bool(own.get("umlauts")))
    spelling = dict(read_spelling(own.get("spelling", ""), plain))
    ear = Ear(spelling, elides=bool(own.get("elides")), umlauts=plain.umlauts)
    if ear.elides:
        spelling.update(unelided(own, ear))
    lists = {**shared["lists"], **own["lists"]}
    weaver = Weaver(lists, cache(lambda written: spoken(written, ear)))
    try:
        for mark, phrase in signals(shared, own):
            weaver.put(phrase, mark)
    except ValueError as error:
        raise Misconfigured(f"{WORDS / language}.yml: {error}") from error
    vocabulary = weaver.words
    typable = {word for word in vocabulary if len(word) >= SHORTEST_TYPO and word.isalpha()}
    return Lexicon(
        language=language,
        ear=ear,
        machine=Machine(State((weaver.root,))),
        stems=frozenset(word[:-1] for word in vocabulary if word.endswith("*")),
        typos=slips(typable),
        known=frozenset(vocabulary),
        fillers=frozenset(word for entry in entries(own["fillers"]) for word in ear.row(entry)),
        particles=frozenset(word for entry in entries(own["particles"]) for word in ear.row(entry)),
        light=frozenset(word for entry in entries(own["light"]) for word in ear.row(entry)),
        articles=by_first_word(ear.row(entry) for entry in entries(own["articles"])),
        sides=frozenset(word for entry in entries(own["lists"]["side"]) for word in ear.row(entry)),
        numbers=numbered(own["numbers"], ear),
        counts=numbered(own["counts"], ear),
        ordinals=numbered(own["ordinals"], ear),
        months=numbered(own["months"], ear),
        weekdays=numbered(own["weekdays"], ear),
        units=numbered(own["units"], ear),
    )


def spoken(written: str, ear: Ear) -> tuple[str, ...]:
    """A word of a phrase as heard; `leak*` is any word that begins so."""
    row = ear.row(written.rstrip("*"))
    return (*row[:-1], f"{row[-1]}*") if written.endswith("*") and row else row


def signals(*tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Scope and signal, and each of its phrases. A line that begins with > stands at the
    start of a clause, with ^ it is a whole clause, with = the whole text."""
    for table in tables:
        for signal, written in table["signals"].items():
            for line in written.splitlines():
                scope = SCOPES.get(line[:1], "anywhere")
                for phrase in entries(line.lstrip(">^=")):
                    yield from spread(scope, signal, phrase)


def spread(scope: str, signal: str, phrase: str) -> Iterator[tuple[str, str]]:
    """`{tongue}` stands for each language that has a name: `language:de`."""
    if "{tongue}" not in phrase:
        yield f"{scope} {signal}", phrase
        return
    for code in TONGUES:
        yield f"{scope} {signal}:{code}", phrase.replace("{tongue}", f"{{tongue_{code}}}")


def read_spelling(written: str, ear: Ear) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in entries(written):
        heard, _, meant = entry.partition("=")
        words = tuple(fold(word, umlauts=ear.umlauts) for word in meant.split())
        for way in heard.split():
            yield fold(way, umlauts=ear.umlauts), words


def unelided(table: Mapping[str, Any], ear: Ear) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where an apostrophe parts two words many leave it out: `cest`, `jai`."""
    for written in (*table["lists"].values(), *table["signals"].values()):
        for word in written.replace("(", " ").replace(")", " ").replace("|", " ").replace(",", " ").split():
            folded = fold(word)
            bare = folded.replace("'", "")
            if "'" in folded and len(bare) > 3 and bare not in ear.spelling:
                yield bare, ear.words(folded)


def numbered(table: Mapping[int, str], ear: Ear) -> dict[str, int]:
    """Each word under the number it stands for; words of two parts are joined by a space."""
    return {
        " ".join(ear.row(entry)): number for number, written in table.items() for entry in entries(written)
    }


def by_first_word(rows: Iterable[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for row in sorted(rows, key=len, reverse=True):
        found[row[0]] = (*found.get(row[0], ()), row)
    return found


def slips(words: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in sorted(words):
        for at in range(1, len(word) - 1):
            found.setdefault(word[:at] + word[at + 1 :], word)
    return found
