"""Which conflicts between articles are open, and which did somebody look at and let stand?"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.comparing import Comparison
from knowledge.conflicts import Conflict
from store.canonical import canonical
from store.dismissals import Dismissal

LENGTH = 24


@dataclass(frozen=True, slots=True)
class Dispute:
    mark: str
    conflict: Conflict
    dismissal: Dismissal | None = None
    """None while it is open."""


def mark_of(conflict: Conflict) -> str:
    """Of what both passages say: a changed one makes another conflict, a moved one does not."""
    sides = [[side.article, " ".join(side.text.split())] for side in (conflict.one, conflict.other)]
    return hashlib.sha256(canonical([conflict.kind, *sides])).hexdigest()[:LENGTH]


def list_disputes(compared: Comparison, dismissed: Mapping[str, Dismissal]) -> list[Dispute]:
    """Conflicts before doubles, each once; among them the open ones first."""
    marked = {mark_of(one): one for one in (*compared.conflicts, *compared.twins)}
    disputes = [Dispute(mark, one, dismissed.get(mark)) for mark, one in marked.items()]
    return sorted(disputes, key=lambda one: one.dismissal is not None)


def without_dismissed(compared: Comparison, dismissed: Mapping[str, Dismissal]) -> Comparison:
    return Comparison(
        tuple(one for one in compared.conflicts if mark_of(one) not in dismissed),
        tuple(one for one in compared.twins if mark_of(one) not in dismissed),
    )
