"""What of the question do the articles not have?"""

from collections.abc import Sequence

from knowledge.answer import Near
from knowledge.search import Hit, Question
from knowledge.silent import telling_words
from knowledge.stems import stem
from knowledge.words import fold, is_unspaced, stems_of
from store.shelf_reading import ShelfReader

MOST_MISSING, MOST_COUNTED, MOST_NEAR = 6, 32, 3


def missing_words(reader: ShelfReader, question: Question, found: str) -> str | None:
    """As the customer wrote them: what no article holds, or else what the nearest one does not. A word that
    was only written wrongly is not missing."""
    telling = [word for word in telling_words(question.text)[:MOST_COUNTED] if not is_unspaced(word)]
    stems = {word: stem(fold(word)) for word in telling if fold(word) not in question.repairs}
    held = reader.count("chunk_words", list(stems.values()))
    nowhere = [word for word, one in stems.items() if not held[one]]
    if not nowhere and question.language == "en":
        near = set(stems_of(found))
        nowhere = [word for word, one in stems.items() if one not in near]
    return ", ".join(nowhere[:MOST_MISSING]) or None


def is_foreign(reader: ShelfReader, question: Question) -> bool:
    """Whether no article of the shelf is in the language of the question."""
    known = reader.languages()
    return bool(known) and question.language not in known


def nearest(hits: Sequence[Hit]) -> tuple[Near, ...]:
    shown = hits[:MOST_NEAR]
    return tuple(
        Near(hit.chunk.path, hit.chunk.heading.partition(" > ")[0], hit.chunk.heading, round(hit.score, 3))
        for hit in shown
    )
