"""Which chunks hold these tokens, when Postgres itself is asked? Few rows are looked at, the rarest first."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, String, bindparam, text

from store.fulltext import HEADING, Shelf
from store.shelf_counts import Sizes, sizes_of

SHELVES: tuple[Shelf, ...] = ("chunk_words", "chunk_grams")
CANDIDATES, MOST_TOKENS = 300, 64
"""Rows that are counted through, and tokens of a question that are looked at."""
ROOM, LARGEST_ROOM = 2_000, 10_000
"""Rows that the rarest tokens may bring before the next one counts only together with others; and rows that
are weighed at all, where even all tokens together bring more."""
WEIGHED = 24
"""Tokens by which rows are put in order before they are counted through; the others are the commonest."""
DRIFT = 100
"""A figure holds until one piece has come or gone for each so many that it counts."""
CLOSE = 1.1
"""How far apart the most and the least may lie when a count is estimated."""
K1, B = 1.2, 0.75

Key = tuple[Shelf, str, tuple[str, ...]]


@dataclass(slots=True)
class Figures:
    """What every question needs and no question changes."""

    sizes: Sizes
    usual: dict[Shelf, float] = field(default_factory=dict)
    """Tokens in a piece, on average."""
    shares: dict[Shelf, dict[str, float]] = field(default_factory=dict)
    """Of all pieces, that hold a token; the commonest only, as Postgres has counted them."""
    counted: dict[Key, tuple[Sizes, int]] = field(default_factory=dict)
    """By token and readers, with what the shelf was like."""


KNOWN: "WeakKeyDictionary[Engine, Figures]" = WeakKeyDictionary()
"""Of each open database."""


@dataclass(frozen=True, slots=True)
class PostgresWords:
    """The full text of Postgres, as one snapshot shows it."""

    connection: Connection
    sizes: Sizes

    def find(
        self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str], limit: int
    ) -> dict[int, float]:
        """Chunks of these audiences with at least one of the tokens, best first."""
        if not tokens or not audiences:
            return {}
        asked = list(dict.fromkeys(tokens))[:MOST_TOKENS]
        held = self.count(shelf, asked, audiences=audiences)
        total = self.sizes.pieces_of(audiences)
        weights = {token: weight_of(count, total) for token, count in held.items() if count}
        ways = ways_to_match(shelf, asked, held)
        if not ways:
            return {}
        rows = self._candidates(shelf, choose_rows(ways, total), weights, audiences)
        usual = usual_of(self.connection, shelf, self.sizes)
        scores = {number: bm25(heading, body, weights, usual) for number, heading, body in rows}
        return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit])

    def count(self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str]) -> dict[str, int]:
        """In how many chunks of these audiences each token stands: of the common ones nearly so many."""
        if not audiences:
            return dict.fromkeys(tokens, 0)
        return {token: self._count_once(shelf, token, tuple(audiences)) for token in tokens}

    def _count_once(self, shelf: Shelf, token: str, audiences: tuple[str, ...]) -> int:
        figures = figures_of(self.connection, self.sizes)
        known = figures.counted.get((shelf, token, audiences))
        if known and not is_outlived(known[0], self.sizes, known[1]):
            return known[1]
        share = figures.shares[shelf].get(token, 0.0)
        count = estimate(share, audiences, self.sizes) or self._count(shelf, token, audiences)
        figures.counted[shelf, token, audiences] = (self.sizes, count)
        return count

    def _count(self, shelf: Shelf, token: str, audiences: Sequence[str]) -> int:
        query = text(
            f"SELECT count(*) FROM {shelf}"  # noqa: S608 - our own names
            " WHERE line @@ CAST(:token AS tsquery) AND audience IN :audiences"
        ).bindparams(bindparam("audiences", list(audiences), String, expanding=True))
        return int(self.connection.execute(query, {"token": f"'{token}'"}).scalar_one())

    def _candidates(
        self, shelf: Shelf, wanted: str, weights: Mapping[str, float], audiences: Sequence[str]
    ) -> Iterator[tuple[int, str, str]]:
        """A row counts by which tokens it holds; how often, is counted in the best of them."""
        rarest = sorted(weights, key=lambda token: (-weights[token], token))[:WEIGHED]
        said = " + ".join(
            f"CASE WHEN line @@ CAST(:t{place} AS tsquery) THEN {weights[token]:.6f} ELSE 0 END"
            for place, token in enumerate(rarest)
        )
        query = text(
            "SELECT rowid, heading, body FROM"  # noqa: S608 - our own names and numbers
            f" (SELECT rowid, heading, body, line FROM {shelf}"
            " WHERE line @@ CAST(:wanted AS tsquery) AND audience IN :audiences LIMIT :room) AS found"
            f" ORDER BY {said} DESC, rowid LIMIT :most"
        ).bindparams(bindparam("audiences", list(audiences), String, expanding=True))
        values = {f"t{place}": f"'{token}'" for place, token in enumerate(rarest)}
        limits = {"wanted": wanted, "room": LARGEST_ROOM, "most": CANDIDATES}
        return ((row[0], row[1], row[2]) for row in self.connection.execute(query, values | limits))


def ways_to_match(shelf: Shelf, tokens: Sequence[str], held: Mapping[str, int]) -> dict[str, int]:
    """Each with the most rows that it can bring, the rarest first. One piece of a word stands in nearly
    every chunk; two neighbours say something."""
    if shelf == "chunk_words" or len(tokens) == 1:
        ways = {f"'{token}'": held[token] for token in tokens}
    else:
        ways = {f"('{one}' & '{other}')": min(held[one], held[other]) for one, other in pairwise(tokens)}
    return dict(sorted(((way, most) for way, most in ways.items() if most), key=lambda item: item[1]))


def choose_rows(ways: Mapping[str, int], total: int) -> str:
    """Whatever holds a rare token; of what holds only common ones, whatever holds several of them."""
    alone: list[str] = []
    room = ROOM
    for way, most in ways.items():
        if total > ROOM and most > room:
            break
        alone.append(way)
        room -= most
    common = {way: most for way, most in ways.items() if way not in alone}
    if common and (room > ROOM // 2 or not alone):
        alone.append(f"({' & '.join(as_many_as_needed(common, total, room))})")
    return " | ".join(alone)


def as_many_as_needed(common: Mapping[str, int], total: int, room: int) -> Iterator[str]:
    """The rarest of them, until those who hold all of these are few, as far as chance decides."""
    expected = float(total)
    for way, most in common.items():
        if expected <= room:
            return
        expected *= min(1.0, most / total)
        yield way


def bm25(heading: str, body: str, weights: Mapping[str, float], usual: float) -> float:
    above, below = Counter(heading.split()), Counter(body.split())
    length = K1 * (1 - B + B * below.total() / usual)
    score = 0.0
    for token, weight in weights.items():
        times = HEADING * above[token] + below[token]
        score += weight * times * (K1 + 1) / (times + length)
    return score


def weight_of(count: int, total: int) -> float:
    count = min(count, total)
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


def is_outlived(then: Sizes, now: Sizes, figure: int) -> bool:
    """Nobody counts 50,000 rows again because of one article."""
    return then.generation != now.generation and now.drift(then) * DRIFT > figure


def figures_of(connection: Connection, sizes: Sizes) -> Figures:
    known = KNOWN.get(connection.engine)
    pieces = sizes.all_pieces()
    if known is None or is_outlived(known.sizes, sizes, pieces):
        shares = {shelf: read_shares(connection, shelf, pieces) for shelf in SHELVES}
        known = KNOWN[connection.engine] = Figures(sizes, shares=shares)
    return known


def usual_of(connection: Connection, shelf: Shelf, sizes: Sizes) -> float:
    figures = figures_of(connection, sizes)
    if shelf not in figures.usual:
        query = text(f"SELECT coalesce(avg(size), 1) FROM {shelf}")  # noqa: S608 - our own names
        figures.usual[shelf] = float(connection.execute(query).scalar_one()) or 1.0
    return figures.usual[shelf]


def estimate(share: float, audiences: Sequence[str], sizes: Sizes) -> int:
    """Of a common token. 0 where readers of several kinds make the share of all say too little."""
    total, theirs = sizes.all_pieces(), sizes.pieces_of(audiences)
    most, least = min(share * total, theirs), share * total - (total - theirs)
    return round((most + least) / 2) if least > 0 and most <= CLOSE * least else 0


def read_shares(connection: Connection, shelf: Shelf, pieces: int) -> dict[str, float]:
    """What Postgres knows of its own about common tokens; nothing when it knew a shelf of another size."""
    if pieces <= ROOM or not is_known_well(connection, shelf, pieces):
        return {}
    query = text(
        "SELECT CAST(CAST(most_common_elems AS text) AS text[]), most_common_elem_freqs FROM pg_stats"
        " WHERE schemaname = ANY (current_schemas(false)) AND tablename = :name AND attname = 'line'"
    )
    found = connection.execute(query, {"name": shelf}).first()
    # The shares end with the least and the most of them once more.
    return dict(zip(found[0] or (), found[1] or (), strict=False)) if found else {}


def is_known_well(connection: Connection, shelf: Shelf, pieces: int) -> bool:
    query = text("SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)")
    known = float(connection.execute(query, {"name": shelf}).scalar_one())
    return known <= CLOSE * pieces and pieces <= CLOSE * known


def take_stock(connection: Connection) -> bool:
    """Lets Postgres count common tokens once there are many pieces; later it does so by itself. Whether
    there was anything to do."""
    pieces = sizes_of(connection).all_pieces()
    behind = [shelf for shelf in SHELVES if pieces > ROOM and not is_known_well(connection, shelf, pieces)]
    for shelf in behind:
        connection.execute(text(f"ANALYZE {shelf}"))
    if behind:
        KNOWN.pop(connection.engine, None)
    return bool(behind)
