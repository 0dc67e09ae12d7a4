"""Which articles must be looked at after a hint of the file system, and when must all of them?"""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from knowledge.folder import DEFAULTS
from store import shelf
from store.database import Database

MOST = 200
"""Hints; more come from a checkout or a copy, and hints that come so fast get lost."""


class Everything(Exception):
    """A hint that says too little."""


def narrow(database: Database, root: Path, hinted: Collection[str]) -> frozenset[str] | None:
    """Paths of the articles that were written, when nothing else can have changed; None: look at all.

    What goes or moves, a folder, a `_folder.yml` and a link can change other articles than the hint names.
    """
    if len(hinted) > MOST:
        return None
    tops = {str(root), str(root.absolute()), str(root.resolve())}
    try:
        return frozenset(path for place in hinted for path in read_hint(database, tops, place))
    except Everything:
        return None


def read_hint(database: Database, tops: Collection[str], place: str) -> Iterator[str]:
    top = next((one for one in tops if place.startswith(f"{one}/")), None)
    path = place[len(top) + 1 :] if top else ""
    name = path.rpartition("/")[2]
    if not path or name == DEFAULTS or not path.isprintable():
        raise Everything
    if any(part.startswith(".") for part in path.split("/")):
        return
    try:
        facts = os.lstat(place)
    except OSError as error:
        # A file that an editor made for a moment, or one that readers can still find.
        if is_known(database, path):
            raise Everything from error
        return
    if not stat.S_ISREG(facts.st_mode):
        raise Everything
    if name.lower().endswith(".md"):
        yield path


def is_known(database: Database, path: str) -> bool:
    with database.read() as connection:
        return shelf.is_filed(connection, path)
