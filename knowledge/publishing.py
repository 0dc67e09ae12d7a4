"""What was uploaded and is looked at, and how does it get into the folder, all or nothing of each file?"""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from knowledge.articles import version_of
from knowledge.locks import alone
from knowledge.proposal import Files, Proposal, check_size, safe_path
from store.errors import AlreadyDecided, BadAnswer, NotFound, Unavailable
from store.words import Word

KEPT = timedelta(days=7)
MOST_FILES = 20
DRAFT = "draft.json"


class Draft(Word):
    """A proposal that waits. `digest` names exactly these bytes over exactly those versions."""

    digest: str
    person_id: str
    at: datetime
    basis: dict[str, str]
    """Version of each file on disk when it was proposed; empty where there was none."""
    names: tuple[str, ...]
    """Paths in the order of the kept files."""
    restores: str = ""
    """The version that is brought back, when that is what the draft does."""


@dataclass(frozen=True, slots=True)
class Published:
    path: str
    before: str
    after: str


Note = Callable[[tuple[Published, ...]], None]


class Drafts:
    """Kept outside the knowledge folder, so that nobody is answered from them."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root = folder, root

    def keep(self, files: Files, person_id: str, now: datetime, *, restores: str = "") -> Draft:
        """Checks names and sizes. The same proposal over the same versions is the same draft."""
        checked = {safe_path(path): raw for path, raw in files.items() if raw is not None}
        if not checked or len(checked) > MOST_FILES:
            raise BadAnswer(
                f"{len(checked)} files: 1 to {MOST_FILES} at once",
                text_key="knowledge.error.count",
                limit=MOST_FILES,
            )
        for path, raw in checked.items():
            check_size(path, raw)
            check_place(self.root, path)
        self._forget(now)
        basis = {path: version_on_disk(self.root, path) for path in checked}
        digest = Proposal(checked).digest(basis)
        draft = Draft(
            digest=digest,
            person_id=person_id,
            at=now,
            basis=basis,
            names=tuple(checked),
            restores=restores,
        )
        place = self.folder / digest
        place.mkdir(parents=True, exist_ok=True)
        for number, raw in enumerate(checked.values()):
            (place / str(number)).write_bytes(raw)
        (place / DRAFT).write_text(draft.model_dump_json(), encoding="utf-8")
        return draft

    def get(self, digest: str) -> tuple[Draft, Proposal]:
        if not digest.isalnum() or len(digest) != 32:
            raise NotFound(f"no draft {digest!r}")
        try:
            draft = Draft.model_validate_json((self.folder / digest / DRAFT).read_bytes())
            files = {
                path: (self.folder / digest / str(number)).read_bytes()
                for number, path in enumerate(draft.names)
            }
        except OSError as error:
            raise NotFound(f"no draft {digest!r}") from error
        proposal = Proposal(files)
        if proposal.digest(draft.basis) != digest:
            raise NotFound(f"the files of draft {digest!r} are not those that were shown")
        return draft, proposal

    def place(self, digest: str) -> Path:
        return self.folder / digest

    def overtaken(self, draft: Draft) -> tuple[str, ...]:
        """Files that were changed in the folder since."""
        return tuple(path for path in draft.names if version_on_disk(self.root, path) != draft.basis[path])

    def drop(self, digest: str) -> None:
        shutil.rmtree(self.folder / digest, ignore_errors=True)

    def _forget(self, now: datetime) -> None:
        for place in self.folder.glob("*/" + DRAFT):
            with suppress(OSError):
                if now.timestamp() - place.stat().st_mtime > KEPT.total_seconds():
                    shutil.rmtree(place.parent, ignore_errors=True)


def check_place(root: Path, path: str) -> None:
    """No link may lead out, and no other spelling of a name may stand for another file."""
    place = root
    for part in Path(path).parts:
        if place.is_dir():
            names = (one.name for one in place.iterdir())
            same = next((name for name in sorted(names) if name.casefold() == part.casefold()), part)
            if same != part and not (place / part).exists():
                raise BadAnswer(
                    f"{path!r}: {same!r} is there already", text_key="knowledge.error.same", path=path
                )
        place = place / part
        if place.is_symlink() or (place != root / path and place.exists() and not place.is_dir()):
            raise BadAnswer(
                f"{path!r} leads over a link or a file", text_key="knowledge.error.path", path=path
            )
    if place.is_dir():
        raise BadAnswer(f"{path!r} is a folder", text_key="knowledge.error.path", path=path)


def version_on_disk(root: Path, path: str) -> str:
    try:
        return version_of((root / path).read_bytes())
    except FileNotFoundError:
        return ""


def publish(drafts: Drafts, draft: Draft, proposal: Proposal, note: Note) -> tuple[Published, ...]:
    """All files are ready beside their places before the first is put into one; `note` writes down in between
    what is done. Raises AlreadyDecided when a file has changed since it was shown."""
    ready: dict[Path, Path] = {}
    done = tuple(
        Published(path, draft.basis[path], version_of(raw or b"")) for path, raw in proposal.after.items()
    )
    with alone(drafts.folder / "publish.lock"):
        try:
            for path, raw in proposal.after.items():
                check_place(drafts.root, path)
                ready[drafts.root / path] = write_beside(drafts.root / path, raw or b"")
            check_fresh(drafts, draft)
            note(done)
            for place, beside in ready.items():
                beside.replace(place)
                sync_entries(place.parent)
        except OSError as error:
            raise Unavailable(f"the knowledge folder cannot be written: {error.strerror}") from error
        finally:
            for beside in ready.values():
                beside.unlink(missing_ok=True)
    return done


def check_fresh(drafts: Drafts, draft: Draft) -> None:
    if changed := ", ".join(drafts.overtaken(draft)):
        raise AlreadyDecided(
            f"changed meanwhile: {changed}", text_key="knowledge.error.overtaken", path=changed
        )


def write_beside(place: Path, raw: bytes) -> Path:
    """Under a name that nobody looks at, on the same file system, safe from a power cut."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.new")
    with beside.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    if place.exists():
        shutil.copymode(place, beside)
    return beside


def sync_entries(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def audit_facts(published: Published, digest: str) -> Mapping[str, str]:
    return {"before": published.before, "after": published.after, "digest": digest}
