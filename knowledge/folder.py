"""Which files lie in the knowledge folder, and what do the folders say about them?"""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from knowledge.articles import LARGEST_FILE, Surroundings, read_folder_defaults
from knowledge.front_matter import BadFile
from store.articles import Audience

DEEPEST = 32
DEFAULTS = "_folder.yml"
DANGLING = "the link leads to nothing; delete it"
TOO_LARGE = "the file is larger than 2 MiB; split the article"


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as a look at the folder shows it, before it is opened."""

    path: str
    """POSIX, relative to the folder; what is not UTF-8 in it is written out as \\x.."""
    place: str
    size: int
    changed: int
    """Nanoseconds, the later of mtime and ctime."""
    inode: int
    fault: str = ""
    """Why it must not be opened."""
    is_link: bool = False
    """Where another name is written to, this one changes, and no hint says so."""


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

    def has_links(self) -> bool:
        return any(seen.is_link for seen in self.files.values())

    def _of_folder(self, name: str) -> tuple[Surroundings, str]:
        # Worked out once a folder, not once for each of 10,000 files.
        if name not in self.resolved:
            around = self.defaults.get(name) or nearest(self.defaults, name, self.defaults[""])
            self.resolved[name] = (around, around.digest())
        return self.resolved[name]


def look(root: Path, default_audience: Audience) -> Folder | None:
    """None when the folder is not there. Names that begin with a dot are not looked at."""
    top = str(root.resolve())
    if not Path(top).is_dir():
        return None
    return arrange(walk(top, top, 0), default_audience)


def look_at(root: Path, default_audience: Audience, paths: Collection[str]) -> Folder:
    """The same of these articles only, with what the folders above them say."""
    top = str(root.resolve())
    above = {"", *(name for path in paths for name in folders_above(path))}
    said = [f"{name}/{DEFAULTS}" if name else DEFAULTS for name in sorted(above)]
    return arrange(see_all(top, [*said, *sorted(paths)]), default_audience)


def folders_above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def see_all(top: str, paths: Iterable[str]) -> Iterator[Seen]:
    for path in paths:
        place = f"{top}/{path}"
        try:
            yield see(top, place, os.lstat(place))
        except OSError:
            continue


def arrange(found: Iterable[Seen], default_audience: Audience) -> Folder:
    """`found` has the files of a folder before those below it."""
    files: dict[str, Seen] = {}
    defaults: dict[str, Surroundings] = {}
    faults: dict[str, BadFile] = {}
    base = Surroundings(default_audience)
    for seen in found:
        if not seen.path.endswith(DEFAULTS) or seen.path.rpartition("/")[2] != DEFAULTS:
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


def walk(top: str, folder: str, depth: int) -> Iterator[Seen]:
    """Files of a folder first, then its folders."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(
                (entry for entry in found if not entry.name.startswith(".")), key=lambda one: one.name
            )
    except OSError as error:
        yield unreadable(top, folder, f"the folder cannot be listed: {error.strerror}")
        return
    deeper = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            deeper.append(entry.path)
        elif entry.is_symlink() and entry.is_dir():
            yield from linked_folder(top, entry.path)
        elif entry.name.lower().endswith(".md") or entry.name == DEFAULTS:
            yield see_entry(top, entry)
    for place in deeper:
        if depth < DEEPEST:
            yield from walk(top, place, depth + 1)
        else:
            yield unreadable(top, place, f"folders nest more than {DEEPEST} deep; move it up")


def linked_folder(top: str, place: str) -> Iterator[Seen]:
    """Inside, its files are seen where they really are; outside, nobody knows whose they are."""
    if not is_inside(top, os.path.realpath(place)):
        yield unreadable(top, place, "a symbolic link leads out of the knowledge folder; copy the files here")


def see_entry(top: str, entry: "os.DirEntry[str]") -> Seen:
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return unreadable(top, entry.path, DANGLING)
    return see(top, entry.path, facts)


def see(top: str, named: str, facts: os.stat_result) -> Seen:
    # Texts, not paths: of 10,000 files, to take paths apart is half of the look.
    place = named
    if stat.S_ISLNK(facts.st_mode):
        try:
            place = os.path.realpath(named, strict=True)
            facts = os.lstat(place)
        except OSError:
            return unreadable(top, named, DANGLING)
    fault = (
        ""
        if is_inside(top, place)
        else "a symbolic link leads out of the knowledge folder; copy the file here"
    )
    path = name_of(top, named)
    changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return Seen(
        path,
        place,
        facts.st_size,
        changed,
        facts.st_ino,
        fault or fault_of(path, facts),
        is_link=place != named,
    )


def is_inside(top: str, place: str) -> bool:
    return place == top or place.startswith(top.rstrip("/") + "/")


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


def unreadable(top: str, place: str, fault: str) -> Seen:
    return Seen(name_of(top, place), place, 0, 0, 0, fault, is_link=Path(place).is_symlink())


def name_of(top: str, place: str) -> str:
    name = place[len(top.rstrip("/")) + 1 :]
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


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
        facts = os.lstat(seen.place)
    except OSError:
        return replace(seen, size=-1)
    changed = max(facts.st_mtime_ns, facts.st_ctime_ns)
    return replace(seen, size=facts.st_size, changed=changed, inode=facts.st_ino)
