"""Which word of the articles did the customer mean to write?"""

import json
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import ascii_lowercase

from knowledge.embedding import find_model
from knowledge.stems import stem
from knowledge.words import WORD, fold, words_of
from store.database import Database
from store.shelf import read_generation
from store.vocabulary import Moved, moved_since

SHORTEST, SHORTEST_ELSEWHERE = 5, 6
"""Letters. Among short words nearly any two are a slip apart; for languages other than English no list tells
a slip from a word that the articles do not use."""
LONGEST = 24
MOST = 6
"""Words of one question that are looked up."""


@dataclass(slots=True)
class Counted:
    """The words of one audience, and which piece holds which: what goes takes only its own along."""

    words: Counter[str] = field(default_factory=Counter)
    stems: Counter[str] = field(default_factory=Counter)
    """How many of the words have each stem."""
    pieces: "dict[int, array[int]]" = field(default_factory=dict)
    """Places in `names`, by the number of the piece: 4 bytes a word."""
    names: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    last: int = 0
    """Number of the newest piece that was ever counted."""

    def follow(self, moved: Moved) -> None:
        for number, text in moved.fresh:
            self.add(number, text)
        for number in self.pieces.keys() - moved.standing if moved.standing is not None else ():
            self.drop(number)

    def add(self, number: int, text: str) -> None:
        said = [word for word in words_of(text) if 3 < len(word) <= LONGEST and is_plain(word)]
        for word in said:
            if not self.words[word]:
                self.stems[stem(word)] += 1
            self.words[word] += 1
        self.pieces[number] = array("I", map(self._place, said))
        self.last = max(self.last, number)

    def drop(self, number: int) -> None:
        for place in self.pieces.pop(number):
            word = self.names[place]
            self.words[word] -= 1
            if not self.words[word]:
                del self.words[word]
                self.stems[stem(word)] -= 1

    def _place(self, word: str) -> int:
        if word not in self.places:
            self.places[word] = len(self.names)
            self.names.append(word)
        return self.places[word]


@dataclass(slots=True)
class Spelling:
    """Follows the shelf. A word is repaired from articles only that its reader may see."""

    counted: dict[str, Counted] = field(default_factory=dict)
    generation: int = -1
    following: threading.Lock = field(default_factory=threading.Lock)

    def follow(self, database: Database) -> None:
        with self.following, database.read() as connection:
            generation = read_generation(connection)
            if generation == self.generation:
                return
            held = {audience: (one.last, len(one.pieces)) for audience, one in self.counted.items()}
            there = set()
            for moved in moved_since(connection, held):
                there.add(moved.audience)
                self.counted.setdefault(moved.audience, Counted()).follow(moved)
            for audience in self.counted.keys() - there:
                del self.counted[audience]
            self.generation = generation

    def repairs(self, text: str, audiences: Sequence[str], language: str) -> dict[str, str]:
        """Folded words of the text that no article holds, with the one that was meant."""
        known = [self.counted[audience] for audience in audiences if audience in self.counted]
        shortest = SHORTEST if language == "en" else SHORTEST_ELSEWHERE
        strange = [
            word
            for word in dict.fromkeys(words_of(text))
            if shortest <= len(word) <= LONGEST and is_plain(word) and not is_known(word, known)
        ]
        found = {word: meant(word, known) for word in strange[:MOST]}
        return {word: other for word, other in found.items() if other}


def is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha()


def is_known(word: str, known: Iterable[Counted]) -> bool:
    return word in load_english() or any(word in one.words or one.stems[stem(word)] > 0 for one in known)


def meant(word: str, known: Sequence[Counted]) -> str:
    """The most frequent word that is one slip away and begins alike; empty when there is none."""
    counts = {other: sum(one.words[other] for one in known) for other in slips(word)}
    likely = [other for other, count in counts.items() if count and other[0] in word[:2]]
    return max(likely, key=lambda other: (other[0] == word[0], counts[other], other), default="")


def slips(word: str) -> Iterator[str]:
    """A letter too many, two in the wrong order, a wrong one, one too few."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ascii_lowercase:
            if tail:
                yield head + letter + tail[1:]
            yield head + letter + tail


def repaired(text: str, repairs: Mapping[str, str]) -> str:
    if not repairs:
        return text
    return WORD.sub(lambda found: repairs.get(fold(found.group()), found.group()), text)


@cache
def load_english() -> frozenset[str]:
    """Words that the offline embedder knows whole: everyday English, whether the articles use it or not."""
    model = find_model()
    if model is None:
        return frozenset()
    told = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in told if len(word) >= SHORTEST and is_plain(word))
