"""What would change in the folder? From files, another folder, or two states of git."""

import hashlib
import subprocess
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from knowledge.articles import LARGEST_FILE
from knowledge.folder import DEEPEST, DEFAULTS
from store.canonical import canonical
from store.errors import BadAnswer, Misconfigured

LONGEST_PATH = 200
GIT_SECONDS = 30

Files = Mapping[str, bytes | None]
"""By path below the folder; None: the file goes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    after: Files
    before: Files = field(default_factory=dict)
    """Where the comparison does not begin at the shelf as it stands."""

    def digest(self, basis: Mapping[str, str]) -> str:
        """Of exactly these bytes, over exactly those versions."""
        said = {
            path: hashlib.sha256(raw).hexdigest() if raw is not None else ""
            for path, raw in self.after.items()
        }
        return hashlib.sha256(canonical([said, dict(basis)])).hexdigest()[:32]


def safe_path(name: str) -> str:
    """POSIX, relative, ends in .md, and cannot lead out of the folder. Raises BadAnswer."""
    path = unicodedata.normalize("NFC", name.strip())
    parts = path.split("/")
    odd = any(not part or part.startswith(".") or part != part.strip() for part in parts)
    if odd or "\\" in path or not path.isprintable() or len(path) > LONGEST_PATH or len(parts) > DEEPEST:
        raise BadAnswer(
            f"{name!r} is no place for an article: write e.g. returns/refunds.md",
            text_key="knowledge.error.path",
            path=name[:LONGEST_PATH],
        )
    if not path.endswith(".md"):
        raise BadAnswer(
            f"{name!r} does not end in .md", text_key="knowledge.error.kind", path=name[:LONGEST_PATH]
        )
    return path


def check_size(path: str, raw: bytes) -> None:
    if len(raw) > LARGEST_FILE:
        raise BadAnswer(
            f"{path!r} is larger than 2 MiB: split the article", text_key="knowledge.error.large", path=path
        )


def place_for(name: str, folder: str, known: Sequence[str]) -> str:
    """A dropped file goes into the folder that was chosen, or to the one article of that name."""
    base = PurePosixPath(name.replace("\\", "/")).name
    if folder:
        return safe_path(f"{folder.strip('/')}/{base}" if folder != "/" else base)
    same = [path for path in known if PurePosixPath(path).name == base]
    return safe_path(same[0] if len(same) == 1 else base)


def read_paths(paths: Sequence[Path], root: Path, known: Sequence[str]) -> Proposal:
    """Files and folders anywhere. What lies inside the knowledge folder keeps its path there; another folder
    is laid over it; a lone file takes the place of the one article of its name."""
    after: dict[str, bytes | None] = {}
    for path in paths:
        if path.is_dir():
            base = path.resolve()
            for one in sorted((*base.rglob("*.md"), *base.rglob(DEFAULTS))):
                after[relative(one, root.resolve(), base)] = read_bytes(one)
        elif path.is_file():
            inside = path.resolve().is_relative_to(root.resolve())
            name = (
                relative(path.resolve(), root.resolve(), root.resolve())
                if inside
                else place_for(path.name, "", known)
            )
            after[name] = read_bytes(path)
        else:
            raise Misconfigured(f"{str(path)!r} is neither a file nor a folder; give markdown files")
    return Proposal(after)


def relative(path: Path, root: Path, base: Path) -> str:
    return path.relative_to(root if path.is_relative_to(root) else base).as_posix()


def read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def read_git(root: Path, span: str) -> Proposal:
    """`main..HEAD`, or the name of a branch or commit, which is compared with where it left HEAD."""
    if span.startswith("-") or not span.strip():
        raise Misconfigured(f"--git {span!r}: give two states like main..HEAD, or the name of a branch")
    old, dots, new = span.partition("...") if "..." in span else span.partition("..")
    if not dots:
        old, new, dots = "HEAD", span, "..."
    old, new = old or "HEAD", new or "HEAD"
    if dots == "...":
        old = git(root, "merge-base", old, new).decode().strip()
    told = git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", old, new, "--", ".")
    names = [name for name in told.decode("utf-8", "backslashreplace").split("\0") if is_ours(name)]
    return Proposal(
        {name: show(root, new, name) for name in names}, {name: show(root, old, name) for name in names}
    )


def is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and (name.lower().endswith(".md") or path.name == DEFAULTS)


def show(root: Path, state: str, name: str) -> bytes | None:
    listed = git(root, "ls-tree", "--name-only", "-z", state, "--", f"./{name}")
    return git(root, "show", f"{state}:./{name}") if listed else None


def git(root: Path, *words: str) -> bytes:
    # No hook, no pager, no program that the repository's own settings name.
    quiet = ("-c", "core.fsmonitor=", "-c", "core.pager=cat", "-c", "diff.external=")
    command = ["git", "-C", str(root), *quiet, *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=GIT_SECONDS)  # noqa: S603 - a list, no shell, no option from outside
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Misconfigured(f"git could not be asked: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise Misconfigured(f"git {words[0]} in {root}: {said}")
    return done.stdout
