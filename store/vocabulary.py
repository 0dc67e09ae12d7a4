"""Which texts of an audience have come onto the shelf since its words were last counted?"""

from sqlalchemy import Connection, func, select

from store.shelf_tables import chunks


def count_pieces(connection: Connection) -> dict[str, int]:
    """Of every audience."""
    query = select(chunks.c.audience, func.count()).group_by(chunks.c.audience)
    return dict(connection.execute(query).all())


def texts_after(connection: Connection, audience: str, number: int) -> list[tuple[int, str]]:
    """Numbers only grow, so what came later has a higher one."""
    query = select(chunks.c.number, chunks.c.heading + "\n" + chunks.c.text)
    newer = query.where(chunks.c.audience == audience, chunks.c.number > number)
    return [(row[0], row[1]) for row in connection.execute(newer.order_by(chunks.c.number))]
