"""How are vectors kept in Postgres, so that it finds the nearest by itself?"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, text

from store.shelf import Hash

MAY_HAVE = (
    "SELECT bool_or(one.installed OR NOT one.superuser OR me.rolsuper"
    " OR (one.trusted AND has_database_privilege(current_database(), 'CREATE')))"
    " FROM pg_available_extension_versions one, pg_roles me"
    " WHERE one.name = 'vector' AND me.rolname = current_user"
)
DRAWERS = (
    "CREATE TABLE IF NOT EXISTS near_drawers (name text PRIMARY KEY, embedder text NOT NULL,"
    " audience text NOT NULL, UNIQUE (embedder, audience))"
)
LARGE = 10_000
"""Rows from which on a graph is worth drawing; fewer are compared one by one, in 10 ms and without a miss."""
WIDEST = 2_000
"""Numbers in a vector that a graph can hold; wider ones are always compared one by one."""
LOOK_AT = 200
"""Candidates of the graph; as many as Chroma is told."""
LOCK = 6_510_615_556


def is_offered(connection: Connection) -> bool:
    """Whether the extension is in this database, or is on the server and may be brought in."""
    return connection.dialect.name == "postgresql" and bool(connection.execute(text(MAY_HAVE)).scalar())


def create(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    connection.execute(text(DRAWERS))


def list_drawers(connection: Connection, embedder: str) -> dict[str, str]:
    """Table by audience."""
    query = text("SELECT audience, name FROM near_drawers WHERE embedder = :embedder")
    return dict(connection.execute(query, {"embedder": embedder}).all())


def put(
    connection: Connection, embedder: str, audience: str, vectors: Mapping[Hash, NDArray[np.float32]]
) -> None:
    """What is there already under the same id is replaced."""
    if not vectors:
        return
    width = len(next(iter(vectors.values())))
    drawer = make_drawer(connection, embedder, audience, width)
    rows = [{"id": name, "vector": spell(vector)} for name, vector in vectors.items()]
    connection.execute(
        text(
            f"INSERT INTO {drawer} (id, vector) VALUES (:id, CAST(:vector AS vector))"  # noqa: S608 - our own names
            " ON CONFLICT (id) DO UPDATE SET vector = excluded.vector"
        ),
        rows,
    )


def make_drawer(connection: Connection, embedder: str, audience: str, width: int) -> str:
    drawer = f"near_{hashlib.blake2b(f'{embedder}/{audience}'.encode(), digest_size=8).hexdigest()}"
    if list_drawers(connection, embedder).get(audience):
        return drawer
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    # PLAIN: in the row itself, or each comparison would fetch it from elsewhere. A wider one has no room.
    storage = "PLAIN" if width < WIDEST else "EXTERNAL"
    connection.execute(
        text(f"CREATE TABLE IF NOT EXISTS {drawer} (id text PRIMARY KEY, vector vector({width}) NOT NULL)")
    )
    connection.execute(text(f"ALTER TABLE {drawer} ALTER COLUMN vector SET STORAGE {storage}"))
    connection.execute(
        text("INSERT INTO near_drawers VALUES (:name, :embedder, :audience) ON CONFLICT DO NOTHING"),
        {"name": drawer, "embedder": embedder, "audience": audience},
    )
    return drawer


def spell(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


def list_ids(connection: Connection, drawer: str) -> set[Hash]:
    return {Hash(name) for name in connection.execute(text(f"SELECT id FROM {drawer}")).scalars()}  # noqa: S608 - ours


def drop(connection: Connection, drawer: str, ids: Sequence[Hash]) -> None:
    query = text(f"DELETE FROM {drawer} WHERE id IN :ids")  # noqa: S608 - our own names
    connection.execute(query.bindparams(bindparam("ids", list(ids), expanding=True)))


def nearest(
    connection: Connection, drawer: str, vector: NDArray[np.float32], limit: int
) -> dict[Hash, float]:
    """Cosines, best first."""
    connection.execute(text(f"SET LOCAL hnsw.ef_search = {max(LOOK_AT, limit)}"))
    query = text(
        f"SELECT id, 1 - (vector <=> CAST(:vector AS vector)) FROM {drawer}"  # noqa: S608 - our own names
        " ORDER BY vector <=> CAST(:vector AS vector) LIMIT :limit"
    )
    found = connection.execute(query, {"vector": spell(vector), "limit": limit})
    return {Hash(name): float(cosine) for name, cosine in found}


def draw_graph(connection: Connection, drawer: str) -> None:
    """Once, when the drawer has become large."""
    width = (
        "SELECT atttypmod FROM pg_attribute WHERE attrelid = CAST(:drawer AS regclass) AND attname = 'vector'"
    )
    if int(connection.execute(text(width), {"drawer": drawer}).scalar_one()) > WIDEST:
        return
    held = int(connection.execute(text(f"SELECT count(*) FROM {drawer}")).scalar_one())  # noqa: S608 - our own names
    if held < LARGE or has_graph(connection, drawer):
        return
    # As much as the graph needs: where it does not fit, drawing takes ten times as long.
    connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    connection.execute(text(f"CREATE INDEX {drawer}_graph ON {drawer} USING hnsw (vector vector_cosine_ops)"))


def has_graph(connection: Connection, drawer: str) -> bool:
    drawn = connection.execute(text("SELECT to_regclass(:name)"), {"name": f"{drawer}_graph"}).scalar()
    return drawn is not None


def keep_only(connection: Connection, embedder: str) -> None:
    query = text("SELECT name FROM near_drawers WHERE embedder <> :embedder")
    for drawer in connection.execute(query, {"embedder": embedder}).scalars().all():
        connection.execute(text(f"DROP TABLE IF EXISTS {drawer}"))
    connection.execute(text("DELETE FROM near_drawers WHERE embedder <> :embedder"), {"embedder": embedder})
