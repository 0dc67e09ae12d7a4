"""Where do two articles say different things about the same, or the same twice?"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise, product
from typing import Literal

from knowledge.claims import DENYING, Claims, denied_words, read_claims
from knowledge.stems import stem
from knowledge.words import STOP, grams_of, stems_of
from store.articles import readable_by

ALIKE_WORDS, ALIKE_SENSE = 0.5, 0.8
"""One of the two must be reached …"""
LEAST_WORDS, LEAST_SENSE = 0.3, 0.62
"""… and both of these."""
ROUGHLY = 0.5
"""Share of their words as written that two statements have in common when one may deny the other."""
DENIAL = 0.9
"""Share of common words from which on a "not" in one of the two is a contradiction."""
TWIN = 0.8
"""Share of common words from which on two pieces are one piece twice."""
COMMAND = re.compile(r"(?<!\w)--?[a-z]{2,}|[{}<>=]|(?<!\w)[a-z]+_[a-z_]+")
"""Lines to type in: their figures are examples."""
LABEL = re.compile(r"^[-*+•|]?\s*(?P<label>[^:|.]{2,60}?)\s*[:|]")
SHORTEST_TWIN = 6
"""Pairs of words."""
SILENT = frozenset(stem(word) for word in STOP)

Sense = Callable[[Sequence[tuple[str, str]]], Sequence[float]]
"""Cosines of pairs of texts."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, an item or a row, and where it stands."""

    article: str
    title: str
    heading: str
    audience: str
    language: str
    first: int
    last: int
    text: str

    @property
    def context(self) -> str:
        return f"{self.title}: {self.text}"


@dataclass(frozen=True, slots=True)
class Conflict:
    kind: Literal["figures", "denial", "twin"]
    """Different figures; one denies what the other says; the same text twice."""
    one: Statement
    other: Statement
    about: tuple[str, ...]
    """Units in which they differ."""
    score: float
    """0 to 1."""

    @property
    def articles(self) -> tuple[str, str]:
        return self.one.article, self.other.article


@dataclass(frozen=True, slots=True)
class Read:
    """A statement with what it is compared by."""

    statement: Statement
    claims: Claims
    words: frozenset[str]
    """Without figures and denials."""
    subject: frozenset[str]
    """Of title and heading."""
    numbers: frozenset[str]
    """In its words and its subject, both: they are part of a name, like error 404."""


def may_meet(one: str, other: str) -> bool:
    """Whether somebody can read both."""
    readers = ("public", "customers", "staff", one, other)
    return any({one, other} <= set(readable_by(reader)) for reader in readers)


@dataclass(frozen=True, slots=True)
class Common:
    """How many statements hold each word: what stands everywhere counts little."""

    statements: int = 0
    holders: Mapping[str, int] = field(default_factory=dict)

    def weight(self, word: str) -> float:
        return math.log(1 + max(1, self.statements) / max(1, self.holders.get(word, 1)))


def find_conflicts(
    pairs: Iterable[tuple[Sequence[Statement], Sequence[Statement]]],
    sense: Sense | None,
    common: Common | None = None,
) -> list[Conflict]:
    """`pairs` are neighbouring pieces of two articles, cut into statements. Worst first."""
    return find_with_common(pairs, sense, common)[0]


def find_with_common(
    pairs: Iterable[tuple[Sequence[Statement], Sequence[Statement]]],
    sense: Sense | None,
    common: Common | None = None,
) -> tuple[list[Conflict], Common]:
    """`common` of a whole comparison, when only what changed is compared."""
    sorted_out: dict[int, Sorted] = {}
    met = list(opposed(pairs, sorted_out))
    sides = (side.said for pair in met for side in pair)
    counting = (one.said for piece in sorted_out.values() for one in (*piece.figures, *piece.denials))
    known = {id(one): read(one) for one in {id(one): one for one in (*sides, *counting)}.values()}
    common = common or count_common(known.values())
    weights = {word: common.weight(word) for one in known.values() for word in one.words | one.subject}
    looked = (compare(known[id(one.said)], known[id(other.said)], weights) for one, other in met)
    found = [one for one in looked if one]
    if sense and found:
        texts = [(one.one.context, one.other.context) for one in found]
        found = [one for one, cosine in zip(found, sense(texts), strict=True) if is_same_matter(one, cosine)]
    else:
        found = [one for one in found if one.score >= ALIKE_WORDS]
    unique = {(one.one, one.other): one for one in sorted(found, key=lambda one: one.score)}
    return in_rank(unique.values()), common


def in_rank(found: Iterable[Conflict]) -> list[Conflict]:
    return sorted(found, key=lambda one: (-one.score, one.articles, one.one.first))


@dataclass(frozen=True, slots=True)
class Asserted:
    """A statement, and the little that tells whether it is worth a closer look."""

    said: Statement
    claims: Claims
    words: frozenset[str]
    """As they are written."""
    label: str = ""
    """Of an item or a row."""

    def is_like(self, other: "Asserted") -> bool:
        return 2 * len(self.words & other.words) >= ROUGHLY * (len(self.words) + len(other.words))


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a piece asserts, by what can stand against it."""

    figures: tuple[Asserted, ...]
    denials: tuple[Asserted, ...]
    others: tuple[Asserted, ...]
    texts: frozenset[str]

    def says(self, one: Asserted) -> bool:
        """What both articles say in the same words is not what they disagree about."""
        return one.said.text in self.texts


def opposed(
    pairs: Iterable[tuple[Sequence[Statement], Sequence[Statement]]], known: dict[int, Sorted]
) -> Iterator[tuple[Asserted, Asserted]]:
    """Two statements of which one counts or denies what the other does not. `known` is filled by piece."""
    for sides in pairs:
        for side in sides:
            if id(side) not in known:
                known[id(side)] = sort_out(side)
        left, right = known[id(sides[0])], known[id(sides[1])]
        figures = (
            (one, other) for one, other in product(left.figures, right.figures) if is_against(one, other)
        )
        denials = chain(product(left.denials, right.others), product(left.others, right.denials))
        met = chain(figures, ((one, other) for one, other in denials if one.is_like(other)))
        yield from ((one, other) for one, other in met if not right.says(one) and not left.says(other))


def is_against(one: "Asserted", other: "Asserted") -> bool:
    """Items and rows that have another label speak of something else."""
    if one.label and other.label and one.label != other.label:
        return False
    return bool(one.claims.against(other.claims))


def sort_out(piece: Sequence[Statement]) -> Sorted:
    """Questions assert nothing, and a "no" in a table belongs to its column."""
    asserted = [
        Asserted(one, read_claims(one.text), frozenset(one.text.casefold().split()), label_of(one.text))
        for one in piece
        if not one.text.endswith("?") and not COMMAND.search(one.text)
    ]
    told = [one for one in asserted if "|" not in one.said.text]
    return Sorted(
        tuple(one for one in asserted if one.claims.values or one.claims.is_free),
        tuple(one for one in told if one.claims.denies),
        tuple(one for one in told if not one.claims.denies),
        frozenset(one.text for one in piece),
    )


def label_of(text: str) -> str:
    found = LABEL.match(text)
    return found["label"].casefold() if found else ""


def read(statement: Statement) -> Read:
    claims = read_claims(statement.text)
    said = tokens(statement.text, statement.language)
    words = frozenset(word for word in said if word not in DENYING and not any(map(str.isdigit, word)))
    subject = subject_of(statement.title, statement.heading, statement.language)
    return Read(statement, claims, words, subject, (frozenset(said) & subject) - words)


@lru_cache(maxsize=4_096)
def subject_of(title: str, heading: str, language: str) -> frozenset[str]:
    return frozenset(tokens(f"{title} {heading}", language))


def tokens(text: str, language: str) -> list[str]:
    """Endings are cut off in English only; elsewhere parts of words are compared."""
    return [one for one in stems_of(text) if one not in SILENT] if language == "en" else grams_of(text)


def count_common(known: Iterable[Read]) -> Common:
    listed = list(known)
    return Common(len(listed), Counter(word for one in listed for word in one.words | one.subject))


def compare(one: Read, other: Read, weights: Mapping[str, float]) -> Conflict | None:
    about = one.claims.against(other.claims)
    denied = one.claims.denies != other.claims.denies
    words = share(one.words, other.words, weights)
    least = LEAST_WORDS if one.claims.values.keys() & other.claims.values.keys() else ALIKE_WORDS
    if about and words >= least and not tells_apart(one, other, weights):
        return in_order("figures", one, other, about, words)
    if denied and words >= DENIAL and denies_what(one, other) and not tells_apart(one, other, weights):
        return in_order("denial", one, other, (), words)
    return None


def denies_what(one: Read, other: Read) -> bool:
    """Whether what the one denies is what the other says: "no upgrade is needed" is only said besides."""
    denying, saying = (one, other) if one.claims.denies else (other, one)
    if denying.statement.language != "en":
        return True
    return all(stem(word) in saying.words for word in denied_words(denying.statement.text))


def in_order(
    kind: Literal["figures", "denial"], one: Read, other: Read, about: tuple[str, ...], score: float
) -> Conflict:
    first, second = sorted((one.statement, other.statement), key=lambda said: (said.article, said.first))
    return Conflict(kind, first, second, about, round(score, 3))


def share(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """Of their words, weighed by rarity, that both have."""
    both = sum(weights[word] for word in one & other)
    total = sum(weights[word] for word in one) + sum(weights[word] for word in other)
    return 2 * both / total if total else 0.0


def tells_apart(one: Read, other: Read, weights: Mapping[str, float]) -> bool:
    """Each has, in its subject or its words, something that the other nowhere says: Europe and the world. Or
    each says a word of its own subject that the other does not: standard and express."""
    mine, its = one.words | one.subject, other.words | other.subject
    more, less = mine - its, its - mine
    named = more & one.words & one.subject and less & other.words & other.subject
    if named or (one.numbers and other.numbers and not one.numbers & other.numbers):
        return True
    shared = sum(weights[word] for word in mine & its)
    apart = min(sum(weights[word] for word in more), sum(weights[word] for word in less))
    return apart > shared


def is_same_matter(found: Conflict, cosine: float) -> bool:
    if found.one.language != "en":
        # The embedder has read little else: there words decide.
        return found.score >= ALIKE_WORDS
    if found.kind == "denial":
        return cosine >= LEAST_SENSE
    return cosine >= LEAST_SENSE and (found.score >= ALIKE_WORDS or cosine >= ALIKE_SENSE)


def find_twins(pairs: Iterable[tuple[Sequence[Statement], Sequence[Statement]]]) -> list[Conflict]:
    """Pieces of two articles that say the same in nearly the same words."""
    found = []
    read_once: dict[int, set[tuple[str, str]]] = {}
    for left, right in pairs:
        if not left or not right:
            continue
        mine, its = (
            read_once.get(id(side)) or read_once.setdefault(id(side), shingles(side))
            for side in (left, right)
        )
        alike = len(mine & its) / max(1, len(mine | its))
        if alike >= TWIN and min(len(mine), len(its)) >= SHORTEST_TWIN:
            one, other = sorted((whole(left), whole(right)), key=lambda said: said.article)
            found.append(Conflict("twin", one, other, (), round(alike, 3)))
    return sorted(found, key=lambda one: (-one.score, one.articles, one.one.first))


def shingles(piece: Sequence[Statement]) -> set[tuple[str, str]]:
    words = tokens(" ".join(one.text for one in piece), piece[0].language)
    return set(pairwise(words))


def whole(piece: Sequence[Statement]) -> Statement:
    first, last = piece[0], piece[-1]
    text = " ".join(one.text for one in piece)
    return Statement(
        first.article,
        first.title,
        first.heading,
        first.audience,
        first.language,
        first.first,
        last.last,
        text,
    )


def by_article(found: Iterable[Conflict]) -> dict[str, list[Conflict]]:
    grouped: dict[str, list[Conflict]] = {}
    for one in found:
        for path in one.articles:
            grouped.setdefault(path, []).append(one)
    return grouped
