"""What changed in the folder, and how does the shelf follow? SQL first, then vectors, then the index."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.articles import cut, read_article, version_of
from knowledge.embedding import Embedder, Vectors
from knowledge.folder import Folder, Seen, look, look_again, look_at, read_file
from knowledge.front_matter import BadFile
from knowledge.index import VectorIndex
from knowledge.language import guess
from knowledge.words import grams_of, stems_of
from store import shelf
from store.articles import Article, Audience, Chunk
from store.database import Database
from store.errors import Unavailable
from store.fulltext import Tokens
from store.shelf import Filed, Hash, Prepared
from store.shelf_counts import sizes_of
from store.shelf_writing import Ready, drop_vectors_of, put_all

FRESH = 2_000_000_000
"""Nanoseconds. A file that was written so shortly before the look may be written again within the same
tick of the file system's clock; it is read once more at the next pass."""
STILL = 0.05
TRIES = 20
FEW, SHARE = 5, 0.2
WRITTEN_AT_ONCE = 16
"""Articles in one transaction: 30 ms, in which nobody else writes on SQLite."""
EMBED_AT_ONCE, READ_AT_ONCE, AT_ONCE = 64, 2_048, 2_000

Progress = Callable[[int, int], None]
"""Done and total."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    quarantined: tuple[Quarantined, ...] = ()
    refused: tuple[str, ...] = ()
    """Articles that would have gone, too many at once; they stay until somebody confirms."""
    folder_missing: bool = False
    has_links: bool = False

    def is_quiet(self) -> bool:
        return not (self.added or self.changed or self.moved or self.removed or self.refused)


@dataclass(slots=True)
class Pass:
    """One comparison of folder and shelf, while it goes on."""

    database: Database
    folder: Folder
    filed: Mapping[str, Filed]
    now: datetime
    tick: int
    """The file system's own time, in nanoseconds."""
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    bad: list[Filed] = field(default_factory=list)
    """Files that cannot be read, known and new."""
    versions: dict[str, str] = field(default_factory=dict)
    """Path by version, of what was read new; so a rename is told from a removal."""
    languages: dict[str, int] = field(default_factory=dict)
    again: bool = False
    is_narrow: bool = False
    """Only some articles are looked at; each of them was hinted at."""
    waiting: list[Ready] = field(default_factory=list)
    """Read, and yet to be written: for each alone, waiting for the disk would take longest."""
    stood: set[Hash] = field(default_factory=set)
    """Texts that stood where something else was written."""

    def known(self) -> set[str]:
        """Paths of articles that can be found now."""
        return {path for path, filed in self.filed.items() if not filed.reason}


def sync_folder(
    database: Database,
    root: Path,
    *,
    default_audience: Audience,
    now: datetime,
    tick: int,
    confirmed: bool = False,
    again: bool = False,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """`again` reads every file, changed or not; `only` looks at these articles, which must all be there.
    Texts only: after it full text finds what changed. Vectors follow with `embed_missing`."""
    folder = look(root, default_audience) if only is None else look_at(root, default_audience, only)
    with database.read() as connection:
        filed = shelf.list_files(connection, only)
        sizes = sizes_of(connection)
    if folder is None:
        return Report(refused=tuple(sorted(filed)), folder_missing=True)
    if only is not None and filed.keys() - folder.files.keys():
        # Gone since the hint: whether too many are, only the whole folder shows.
        return sync_folder(database, root, default_audience=default_audience, now=now, tick=tick)
    work = Pass(
        database,
        folder,
        filed,
        now,
        tick,
        languages=sizes.languages_of(list(sizes.languages)),
        again=again,
        is_narrow=only is not None,
    )
    due = settle([seen for seen in folder.files.values() if is_due(seen, work)], tick)
    for number, seen in enumerate(due):
        take_in(seen, work)
        if len(work.waiting) >= WRITTEN_AT_ONCE or number + 1 == len(due):
            write_down(work)
        if progress:
            progress(number + 1, len(due))
    for path, fault in folder.faults.items():
        work.bad.append(Filed(path, 0, 0, 0, "", "", fault.line, fault.reason))
    return finish(work, confirmed=confirmed)


def settle(due: Sequence[Seen], tick: int) -> list[Seen]:
    """Gives a writer who is at it right now a moment to end."""
    if all(tick - seen.changed > STILL * 1_000_000_000 for seen in due):
        return list(due)
    time.sleep(STILL)
    return [seen if seen.fault else look_again(seen) for seen in due]


def is_due(seen: Seen, work: Pass) -> bool:
    filed = work.filed.get(seen.path)
    if filed is None or seen.fault or work.again or work.is_narrow:
        return True
    same = (filed.size, filed.changed, filed.inode) == (seen.size, seen.changed, seen.inode)
    return not same or filed.around != work.folder.digest(seen.path)


def take_in(seen: Seen, work: Pass) -> None:
    """Reads one file and puts it on the shelf, or notes why not."""
    around = work.folder.around(seen.path)
    filed = work.filed.get(seen.path)
    try:
        seen, raw = read_settled(seen)
        changed = 0 if work.tick - seen.changed < FRESH else seen.changed
        entry = Filed(
            seen.path, seen.size, changed, seen.inode, version_of(raw), work.folder.digest(seen.path)
        )
        if (
            filed
            and not work.again
            and not filed.reason
            and (filed.version, filed.around) == (entry.version, entry.around)
        ):
            work.waiting.append(Ready(entry))
            return
        article = with_language(read_article(seen.path, raw, around), work.languages)
    except BadFile as bad:
        entry = Filed(
            seen.path,
            seen.size,
            seen.changed,
            seen.inode,
            "",
            work.folder.digest(seen.path),
            bad.line,
            bad.reason,
        )
        work.bad.append(entry)
        return
    work.waiting.append(
        Ready(entry, article, with_tags(article, [with_tokens(chunk) for chunk in cut(article)]))
    )


def write_down(work: Pass) -> None:
    """Each article as a whole: a process that is killed leaves all of these old, or all of them new."""
    ready, work.waiting = work.waiting, []
    fresh = [one.entry for one in ready if one.article]
    work.stood |= work.database.write(partial(put_all, ready=ready, now=work.now)) if ready else set()
    work.versions |= {entry.version: entry.path for entry in fresh}
    for entry in fresh:
        filed = work.filed.get(entry.path)
        (work.changed if filed and not filed.reason else work.added).append(entry.path)


def read_settled(seen: Seen) -> tuple[Seen, bytes]:
    """The bytes of a file that nobody is writing to. Half an article must never be answered from."""
    for _ in range(TRIES):
        raw = read_file(seen)
        after = look_again(seen)
        if after == seen:
            return seen, raw
        time.sleep(STILL)
        seen = after
    raise BadFile(1, "the file is written to all the time; write it elsewhere and move it here")


def with_language(article: Article, known: Mapping[str, int]) -> Article:
    if article.language:
        return article
    text = "\n".join(article.lines()[article.body - 1 :])
    return replace(article, language=guess(f"{article.title}. {text}", known))


def with_tags(article: Article, prepared: list[Prepared]) -> list[Prepared]:
    """Its editor's other words for what it is about are found as if they stood in its first heading."""
    if not article.tags or not prepared:
        return prepared
    first, tags = prepared[0], " ".join(article.tags)
    words = Tokens(f"{first.words.heading} {' '.join(stems_of(tags))}", first.words.body)
    grams = Tokens(f"{first.grams.heading} {' '.join(grams_of(tags))}", first.grams.body)
    return [replace(first, words=words, grams=grams), *prepared[1:]]


def with_tokens(chunk: Chunk) -> Prepared:
    return Prepared(
        chunk,
        words=Tokens(" ".join(stems_of(chunk.heading)), " ".join(stems_of(chunk.text))),
        grams=Tokens(" ".join(grams_of(chunk.heading)), " ".join(grams_of(chunk.text))),
    )


def finish(work: Pass, *, confirmed: bool) -> Report:
    present = work.folder.files.keys() | work.folder.faults.keys()
    gone = [path for path in sorted(work.filed) if path not in present]
    moved = [(path, work.versions[work.filed[path].version]) for path in gone if is_moved(path, work)]
    lost = [path for path in gone if path in work.known() and not is_moved(path, work)]
    refused = lost if is_too_much(lost, work) and not confirmed else []
    dropped = [path for path in gone if path not in refused]
    for path in dropped:
        work.database.write(partial(shelf.drop_article, path=path))
    quarantine(work)
    if work.is_narrow:
        work.database.write(partial(drop_vectors_of, hashes=work.stood))
    elif dropped or work.bad or work.added or work.changed:
        work.database.write(shelf.drop_idle_vectors)
    prove_gone(work.database, dropped)
    arrived = {new for _, new in moved}
    removed = tuple(path for path in lost if path not in refused)
    return Report(
        added=tuple(path for path in work.added if path not in arrived),
        changed=tuple(work.changed),
        moved=tuple(moved),
        removed=removed,
        unchanged=len(present & work.known()) - len(work.changed),
        quarantined=list_quarantined(work.database),
        refused=tuple(refused),
        has_links=work.folder.has_links(),
    )


def is_moved(path: str, work: Pass) -> bool:
    return bool(work.filed[path].version) and work.filed[path].version in work.versions


def is_too_much(lost: Sequence[str], work: Pass) -> bool:
    """A folder that is not mounted, or a wrong one, looks like a folder whose articles were deleted."""
    known = len(work.known())
    return bool(lost) and (not work.folder.files or (len(lost) > FEW and len(lost) > SHARE * known))


def quarantine(work: Pass) -> None:
    """A file that cannot be read may have been meant for fewer readers than before: the old text goes."""
    for entry in work.bad:
        if work.filed.get(entry.path) != entry:
            work.database.write(partial(shelf.put_quarantined, filed=entry))


def list_quarantined(database: Database) -> tuple[Quarantined, ...]:
    with database.read() as connection:
        filed = shelf.list_set_aside(connection)
    return tuple(Quarantined(one.path, one.line, one.reason) for one in filed)


def prove_gone(database: Database, paths: Sequence[str]) -> None:
    """Reads back: nothing of a removed article can be found."""
    with database.read() as connection:
        left = [path for path in paths if not shelf.is_gone(connection, path)]
    if left:
        raise Unavailable(
            f"removed, but still on the shelf: {', '.join(left)}; run `deskbell knowledge verify`"
        )


Took = Callable[[Mapping[Hash, NDArray[np.float32]], int], None]
"""Vectors that were just written, and the generation that this made."""


def embed_missing(
    database: Database,
    embedder: Embedder,
    *,
    total: int,
    progress: Progress | None = None,
    took: Took | None = None,
    stop: Callable[[], bool] | None = None,
) -> int:
    """Vectors for every text that has none, `total` as far as is known; returns how many. May be cut off at
    any time and gone on with later. Raises MeaningAway; what was made before stays."""
    made = 0
    while made < total and (texts := read_texts(database, embedder.identity)):
        for start in range(0, len(texts), EMBED_AT_ONCE):
            if stop and stop():
                return made
            part = texts[start : start + EMBED_AT_ONCE]
            vectors = embedder.embed([f"{heading}\n{text}" for _, heading, text in part])
            fresh = {name: vector for (name, _, _), vector in zip(part, vectors, strict=True)}
            packed = {name: pack(vector) for name, vector in fresh.items()}
            generation = database.write(partial(shelf.put_vectors, embedder=embedder.identity, made=packed))
            made += len(part)
            if took:
                took(fresh, generation)
            if progress:
                progress(made, max(total, made))
    return made


def read_texts(database: Database, embedder: str) -> list[tuple[Hash, str, str]]:
    with database.read() as connection:
        return shelf.texts_to_embed(connection, embedder, READ_AT_ONCE)


def pack(vector: NDArray[np.float32]) -> bytes:
    """Half the bytes; the cosine moves by less than 0.001."""
    return vector.astype("<f2").tobytes()


def unpack(rows: Sequence[bytes]) -> Vectors:
    return np.frombuffer(b"".join(rows), "<f2").reshape(len(rows), -1).astype(np.float32)


def catch_up(database: Database, index: VectorIndex, embedder: str) -> int:
    """Brings the index to what SQL says, whatever either of them missed. Returns the generation."""
    with database.read() as connection:
        generation = shelf.read_generation(connection)
        audiences = {*shelf.list_audiences(connection), *index.audiences()}
        wanted = {one: shelf.hashes_of(connection, one, embedder) for one in sorted(audiences)}
    for audience, hashes in wanted.items():
        standing = index.ids(audience)
        if standing - hashes:
            index.drop(audience, standing - hashes)
        bring(database, index, embedder, audience, sorted(hashes - standing))
    return generation


def bring(
    database: Database, index: VectorIndex, embedder: str, audience: str, missing: Sequence[Hash]
) -> None:
    """Each part from a snapshot of its own: one that is held for minutes would let the log of SQLite grow."""
    for start in range(0, len(missing), AT_ONCE):
        with database.read() as connection:
            rows = shelf.read_vectors(connection, missing[start : start + AT_ONCE], embedder)
        if rows:
            index.add(audience, list(rows), unpack(list(rows.values())))
    if missing:
        index.settle()


def bring_after(database: Database, index: VectorIndex, embedder: str, number: int) -> None:
    """Vectors of the pieces that came after this one. Of 100,000 in all, comparing every one takes 0.5 s."""
    with database.read() as connection:
        fresh = shelf.hashes_after(connection, number)
        rows = shelf.read_vectors(connection, fresh, embedder)
    take_fresh(database, index, dict(zip(rows, unpack(list(rows.values())), strict=True)) if rows else {})


def take_fresh(database: Database, index: VectorIndex, fresh: Mapping[Hash, NDArray[np.float32]]) -> None:
    """Vectors that were just made, into the drawers of those who may read them."""
    with database.read() as connection:
        drawers = shelf.audiences_of(connection, fresh.keys())
    for audience in sorted({audience for audience, _ in drawers}):
        names = [name for one, name in drawers if one == audience]
        index.add(audience, names, unpack([pack(fresh[name]) for name in names]))
