"""Which questions of the last weeks did the articles leave open?"""

from collections.abc import Sequence
from datetime import timedelta

from bot.opening import embedder_of
from knowledge.embedding import Embedder, MeaningAway, Vectors
from knowledge.gaps import Gap, Missed, group_missed, list_missed
from knowledge.library import Library
from store.knowledge_use import read_given, read_replies
from store.settings import Settings


def find_gaps(settings: Settings, library: Library, days: int) -> list[Gap]:
    since = library.clock.now() - timedelta(days=days)
    with library.database.read() as connection:
        given = read_given(connection, since)
        replies = read_replies(connection, {one.ticket_id for one in given if one.ticket_id})
    missed = list_missed(given, replies)
    return group_missed(missed, embed_questions(settings, library, missed))


def embed_questions(settings: Settings, library: Library, missed: Sequence[Missed]) -> Vectors | None:
    """None where words alone must group them."""
    try:
        embedder = embedder_for(settings, library) if missed else None
        return embedder.embed([one.question for one in missed]) if embedder else None
    except MeaningAway:
        return None


def embedder_for(settings: Settings, library: Library) -> Embedder | None:
    """The one that answers now; in a process that has loaded none, the one that made the vectors. None where
    words alone answer. Raises MeaningAway."""
    if library.embedder or library.is_loaded:
        return library.embedder
    choice, pointer = embedder_of(settings), library.meaning.find_pointer()
    if pointer:
        return choice.open_again(pointer, library.models_dir)
    return choice.open(library.models_dir, ())
