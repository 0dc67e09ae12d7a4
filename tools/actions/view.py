"""What does an action look at before it changes anything, and what must be true?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from store.backend_records import Edit, Kept, edit, spelled
from store.errors import BadAnswer, NotFound
from tools.backend import Backend

R = TypeVar("R", bound=Kept)


class View:
    """The shop as one customer's case sees it. All that is looked at is remembered: a change is made only
    if it is still so in the moment of the change."""

    def __init__(self, backend: Backend, customer: str, now: datetime) -> None:
        self._backend = backend
        self.customer = customer
        self.now = now
        self.seen: dict[str, Kept] = {}
        self.facts: dict[str, Any] = {}
        """What the decision rests on: the customer's own records, and for what others share only that
        it was enough. A sale to somebody else makes no card stale."""

    def own(self, record: type[R], key: str) -> R:
        """Raises NotFound for what is absent and for what is another's alike."""
        found = self._backend.find(record, key)
        if found is None or getattr(found, "person_id", "") != self.customer:
            raise self.absent(record, key)
        return self.keep(found)

    def shared(self, record: type[R], key: str) -> R:
        """What belongs to the shop and not to one customer."""
        found = self._backend.find(record, key)
        if found is None:
            raise self.absent(record, key)
        self.seen[found.title] = found
        return found

    def own_list(self, record: type[R], field: str, value: str) -> tuple[R, ...]:
        found = self._backend.list_of(record, field, value)
        return tuple(self.keep(one) for one in found if getattr(one, "person_id", "") == self.customer)

    def all_of(self, record: type[R], field: str, value: str) -> tuple[R, ...]:
        """Of whomever; nothing is remembered of it."""
        return self._backend.list_of(record, field, value)

    def find(self, record: type[R], key: str) -> R | None:
        return self._backend.find(record, key)

    def keep(self, found: R) -> R:
        self.seen[found.title] = found
        self.facts[found.title] = spelled(found)
        return found

    def guard(self, what: str, holds: bool, hint: str) -> None:
        """`what` is said on the card. Raises BadAnswer, and nothing has been changed."""
        if not holds:
            raise BadAnswer(f"{what}: no. {hint}")
        self.facts[what] = True

    def absent(self, record: type[Kept], key: str) -> NotFound:
        return NotFound(f"this customer has no {record.kind} {key!r}")

    def pins(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """What was looked at and stays as it is."""
        changed = {(one.kind, one.key) for one in edits}
        return tuple(edit(one, one) for one in self.seen.values() if (one.kind, one.key) not in changed)


def changed(record: R, **fields: object) -> Edit:
    return edit(record, type(record).model_validate({**dict(record), **fields}))


def added(record: Kept) -> Edit:
    return edit(None, record)
