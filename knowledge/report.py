"""How does every file do: who reads it, does it help, is it overdue, does another contradict it?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from knowledge.comparing import Comparison
from knowledge.conflicts import Conflict, by_article
from knowledge.health import Status
from knowledge.sync import Quarantined
from store.knowledge_use import Use
from store.shelf import Listed

State = Literal["disagrees", "overdue", "fails", "doubled", "answers", "silent", "redirect"]
ORDER: tuple[State, ...] = ("disagrees", "overdue", "fails", "doubled", "answers", "silent", "redirect")
"""Worst first."""
ENOUGH_DOWN = 2


@dataclass(frozen=True, slots=True)
class FileReport:
    file: Listed
    use: Use
    conflicts: tuple[Conflict, ...]
    twins: tuple[Conflict, ...]
    is_overdue: bool

    @property
    def state(self) -> State:
        """The first thing that somebody should look at."""
        if self.file.redirect:
            return "redirect"
        if self.conflicts:
            return "disagrees"
        if self.is_overdue:
            return "overdue"
        if self.use.down >= ENOUGH_DOWN and self.use.down > self.use.up:
            return "fails"
        if self.twins:
            return "doubled"
        return "answers" if self.use.cited else "silent"

    @property
    def needs_somebody(self) -> bool:
        return self.state in ("disagrees", "overdue", "fails", "doubled")

    def others(self) -> Iterator[str]:
        """Articles that it disagrees with."""
        for one in self.conflicts:
            yield one.articles[1] if one.articles[0] == self.file.path else one.articles[0]


@dataclass(frozen=True, slots=True)
class Overview:
    files: tuple[FileReport, ...]
    """Worst first."""
    quarantined: tuple[Quarantined, ...]
    generation: int
    to_embed: int
    embedder: str
    days: int
    """That were looked back for what was cited."""
    is_compared: bool
    """Whether conflicts and doubles are known for the shelf as it stands."""


def make_overview(
    status: Status, uses: Mapping[str, Use], compared: Comparison | None, *, today: date, days: int
) -> Overview:
    conflicts = by_article(compared.conflicts) if compared else {}
    twins = by_article(compared.twins) if compared else {}
    files = [
        FileReport(
            file=one,
            use=uses.get(one.path, Use()),
            conflicts=tuple(conflicts.get(one.path, ())),
            twins=tuple(twins.get(one.path, ())),
            is_overdue=one.review_by is not None and one.review_by < today,
        )
        for one in status.articles
    ]
    files.sort(key=lambda one: (ORDER.index(one.state), -one.use.down, -one.use.cited, one.file.path))
    return Overview(
        files=tuple(files),
        quarantined=status.quarantined,
        generation=status.generation,
        to_embed=status.to_embed,
        embedder=status.embedder,
        days=days,
        is_compared=compared is not None,
    )
