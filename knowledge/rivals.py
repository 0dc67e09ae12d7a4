"""Does an article near the top say something else, or may one of several be meant?"""

import re
from collections.abc import Sequence
from itertools import combinations

from knowledge.answer import Choice, Sentence
from knowledge.conflicts import Sense, Statement, find_conflicts
from knowledge.draft import Draft
from knowledge.search import Hit, Question, Ranking, Senses
from knowledge.silent import SILENT
from knowledge.words import fold, stems_of, words_of

CLOSE, AS_CLOSE = 0.8, 0.9
"""Of the best article's score: near enough to contradict it, and near enough to be meant as well."""
AS_NAMED = 0.5
"""Near enough to be asked for a row that the best article does not have."""
MOST_RIVALS, MOST_CHOICES = 3, 5
APART = 2
"""Words by which the titles of articles differ that are about the same, for another product or country."""


def rivals_of(ranking: Ranking, share: float = CLOSE, most: int = MOST_RIVALS) -> list[Hit]:
    """Of the same language; they come next."""
    best, *others = ranking.hits
    near = [
        hit
        for hit in others[:MOST_CHOICES]
        if hit.score >= share * best.score and hit.chunk.language == best.chunk.language
    ]
    return near[:most]


def contradiction(senses: Senses, best: Draft, others: Sequence[Draft]) -> tuple[Sentence, ...]:
    """What another article says to the same question with other figures. Empty when they agree."""
    mine = statements_of(best)
    for other in others:
        its = statements_of(other)
        found = find_conflicts([(list(mine), list(its))], sense_of(senses))
        said = {one for conflict in found for one in (conflict.one, conflict.other)}
        if found:
            return tuple(its[one] for one in its if one in said)
    return ()


def statements_of(draft: Draft) -> dict[Statement, Sentence]:
    """Without headings: what is asked is one matter already."""
    article = draft.article
    audience = article.audiences[-1] if article.audiences else ""
    return {
        Statement(
            article.path,
            article.title,
            one.citation.heading.rpartition(" > ")[2],
            audience,
            article.language,
            *one.citation.lines,
            one.text,
        ): one
        for one in draft.said
    }


def sense_of(senses: Senses) -> Sense | None:
    embedder = senses.sentences
    if embedder is None:
        return None

    def cosines(pairs: Sequence[tuple[str, str]]) -> list[float]:
        left = embedder.embed([one for one, _ in pairs])
        right = embedder.embed([other for _, other in pairs])
        return [float(one @ other) for one, other in zip(left, right, strict=True)]

    return cosines


def unclear(question: Question, hits: Sequence[Hit]) -> tuple[Choice, ...]:
    """Articles whose titles differ in a word or two that the question does not say. Empty when clear."""
    titles = {hit.chunk.path: hit.chunk.heading.partition(" > ")[0] for hit in hits}
    if len(titles) < 2 or not is_one_family(list(titles.values())):
        return ()
    own = {title: own_words(title, list(titles.values())) for title in titles.values()}
    said = set(stems_of(f"{question.before} {question.text}")) | set(words_of(question.text))
    if any(word.isdigit() for words in own.values() for word in words):
        # Titles made of file names: nobody could choose by a number.
        return ()
    if any(set(stems_of(word)) & said for words in own.values() for word in words):
        return ()
    return tuple(
        Choice(title, f"{question.text.strip()} ({' '.join(own[title]) or title})")
        for title in dict.fromkeys(titles.values())
    )


def is_one_family(titles: Sequence[str]) -> bool:
    return all(differ_little(one, other) for one, other in combinations(titles, 2))


def differ_little(one: str, other: str) -> bool:
    mine, its = set(telling(one)), set(telling(other))
    apart = max(len(mine - its), len(its - mine))
    return 0 < apart <= APART and len(mine & its) >= apart and min(len(mine - its), len(its - mine)) > 0


def own_words(title: str, titles: Sequence[str]) -> list[str]:
    shared = set.intersection(*(set(telling(other)) for other in titles))
    return [word for word in written(title) if fold(word) not in shared and fold(word) not in SILENT]


def telling(title: str) -> list[str]:
    return [fold(word) for word in written(title) if fold(word) not in SILENT]


def written(title: str) -> list[str]:
    return re.findall(r"[\w-]+", title)
