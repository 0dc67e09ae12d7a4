"""Which pieces of the whole shelf lie next to each other, and what does comparing them find?"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from knowledge.answer import Passage, read_candidates
from knowledge.conflicts import (
    Common,
    Conflict,
    Sense,
    Statement,
    find_twins,
    find_with_common,
    in_rank,
    may_meet,
)
from knowledge.embedding import Embedder, Vectors
from knowledge.sync import unpack
from knowledge.words import content_stems
from store import shelf
from store.database import Database
from store.shelf_listing import Cut, Standing, list_cuts, list_named, list_standing, list_vectors

NEAR = 0.5
"""Cosine from which on two pieces may be about the same."""
MOST_NEIGHBOURS = 8
ROWS = 512
MANY = 0.2
"""Share of the articles from which on all are compared anew."""
RARE = 40
"""Without vectors: pieces that share two words which stand in no more pieces than this."""
ENGLISH = "en"
"""What the embedder was made for; in other languages words find more."""
RECIPE = 3
"""Raised when the same articles are compared in another way."""

Pair = tuple[Sequence[Statement], Sequence[Statement]]


@dataclass(frozen=True, slots=True)
class Basis:
    recipe: int
    embedder: str
    marks: Mapping[str, str]
    """By article: of all that it was compared by."""
    common: Common


@dataclass(frozen=True, slots=True)
class Comparison:
    conflicts: tuple[Conflict, ...]
    twins: tuple[Conflict, ...]
    basis: "Basis | None" = None
    """With which the next comparison goes on."""

    def seen_by(self, audiences: Sequence[str]) -> "Comparison":
        """What somebody may see who may see these only."""
        return Comparison(seen(self.conflicts, audiences), seen(self.twins, audiences))


KEPT = TypeAdapter(Comparison)


def seen(found: Sequence[Conflict], audiences: Sequence[str]) -> tuple[Conflict, ...]:
    return tuple(one for one in found if {one.one.audience, one.other.audience} <= set(audiences))


def compare_shelf(
    database: Database, embedder: Embedder | None, before: Comparison | None = None
) -> Comparison:
    """`before`: what was found on the shelf as it was; then only what changed since is compared."""
    identity = embedder.identity if embedder else ""
    with database.read() as connection:
        standing = list_standing(connection)
        cuts = list_cuts(connection)
        vectors = list_vectors(connection, identity, {one.hash for one in cuts}) if embedder else {}
    articles = {one.path: one for one in standing}
    cuts = [one for one in cuts if one.path in articles]
    marks = {path: mark_of(article) for path, article in articles.items()}
    basis = before.basis if before else None
    if basis and (basis.recipe, basis.embedder) != (RECIPE, identity):
        basis = None
    changed = {path for path, mark in marks.items() if not basis or basis.marks.get(path) != mark}
    if len(changed) > MANY * len(articles):
        basis, changed = None, set(articles)
    pairs = list(neighbours(cuts, vectors, articles, changed))
    sense = sense_of(embedder) if embedder else None
    fresh, common = find_with_common(pairs, sense, basis.common if basis else None)
    same = marks.keys() - changed
    old = before if before and basis else Comparison((), ())
    return Comparison(
        tuple(in_rank([*fresh, *(one for one in old.conflicts if same.issuperset(one.articles))])),
        tuple(in_rank([*find_twins(pairs), *(one for one in old.twins if same.issuperset(one.articles))])),
        Basis(RECIPE, identity, marks, common),
    )


def mark_of(article: Standing) -> str:
    said = repr((article.version, article.audience, article.language, article.title))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def neighbours(
    cuts: Sequence[Cut],
    vectors: Mapping[shelf.Hash, bytes],
    articles: Mapping[str, Standing],
    changed: AbstractSet[str],
) -> Iterator[Pair]:
    """Pieces that may be about the same, at least one of them of an article that changed."""
    near = set(by_vector(cuts, vectors, articles, changed)) if vectors and changed else set()
    by_words = [
        place for place, cut in enumerate(cuts) if not vectors or articles[cut.path].language != ENGLISH
    ]
    pieces = Pieces(cuts, articles)
    if changed & {cuts[place].path for place in by_words}:
        near |= {
            (one, other)
            for one, other in by_word(by_words, cuts, pieces, articles)
            if cuts[one].path in changed or cuts[other].path in changed
        }
    for one, other in sorted(near):
        yield pieces[one], pieces[other]


class Pieces:
    """The statements of every piece; an article is read when the first of its pieces is asked for."""

    def __init__(self, cuts: Sequence[Cut], articles: Mapping[str, Standing]) -> None:
        self._cuts, self._articles = cuts, articles
        self._said: dict[str, list[Statement]] = {}
        self._pieces: dict[int, list[Statement]] = {}

    def __getitem__(self, place: int) -> list[Statement]:
        if place not in self._pieces:
            cut = self._cuts[place]
            if cut.path not in self._said:
                self._said[cut.path] = statements_of(self._articles[cut.path])
            self._pieces[place] = [
                one for one in self._said[cut.path] if cut.first <= one.first and one.last <= cut.last
            ]
        return self._pieces[place]


def statements_of(article: Standing) -> list[Statement]:
    lines = tuple(article.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    passage = Passage(
        article.path, article.version, article.title, article.language, lines, article.body, 1, len(lines)
    )
    about = (article.audience, article.language)
    return [
        Statement(
            article.path,
            article.title,
            one.last_heading,
            *about,
            one.unit.first,
            one.unit.last,
            one.unit.text,
        )
        for one in read_candidates(passage)
        if one.unit.text
    ]


def by_vector(
    cuts: Sequence[Cut],
    vectors: Mapping[shelf.Hash, bytes],
    articles: Mapping[str, Standing],
    changed: AbstractSet[str],
) -> Iterator[tuple[int, int]]:
    """Places of neighbours, each pair once. Another article, the same language, and somebody reads both."""
    places = [place for place, cut in enumerate(cuts) if cut.hash in vectors]
    rows: Vectors = unpack([vectors[cuts[place].hash] for place in places])
    paths = np.array([cuts[place].path for place in places])
    wanted = np.array([row for row, path in enumerate(paths) if path in changed], int)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(wanted), ROWS):
        part = wanted[start : start + ROWS]
        scores = rows[part] @ rows.T
        scores[paths[part, None] == paths[None, :]] = -1.0
        most = min(MOST_NEIGHBOURS, len(places) - 1)
        best = np.argpartition(-scores, most, axis=1)[:, :most]
        near = np.take_along_axis(scores, best, axis=1) >= NEAR
        for row, column in np.argwhere(near).tolist():
            one, other = int(part[row]), int(best[row, column])
            found.add((min(one, other), max(one, other)))
    for one, other in sorted(found):
        if is_comparable(articles[cuts[places[one]].path], articles[cuts[places[other]].path]):
            yield places[one], places[other]


def by_word(
    places: Sequence[int],
    cuts: Sequence[Cut],
    pieces: "Pieces",
    articles: Mapping[str, Standing],
) -> Iterator[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for place in places:
        for word in set(content_stems(" ".join(one.text for one in pieces[place]))):
            holders[word].append(place)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for known in holders.values():
        for pair in combinations(known, 2) if len(known) <= RARE else ():
            shared[pair] += 1
    for (one, other), count in sorted(shared.items()):
        mine, its = cuts[one].path, cuts[other].path
        if count > 1 and mine != its and is_comparable(articles[mine], articles[its]):
            yield one, other


def is_comparable(one: Standing, other: Standing) -> bool:
    return one.language == other.language and may_meet(one.audience, other.audience)


def sense_of(embedder: Embedder) -> Sense:
    def cosines(pairs: Sequence[tuple[str, str]]) -> list[float]:
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        rows = dict(zip(texts, embedder.embed(texts), strict=True))
        return [float(rows[one] @ rows[other]) for one, other in pairs]

    return cosines


class Compared:
    """The comparison of the shelf as it stands, kept in a file until the shelf changes."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self.folder = database, folder

    def mark(self) -> str:
        with self._database.read() as connection:
            said = list_named(connection)
        return hashlib.blake2b(repr((RECIPE, said)).encode(), digest_size=8).hexdigest()

    def is_known(self) -> bool:
        return (self.folder / f"{self.mark()}.json").exists()

    def find(self) -> Comparison | None:
        """What is known about the shelf of this moment, without working on it."""
        try:
            return KEPT.validate_json((self.folder / f"{self.mark()}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def find_last(self) -> Comparison | None:
        """Of the shelf as it was when it was last compared."""
        for old in sorted(self.folder.glob("*.json")):
            with suppress(OSError, ValueError):
                return KEPT.validate_json(old.read_bytes())
        return None

    def get(self, embedder: Embedder | None) -> Comparison:
        known = self.find()
        if known:
            return known
        mark = self.mark()
        fresh = compare_shelf(self._database, embedder, self.find_last())
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{mark}"
        beside.write_bytes(KEPT.dump_json(fresh))
        for old in self.folder.glob("*.json"):
            old.unlink(missing_ok=True)
        beside.replace(self.folder / f"{mark}.json")
        return fresh
