"""How does one question become an answer with its lines, a question in return, or an honest refusal?"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from knowledge.answer import Answer
from knowledge.claims import read_claims
from knowledge.confidence import NEAR, Evidence
from knowledge.draft import Draft, draft
from knowledge.evidence import found_text
from knowledge.refusal import is_foreign, missing_words, nearest
from knowledge.rivals import AS_CLOSE, AS_NAMED, MOST_CHOICES, contradiction, rivals_of, unclear
from knowledge.rows import says
from knowledge.search import Hit, Question, Ranking, Senses, search
from store.database import Database
from store.shelf_reading import ShelfReader, reading


@dataclass(frozen=True, slots=True)
class Found:
    """An answer with all that it came from."""

    answer: Answer
    ranking: Ranking
    evidence: Evidence


def ask(database: Database, senses: Senses, question: Question) -> Found:
    with look(database, senses, question) as reader:
        ranking = search(reader, senses, question)
        article = reader.article(ranking.hits[0].chunk.path) if ranking.hits else None
    if article is None:
        return refuse(database, senses, question, ranking, None)
    best = draft(senses, ranking, ranking.hits[0], article)
    best = by_name(database, senses, question, ranking, best)
    if not best.is_enough:
        return refuse(database, senses, question, ranking, best)
    choices = unclear(question, [ranking.hits[0], *rivals_of(ranking, AS_CLOSE, MOST_CHOICES)])
    if choices:
        answer = Answer(False, (), best.sure, question.language, near=nearest(ranking.hits), choices=choices)
        return Found(answer, ranking, best.evidence)
    return Found(answered(database, senses, question, ranking, best), ranking, best.evidence)


LESS = 0.15
"""Surer by so much, the best article is not left for one with a row."""


def by_name(database: Database, senses: Senses, question: Question, ranking: Ranking, best: Draft) -> Draft:
    """Where the best article does not say what was asked for, one of the next may, and be surer."""
    wants = best.lack.is_open or best.is_amiss
    near = [hit for hit in rivals_of(ranking, AS_NAMED, MOST_CHOICES) if wants or fills(best, hit)]
    if not near or best.evidence.is_golden:
        return best
    drafts = drafts_of(database, senses, question, ranking, near)
    return next((one for one in drafts if is_better(one, best)), best)


def is_better(one: Draft, best: Draft) -> bool:
    if one.named_rank > best.named_rank and one.sure > best.sure - LESS:
        return True
    # Of several that might answer a question without an answer, one is always surer by chance.
    may_give_way = best.is_amiss or (best.is_enough and not best.is_named)
    return may_give_way and one.sure > best.sure and not one.is_amiss


def fills(best: Draft, hit: Hit) -> bool:
    """Whether it says what the best article does not, or has only as a part of another name."""
    wanted = [one.words for one in best.strange]
    if best.is_named and best.named.whole < 1:
        wanted.append(best.named.words)
    return any(says(hit.chunk.text, words) for words in wanted)


def look(database: Database, senses: Senses, question: Question) -> AbstractContextManager[ShelfReader]:
    embedder = senses.embedder.identity if senses.embedder else ""
    return reading(database, question.audiences, embedder, senses.lexical)


def answered(database: Database, senses: Senses, question: Question, ranking: Ranking, best: Draft) -> Answer:
    """With what another article says against it: which of the two is right is not ours to choose."""
    against = contradiction(senses, best, others(database, senses, question, ranking, best))
    return Answer(
        True,
        (*best.said, *against),
        best.sure,
        best.article.language,
        near=nearest([hit for hit in ranking.hits if hit.chunk.path != best.article.path]),
        disagrees=bool(against),
    )


def others(
    database: Database, senses: Senses, question: Question, ranking: Ranking, best: Draft
) -> list[Draft]:
    near = [hit for hit in rivals_of(ranking) if may_contradict(best, hit)]
    if not near:
        return []
    return drafts_of(database, senses, question, ranking, near)


def drafts_of(
    database: Database, senses: Senses, question: Question, ranking: Ranking, hits: Sequence[Hit]
) -> list[Draft]:
    """Those that would be an answer."""
    with look(database, senses, question) as reader:
        articles = [(hit, reader.article(hit.chunk.path)) for hit in hits]
    drafts = [draft(senses, ranking, hit, article) for hit, article in articles if article]
    return [one for one in drafts if one.is_enough]


def may_contradict(best: Draft, hit: Hit) -> bool:
    """Only what counts the same can say another number."""
    mine = read_claims(" ".join(one.text for one in best.said))
    return mine.may_oppose(read_claims(hit.chunk.text))


def refuse(
    database: Database, senses: Senses, question: Question, ranking: Ranking, best: Draft | None
) -> Found:
    evidence, sure = (best.evidence, best.sure) if best else (Evidence(), 0.0)
    with look(database, senses, question) as reader:
        missing = missing_words(reader, question, found_text(ranking.hits[0]) if ranking.hits else "")
        foreign = is_foreign(reader, question)
    near = nearest(ranking.hits) if sure >= NEAR else ()
    answer = Answer(False, (), sure, question.language, near=near, missing=missing, is_foreign=foreign)
    return Found(answer, ranking, evidence)
