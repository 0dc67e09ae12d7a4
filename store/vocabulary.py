"""Which texts came onto the shelf, or left it, since its words were last counted?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from store.shelf_tables import chunks


@dataclass(frozen=True, slots=True)
class Moved:
    """In what one audience reads."""

    audience: str
    fresh: list[tuple[int, str]]
    """Number and text, the newest last."""
    standing: set[int] | None
    """Numbers of all that stand there now; None when nothing is gone."""


def moved_since(connection: Connection, held: Mapping[str, tuple[int, int]]) -> Iterator[Moved]:
    """`held`: by audience the newest number that was ever counted, and how many pieces are counted now."""
    query = select(chunks.c.audience, func.count()).group_by(chunks.c.audience)
    for audience, pieces in connection.execute(query).all():
        last, counted = held.get(audience, (0, 0))
        fresh = texts_after(connection, audience, last)
        is_whole = counted + len(fresh) == pieces
        yield Moved(audience, fresh, None if is_whole else numbers_of(connection, audience))


def texts_after(connection: Connection, audience: str, number: int) -> list[tuple[int, str]]:
    """Numbers only grow, so what came later has a higher one."""
    query = select(chunks.c.number, chunks.c.heading + "\n" + chunks.c.text)
    newer = query.where(chunks.c.audience == audience, chunks.c.number > number)
    return [(row[0], row[1]) for row in connection.execute(newer.order_by(chunks.c.number))]


def numbers_of(connection: Connection, audience: str) -> set[int]:
    return set(connection.execute(select(chunks.c.number).where(chunks.c.audience == audience)).scalars())
