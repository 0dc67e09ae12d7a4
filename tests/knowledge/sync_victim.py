"""What does a process do that is killed in the middle of following a folder? Its arguments say where."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from knowledge import lexicon, sync
from knowledge.embedders import EmbedderChoice
from knowledge.embedding_openai import Account
from knowledge.index import ChromaIndex, Wanted
from knowledge.library import Library, open_library
from store import shelf
from store.clock import SystemClock
from store.database import open_database
from store.lexical import TantivyWords
from store.settings import read_settings

OLD, NEW = "narrow", "wide"
"""Models of the twin."""


def open_over(data: Path, folder: Path, twin: str, model: str) -> Library:
    """With vectors in Chroma, words in Tantivy as if there were many, and texts two at a time."""
    lexicon.MANY_PIECES = 1
    sync.WRITTEN_AT_ONCE = 2
    settings = read_settings(data_dir=data, _env_file=None)
    return open_library(
        open_database(settings.database),
        data_dir=data,
        articles_dir=folder,
        clock=SystemClock(),
        default_audience="public",
        engine=Wanted("chroma"),
        embedder=EmbedderChoice(f"openai:{model}", Account(twin)),
    )


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(place: Any, name: str, at: int) -> None:
    """The process ends when this is called for the at-th time."""
    called: list[None] = []
    through: Callable[..., Any] = getattr(place, name)

    def counting(*given: Any, **named: Any) -> Any:
        called.append(None)
        return die() if len(called) == at else through(*given, **named)

    setattr(place, name, counting)


POINTS: dict[str, Callable[[], None]] = {
    "before the third text": lambda: before(shelf, "put_article", 3),
    "inside a text, its old pieces gone": lambda: before(shelf, "keep_version", 3),
    "inside a text, its file not noted": lambda: before(shelf, "put_file", 2),
    "before what is gone is dropped": lambda: before(shelf, "drop_article", 1),
    "before the first vectors are kept": lambda: before(shelf, "put_vectors", 1),
    "before the vectors get into the index": lambda: before(ChromaIndex, "add", 1),
    "between two audiences of the index": lambda: before(ChromaIndex, "add", 2),
    "before words get into tantivy": lambda: before(TantivyWords, "_bring", 1),
    "before tantivy notes what it holds": lambda: before(sys.modules["store.lexical"], "write_held", 1),
    "before the pointer moves": lambda: before(shelf, "point_to_embedder", 1),
    "before the old vectors are dropped": lambda: before(Library, "follow", 3),
    "before anything is embedded": lambda: before(sync, "read_texts", 1),
}


def main() -> None:
    data, folder, twin, point = sys.argv[1:]
    library = open_over(Path(data), Path(folder), twin, NEW)
    POINTS[point]()
    library.sync()
    library.load(held=True)
    library.follow()


if __name__ == "__main__":
    main()
