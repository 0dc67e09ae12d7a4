"""Which files lie in the knowledge folder, and what do the folders say about them?"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from knowledge.articles import LARGEST_FILE, Surroundings, read_folder_defaults
from knowledge.front_matter import BadFile
from store.articles import Audience

DEEPEST = 32
DEFAULTS = "_folder.yml"
TOO_LARGE = "the file is larger than 2 MiB; split the article"


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as a look at the folder shows it, before it is opened."""

    path: str
    """POSIX, relative to the folder; what is not UTF-8 in it is written out as \\x.."""
    place: Path
    size: int
    changed: int
    """Nanoseconds, the later of mtime and ctime."""
    inode: int
    fault: str = ""
    """Why it must not be opened."""


@dataclass(frozen=True, slots=True)
class Folder:
    files: Mapping[str, Seen]
    defaults: Mapping[str, Surroundings] = field(default_factory=dict)
    """By folder; the empty name is the knowledge folder itself."""
    faults: Mapping[str, BadFile] = field(default_factory=dict)
    """Of the `_folder.yml` files, by path."""

    resolved: dict[str, tuple[Surroundings, str]] = field(default_factory=dict)

    def around(self, path: str) -> Surroundings:
        return self._of_folder(path.rpartition("/")[0])[0]

    def digest(self, path: str) -> str:
        """Of what stands around this file."""
        return self._of_folder(path.rpartition("/")[0])[1]

    def _of_folder(self, name: str) -> tuple[Surroundings, str]:
        # Worked out once a folder, not once for each of 10,000 files.
        if name not in self.resolved:
            around = self.defaults.get(name) or nearest(self.defaults, name, self.defaults[""])
            self.resolved[name] = (around, around.digest())
        return self.resolved[name]


def look(root: Path, default_audience: Audience) -> Folder | None:
    """None when the folder is not there. Names that begin with a dot are not looked at."""
    root = root.resolve()
    if not root.is_dir():
        return None
    files: dict[str, Seen] = {}
    defaults: dict[str, Surroundings] = {}
    faults: dict[str, BadFile] = {}
    base = Surroundings(default_audience)
    for seen in walk(root, root, 0):
        if seen.place.name != DEFAULTS:
            files[seen.path] = seen
            continue
        # Parents come before their children, so that a field that is left out is taken over.
        name = seen.path.removesuffix(DEFAULTS).rstrip("/")
        try:
            defaults[name] = read_defaults(seen, nearest(defaults, name, base))
        except BadFile as bad:
            faults[seen.path] = bad
            defaults[name] = Surroundings(None, fault=f"{seen.path} cannot be read: {bad.reason}")
    return Folder(files, {"": base} | defaults, faults)


def nearest(defaults: Mapping[str, Surroundings], name: str, base: Surroundings) -> Surroundings:
    while name:
        name = name.rpartition("/")[0]
        if name in defaults:
            return defaults[name]
    return base


def read_defaults(seen: Seen, above: Surroundings) -> Surroundings:
    head = read_folder_defaults(read_file(seen))
    around = replace(above, language=head.language or above.language, owner=head.owner or above.owner)
    return replace(around, tags=head.tags or above.tags, audience=head.audience or above.audience)


def walk(root: Path, folder: Path, depth: int) -> Iterator[Seen]:
    """Files of a folder first, then its folders."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(
                (entry for entry in found if not entry.name.startswith(".")), key=lambda one: one.name
            )
    except OSError as error:
        yield unreadable(root, folder, f"the folder cannot be listed: {error.strerror}")
        return
    deeper = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            deeper.append(entry.path)
        elif entry.is_symlink() and entry.is_dir():
            yield from linked_folder(root, Path(entry.path))
        elif entry.name.lower().endswith(".md") or entry.name == DEFAULTS:
            yield see(root, entry)
    for place in deeper:
        if depth < DEEPEST:
            yield from walk(root, Path(place), depth + 1)
        else:
            yield unreadable(root, Path(place), f"folders nest more than {DEEPEST} deep; move it up")


def linked_folder(root: Path, place: Path) -> Iterator[Seen]:
    """Inside, its files are seen where they really are; outside, nobody knows whose they are."""
    if not place.resolve().is_relative_to(root):
        yield unreadable(
            root, place, "a symbolic link leads out of the knowledge folder; copy the files here"
        )


def see(root: Path, entry: "os.DirEntry[str]") -> Seen:
    place = Path(entry.path)
    try:
        facts = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(facts.st_mode):
            place = place.resolve(strict=True)
            facts = place.stat(follow_symlinks=False)
    except (OSError, RuntimeError):
        return unreadable(root, place, "the link leads to nothing; delete it")
    fault = (
        ""
        if place.is_relative_to(root)
        else "a symbolic link leads out of the knowledge folder; copy the file here"
    )
    path = name_of(root, Path(entry.path))
    changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return Seen(path, place, facts.st_size, changed, facts.st_ino, fault or fault_of(path, facts))


def fault_of(path: str, facts: os.stat_result) -> str:
    if not path.isprintable() or "\\" in path:
        return "the file's name holds signs that cannot be shown; rename it"
    if not stat.S_ISREG(facts.st_mode):
        return "this is no file but a pipe, socket or device; delete it"
    if facts.st_nlink > 1:
        return "the file has another name outside or inside the folder (a hard link); copy it instead"
    if facts.st_size > LARGEST_FILE:
        return TOO_LARGE
    return ""


def unreadable(root: Path, place: Path, fault: str) -> Seen:
    return Seen(name_of(root, place), place, 0, 0, 0, fault)


def name_of(root: Path, place: Path) -> str:
    return place.relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode()


def read_file(seen: Seen) -> bytes:
    """Raises BadFile; nothing that is swapped in after the look is followed or waited for."""
    if seen.fault:
        raise BadFile(1, seen.fault)
    try:
        number = os.open(seen.place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadFile(1, f"the file cannot be opened: {error.strerror}") from error
    with os.fdopen(number, "rb") as file:
        facts = os.fstat(number)
        fault = fault_of(seen.path, facts)
        if fault:
            raise BadFile(1, fault)
        return file.read(LARGEST_FILE + 1)


def look_again(seen: Seen) -> Seen:
    """The same file now; unchanged means that nobody was writing in between."""
    try:
        facts = seen.place.stat(follow_symlinks=False)
    except OSError:
        return replace(seen, size=-1)
    changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return replace(seen, size=facts.st_size, changed=changed, inode=facts.st_ino)
