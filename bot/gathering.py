"""Which questions of the last weeks did the articles leave open?"""

from datetime import timedelta

from knowledge.embedding import open_embedder
from knowledge.gaps import Gap, group_missed, list_missed
from knowledge.library import Library
from store.knowledge_use import read_given, read_replies


def find_gaps(library: Library, days: int) -> list[Gap]:
    since = library.clock.now() - timedelta(days=days)
    with library.database.read() as connection:
        given = read_given(connection, since)
        replies = read_replies(connection, {one.ticket_id for one in given if one.ticket_id})
    missed = list_missed(given, replies)
    # A desk that answers by words alone groups by words alone.
    by_words = library.is_loaded and library.embedder is None
    embedder = None if by_words or not missed else library.embedder or open_embedder(library.models_dir)
    vectors = embedder.embed([one.question for one in missed]) if embedder else None
    return group_missed(missed, vectors)
