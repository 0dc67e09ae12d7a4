"""Which articles come nearest to the question? By meaning and by words, for this reader only."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.claims import measures_in
from knowledge.embedding import Embedder
from knowledge.index import VectorIndex
from knowledge.language import is_latin
from knowledge.likeness import RememberingReader
from knowledge.overlap import coverage, is_same, side_by_side
from knowledge.spelling import repaired
from knowledge.sync import unpack
from knowledge.synonyms import other_words
from knowledge.words import content_stems, grams_of, is_code, words_of
from store.fulltext import Shelf
from store.shelf import Hash
from store.shelf_reading import Lexical, ShelfReader, Shelved

DEPTH = 60
READ = 3
"""Articles that may be shown; of the others only the place in the ranking counts."""
LONGEST = 2_000
"""Characters of a question that are searched for; the rest of a pasted log only blurs it."""
MOST_WORDS, MOST_GRAMS = 64, 256
BY_MEANING, BY_MEANING_ELSEWHERE = 0.72, 0.3
"""English, and other languages in Latin script: the embedder has read mostly English."""
LOOKED_AT, BY_SHARE, BY_NEIGHBOURS = 24, 0.05, 0.05
"""Candidates that are looked at word by word, and what it adds that they hold the question's words, and hold
them side by side."""
MOST_WEIGHED = 32
"""Tokens of a question that are weighed by how rare they are."""
FIRST = 100
"""On a shelf of a few pieces words are rare or common by chance; so many more, without the word, count."""
CLOSE, BY_SENTENCE, MOST_SENTENCES = 0.7, 0.35, 16
"""Share of the best score from which on an article is looked at by its sentences; what the best one adds."""
SENTENCE = re.compile(r"\n|(?<=[.!?])\s+")
BEFORE = 0.7
SHORT = 8
"""A question of up to so many words is read with the one before it, too."""
BY_OTHERS = 0.8
"""What a word counts that only the articles give for one of the question."""
MEASURED = 0.3
"""What a measured number counts beside a word as rare."""
FOREIGN = 0.8
"""What an article in another language than the question's is worth."""
GOLDEN, SAME, VERY_SAME, HEADED = 0.8, 0.85, 2.0, 1.5
REFERS = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|their|there|one|ones|such|same|other|others|else|also|too|instead|"
    r"er|sie|es|das|dies|diese|dieser|dieses|dort|davon|dafür|auch|eso|esto|ese|esta|ello|ellos|también|"
    r"cela|ça|celui|celle|aussi|isso|isto|esse|essa|também)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Senses:
    """What is loaded; without the first two, words alone decide."""

    embedder: Embedder | None = None
    index: VectorIndex | None = None
    sentences: Embedder | None = None
    """The same embedder, for texts that come again."""
    reader: RememberingReader | None = None
    lexical: Lexical | None = None
    """Without it, or while it is behind, the database's own full text finds the words."""


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    before: str
    """The same person's turn before this one, or empty."""
    audiences: tuple[str, ...]
    language: str
    repairs: Mapping[str, str] = field(default_factory=dict)
    """Folded words that were written wrongly, with those that were meant."""

    @property
    def is_follow_up(self) -> bool:
        return bool(self.before) and (len(words_of(self.text)) <= SHORT or bool(REFERS.search(self.text)))

    def readings(self) -> list[str]:
        """The question alone, and with what it may refer to."""
        alone = repaired(self.text[:LONGEST], self.repairs)
        return [alone, f"{self.before[:LONGEST]} {alone}"] if self.is_follow_up else [alone]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A chunk among the candidates."""

    chunk: Shelved
    cosine: float | None
    """None when the chunk has no vector yet, or meaning does not count."""
    score: float

    def plus(self, more: float) -> "Weighed":
        return Weighed(self.chunk, self.cosine, self.score + more)

    def times(self, share: float) -> "Weighed":
        return Weighed(self.chunk, self.cosine, self.score * share)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article, and the piece of it that came nearest."""

    chunk: Shelved
    """Text that can be shown."""
    best: Shelved
    """What was found: the same, or a golden question of the article."""
    score: float
    """Comparable within one search only."""
    cosine: float | None
    """Of the article's best piece or golden question; None without vectors."""


@dataclass(frozen=True, slots=True)
class Ranking:
    hits: tuple[Hit, ...]
    reading: "Reading"
    """The one that says most: with the turn before when there is one."""
    around: tuple[float, ...]
    """Cosines of the nearest pieces, with that reading."""
    weights: Mapping[str, float]
    """Of the question's tokens: one that stands in few chunks says more than one that stands in many."""


@dataclass(frozen=True, slots=True)
class Reading:
    text: str
    alone: str
    """Without the turn before."""
    kind: Shelf
    share: float
    vector: NDArray[np.float32] | None
    nearest: Mapping[Hash, float] = field(default_factory=dict)
    """By the index; nothing when meaning does not count."""


def search(reader: ShelfReader, senses: Senses, question: Question) -> Ranking:
    known = reader.languages()
    kind: Shelf = "chunk_grams" if question.language != "en" and question.language in known else "chunk_words"
    share = share_of_meaning(kind, question.text) if senses.embedder and senses.index else 0.0
    fused: dict[int, Weighed] = {}
    readings = [read(reader, senses, text, question, kind=kind, share=share) for text in question.readings()]
    weights = rarity(reader, readings[-1])
    for reading, weight in zip(readings, (1.0, BEFORE), strict=False):
        weighed = weigh(reader, reading)
        for one in look_again(reader, reading, weights, weighed) if kind == "chunk_words" else weighed:
            fused[one.chunk.number] = add(fused.get(one.chunk.number), one, weight)
    foreign = FOREIGN if question.language in known else 1.0
    ranked = [
        one if one.chunk.language == question.language else one.times(foreign) for one in fused.values()
    ]
    hits = look_closer(senses, readings[-1], list(by_article(reader, ranked, readings[-1])))
    return Ranking(tuple(hits), readings[-1], tuple(readings[-1].nearest.values()), weights)


def look_closer(senses: Senses, reading: "Reading", hits: Sequence["Hit"]) -> list["Hit"]:
    """Where the embedder has read little, a piece blurs for it what a single sentence says."""
    near = [hit for hit in hits[:READ] if hit.score >= CLOSE * hits[0].score]
    if reading.kind == "chunk_words" or not reading.share or len(near) < 2 or not senses.sentences:
        return list(hits)
    vector = reading.vector
    lines = [sentences_of(hit.chunk.text) for hit in near]
    if vector is None or not all(lines):
        return list(hits)
    cosines = [float((senses.sentences.embed(texts) @ vector).max()) for texts in lines]
    worth = BY_SENTENCE * hits[0].score
    closer = [
        replace(hit, score=hit.score + worth * max(0.0, cosine))
        for hit, cosine in zip(near, cosines, strict=True)
    ]
    rest = [replace(hit, score=hit.score + worth * min(cosines)) for hit in hits[len(near) :]]
    return [*sorted(closer, key=lambda hit: -hit.score), *rest]


def sentences_of(text: str) -> list[str]:
    return [line for part in SENTENCE.split(text)[:MOST_SENTENCES] if (line := part.strip())]


def read(
    reader: ShelfReader, senses: Senses, text: str, question: Question, *, kind: Shelf, share: float
) -> Reading:
    vector = embed(senses, text)
    near: dict[Hash, float] = {}
    if vector is not None and senses.index and share:
        near = senses.index.nearest(reader.audiences, vector, DEPTH)
    return Reading(text, question.readings()[0], kind, share, vector, near)


def rarity(reader: ShelfReader, reading: "Reading") -> dict[str, float]:
    total = reader.size() + FIRST
    held = reader.count(reading.kind, question_tokens(reading)[:MOST_WEIGHED])
    measured = set(measures_in(reading.text)) if reading.kind == "chunk_words" else set()
    return {
        token: (MEASURED if token in measured else 1.0) * math.log(1 + (total - count - 0.5) / (count + 1.5))
        for token, count in held.items()
        # A code that nobody writes so is there in its parts.
        if count or not is_code(token)
    }


def share_of_meaning(kind: Shelf, text: str) -> float:
    if kind == "chunk_words":
        return BY_MEANING
    return BY_MEANING_ELSEWHERE if is_latin(text) else 0.0


def embed(senses: Senses, text: str) -> NDArray[np.float32] | None:
    if senses.reader:
        # Its words are looked at later, and by then they are known.
        return senses.reader.read([text])[0].vector
    return senses.embedder.embed([text])[0] if senses.embedder else None


def weigh(reader: ShelfReader, reading: Reading) -> list[Weighed]:
    """Candidates of both searches, each score as a share of the best."""
    by_words, found = find_words(reader, reading)
    cosines: dict[Hash, float] = {}
    if reading.vector is not None and reading.nearest:
        cosines |= reading.nearest
        found |= {chunk.number: chunk for chunk in reader.chunks_by_hash(cosines)}
        others = {chunk.hash for chunk in found.values()} - cosines.keys()
        cosines |= exact(reader.vectors(others), reading.vector)
    most_words = max(by_words.values(), default=0.0) or 1.0
    most_meaning = max(cosines.values(), default=0.0) or 1.0
    weighed = []
    for number, chunk in found.items():
        cosine = cosines.get(chunk.hash)
        meaning = reading.share * max(0.0, cosine or 0.0) / most_meaning
        words = (1 - reading.share) * by_words.get(number, 0.0) / most_words
        weighed.append(Weighed(chunk, cosine, (meaning + words) * worth(chunk, cosine, reading)))
    return weighed


def find_words(reader: ShelfReader, reading: Reading) -> tuple[dict[int, float], dict[int, Shelved]]:
    """And once more with the other words that the found texts give for those of the question."""
    tokens = searched_tokens(reading)
    by_words = reader.find(reading.kind, tokens, DEPTH)
    found = {chunk.number: chunk for chunk in reader.chunks(by_words)}
    if reading.kind != "chunk_words":
        return by_words, found
    others, meant = other_words(tokens, (chunk.text for chunk in found.values()))
    if others:
        scores = reader.find(reading.kind, [*tokens, *others], DEPTH)
        held = reader.tokens(reading.kind, list(scores))
        for number, score in scores.items():
            # What says the question's own word needs no other for it.
            if not meant <= {*held[number].heading.split(), *held[number].body.split()}:
                by_words[number] = max(by_words.get(number, 0.0), BY_OTHERS * score)
        found |= {chunk.number: chunk for chunk in reader.chunks(by_words.keys() - found.keys())}
    return by_words, found


def searched_tokens(reading: Reading) -> list[str]:
    """Of "35 days" the days alone: what is measured is a case, and no article is about that very number."""
    tokens = question_tokens(reading)
    measured = set(measures_in(reading.text)) if reading.kind == "chunk_words" else set()
    return [token for token in tokens if token not in measured] or tokens


def look_again(
    reader: ShelfReader, reading: Reading, weights: Mapping[str, float], weighed: Sequence[Weighed]
) -> list[Weighed]:
    """BM25 adds up words wherever they stand; here it counts how many of them are there, and in order."""
    best = sorted(weighed, key=lambda one: (-one.score, one.chunk.number))
    tokens = question_tokens(reading)
    wanted = {token: weights[token] for token in tokens if token in weights}
    looked = reader.tokens(reading.kind, [one.chunk.number for one in best[:LOOKED_AT]])
    held = {number: f"{one.heading} {one.body}".split() for number, one in looked.items()}
    return [one.plus(overlap(tokens, wanted, held.get(one.chunk.number, []))) for one in best]


def overlap(tokens: Sequence[str], wanted: Mapping[str, float], found: Sequence[str]) -> float:
    return BY_SHARE * coverage(wanted, set(found)) + BY_NEIGHBOURS * side_by_side(tokens, found)


def worth(chunk: Shelved, cosine: float | None, reading: Reading) -> float:
    """Any two questions are alike; a golden one counts fully only when it is nearly the same question, and
    above all texts when it is the very same."""
    if chunk.kind == "question" and is_same(reading.alone, chunk.text):
        return VERY_SAME
    if chunk.kind == "text" and heads(chunk, reading.alone):
        return HEADED
    return GOLDEN if chunk.kind == "question" and (cosine or 0.0) < SAME else 1.0


def heads(chunk: Shelved, question: str) -> bool:
    """Whether a section of the piece is headed with this very question."""
    lines = (chunk.heading.rpartition(" > ")[2], *chunk.text.split("\n"))
    return any(line.endswith("?") and is_same(question, line) for line in lines)


def question_tokens(reading: Reading) -> list[str]:
    if reading.kind == "chunk_words":
        return content_stems(reading.text)[:MOST_WORDS]
    return list(dict.fromkeys(grams_of(reading.text)))[:MOST_GRAMS]


def exact(vectors: Mapping[Hash, bytes], vector: NDArray[np.float32]) -> dict[Hash, float]:
    """The index names the nearest only; for what the words found, the cosine is worked out here."""
    if not vectors:
        return {}
    scores = unpack(list(vectors.values())) @ vector
    return dict(zip(vectors, scores.tolist(), strict=True))


def add(standing: Weighed | None, other: Weighed, weight: float) -> Weighed:
    if standing is None:
        return Weighed(other.chunk, other.cosine, other.score * weight)
    return Weighed(other.chunk, highest(standing.cosine, other.cosine), standing.score + other.score * weight)


def highest(*cosines: float | None) -> float | None:
    return max((cosine for cosine in cosines if cosine is not None), default=None)


def by_article(reader: ShelfReader, weighed: Sequence[Weighed], reading: Reading) -> Iterator[Hit]:
    """The article counts as much as its best chunk; what is read from it is its best text."""
    articles: dict[str, list[Weighed]] = {}
    for one in sorted(weighed, key=lambda one: (-one.score, one.chunk.number)):
        articles.setdefault(one.chunk.path, []).append(one)
    for place, chunks in enumerate(articles.values()):
        text = next((one.chunk for one in chunks if one.chunk.kind == "text"), None)
        if text is None:
            text = nearest_piece(reader, chunks[0].chunk, reading) if place < READ else chunks[0].chunk
        yield Hit(text, chunks[0].chunk, chunks[0].score, highest(*(one.cosine for one in chunks)))


def nearest_piece(reader: ShelfReader, question: Shelved, reading: Reading) -> Shelved:
    """Only a golden question was found; which piece of its article answers it?"""
    pieces = reader.pieces(question.path)
    if reading.vector is None or len(pieces) == 1:
        return pieces[0]
    cosines = exact(reader.vectors({piece.hash for piece in pieces}), reading.vector)
    return max(pieces, key=lambda piece: cosines.get(piece.hash, 0.0))
