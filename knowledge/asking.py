"""How does one question become an answer with its lines, or a refusal that says what is near?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.answer import (
    ENOUGH,
    Answer,
    Candidate,
    Near,
    Passage,
    Sentence,
    choose,
    coverage,
    read_candidates,
)
from knowledge.confidence import NEAR, Evidence, confidence
from knowledge.search import Hit, Question, Ranking, Reading, Senses, question_tokens, search
from knowledge.stems import stem
from knowledge.words import content_words, grams_of, is_unspaced, stems_of
from store.articles import ArticleVersion
from store.database import Database
from store.shelf_reading import ShelfReader, Shelved, reading

FIRST = 100
"""On a shelf of a few pieces words are rare or common by chance; so many more, without the word, count."""
MOST_MISSING = 6
GENERAL = 0.85
"""Share of the question that the title holds: then it asks for no detail, and gets the beginning."""
MOST_COUNTED = 32
"""Tokens of a question that are weighed by how rare they are."""
MOST_NEAR = 3
MOST_CANDIDATES, ADVANTAGE = 12, 0.3
"""Units that are compared by meaning; of more, those with the most words of the question."""
FOUND = 0.05
"""What it adds to a unit's score that it stands in the piece that was found."""
BY_SENTENCE, BY_HEADING, BY_WORDS = 0.4, 0.3, 0.3


@dataclass(frozen=True, slots=True)
class Found:
    """An answer with all that it came from."""

    answer: Answer
    ranking: Ranking
    evidence: Evidence


def ask(database: Database, senses: Senses, question: Question) -> Found:
    embedder = senses.embedder.identity if senses.embedder else ""
    with reading(database, question.audiences, embedder) as reader:
        ranking = search(reader, senses, question)
        best = ranking.hits[0] if ranking.hits else None
        article = reader.article(best.chunk.path) if best else None
        looked = look_closer(reader, ranking)
    said, evidence = answer_from(senses, article, best, looked) if best and article else NOTHING
    sure = confidence(evidence)
    if article and said and sure >= ENOUGH:
        answer = Answer(True, said, sure, article.language, near=nearest(ranking.hits[1:]))
        return Found(answer, ranking, evidence)
    with reading(database, question.audiences, embedder) as reader:
        missing = missing_words(reader, question, found_text(best) if best else "")
    near = nearest(ranking.hits) if sure >= NEAR else ()
    return Found(Answer(False, (), sure, question.language, near=near, missing=missing), ranking, evidence)


NOTHING: tuple[tuple[Sentence, ...], Evidence] = ((), Evidence())


@dataclass(frozen=True, slots=True)
class Looked:
    """How the question relates to the shelf as a whole."""

    asked: Reading
    weights: Mapping[str, float]
    """Of the question's tokens: one that stands in few chunks says more than one that stands in many."""


def look_closer(reader: ShelfReader, ranking: Ranking) -> Looked:
    asked = ranking.reading
    total = reader.size() + FIRST
    held = reader.count(asked.kind, question_tokens(asked)[:MOST_COUNTED])
    weights = {token: math.log(1 + (total - count - 0.5) / (count + 1.5)) for token, count in held.items()}
    return Looked(asked, weights)


def answer_from(
    senses: Senses, article: ArticleVersion, best: Hit, looked: Looked
) -> tuple[tuple[Sentence, ...], Evidence]:
    asked = looked.asked
    passage = passage_of(article, best.chunk)
    if coverage(looked.weights, tokens_in(article.title, asked)) >= GENERAL:
        passage = passage.lead()
    candidates = shortlist(passage, read_candidates(passage), looked)
    cosines, above = compare(senses, candidates, asked)
    scores = scores_of(candidates, cosines, above, looked)
    bonus = [FOUND if passage.holds(one.unit) else 0.0 for one in candidates]
    said = choose(passage, candidates, [one + more for one, more in zip(scores, bonus, strict=True)])
    told = " ".join(f"{one.citation.heading} {one.text}" for one in said)
    evidence = Evidence(
        coverage=coverage(looked.weights, tokens_in(found_text(best), asked)),
        said=coverage(looked.weights, tokens_in(told, asked)),
        cosine=best.cosine if asked.share else None,
        sentence=max(cosines, default=0.0),
        by_words=asked.kind == "chunk_words",
    )
    return said, evidence


def passage_of(article: ArticleVersion, chunk: Shelved) -> Passage:
    return Passage(
        article=article.path,
        version=article.version,
        title=article.title,
        language=article.language,
        lines=tuple(article.lines()),
        body=article.body,
        first=chunk.first,
        last=chunk.last,
    )


def found_text(hit: Hit) -> str:
    """What was found: the piece, and the golden question that led to it."""
    return f"{hit.chunk.heading}\n{hit.chunk.text}\n{hit.best.text}"


def tokens_in(text: str, asked: Reading) -> set[str]:
    return set(stems_of(text) if asked.kind == "chunk_words" else grams_of(text))


def shortlist(passage: Passage, candidates: Sequence[Candidate], looked: Looked) -> list[Candidate]:
    """What holds most words of the question; the found piece and the beginning have an advantage."""
    if len(candidates) <= MOST_CANDIDATES:
        return list(candidates)

    def chance(one: Candidate) -> float:
        near = passage.holds(one.unit) or one.section == candidates[0].section
        return coverage(looked.weights, tokens_in(one.context, looked.asked)) + ADVANTAGE * near

    kept = set(sorted(candidates, key=chance, reverse=True)[:MOST_CANDIDATES])
    return [one for one in candidates if one in kept]


def compare(
    senses: Senses, candidates: Sequence[Candidate], asked: Reading
) -> tuple[list[float], list[float]]:
    """Cosines of the question with each candidate, and with the heading that it stands under. Nothing when
    meaning does not count for this language."""
    if senses.sentences is None or asked.vector is None or not asked.share or not candidates:
        return [], []
    headings = list(dict.fromkeys(one.last_heading for one in candidates))
    vectors = senses.sentences.embed([one.unit.text for one in candidates] + headings)
    cosines = (vectors @ asked.vector).clip(min=0.0).tolist()
    above = dict(zip(headings, cosines[len(candidates) :], strict=True))
    return cosines[: len(candidates)], [above[one.last_heading] for one in candidates]


def scores_of(
    candidates: Sequence[Candidate], cosines: Sequence[float], above: Sequence[float], looked: Looked
) -> list[float]:
    words = [coverage(looked.weights, tokens_in(one.context, looked.asked)) for one in candidates]
    if not cosines:
        return words
    together = zip(cosines, above, words, strict=True)
    return [BY_SENTENCE * own + BY_HEADING * heading + BY_WORDS * word for own, heading, word in together]


def missing_words(reader: ShelfReader, question: Question, found: str) -> str | None:
    """As the customer wrote them: what no article holds, or else what the nearest one does not."""
    words = [word for word in content_words(question.text)[:MOST_COUNTED] if not is_unspaced(word)]
    held = reader.count("chunk_words", [stem(word) for word in words])
    nowhere = [word for word in words if not held[stem(word)]]
    if not nowhere and question.language == "en":
        near = set(stems_of(found))
        nowhere = [word for word in words if stem(word) not in near]
    return ", ".join(nowhere[:MOST_MISSING]) or None


def nearest(hits: Sequence[Hit]) -> tuple[Near, ...]:
    shown = hits[:MOST_NEAR]
    return tuple(
        Near(hit.chunk.path, hit.chunk.heading.partition(" > ")[0], hit.chunk.heading, round(hit.score, 3))
        for hit in shown
    )
