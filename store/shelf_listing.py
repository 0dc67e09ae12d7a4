"""What stands on the whole shelf, as editors look at it?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from store import shelf
from store.articles import Audience
from store.shelf import Hash
from store.shelf_tables import article_files, article_versions, articles, chunks, shelf_state, vectors


@dataclass(frozen=True, slots=True)
class Standing:
    """An article as it is on the shelf now."""

    path: str
    version: str
    title: str
    language: str
    audience: Audience
    body: int
    text: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of text, without its words."""

    path: str
    first: int
    last: int
    hash: Hash


@dataclass(frozen=True, slots=True)
class Past:
    """A version that was once on the shelf."""

    version: str
    title: str
    seen: datetime
    size: int
    """Characters."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Enough to see that something has moved."""

    generation: int
    articles: int
    set_aside: int


def list_standing(connection: Connection) -> list[Standing]:
    """Redirects left out: they say nothing."""
    same = and_(article_versions.c.path == articles.c.path, article_versions.c.version == articles.c.version)
    names = ("path", "version", "title", "language", "audience")
    query = (
        select(*(articles.c[name] for name in names), article_versions.c.body, article_versions.c.text)
        .join(article_versions, same)
        .where(articles.c.redirect == "")
        .order_by(articles.c.path)
    )
    return [Standing(**row._mapping) for row in connection.execute(query)]


def list_named(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Path, version, audience and title of each: another list is another shelf."""
    names = (articles.c.path, articles.c.version, articles.c.audience, articles.c.title)
    return [(*row,) for row in connection.execute(select(*names).order_by(articles.c.path))]


def list_cuts(connection: Connection) -> list[Cut]:
    query = select(chunks.c.path, chunks.c.first, chunks.c.last, chunks.c.hash).where(chunks.c.kind == "text")
    return [Cut(*row) for row in connection.execute(query.order_by(chunks.c.path, chunks.c.ordinal))]


def list_versions(connection: Connection, path: str) -> list[Past]:
    """Newest first."""
    names = (article_versions.c.version, article_versions.c.title, article_versions.c.seen)
    query = select(*names, func.length(article_versions.c.text)).where(article_versions.c.path == path)
    order = (article_versions.c.seen.desc(), article_versions.c.version)
    return [Past(*row) for row in connection.execute(query.order_by(*order))]


def read_pulse(connection: Connection) -> Pulse:
    state = select(shelf_state.c.value).where(shelf_state.c.name == "generation").scalar_subquery()
    listed = select(func.count()).select_from(articles).scalar_subquery()
    aside = select(func.count()).where(article_files.c.reason != "").scalar_subquery()
    row = connection.execute(select(func.coalesce(state, 0), listed, aside)).one()
    return Pulse(*row)


def list_vectors(connection: Connection, embedder: str, wanted: Collection[Hash]) -> dict[Hash, bytes]:
    """In one query when nearly all are wanted."""
    if len(wanted) < shelf.PART:
        return shelf.read_vectors(connection, wanted, embedder)
    query = select(vectors.c.hash, vectors.c.vector).where(vectors.c.embedder == embedder)
    return {Hash(name): vector for name, vector in connection.execute(query) if name in wanted}


def list_texts(connection: Connection, paths: Collection[str]) -> list[tuple[Hash, str]]:
    """Of all pieces of these articles, golden questions too."""
    query = select(chunks.c.hash, chunks.c.heading + "\n" + chunks.c.text).order_by(chunks.c.number)
    return [
        (Hash(name), text)
        for part in shelf.parts(sorted(paths))
        for name, text in connection.execute(query.where(chunks.c.path.in_(part)))
    ]
