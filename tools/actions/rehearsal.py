"""What would a whole playbook do? Its steps one after the other, in a shop that only seems to change."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from escalation.playbook import PlannedStep
from store.backend_records import BY_KIND, Kept, Written
from store.errors import Overtaken
from tools.actions.running import Asked, Look, look_at
from tools.backend import Backend

R = TypeVar("R", bound=Kept)


class Rehearsal:
    """The port `Backend` over another, which it never writes to. What a step changes, the next one sees."""

    def __init__(self, stage: Backend) -> None:
        self._stage = stage
        self._changed: dict[tuple[str, str], Kept | None] = {}
        self._written: dict[str, Written] = {}

    def find(self, record: type[R], key: str) -> R | None:
        if (record.kind, key) not in self._changed:
            return self._stage.find(record, key)
        found = self._changed[record.kind, key]
        return found if isinstance(found, record) else None

    def list_of(self, record: type[R], field: str, value: str) -> tuple[R, ...]:
        found = {one.key: one for one in self._stage.list_of(record, field, value)}
        for (kind, key), one in self._changed.items():
            if kind == record.kind:
                found.pop(key, None)
                if isinstance(one, record) and getattr(one, field) == value:
                    found[key] = one
        return tuple(found[key] for key in sorted(found))

    def find_write(self, key: str) -> Written | None:
        return self._written.get(key) or self._stage.find_write(key)

    def write(self, wanted: Written) -> Written:
        if known := self.find_write(wanted.key):
            return known
        for one in wanted.edits:
            if self.find(BY_KIND[one.kind], one.key) != one.old:
                raise Overtaken(f"{one.kind} {one.key} has changed meanwhile: look at it again")
        self._changed |= {(one.kind, one.key): one.new for one in wanted.edits if one.is_change}
        self._written[wanted.key] = wanted
        return wanted


def rehearse(
    backend: Backend, customer: str, steps: Sequence[PlannedStep], now: datetime
) -> tuple[Look, ...]:
    """One look for each step. Raises as `look_at` for the first step that would be refused."""
    stage = Rehearsal(backend)
    looks = []
    for step in steps:
        look = look_at(stage, Asked(customer, step.action, step.version, step.arguments), now)
        stage.write(Written(key=f"rehearsed {step.number}", action=step.action, edits=look.edits))
        looks.append(look)
    return tuple(looks)
