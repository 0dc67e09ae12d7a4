"""Which pieces hold these words, where the database's own full text would take too long? Tantivy answers."""

import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from sqlalchemy import Connection

from store import shelf
from store.database import Database
from store.fulltext import HEADING, Shelf, list_tokens

if TYPE_CHECKING:
    from tantivy import Document, Index, Query, Schema, Searcher

KINDS: tuple[Shelf, ...] = ("chunk_words", "chunk_grams")
TOKENS = "tokens"
HELD = "held.npy"
HEAP_BYTES = 32_000_000
PART, MOST_COUNTED = 500, 20_000
MANY = 15_000
"""Pieces from which on Tantivy is worth its files: `python -m bench scale` measures both."""

Marks: TypeAlias = dict[int, int]
"""By the number of a piece, what tells its text and its audience from any other."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Tantivy's files at one generation; later commits do not reach it."""

    schema: "Schema"
    searcher: "Searcher"
    counted: dict[tuple[str, str, tuple[str, ...]], int] = field(default_factory=dict)
    """A question counts its words more than once."""

    def find(
        self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str], limit: int
    ) -> dict[int, float]:
        if not tokens or not audiences or not self.searcher.num_docs:
            return {}
        words = load_tantivy()
        heading = [self._term(f"{shelf}_heading", token) for token in tokens]
        body = [self._term(f"{shelf}_body", token) for token in tokens]
        wanted = [words.Query.boost_query(one, HEADING) for one in heading] + body
        any_of = words.Query.boolean_query([(words.Occur.Should, one) for one in wanted])
        hits = self.searcher.search(self._only(any_of, audiences), limit, count=False).hits
        numbers = self.searcher.fast_field_values("number", [place for _, place in hits])
        found = {int(number or 0): float(score) for number, (score, _) in zip(numbers, hits, strict=True)}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def count(self, shelf: Shelf, tokens: Sequence[str], *, audiences: Sequence[str]) -> dict[str, int]:
        if not audiences or not self.searcher.num_docs:
            return dict.fromkeys(tokens, 0)
        if len(self.counted) > MOST_COUNTED:
            self.counted.clear()
        return {token: self._count_once(shelf, token, tuple(audiences)) for token in tokens}

    def _count_once(self, shelf: Shelf, token: str, audiences: tuple[str, ...]) -> int:
        counted = self.counted.get((shelf, token, audiences))
        if counted is None:
            counted = self.counted[shelf, token, audiences] = self._count_one(shelf, token, audiences)
        return counted

    def _count_one(self, shelf: Shelf, token: str, audiences: Sequence[str]) -> int:
        words = load_tantivy()
        fields = (self._term(f"{shelf}_{name}", token) for name in ("heading", "body"))
        either = words.Query.boolean_query([(words.Occur.Should, one) for one in fields])
        found: Any = self.searcher.search(self._only(either, audiences), 1)
        return int(found.count or 0)

    def _term(self, field: str, token: str) -> "Query":
        term: Query = load_tantivy().Query.term_query(self.schema, field, token, "freq")
        return term

    def _only(self, query: "Query", audiences: Sequence[str]) -> "Query":
        words = load_tantivy()
        open_to = words.Query.term_set_query(self.schema, "audience", list(audiences))
        silent = words.Query.const_score_query(open_to, 0.0)
        both: Query = words.Query.boolean_query([(words.Occur.Must, query), (words.Occur.Must, silent)])
        return both


class TantivyWords:
    """Written by one process. Follows the rows; what it has not followed yet, the database answers."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = open_files(folder)
        self._held = read_held(folder)
        self._current: tuple[int, Snapshot] | None = None
        self._following = threading.Lock()

    def at(self, generation: int) -> Snapshot | None:
        current = self._current
        return current[1] if current and current[0] == generation else None

    def follow(self, database: Database) -> None:
        """May be cut off anywhere: what was not noted as held is brought in once more."""
        with self._following, database.read() as connection:
            generation = shelf.read_text_generation(connection)
            if self.at(generation):
                return
            if self._current is None:
                # Another database may have stood here before: the same number, and another text.
                wanted = marks_of(shelf.list_pieces(connection))
            else:
                wanted = self._with_fresh(connection)
            self._bring(connection, wanted)
            self._current = (generation, Snapshot(self._index.schema, self._index.searcher()))

    def _with_fresh(self, connection: Connection) -> Marks:
        """What is held and still there, and what is new. A number never comes back with another text."""
        numbers = set(shelf.list_numbers(connection))
        fresh = sorted(numbers - self._held.keys())
        kept = {number: mark for number, mark in self._held.items() if number in numbers}
        return kept | marks_of(shelf.list_pieces(connection, fresh))

    def _bring(self, connection: Connection, wanted: Marks) -> None:
        gone = [number for number, mark in self._held.items() if wanted.get(number) != mark]
        fresh = [number for number, mark in wanted.items() if self._held.get(number) != mark]
        if not gone and not fresh:
            return
        writer = self._index.writer(HEAP_BYTES, 1)
        # By a query: `delete_documents_by_term` is expected to do the same, and deletes nothing by a number.
        writer.delete_documents_by_query(numbered(self._index.schema, {*gone, *fresh}))
        for document in documents(connection, fresh):
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._held = wanted
        write_held(self._folder, wanted)


def documents(connection: Connection, numbers: Sequence[int]) -> Iterator["Document"]:
    tantivy = load_tantivy()
    for start in range(0, len(numbers), PART):
        part = numbers[start : start + PART]
        tokens = {kind: list_tokens(connection, kind, part) for kind in KINDS}
        for number, _, audience in shelf.list_pieces(connection, part):
            document = tantivy.Document()
            document.add_unsigned("number", number)
            document.add_text("audience", audience)
            for kind, held in tokens.items():
                document.add_text(f"{kind}_heading", held[number].heading)
                document.add_text(f"{kind}_body", held[number].body)
            yield document


def numbered(schema: "Schema", numbers: Collection[int]) -> "Query":
    any_of: Query = load_tantivy().Query.term_set_query(schema, "number", list(numbers))
    return any_of


def marks_of(pieces: Iterable[tuple[int, str, str]]) -> Marks:
    return {number: mark_of(f"{name}/{audience}") for number, name, audience in pieces}


def mark_of(said: str) -> int:
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), "big", signed=True)


def open_files(folder: Path) -> "Index":
    """Everything in it stands in the rows too: what cannot be read is made anew."""
    try:
        return open_index(folder)
    except (ValueError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        return open_index(folder)


def open_index(folder: Path) -> "Index":
    tantivy = load_tantivy()
    folder.mkdir(parents=True, exist_ok=True)
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_text_field("audience", tokenizer_name="raw", index_option="basic")
    for kind in KINDS:
        for part in ("heading", "body"):
            builder.add_text_field(f"{kind}_{part}", tokenizer_name=TOKENS, index_option="freq")
    index: Index = tantivy.Index(builder.build(), str(folder))
    index.register_tokenizer(TOKENS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def read_held(folder: Path) -> Marks:
    """Nothing, when it is not known for certain: then everything is brought in once more."""
    try:
        rows = np.load(folder / HELD)
    except (OSError, ValueError, EOFError):
        return {}
    return dict(rows.tolist())


def write_held(folder: Path, held: Marks) -> None:
    aside = folder / f"{HELD}.new.npy"
    np.save(aside, np.array(list(held.items()), np.int64).reshape(-1, 2))
    aside.replace(folder / HELD)


def load_tantivy() -> Any:
    import tantivy  # noqa: PLC0415 - 25 MB, and only where there are many articles

    return tantivy
