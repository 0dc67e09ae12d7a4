"""What was heard in one turn, and which signals stand where?"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.reader.hearing import Clause, Heard, clean, shorten
from bot.reader.lexicon import Lexicon, get_lexicon

WHOLE = ("clause", "text")
JOINS = frozenset({"dass", "damit"})
"""German puts a comma before them inside one wish: ich möchte, dass …"""
WISHES = ("person", "no_bot", "soft_person", "cancel")
QUOTED = re.compile("[\"“”„«‹»›]([^\"“”„«»‹›\\n]{1,80})[\"“”«»‹›]|(?<!\\w)[‚‘']([^'’‘\\n]{1,80})[’‘'](?!\\w)")
MOST_QUOTES = 12
TOLD = ("skip", "solved", "not_solved", "stall", "yes", "no", "photo_yes", "photo_no", "have_yes", "have_no")
"""German begins an answer with its verb, as a question: `hab ich schon probiert`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase from word `first` to before word `last`."""

    signal: str
    first: int
    last: int

    def overlaps(self, other: "Hit") -> bool:
        return self.first < other.last and other.first < self.last

    def covers(self, other: "Hit") -> bool:
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class Turn:
    heard: Heard
    lexicon: Lexicon = field(repr=False)
    """Left out where a turn is shown: it holds thousands of words."""
    hits: tuple[Hit, ...]
    by_signal: Mapping[str, tuple[Hit, ...]]
    slots: tuple[Hit, ...]
    """Where a question is called by its name."""

    @property
    def text(self) -> str:
        return self.heard.text

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return self.heard.clauses

    def find(self, *signals: str) -> tuple[Hit, ...]:
        """In the order of the text."""
        if len(signals) == 1:
            return self.by_signal.get(signals[0], ())
        found = [hit for signal in signals for hit in self.by_signal.get(signal, ())]
        return tuple(sorted(found, key=lambda hit: hit.first))

    def has(self, *signals: str) -> bool:
        return any(signal in self.by_signal for signal in signals)

    def covered(self, *signals: str) -> set[int]:
        several = (hit for signal in signals for hit in self.by_signal.get(signal, ()))
        return {at for hit in several for at in range(hit.first, hit.last)}

    def uncovered(self, *signals: str) -> list[int]:
        """Words with a meaning of their own that these signals do not account for."""
        covered = self.covered(*signals)
        empty = self.lexicon.fillers | self.lexicon.light
        sounds = enumerate(self.heard.sounds)
        return [at for at, sound in sounds if at not in covered and not is_filler(sound.word, empty)]

    def word(self, at: int) -> str:
        return self.heard.sounds[at].word

    def words(self, first: int, last: int) -> list[str]:
        return [sound.word for sound in self.heard.sounds[first:last]]

    def said(self, first: int, last: int) -> str:
        """The customer's own writing of these words."""
        if first >= last:
            return ""
        sounds = self.heard.sounds
        return self.text[sounds[first].start : sounds[last - 1].end]


def is_filler(word: str, fillers: frozenset[str]) -> bool:
    return word in fillers or not word[0].isalnum()


def listen(text: str, language: str) -> Turn:
    lexicon = get_lexicon(language)
    heard = lexicon.ear.hear(clean(shorten(text)))
    hits = tuple(sorted(valid_hits(list(scan(heard, lexicon)), heard), key=lambda hit: hit.first))
    by_signal: dict[str, list[Hit]] = {}
    for hit in hits:
        by_signal.setdefault(hit.signal, []).append(hit)
    slots = tuple(hit for hit in hits if hit.signal.startswith("slot:"))
    return Turn(heard, lexicon, hits, {name: tuple(several) for name, several in by_signal.items()}, slots)


@dataclass(slots=True)
class Borders:
    """Where a phrase may begin and end that is only meant as a whole clause, or as the whole text."""

    clause_starts: set[int]
    clause_ends: set[int]
    text_starts: set[int]
    text_ends: set[int]

    def allow(self, scope: str, first: int, last: int) -> bool:
        if scope == "anywhere":
            return True
        if scope == "start":
            return first in self.clause_starts
        if scope == "clause":
            return first in self.clause_starts and last in self.clause_ends
        return first in self.text_starts and last in self.text_ends


def borders(heard: Heard, fillers: frozenset[str], wholes: Iterable[tuple[int, int]]) -> Borders:
    """Many write without commas: where one whole phrase ends the next may begin (`forget it I give up`)."""
    words = [sound.word for sound in heard.sounds]
    starts = {
        at for clause in heard.clauses for at in after_fillers(words, clause.first, clause.last, fillers)
    }
    ends = {
        at for clause in heard.clauses for at in before_fillers(words, clause.last, clause.first, fillers)
    }
    whole = len(words)
    text = set(after_fillers(words, 0, whole, fillers)), set(before_fillers(words, whole, 0, fillers))
    opens, closes = set(starts), set(ends)
    for first, last in sorted(wholes):
        if first in opens:
            opens.update(after_fillers(words, last, whole, fillers))
    for first, last in sorted(wholes, reverse=True):
        if last in closes:
            closes.update(before_fillers(words, first, 0, fillers))
    return Borders(starts | (opens & closes), ends | (opens & closes), *text)


def after_fillers(words: Sequence[str], first: int, last: int, fillers: frozenset[str]) -> Iterator[int]:
    yield first
    while first < last and is_filler(words[first], fillers):
        first += 1
        yield first


def before_fillers(words: Sequence[str], last: int, first: int, fillers: frozenset[str]) -> Iterator[int]:
    yield last
    while last > first and is_filler(words[last - 1], fillers):
        last -= 1
        yield last


def scan(heard: Heard, lexicon: Lexicon) -> Iterator[Hit]:
    """The longest phrase of each signal from each word on.

    None reaches over a full stop, and over a comma only one that is meant as a whole (`no, thanks`).
    """
    words = [sound.word for sound in heard.sounds]
    forms = [(lexicon.forms(word), word in lexicon.particles) for word in words]
    commas = {clause.first for clause in heard.clauses if words[clause.first] not in JOINS}
    stops = {clause.last for clause in heard.clauses if clause.mark in ("?", ".")}
    found = [
        (mark.partition(" "), first, last)
        for first in range(len(forms))
        for mark, last in walk(lexicon, forms, first, stops)
    ]
    wholes = [
        (first, last)
        for (scope, _, signal), first, last in found
        if scope == "clause"
        and (last - first > 1 or signal in ("cancel", "person"))
        and not signal.startswith("language")
    ]
    edge = borders(heard, lexicon.fillers, wholes)
    after_no = {
        after
        for (_, _, signal), first, last in found
        if signal in ("yes", "no") and last - first == 1 and first in edge.clause_starts
        for after in after_fillers(words, last, len(forms), lexicon.fillers)
    }
    longest: dict[tuple[int, str], int] = {}
    for (scope, _, signal), first, last in found:
        is_told_after = first in after_no and last - first > 1 and last in edge.clause_ends
        if is_told_after and scope == "clause" and signal in ("yes", "no", "not_solved"):
            # `No there is a mistake` needs no comma.
            longest[first, signal] = max(last, longest.get((first, signal), 0))
        elif edge.allow(scope, first, last) and (scope in WHOLE or not commas & set(range(first + 1, last))):
            longest[first, signal] = max(last, longest.get((first, signal), 0))
    for (first, signal), last in longest.items():
        yield Hit(signal, first, last)


def walk(
    lexicon: Lexicon, heard: Sequence[tuple[tuple[str, ...], bool]], first: int, stops: set[int]
) -> Iterator[tuple[str, int]]:
    """Each mark that is reached from this word on, and the word before which its phrase ends."""
    machine = lexicon.machine
    state = machine.root
    for at in range(first, len(heard)):
        forms, is_particle = heard[at]
        state, marks = machine.step(state, forms, may_pass=is_particle and at > first)
        for mark in marks:
            yield mark, at + 1
        if not state.places or at + 1 in stops:
            return


def valid_hits(hits: list[Hit], heard: Heard) -> Iterator[Hit]:
    """`unless_person` takes a wish for a person away, and a plain answer what only begins as a question."""
    unless = [hit for hit in hits if hit.signal.startswith("unless_")]
    told = [hit for hit in hits if hit.signal in TOLD and hit.last - hit.first > 1]
    asked = {at for clause in heard.clauses if clause.mark == "?" for at in range(clause.first, clause.last)}
    quoted = quoted_words(heard)
    for hit in hits:
        against = f"unless_{hit.signal}"
        if hit.signal in WISHES and hit.first in quoted and hit.last - 1 in quoted:
            continue
        is_told = (
            hit.signal == "question" and hit.first not in asked and any(other.overlaps(hit) for other in told)
        )
        if not is_told and not any(other.signal == against and other.overlaps(hit) for other in unless):
            yield hit


def quoted_words(heard: Heard) -> set[int]:
    """What stands in quotation marks beside other words names a page or a button, and is no wish."""
    spans = [match.span() for match in islice(QUOTED.finditer(heard.text), MOST_QUOTES)]
    quoted = {
        at
        for at, sound in enumerate(heard.sounds)
        for start, end in spans
        if start < sound.start and sound.end < end
    }
    return quoted if len(quoted) < len(heard.sounds) else set()
