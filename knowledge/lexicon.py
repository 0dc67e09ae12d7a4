"""Does this process keep an index of words beside the database's own full text?"""

import logging
from pathlib import Path

from knowledge.locks import FileLock
from store import shelf
from store.database import Database
from store.fulltext_postgres import take_stock
from store.lexical import Snapshot, TantivyWords

log = logging.getLogger("deskbell.knowledge")

MANY_PIECES = 5_000
"""From here on FTS5 takes 30 ms at p95 and more, Tantivy 1: `python -m bench scale`."""


class Lexicon:
    """Only on SQLite, only where there is much to search, and in one process; the others ask the database."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self._data_dir = data_dir
        self._lock = FileLock(data_dir / "tantivy.lock")
        self._words: TantivyWords | None = None

    @property
    def name(self) -> str:
        return self._words.name if self._words else self._database.dialect

    def at(self, generation: int) -> Snapshot | None:
        return self._words.at(generation) if self._words else None

    def follow(self) -> None:
        if self._database.dialect == "postgresql":
            self._database.write(take_stock)
            return
        if self._words is None and self._is_worth_it() and self._lock.take(wait=False):
            self._words = TantivyWords(self._data_dir / "tantivy")
            log.info("words are searched with tantivy")
        if self._words:
            self._words.follow(self._database)

    def close(self) -> None:
        self._words = None
        self._lock.give_back()

    def _is_worth_it(self) -> bool:
        with self._database.read() as connection:
            return shelf.count_pieces(connection) >= MANY_PIECES
