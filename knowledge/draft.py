"""Which lines of this article would be said, and how sure is it that they answer?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.answer import ENOUGH, Candidate, Passage, Sentence, choose, read_candidates
from knowledge.confidence import Evidence, confidence
from knowledge.evidence import Compared, gather, held
from knowledge.likeness import likeness
from knowledge.search import Hit, Ranking, Senses
from store.articles import ArticleVersion
from store.shelf_reading import Shelved

GENERAL = 0.85
"""Share of the question that the title holds: then it asks for no detail, and gets the beginning."""
MOST_CANDIDATES, ADVANTAGE = 12, 0.3
"""Units that are compared by meaning; of more, those with the most words of the question."""
FOUND = 0.05
"""What it adds to a unit's score that it stands in the piece that was found."""
BY_SENTENCE, BY_HEADING, BY_WORDS = 0.4, 0.3, 0.3


@dataclass(frozen=True, slots=True)
class Draft:
    article: ArticleVersion
    said: tuple[Sentence, ...]
    evidence: Evidence
    sure: float

    @property
    def is_enough(self) -> bool:
        return bool(self.said) and self.sure >= ENOUGH


def draft(senses: Senses, ranking: Ranking, hit: Hit, article: ArticleVersion) -> Draft:
    asked, weights = ranking.reading, ranking.weights
    passage = passage_of(article, hit.chunk)
    if held(article.title, asked, weights) >= GENERAL:
        passage = passage.lead()
    candidates = shortlist(passage, read_candidates(passage), ranking)
    compared = compare(senses, candidates, ranking)
    scores = scores_of(passage, candidates, compared, ranking)
    said = choose(passage, candidates, scores)
    evidence = gather(ranking, hit, candidates, compared, said)
    return Draft(article, said, evidence, confidence(evidence))


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


def shortlist(passage: Passage, candidates: Sequence[Candidate], ranking: Ranking) -> list[Candidate]:
    """What holds most words of the question; the found piece and the beginning have an advantage."""
    if len(candidates) <= MOST_CANDIDATES:
        return list(candidates)

    def chance(one: Candidate) -> float:
        near = passage.holds(one.unit) or one.section == candidates[0].section
        return held(one.context, ranking.reading, ranking.weights) + ADVANTAGE * near

    kept = set(sorted(candidates, key=chance, reverse=True)[:MOST_CANDIDATES])
    return [one for one in candidates if one in kept]


def compare(senses: Senses, candidates: Sequence[Candidate], ranking: Ranking) -> Compared:
    """Nothing when meaning does not count for this language."""
    asked = ranking.reading
    if senses.sentences is None or asked.vector is None or not asked.share or not candidates:
        return Compared()
    headings = list(dict.fromkeys(one.last_heading for one in candidates))
    texts = [one.unit.text for one in candidates] + headings
    alike = None
    if senses.reader and asked.kind == "chunk_words":
        question, *reads = senses.reader.read([asked.alone, *texts])
        lines, above = reads[: len(candidates)], reads[len(candidates) :]
        alike = likeness(asked.alone, ranking.weights, question, lines, above)
        vectors = np.stack([one.vector for one in reads])
    else:
        vectors = senses.sentences.embed(texts)
    cosines = (vectors @ asked.vector).clip(min=0.0).tolist()
    by_heading = dict(zip(headings, cosines[len(candidates) :], strict=True))
    above_each = [by_heading[one.last_heading] for one in candidates]
    return Compared(cosines[: len(candidates)], above_each, alike)


def scores_of(
    passage: Passage, candidates: Sequence[Candidate], compared: Compared, ranking: Ranking
) -> list[float]:
    words = [held(one.context, ranking.reading, ranking.weights) for one in candidates]
    bonus = [FOUND if passage.holds(one.unit) else 0.0 for one in candidates]
    if not compared.cosines:
        return [word + more for word, more in zip(words, bonus, strict=True)]
    together = zip(compared.cosines, compared.above, words, bonus, strict=True)
    return [
        BY_SENTENCE * own + BY_HEADING * heading + BY_WORDS * word + more
        for own, heading, word, more in together
    ]
