"""What is on the shelf: articles, their pieces, vectors and versions?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType, TypeVar

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from store.articles import Article, ArticleVersion, Audience, Chunk
from store.fulltext import Tokens, drop_tokens, put_tokens
from store.shelf_tables import article_files, article_versions, articles, chunks, shelf_state, vectors
from store.tables import insert_once

Hash = NewType("Hash", str)
T = TypeVar("T")
NEW_STATE, NEW_VECTOR = insert_once(shelf_state), insert_once(vectors)
PART = 500
"""Values in one IN list; SQLite takes 32,766 in all."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file as the last pass saw it."""

    path: str
    size: int
    changed: int
    """Nanoseconds, the later of mtime and ctime; 0 when it was so fresh that its time proves nothing."""
    inode: int
    version: str
    around: str
    """What the folder, the settings and this release add; another value means reading the file again."""
    line: int = 0
    reason: str = ""
    """Why it is in quarantine."""


FILED = tuple(article_files.c[name] for name in Filed.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chunk with the tokens under which it is found."""

    chunk: Chunk
    words: Tokens
    grams: Tokens


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as editors see it in a list."""

    path: str
    version: str
    title: str
    language: str
    audience: Audience
    owner: str
    review_by: date | None
    questions: tuple[str, ...]
    redirect: str
    pieces: int


def read_generation(connection: Connection) -> int:
    """Rises with every change of what can be found."""
    return read_state(connection, "generation")


def read_text_generation(connection: Connection) -> int:
    """Rises with every change of the texts; a vector more or less does not move it."""
    return read_state(connection, "texts")


def read_state(connection: Connection, name: str) -> int:
    query = select(shelf_state.c.value).where(shelf_state.c.name == name)
    return int(connection.execute(query).scalar() or 0)


def next_generation(connection: Connection) -> int:
    """Said first in a unit: on Postgres it makes the writers of the shelf wait for each other."""
    return raise_state(connection, "generation")


def next_text_generation(connection: Connection) -> int:
    generation = next_generation(connection)
    raise_state(connection, "texts")
    return generation


def raise_state(connection: Connection, name: str) -> int:
    connection.execute(NEW_STATE[connection.dialect.name], {"name": name, "value": 0})
    row = shelf_state.c.name == name
    connection.execute(update(shelf_state).where(row).values(value=shelf_state.c.value + 1))
    return read_state(connection, name)


def list_files(connection: Connection, paths: Collection[str] | None = None) -> dict[str, Filed]:
    """All, or these."""
    query = select(*FILED)
    if paths is not None:
        query = query.where(article_files.c.path.in_(sorted(paths)))
    return {row[0]: Filed(*row) for row in connection.execute(query)}


def list_set_aside(connection: Connection) -> list[Filed]:
    """Files in quarantine."""
    query = select(*FILED).where(article_files.c.reason != "").order_by(article_files.c.path)
    return [Filed(*row) for row in connection.execute(query)]


def is_filed(connection: Connection, path: str) -> bool:
    """This very file, or one below a folder of this name."""
    below = article_files.c.path.startswith(f"{path}/", autoescape=True)
    query = select(article_files.c.path).where(or_(article_files.c.path == path, below)).limit(1)
    return connection.execute(query).first() is not None


def put_article(
    connection: Connection, article: Article, prepared: Sequence[Prepared], filed: Filed, *, now: datetime
) -> None:
    """The old version goes and the new one comes in one transaction, so that no reader sees half."""
    generation = next_text_generation(connection)
    take_down(connection, article.path)
    connection.execute(
        insert(articles),
        {
            "path": article.path,
            "version": article.version,
            "title": article.title,
            "language": article.language,
            "audience": article.audience,
            "tags": list(article.tags),
            "owner": article.owner,
            "review_by": article.review_by.isoformat() if article.review_by else "",
            "questions": list(article.questions),
            "redirect": article.redirect,
            "generation": generation,
        },
    )
    keep_version(connection, article, now)
    put_chunks(connection, article, prepared)
    put_file(connection, filed)


def keep_version(connection: Connection, article: Article, now: datetime) -> None:
    """Who may read a version is what was said of it last."""
    same = and_(article_versions.c.path == article.path, article_versions.c.version == article.version)
    connection.execute(delete(article_versions).where(same))
    row = {
        name: getattr(article, name)
        for name in ("path", "version", "title", "language", "audience", "body", "text")
    }
    connection.execute(insert(article_versions), row | {"seen": now})


def put_chunks(connection: Connection, article: Article, prepared: Sequence[Prepared]) -> None:
    if not prepared:
        return
    names = ("path", "ordinal", "kind", "heading", "text", "first", "last", "hash")
    about = {"audience": article.audience, "language": article.language}
    rows = [{name: getattr(one.chunk, name) for name in names} | about for one in prepared]
    adding = insert(chunks).returning(chunks.c.number, sort_by_parameter_order=True)
    numbers = connection.execute(adding, rows).scalars().all()
    put_tokens(connection, "chunk_words", {n: one.words for n, one in zip(numbers, prepared, strict=True)})
    put_tokens(connection, "chunk_grams", {n: one.grams for n, one in zip(numbers, prepared, strict=True)})


def take_down(connection: Connection, path: str) -> None:
    numbers = list(connection.execute(select(chunks.c.number).where(chunks.c.path == path)).scalars())
    if numbers:
        drop_tokens(connection, numbers)
        connection.execute(delete(chunks).where(chunks.c.path == path))
    connection.execute(delete(articles).where(articles.c.path == path))


def drop_article(connection: Connection, path: str) -> None:
    """The file is gone. Its versions stay for the citations that name them."""
    next_text_generation(connection)
    take_down(connection, path)
    connection.execute(delete(article_files).where(article_files.c.path == path))


def put_quarantined(connection: Connection, filed: Filed) -> None:
    """Whatever stood on the shelf under this path is taken down: it may now be for fewer."""
    next_text_generation(connection)
    take_down(connection, filed.path)
    put_file(connection, filed)


def put_file(connection: Connection, filed: Filed) -> None:
    connection.execute(delete(article_files).where(article_files.c.path == filed.path))
    connection.execute(
        insert(article_files), {name: getattr(filed, name) for name in Filed.__dataclass_fields__}
    )


def is_gone(connection: Connection, path: str) -> bool:
    """Read back after a removal."""
    found = connection.execute(
        select(func.count()).select_from(chunks).where(chunks.c.path == path)
    ).scalar_one()
    listed = connection.execute(select(articles.c.path).where(articles.c.path == path)).first()
    return not found and listed is None


def find_version(connection: Connection, path: str, version: str) -> ArticleVersion | None:
    """With the audience of the article as it is now, when that is another: what became internal stays so."""
    query = (
        select(article_versions, articles.c.audience.label("now"))
        .outerjoin(articles, articles.c.path == article_versions.c.path)
        .where(article_versions.c.path == path, article_versions.c.version == version)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    audiences = tuple(dict.fromkeys(Audience(name) for name in (row.audience, row.now) if name))
    return ArticleVersion(row.path, row.version, row.title, row.language, audiences, row.text, row.body)


def list_articles(connection: Connection) -> list[Listed]:
    pieces = select(chunks.c.path, func.count().label("pieces")).group_by(chunks.c.path).subquery()
    query = select(articles, pieces.c.pieces).outerjoin(pieces, pieces.c.path == articles.c.path)
    return [
        Listed(
            path=row.path,
            version=row.version,
            title=row.title,
            language=row.language,
            audience=Audience(row.audience),
            owner=row.owner,
            review_by=date.fromisoformat(row.review_by) if row.review_by else None,
            questions=tuple(row.questions),
            redirect=row.redirect,
            pieces=row.pieces or 0,
        )
        for row in connection.execute(query.order_by(articles.c.path))
    ]


def list_hashes(connection: Connection) -> list[tuple[str, str, list[Hash]]]:
    """Path, audience and the pieces in order, of every article."""
    pieces: dict[str, list[Hash]] = {}
    query = select(chunks.c.path, chunks.c.hash).order_by(chunks.c.path, chunks.c.ordinal)
    for path, name in connection.execute(query):
        pieces.setdefault(path, []).append(Hash(name))
    listed = connection.execute(select(articles.c.path, articles.c.audience).order_by(articles.c.path))
    return [(path, audience, pieces.get(path, [])) for path, audience in listed]


def list_numbers(connection: Connection) -> list[int]:
    return list(connection.execute(select(chunks.c.number)).scalars())


def newest_number(connection: Connection) -> int:
    return int(connection.execute(select(func.max(chunks.c.number))).scalar() or 0)


def hashes_after(connection: Connection, number: int) -> set[Hash]:
    """Of the pieces that came after this one."""
    query = select(chunks.c.hash).where(chunks.c.number > number).distinct()
    return {Hash(name) for name in connection.execute(query).scalars()}


def list_pieces(
    connection: Connection, numbers: Sequence[int] | None = None
) -> Iterator[tuple[int, Hash, Audience]]:
    """Number, hash and audience of all pieces, or of these."""
    query = select(chunks.c.number, chunks.c.hash, chunks.c.audience)
    chosen = (
        [query] if numbers is None else [query.where(chunks.c.number.in_(part)) for part in parts(numbers)]
    )
    return (
        (number, Hash(name), Audience(audience))
        for one in chosen
        for number, name, audience in connection.execute(one)
    )


def list_audiences(connection: Connection) -> list[Audience]:
    return [Audience(name) for name in connection.execute(select(chunks.c.audience).distinct()).scalars()]


def hashes_of(connection: Connection, audience: str, embedder: str) -> set[Hash]:
    """Of the chunks whose vector is there."""
    query = (
        select(chunks.c.hash)
        .join(vectors, and_(vectors.c.hash == chunks.c.hash, vectors.c.embedder == embedder))
        .where(chunks.c.audience == audience)
        .distinct()
    )
    return {Hash(name) for name in connection.execute(query).scalars()}


def read_vectors(connection: Connection, hashes: Collection[Hash], embedder: str) -> dict[Hash, bytes]:
    return {
        Hash(name): vector
        for part in parts(sorted(hashes))
        for name, vector in connection.execute(
            select(vectors.c.hash, vectors.c.vector).where(
                vectors.c.hash.in_(part), vectors.c.embedder == embedder
            )
        )
    }


def texts_to_embed(connection: Connection, embedder: str, limit: int) -> list[tuple[Hash, str, str]]:
    """Hash, heading and text of chunks without a vector, in the order in which they came."""
    query = (
        select(chunks.c.hash, func.min(chunks.c.heading), func.min(chunks.c.text))
        .outerjoin(vectors, and_(vectors.c.hash == chunks.c.hash, vectors.c.embedder == embedder))
        .where(vectors.c.hash.is_(None))
        .group_by(chunks.c.hash)
        .order_by(func.min(chunks.c.number))
        .limit(limit)
    )
    return [(Hash(name), heading, body) for name, heading, body in connection.execute(query)]


def count_to_embed(connection: Connection, embedder: str) -> int:
    query = (
        select(func.count(chunks.c.hash.distinct()))
        .outerjoin(vectors, and_(vectors.c.hash == chunks.c.hash, vectors.c.embedder == embedder))
        .where(vectors.c.hash.is_(None))
    )
    return int(connection.execute(query).scalar_one())


def put_vectors(connection: Connection, embedder: str, made: Mapping[Hash, bytes]) -> int:
    """Two processes may embed the same text at once; the second finds it done. Returns the generation."""
    rows = [{"hash": name, "embedder": embedder, "vector": vector} for name, vector in made.items()]
    generation = next_generation(connection)
    if rows:
        connection.execute(NEW_VECTOR[connection.dialect.name], rows)
    return generation


ANSWERS = "answers with "


def find_embedder(connection: Connection) -> str:
    """Whose vectors questions are compared with; empty before the first."""
    query = select(shelf_state.c.name).where(shelf_state.c.name.startswith(ANSWERS))
    return str(connection.execute(query).scalar() or "").removeprefix(ANSWERS)


def point_to_embedder(connection: Connection, embedder: str) -> int:
    """From the commit on, every process answers with these vectors. Returns the generation."""
    generation = next_generation(connection)
    connection.execute(delete(shelf_state).where(shelf_state.c.name.startswith(ANSWERS)))
    connection.execute(insert(shelf_state), {"name": f"{ANSWERS}{embedder}", "value": generation})
    return generation


def list_embedders(connection: Connection) -> list[str]:
    """All that have vectors here."""
    return list(connection.execute(select(vectors.c.embedder).distinct()).scalars())


def drop_vectors_of_others(connection: Connection, embedder: str) -> int:
    return connection.execute(delete(vectors).where(vectors.c.embedder != embedder)).rowcount


def audiences_of(connection: Connection, hashes: Collection[Hash]) -> list[tuple[Audience, Hash]]:
    """Who may read the texts with these hashes; the same text may stand in several articles."""
    return [
        (Audience(audience), Hash(name))
        for part in parts(sorted(hashes))
        for audience, name in connection.execute(
            select(chunks.c.audience, chunks.c.hash).where(chunks.c.hash.in_(part)).distinct()
        )
    ]


def count_pieces(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(chunks)).scalar_one())


def drop_idle_vectors(connection: Connection) -> int:
    """Of texts that stand in no chunk any more."""
    idle = ~exists().where(chunks.c.hash == vectors.c.hash)
    return connection.execute(delete(vectors).where(idle)).rowcount


def parts(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + PART] for start in range(0, len(values), PART))
