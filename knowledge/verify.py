"""Do the folder, the rows, the full text and the index say the same?"""

from collections.abc import Iterator
from pathlib import Path

from knowledge.articles import Surroundings, cut, read_article
from knowledge.folder import Seen, look, read_file
from knowledge.front_matter import BadFile
from knowledge.index import VectorIndex
from knowledge.index_exact import ExactIndex
from store import fulltext, shelf
from store.articles import Audience
from store.database import Database
from store.shelf import Filed, Hash


def verify_shelf(database: Database, root: Path, default_audience: Audience) -> Iterator[str]:
    """One sentence for each difference."""
    folder = look(root, default_audience)
    if folder is None:
        yield f"{root}: the folder of articles is not there"
        return
    with database.read() as connection:
        filed = shelf.list_files(connection)
        standing = {path: (audience, hashes) for path, audience, hashes in shelf.list_hashes(connection)}
        broken = fulltext.differences(connection)
    for path in sorted(filed.keys() - folder.files.keys() - folder.faults.keys()):
        yield f"{path}: on the shelf, but not in the folder; run `deskbell knowledge sync`"
    for path, seen in sorted(folder.files.items()):
        entry = filed.get(path)
        if entry is None:
            yield f"{path}: in the folder, but not on the shelf; run `deskbell knowledge sync`"
        elif not entry.reason:
            yield from compare(seen, entry, folder.around(path), standing.get(path))
    for fault in broken:
        yield f"{fault}; run `deskbell knowledge sync --again`"


def compare(
    seen: Seen, entry: Filed, around: Surroundings, standing: tuple[str, list[Hash]] | None
) -> Iterator[str]:
    try:
        raw = read_file(seen)
        article = read_article(seen.path, raw, around)
    except BadFile as bad:
        yield f"{seen.path}, line {bad.line}: {bad.reason}; run `deskbell knowledge sync`"
        return
    if article.version != entry.version:
        yield f"{seen.path}: the file has changed; run `deskbell knowledge sync`"
    elif standing != (article.audience, [chunk.hash for chunk in cut(article)]):
        yield f"{seen.path}: the rows are not those of the file; run `deskbell knowledge sync --again`"


def verify_index(database: Database, index: VectorIndex, embedder: str) -> Iterator[str]:
    """Says nothing of an index in memory: it is made from the rows at every start."""
    if index.name == ExactIndex.name:
        return
    with database.read() as connection:
        missing = shelf.count_to_embed(connection, embedder)
        audiences = {*shelf.list_audiences(connection), *index.audiences()}
        wanted = {audience: shelf.hashes_of(connection, audience, embedder) for audience in audiences}
    if missing:
        yield f"{missing} texts have no vector; run `deskbell knowledge sync`"
    for audience, hashes in sorted(wanted.items()):
        standing = index.ids(audience)
        if standing != hashes:
            more, less = len(standing - hashes), len(hashes - standing)
            yield f"index of {audience}: {more} vectors too many, {less} too few; starting the desk mends it"
