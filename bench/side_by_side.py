"""How do words alone, meaning alone, the plain hybrid and the whole search compare on the same questions?"""

import resource
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.retrieval import bare_shop, opened
from bench.sets import Set, find_sets
from bench.table import median, percentile
from knowledge.evaluation import Asked, summary, try_one
from knowledge.language import is_latin
from knowledge.library import Library
from knowledge.search import DEPTH, Question, search
from knowledge.words import content_stems, grams_of
from store.articles import readable_by
from store.shelf_reading import ShelfReader, reading

BY_MEANING, BY_MEANING_ELSEWHERE = 0.7, 0.3
KS = (1, 5)
AUDIENCES = readable_by("customers")
Scores = Mapping[int, float]
Find = Callable[[Library, ShelfReader, Question], list[str]]
"""Paths of articles, best first."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    places: tuple[int | None, ...]
    took: tuple[float, ...]
    """Milliseconds."""

    def text(self) -> str:
        recall = [share(place is not None and place < k for place in self.places) for k in KS]
        reciprocal = [0.0 if place is None else 1 / (place + 1) for place in self.places]
        quality = " ".join(f"{value:6.3f}" for value in (*recall, sum(reciprocal) / len(reciprocal)))
        return f"{self.name:<26} {quality} {median(self.took):7.1f} {percentile(self.took, 0.95):7.1f}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shop = Set("shop, golden questions", place / "shop", tuple(bare_shop(place / "shop")))
        for one in find_sets() or [shop]:
            compare(one, place)


def compare(one: Set, place: Path) -> None:
    with opened(place / "data" / one.name, one.articles, place / "models") as library:
        began = perf_counter()
        library.be_ready()
        indexed = perf_counter() - began
        seconds_of(library)
        pieces = sum(article.pieces for article in library.status().articles)
        print(f"\n{one.name}: {len(library.status().articles)} articles, {pieces} pieces")
        print(f"{'':<26} {'R@1':>6} {'R@5':>6} {'MRR':>6} {'p50 ms':>7} {'p95 ms':>7}")
        known = [asked for asked in one.questions if asked.gold]
        for name, find in WAYS.items():
            print(measure(name, find, library, known).text())
        print_answers(library, one.questions)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        quiet = seconds_of(library)
        print(f"indexed in {indexed:.1f} s; a pass without change {quiet:.3f} s; {memory:.0f} MB at most")


def seconds_of(library: Library) -> float:
    began = perf_counter()
    library.sync()
    return perf_counter() - began


def measure(name: str, find: Find, library: Library, known: Sequence[Asked]) -> Line:
    places, took = [], []
    senses = library.senses()
    identity = senses.embedder.identity if senses.embedder else ""
    for asked in known:
        question = question_of(library, asked)
        with reading(library.database, AUDIENCES, identity, senses.lexical) as reader:
            began = perf_counter()
            paths = find(library, reader, question)
            took.append((perf_counter() - began) * 1_000)
        places.append(next((at for at, path in enumerate(paths) if path in asked.gold), None))
    return Line(name, tuple(places), tuple(took))


def question_of(library: Library, asked: Asked) -> Question:
    before = asked.before()[-1] if asked.before() else ""
    language = library.language_of(asked.question, AUDIENCES)
    repairs = library.spelling.repairs(asked.question, AUDIENCES, language)
    return Question(asked.question, before, AUDIENCES, language, repairs)


def print_answers(library: Library, questions: Sequence[Asked]) -> None:
    outcomes = [
        try_one(
            asked,
            lambda one: library.find(one.question, history=one.before(), audience="customers", language=""),
        )
        for asked in questions
    ]
    told = summary(outcomes)
    names = ("answered", "false_answers", "auroc", "p50_ms", "p95_ms")
    print("answers: " + ", ".join(f"{name} {told[name]}" for name in names if told[name] is not None))


def by_words(_: Library, reader: ShelfReader, question: Question) -> list[str]:
    return paths_of(reader, words_scores(reader, question))


def by_meaning(library: Library, reader: ShelfReader, question: Question) -> list[str]:
    return paths_of(reader, meaning_scores(library, reader, question))


def by_hybrid(library: Library, reader: ShelfReader, question: Question) -> list[str]:
    """Each as a share of its best, and the embedder trusted less where it has read little."""
    english = question.language == "en" or question.language not in reader.languages()
    weight = BY_MEANING if english else BY_MEANING_ELSEWHERE if is_latin(question.text) else 0.0
    words, meaning = words_scores(reader, question), meaning_scores(library, reader, question)
    together = {
        number: (1 - weight) * words.get(number, 0.0) / highest(words)
        + weight * meaning.get(number, 0.0) / highest(meaning)
        for number in words.keys() | meaning.keys()
    }
    return paths_of(reader, together)


def by_all(library: Library, reader: ShelfReader, question: Question) -> list[str]:
    return [hit.chunk.path for hit in search(reader, library.senses(), question).hits]


WAYS: Mapping[str, Find] = {
    "full text alone": by_words,
    "MiniLM alone": by_meaning,
    "0.7 MiniLM + 0.3 full text": by_hybrid,
    "ours": by_all,
}


def words_scores(reader: ShelfReader, question: Question) -> Scores:
    if question.language == "en" or question.language not in reader.languages():
        return reader.find("chunk_words", content_stems(question.text), DEPTH)
    return reader.find("chunk_grams", list(dict.fromkeys(grams_of(question.text))), DEPTH)


def meaning_scores(library: Library, reader: ShelfReader, question: Question) -> Scores:
    senses = library.senses()
    if senses.embedder is None or senses.index is None:
        return {}
    cosines = senses.index.nearest(AUDIENCES, senses.embedder.embed([question.text])[0], DEPTH)
    return {chunk.number: cosines[chunk.hash] for chunk in reader.chunks_by_hash(cosines)}


def highest(scores: Scores) -> float:
    return max(scores.values(), default=0.0) or 1.0


def paths_of(reader: ShelfReader, scores: Scores) -> list[str]:
    chunks = {chunk.number: chunk.path for chunk in reader.chunks(scores)}
    ordered = sorted(chunks, key=lambda number: (-scores[number], number))
    return list(dict.fromkeys(chunks[number] for number in ordered))


def share(claims: Iterable[bool]) -> float:
    listed = list(claims)
    return sum(listed) / len(listed) if listed else 0.0
