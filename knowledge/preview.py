"""Which answers would change, before anybody else reads the change?"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from knowledge.asking import Found
from knowledge.folder import DEFAULTS
from knowledge.library import Library
from knowledge.probes import (
    ORDER,
    Preview,
    Probe,
    Touched,
    compare,
    golden_probes,
    said_of,
    unique,
)
from knowledge.proposal import Files, Proposal
from knowledge.reach import Piece, Wanted, find_reached
from knowledge.rehearsed import Kept, Memory, mark_of, name_of
from knowledge.sync import Progress, Quarantined, unpack
from store import shelf
from store.database import Database
from store.shelf import Listed
from store.shelf_listing import list_standing, list_texts

EVERYTHING = 1_000_000

Early = Callable[[Preview], None]
"""Told what is known once all is asked that the change can reach."""


@dataclass(slots=True)
class Stage:
    """A shelf of its own beside the live one. It is brought to two states after another and asked in both."""

    library: Library
    live: Database
    memory: Memory
    embedded: int = 0

    @property
    def folder(self) -> Path:
        return self.library.articles_dir

    def show(self, files: Mapping[str, bytes]) -> tuple[Quarantined, ...]:
        """The folder and its shelf hold exactly these files from here on."""
        lay(self.folder, files)
        report = self.library.sync(confirmed=True)
        if not self.library.is_loaded:
            borrow_vectors(self)
            self.library.load()
        if self.library.embedder:
            self.embedded += borrow_vectors(self)
            self.library.embed()
            self.library.follow()
        return report.quarantined

    def ask(self, probe: Probe) -> Found:
        history = (probe.before,) if probe.before else ()
        return self.library.find(
            probe.question, history=history, audience=probe.audience, language=probe.language
        )

    def kept(self, probe: Probe) -> Kept:
        found = self.ask(probe)
        cosines = (hit.cosine or 0.0 for hit in found.ranking.hits)
        return Kept(said_of(found.answer), round(max(cosines, default=0.0), 4))

    def mark(self, files: Mapping[str, bytes]) -> str:
        """Of the answers that these files give here."""
        embedder = self.library.embedder
        return mark_of(files, embedder.identity if embedder else "", self.library.default_audience)

    def pieces(self, paths: Collection[str]) -> list[Piece]:
        identity = self.library.embedder.identity if self.library.embedder else ""
        with self.library.database.read() as connection:
            held = list_texts(connection, paths)
            vectors = shelf.read_vectors(connection, {name for name, _ in held}, identity)
        known = dict(zip(vectors, unpack(list(vectors.values())), strict=True)) if vectors else {}
        return [Piece(text, known.get(name)) for name, text in held]

    def listed(self) -> dict[str, Listed]:
        with self.library.database.read() as connection:
            return {one.path: one for one in shelf.list_articles(connection)}


def borrow_vectors(stage: Stage) -> int:
    """What the live shelf has embedded already is not embedded again. Returns how many texts are left."""
    embedder = stage.library.embedder
    if embedder is None:
        return 0
    with stage.library.database.read() as connection:
        wanted = {name for name, _, _ in shelf.texts_to_embed(connection, embedder.identity, EVERYTHING)}
    with stage.live.read() as connection:
        known = shelf.read_vectors(connection, wanted, embedder.identity)
    stage.library.database.write(partial(shelf.put_vectors, embedder=embedder.identity, made=known))
    return len(wanted - known.keys())


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """Only what differs is written."""
    folder.mkdir(parents=True, exist_ok=True)
    for place in [*folder.rglob("*.md"), *folder.rglob(DEFAULTS)]:
        if place.relative_to(folder).as_posix() not in files:
            place.unlink()
    for path, raw in files.items():
        place = folder / path
        if not place.is_file() or place.read_bytes() != raw:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(raw)


def base_files(live: Database, root: Path) -> dict[str, bytes]:
    """The shelf as it stands, whatever lies in the folder meanwhile; and what the folders say about it."""
    with live.read() as connection:
        listed = {one.path: one.version for one in shelf.list_articles(connection)}
        texts = {one.path: one.text for one in list_standing(connection)}
        for path in listed.keys() - texts.keys():
            if found := shelf.find_version(connection, path, listed[path]):
                texts[path] = found.text
    said = {place.relative_to(root).as_posix(): place.read_bytes() for place in root.rglob(DEFAULTS)}
    return said | {path: text.encode() for path, text in texts.items()}


def laid_over(files: Mapping[str, bytes], changes: Files) -> dict[str, bytes]:
    kept = {path: raw for path, raw in files.items() if path not in changes}
    return kept | {path: raw for path, raw in changes.items() if raw is not None}


@dataclass(slots=True)
class Rehearsal:
    """One change, while it is tried."""

    stage: Stage
    proposal: Proposal
    base: Mapping[str, bytes]
    proposed: Mapping[str, bytes]
    real: Sequence[Probe]
    progress: Progress | None
    began: float = field(default_factory=time.monotonic)
    before: dict[str, Listed] = field(default_factory=dict)
    after: dict[str, Listed] = field(default_factory=dict)
    aside: tuple[Quarantined, ...] = ()
    pieces: list[Piece] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    """Golden questions of either state, and customers' questions."""
    first: dict[Probe, Kept] = field(default_factory=dict)
    second: dict[Probe, Kept] = field(default_factory=dict)
    embedded: int = 0

    def look_at_both(self) -> None:
        """Which questions there are, and what the change takes out and puts in."""
        stage, paths = self.stage, self.proposal.after.keys()
        stage.show(self.base)
        self.before, self.pieces = stage.listed(), stage.pieces(paths)
        stage.embedded = 0
        self.aside = stage.show(self.proposed)
        self.after, self.embedded = stage.listed(), stage.embedded
        self.pieces += stage.pieces(paths)
        golden = [*golden_probes(self.before.values()), *golden_probes(self.after.values())]
        self.probes = unique([*golden, *self.real])

    def answer_before(self) -> None:
        """What this very state has answered once is not asked again."""
        answer(self.stage, self.base, self.probes, self.first, self.tick)

    def answer_after(self, probes: Sequence[Probe]) -> None:
        for probe in probes:
            self.second[probe] = self.stage.kept(probe)
            self.tick()

    def reached(self) -> list[Probe]:
        """Those that the change can reach; all of them where it says something about whole folders."""
        changed = self.proposal.after.keys()
        before, after = ({one.language for one in state.values()} for state in (self.before, self.after))
        if before != after or any(path.rpartition("/")[2] == DEFAULTS for path in changed):
            return self.probes
        wanted = [wanted_of(probe, self.first[probe]) for probe in self.probes]
        found = find_reached(wanted, self.pieces, changed, self.stage.library.embedder)
        return [probe for probe, is_reached in zip(self.probes, found, strict=True) if is_reached]

    def tick(self) -> None:
        if self.progress:
            self.progress(len(self.first) + len(self.second), 2 * len(self.probes))

    def preview(self) -> Preview:
        texts = {path: raw.decode("utf-8", "replace") for path, raw in self.proposed.items()}
        compared = [
            compare(probe, self.first[probe].said, self.second[probe].said, texts)
            for probe in self.probes
            if probe in self.second
        ]
        changes = [one for one in compared if one.kind != "same"]
        paths = sorted(self.proposal.after)
        return Preview(
            tuple(touched(path, self.proposal, self.before, self.after, self.aside) for path in paths),
            tuple(sorted(changes, key=lambda one: ORDER.index(one.kind))),
            len(self.probes) - len(self.real),
            len(self.real),
            self.embedded,
            round(time.monotonic() - self.began, 2),
            asked=len(self.second),
            is_whole=len(self.second) == len(self.probes),
        )


def run_preview(
    stage: Stage,
    proposal: Proposal,
    root: Path,
    real: Sequence[Probe],
    progress: Progress | None = None,
    *,
    early: Early | None = None,
    is_quick: bool = False,
) -> Preview:
    """`is_quick`: only what the change can reach, see reach.py; else the others are asked after it."""
    base = laid_over(base_files(stage.live, root), proposal.before)
    tried = Rehearsal(stage, proposal, base, laid_over(base, proposal.after), real, progress)
    tried.look_at_both()
    tried.answer_before()
    stage.show(tried.proposed)
    near = tried.reached()
    tried.answer_after(near)
    if is_quick:
        return tried.preview()
    if early and len(near) < len(tried.probes):
        early(tried.preview())
    tried.answer_after([probe for probe in tried.probes if probe not in tried.second])
    remember(stage, tried.proposed, tried.second)
    return tried.preview()


def answer(
    stage: Stage,
    files: Mapping[str, bytes],
    probes: Sequence[Probe],
    found: dict[Probe, Kept],
    tick: Callable[[], None],
) -> None:
    """What these files answer, from memory or asked now and kept."""
    known = stage.memory.read(stage.mark(files))
    found |= {probe: known[name_of(probe)] for probe in probes if name_of(probe) in known}
    missing = [probe for probe in probes if probe not in found]
    if missing:
        stage.show(files)
        for probe in missing:
            found[probe] = stage.kept(probe)
            tick()
        remember(stage, files, found)


def remember(stage: Stage, files: Mapping[str, bytes], found: Mapping[Probe, Kept]) -> None:
    mark = stage.mark(files)
    known = stage.memory.read(mark)
    stage.memory.write(mark, known | {name_of(probe): kept for probe, kept in found.items()})


def wanted_of(probe: Probe, kept: Kept) -> Wanted:
    said = kept.said
    articles = frozenset((probe.article, *said.near, *(one.article for one in said.cites)))
    return Wanted(probe.question, probe.before, probe.language, articles, kept.top)


def prepare_answers(stage: Stage, root: Path, real: Sequence[Probe]) -> None:
    """The answers before, so that the first change that is tried has only its own to wait for."""
    base = base_files(stage.live, root)
    stage.show(base)
    answer(stage, base, unique([*golden_probes(stage.listed().values()), *real]), {}, lambda: None)


def touched(
    path: str,
    proposal: Proposal,
    before: Mapping[str, Listed],
    after: Mapping[str, Listed],
    aside: Sequence[Quarantined],
) -> Touched:
    old, new = before.get(path), after.get(path)
    kind: Literal["added", "changed", "removed", "same"] = "changed"
    if proposal.after[path] is None:
        kind = "removed"
    elif old is None:
        kind = "added"
    elif new is not None and old.version == new.version:
        kind = "same"
    fault = next((one for one in aside if one.path == path), None)
    return Touched(
        path,
        kind,
        old.audience if old else "",
        new.audience if new else "",
        fault.line if fault else 0,
        fault.reason if fault else "",
    )
