"""Which answers would change, before anybody else reads the change?"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from knowledge.asking import Found
from knowledge.folder import DEFAULTS
from knowledge.library import Library
from knowledge.proposal import Files, Proposal
from knowledge.sync import Progress, Quarantined
from store import shelf
from store.database import Database
from store.knowledge_use import Given
from store.shelf import Listed
from store.shelf_listing import list_standing

MOST_REAL = 300
"""Different questions of customers, the most frequent first."""
EVERYTHING = 1_000_000

Kind = Literal["lost", "gained", "changed", "moved", "same"]
ORDER: tuple[Kind, ...] = ("lost", "changed", "gained", "moved", "same")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that is asked before and after."""

    kind: Literal["golden", "real"]
    question: str
    """Empty where it is a customer's and this is kept in a file: `place` says where to read it."""
    audience: str
    language: str = ""
    before: str = ""
    """What the same person asked before it."""
    article: str = ""
    """Whose golden question it is."""
    place: str = ""
    """Of the customer's question: timeline/version."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Cited:
    article: str
    heading: str
    lines: tuple[int, int]
    quote: str


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, as far as it is compared."""

    answered: bool
    text: str
    confidence: float
    cites: tuple[Cited, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    probe: Probe
    kind: Kind
    before: Said
    after: Said
    lines_gone: tuple[Cited, ...] = ()
    """Lines that the answer before rested on and that stand nowhere in the new file."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A file of the proposal."""

    path: str
    kind: Literal["added", "changed", "removed", "same"]
    audience_before: str
    audience_after: str
    line: int = 0
    reason: str = ""
    """Why it would be set aside."""


@dataclass(frozen=True, slots=True)
class Preview:
    files: tuple[Touched, ...]
    changes: tuple[Change, ...]
    """Those that are not the same, losses first."""
    golden: int
    real: int
    embedded: int
    """Pieces that had to be read anew."""
    seconds: float

    def count(self, kind: Kind) -> int:
        return sum(one.kind == kind for one in self.changes)

    @property
    def same(self) -> int:
        return self.golden + self.real - len(self.changes)

    @property
    def set_aside(self) -> tuple[Touched, ...]:
        return tuple(one for one in self.files if one.reason)


KEPT = TypeAdapter(Preview)
"""Into a file and back."""


@dataclass(slots=True)
class Stage:
    """A shelf of its own beside the live one. It is brought to two states after another and asked in both."""

    library: Library
    live: Database
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


def golden_probes(listed: Iterable[Listed]) -> Iterator[Probe]:
    for one in listed:
        for question in one.questions:
            yield Probe("golden", question, one.audience, one.language, article=one.path)


def real_probes(given: Sequence[Given], audience: str) -> list[Probe]:
    """Each question once, with how often it was asked; who asks in another talk asks after something else."""
    probes: dict[tuple[str, str], Probe] = {}
    before: dict[str, str] = {}
    for one in given:
        earlier, before[one.timeline] = before.get(one.timeline, ""), one.question
        if not one.question.strip():
            continue
        name = (" ".join(one.question.casefold().split()), " ".join(earlier.casefold().split()))
        known = probes.get(name)
        fresh = Probe("real", one.question, audience, one.language, before=earlier, place=one.place)
        probes[name] = replace(fresh, count=known.count + 1 if known else 1)
    return sorted(probes.values(), key=lambda probe: (-probe.count, probe.question))[:MOST_REAL]


def run_preview(
    stage: Stage, proposal: Proposal, root: Path, real: Sequence[Probe], progress: Progress | None = None
) -> Preview:
    began = time.monotonic()
    base = laid_over(base_files(stage.live, root), proposal.before)
    proposed = laid_over(base, proposal.after)
    stage.show(base)
    before = stage.listed()
    known = [*unique(golden_probes(before.values())), *real]
    tick = ticker(2 * len(known), progress)
    first = {probe: said(stage, probe, tick) for probe in known}
    stage.embedded = 0
    aside = stage.show(proposed)
    after = stage.listed()
    fresh = [probe for probe in unique(golden_probes(after.values())) if probe not in first]
    probes = [*known, *fresh]
    second = {probe: said(stage, probe, tick) for probe in probes}
    if fresh:
        stage.show(base)
        first |= {probe: said(stage, probe, tick) for probe in fresh}
    texts = {path: raw.decode("utf-8", "replace") for path, raw in proposed.items()}
    compared = [compare(probe, first[probe], second[probe], texts) for probe in probes]
    changes = sorted((one for one in compared if one.kind != "same"), key=lambda one: ORDER.index(one.kind))
    files = tuple(touched(path, proposal, before, after, aside) for path in sorted(proposal.after))
    seconds = round(time.monotonic() - began, 2)
    golden = len(probes) - len(real)
    return Preview(files, tuple(changes), golden, len(real), stage.embedded, seconds)


def unique(probes: Iterable[Probe]) -> list[Probe]:
    return list(dict.fromkeys(probes))


def ticker(total: int, progress: Progress | None) -> Callable[[], None]:
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    return tick


def said(stage: Stage, probe: Probe, tick: Callable[[], None]) -> Said:
    answer = stage.ask(probe).answer
    tick()
    cites = dict.fromkeys(
        Cited(one.citation.article, one.citation.heading, one.citation.lines, one.citation.quote)
        for one in answer.sentences
    )
    near = tuple(one.article for one in answer.near)
    return Said(answer.answered, answer.text, round(answer.confidence, 3), tuple(cites), near)


def compare(probe: Probe, before: Said, after: Said, texts: Mapping[str, str]) -> Change:
    gone = tuple(one for one in before.cites if one.quote not in texts.get(one.article, ""))
    return Change(probe, kind_of(before, after), before, after, gone if before.answered else ())


def kind_of(before: Said, after: Said) -> Kind:
    if before.answered != after.answered:
        return "lost" if before.answered else "gained"
    if not before.answered or before.text == after.text:
        return "moved" if places(before) != places(after) else "same"
    return "changed"


def places(said: Said) -> set[tuple[str, str]]:
    """Lines that only moved up or down in their file are the same lines."""
    return {(one.article, one.quote) for one in said.cites}


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
