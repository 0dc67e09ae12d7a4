"""How do the articles of one pass come onto the shelf, some at a time?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select

from store import shelf
from store.articles import Article
from store.shelf import Filed, Hash, Prepared, parts
from store.shelf_tables import chunks, vectors


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that was read. Without an article nothing but its time has changed."""

    entry: Filed
    article: Article | None = None
    prepared: Sequence[Prepared] = ()


def put_all(connection: Connection, ready: Sequence[Ready], now: datetime) -> set[Hash]:
    """All of these or none. Returns the texts that stood there before."""
    stood = hashes_under(connection, [one.entry.path for one in ready if one.article])
    for one in ready:
        if one.article:
            shelf.put_article(connection, one.article, one.prepared, one.entry, now=now)
        else:
            shelf.put_file(connection, one.entry)
    return stood


def hashes_under(connection: Connection, paths: Sequence[str]) -> set[Hash]:
    query = select(chunks.c.hash)
    found = (connection.execute(query.where(chunks.c.path.in_(part))).scalars() for part in parts(paths))
    return {Hash(name) for part in found for name in part}


def drop_vectors_of(connection: Connection, hashes: Collection[Hash]) -> None:
    """Of these texts, where they stand in no chunk any more. Of 100,000 to look through all is slow."""
    idle = delete(vectors).where(~exists().where(chunks.c.hash == vectors.c.hash))
    for part in parts(sorted(hashes)):
        connection.execute(idle.where(vectors.c.hash.in_(part)))
