"""Which lines of this article would be said, and how sure is it that they answer?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge.answer import ENOUGH, Candidate, Passage, Sentence, choose, read_candidates
from knowledge.confidence import Evidence, confidence
from knowledge.evidence import Compared, gather, held
from knowledge.expects import Kind, expected, has
from knowledge.kinds import Lack, Strange, find_lack, strange_words
from knowledge.likeness import likeness
from knowledge.overlap import is_same
from knowledge.rows import Named, Row, name_rows, read_rows, says
from knowledge.search import Hit, Ranking, Senses
from knowledge.words import stems_of, words_of
from store.articles import ArticleVersion
from store.shelf_reading import Shelved

GENERAL = 0.85
"""Share of the question that the title holds: then it asks for no detail, and gets the beginning."""
MOST_CANDIDATES, ADVANTAGE = 12, 0.3
"""Units that are compared by meaning; of more, those with the most words of the question."""
FOUND = 0.05
"""What it adds to a unit's score that it stands in the piece that was found."""
HEADED = 0.3
"""What it adds that a unit's heading is the very question."""
LACKING = 0.45
"""How sure it is at most when the rows are of others than the one that was asked for."""
BY_SENTENCE, BY_HEADING, BY_WORDS = 0.4, 0.3, 0.3
EXPECTED, ADDRESS = 0.15, 0.4
"""What it adds that a unit has what was asked for: an amount or a time; a telephone number or an address."""
NAMED, NAMED_ELSEWHERE = 0.25, 0.35
"""What it adds that a unit says the name of a row that is all of the question's weight."""


@dataclass(frozen=True, slots=True)
class Draft:
    article: ArticleVersion
    said: tuple[Sentence, ...]
    evidence: Evidence
    sure: float
    named: Named
    """Rows that the question names, be they said or not."""
    strange: tuple[Strange, ...]
    """What the question says and the article does not."""
    lack: Lack
    wanted: Kind | None
    """What was asked for, an address perhaps."""

    @property
    def is_amiss(self) -> bool:
        """An address, a number or a length of time was asked for, and none is said."""
        kind = self.wanted
        return kind in ("mail", "phone", "length") and not any(has(kind, one.text) for one in self.said)

    @property
    def is_enough(self) -> bool:
        return bool(self.said) and self.sure >= ENOUGH

    @property
    def is_named(self) -> bool:
        """Whether a row that the question names is said."""
        rows = {row.line for row in self.named.rows}
        return any(one.citation.lines[0] in rows for one in self.said)

    @property
    def named_rank(self) -> tuple[float, float]:
        return self.named.rank if self.is_named else (0.0, 0.0)


def draft(senses: Senses, ranking: Ranking, hit: Hit, article: ArticleVersion) -> Draft:
    asked, weights = ranking.reading, ranking.weights
    passage = passage_of(article, hit.chunk)
    if held(article.title, asked, weights) >= GENERAL:
        passage = passage.lead()
    candidates = read_candidates(passage)
    rows = read_rows([(one.unit, one.block) for one in candidates])
    strange = tuple(
        strange_words(asked.alone, article.language, words_held(article.title, candidates), weights)
    )
    texts = [article.title, *(one.unit.text for one in candidates if one.block.kind == "paragraph")]
    knows = senses.sentences.embed if senses.sentences and asked.kind == "chunk_words" else None
    is_golden = hit.best.kind == "question" and is_same(asked.alone, hit.best.text)
    lack = Lack() if is_golden else find_lack(rows, strange, texts, knows)
    named = lack.named if lack.name else find_named(rows, article.language, ranking)
    candidates = with_told(candidates, rows, named)
    looked = shortlist(passage, candidates, named, ranking)
    compared = compare(senses, looked, ranking)
    scores = dict(zip(looked, scores_of(passage, looked, compared, ranking, named), strict=True))
    units = {candidates[row.place].unit for row in named.rows}
    said = choose(passage, candidates, [scores.get(one, 0.0) for one in candidates], units)
    covers = lack.name if lack.named.rows else ""
    evidence = gather(ranking, hit, looked, compared, said, covers=covers)
    wanted = None if is_golden else expected(asked.alone)
    best = Draft(article, said, evidence, confidence(evidence), named, strange, lack, wanted)
    return replace(best, sure=min(best.sure, LACKING)) if lack.is_open or best.is_amiss else best


def words_held(title: str, candidates: Sequence[Candidate]) -> set[str]:
    texts = [title, *(one.unit.text for one in candidates), *{one.last_heading for one in candidates}]
    return {word for text in texts for word in (*words_of(text), *stems_of(text))}


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


def find_named(rows: Sequence[Row], language: str, ranking: Ranking) -> Named:
    """The last turn says it; only when it names nothing does the turn before."""
    asked = ranking.reading
    named = name_rows(rows, asked.alone, language, ranking.weights)
    if named.rows or asked.text == asked.alone:
        return named
    return name_rows(rows, asked.text, language, ranking.weights)


def is_fit(one: Candidate, wanted: Kind | None) -> bool:
    """A row is none for a question that asks for something that it does not have."""
    return one.block.kind == "paragraph" or wanted is None or has(wanted, one.unit.text)


def with_told(candidates: Sequence[Candidate], rows: Sequence[Row], named: Named) -> list[Candidate]:
    """Rows as they read aloud: of eight countries in a cell, the one that was asked for."""
    names = {row.place: name for row, name in zip(named.rows, named.names, strict=True)}
    told = {
        row.place: row.told(names.get(row.place, "")) for row in rows if row.columns or row.place in names
    }
    return [replace(one, told=told.get(place, "")) for place, one in enumerate(candidates)]


def shortlist(
    passage: Passage, candidates: Sequence[Candidate], named: Named, ranking: Ranking
) -> list[Candidate]:
    """What holds most words of the question; the found piece and the beginning have an advantage, and what is
    named is always there."""
    if len(candidates) <= MOST_CANDIDATES:
        return list(candidates)

    def chance(one: Candidate) -> float:
        near = passage.holds(one.unit) or one.section == candidates[0].section
        return held(one.context, ranking.reading, ranking.weights) + ADVANTAGE * near + (one in wanted)

    wanted = {candidates[row.place] for row in named.rows}

    kept = set(sorted(candidates, key=chance, reverse=True)[:MOST_CANDIDATES])
    return [one for one in candidates if one in kept]


def compare(senses: Senses, candidates: Sequence[Candidate], ranking: Ranking) -> Compared:
    """Nothing when meaning does not count for this language."""
    asked = ranking.reading
    if senses.sentences is None or asked.vector is None or not asked.share or not candidates:
        return Compared()
    headings = list(dict.fromkeys(one.last_heading for one in candidates))
    texts = [one.text for one in candidates] + headings
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
    passage: Passage, candidates: Sequence[Candidate], compared: Compared, ranking: Ranking, named: Named
) -> list[float]:
    """A row that is named is below the title as much as below its own heading, else the beginning would win
    by the title alone."""
    asked, weights = ranking.reading, ranking.weights
    lines = {row.line for row in named.rows}
    is_named = [one.block.kind != "paragraph" and one.unit.first in lines for one in candidates]
    words = [
        held(f"{passage.title} {one.context}" if mine else one.context, asked, weights)
        for one, mine in zip(candidates, is_named, strict=True)
    ]
    wanted = expected(asked.alone)
    expecting = ADDRESS if wanted in ("mail", "phone") else EXPECTED
    worth = NAMED if asked.kind == "chunk_words" else NAMED_ELSEWHERE
    bonus = [
        FOUND * passage.holds(one.unit)
        + worth * named.share * (is_fit(one, wanted) and says(one.text, named.words))
        + HEADED * is_same(asked.alone, one.last_heading)
        + expecting * (wanted is not None and has(wanted, one.unit.text))
        for one in candidates
    ]
    if not compared.cosines:
        return [word + more for word, more in zip(words, bonus, strict=True)]
    pairs = list(zip(candidates, compared.above, strict=True))
    title = max((above for one, above in pairs if one.last_heading == passage.title), default=0.0)
    above = [max(own, title) if mine else own for (_, own), mine in zip(pairs, is_named, strict=True)]
    together = zip(compared.cosines, above, words, bonus, strict=True)
    return [
        BY_SENTENCE * own + BY_HEADING * heading + BY_WORDS * word + more
        for own, heading, word, more in together
    ]
