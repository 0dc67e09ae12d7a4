"""How does a change of the shop happen once, how is it checked, and how is it taken back?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from store.backend_records import Address, Edit, Kept, Part, Payment, Refund, Slot, Written, edit
from store.canonical import canonical
from store.errors import BadAnswer, NotAllowed, Overtaken
from tools.actions.registry import ACTIONS, Action, get_action, plan_with
from tools.actions.view import View
from tools.backend import Backend

COUNTED = (Part.kind, Payment.kind, Slot.kind)
"""Several changes take from them at once, so what one took is given back by the difference."""

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Asked:
    customer: str
    """Whose ticket it is: never said by the arguments."""
    action: str
    version: int
    arguments: Mapping[str, object]

    @property
    def stamp(self) -> str:
        """The same only for the same action with the same arguments for the same customer."""
        said = canonical([self.customer, dict(self.arguments)])
        return f"{self.action} {self.version} {sha256(said).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Look:
    """What would happen: a dry run."""

    action: Action
    facts: Mapping[str, Any]
    """What the guards looked at; for the basis of an approval."""
    edits: tuple[Edit, ...]
    """Each record that changes, before and after."""
    pins: tuple[Edit, ...]
    """Records that must still be as they were seen."""


def look_at(backend: Backend, asked: Asked, now: datetime) -> Look:
    """Changes nothing. Raises BadAnswer when a guard says no, NotFound for what is not the customer's."""
    found = get_action(asked.action, asked.version)
    view = View(backend, asked.customer, now)
    edits = plan_with(found, view, found.read(asked.arguments))
    return Look(found, dict(view.facts), edits, view.pins(edits))


def run_action(backend: Backend, asked: Asked, *, key: str, now: datetime) -> Written:
    """Once per key, also after a crash in between. Raises as `look_at`; Overtaken when the world moved on."""
    if written := backend.find_write(key):
        if written.action != asked.stamp:
            raise BadAnswer(
                f"the key {key!r} was used for {written.action}: give {asked.action} one of its own"
            )
        if backend.find_write(undo_key(key)):
            raise NotAllowed(f"what was done under the key {key!r} has been taken back: ask anew")
        return written
    look = look_at(backend, asked, now)
    wanted = Written(key=key, action=asked.stamp, edits=look.edits + look.pins)
    return backend.write(wanted) if look.edits else wanted


def verify_action(backend: Backend, written: Written) -> tuple[str, ...]:
    """What is not as it should be now; nothing is well."""
    return tuple(fault for one in written.edits if one.is_change for fault in faults_of(backend, one))


def faults_of(backend: Backend, one: Edit) -> Iterator[str]:
    record = one.new or one.old
    if record is None:
        return
    found = backend.find(type(record), record.key)
    if one.kind not in COUNTED and found != one.new:
        yield f"{record.title}: {differing(found, one.new)}"
    elif found:
        yield from unsound(backend, found)


def unsound(backend: Backend, record: Kept) -> Iterator[str]:
    if isinstance(record, Payment):
        given_back = sum(one.amount for one in backend.list_of(Refund, "payment_id", record.key))
        if given_back != record.refunded:
            yield f"{record.title} says {record.refunded} came back, and its refunds say {given_back}"


def differing(found: Kept | None, wanted: Kept | None) -> str:
    """Names the fields, and what they hold only where it says nothing of a person: it ends up in reports."""
    if found is None or wanted is None:
        return "it is gone, and should be there" if wanted else "it is there, and should be gone"
    fields = [name for name, value in dict(wanted).items() if dict(found)[name] != value]
    if isinstance(wanted, Address):
        return f"{', '.join(fields)} is not as it should be"
    pairs = (f"{name} is {dict(found)[name]!r}, should be {dict(wanted)[name]!r}" for name in fields)
    return "; ".join(pairs)


def undo_key(key: str) -> str:
    return f"{key}:undo"


def undo_action(backend: Backend, key: str) -> Written | None:
    """Once per key; None when nothing was ever written under it, and then nothing ever will be.
    Raises NotAllowed for what cannot be taken back, Overtaken when somebody has built on it meanwhile."""
    written = withdraw(backend, key)
    if written is None:
        return None
    if undone := backend.find_write(undo_key(key)):
        return undone
    name = written.action.partition(" ")[0]
    # Whatever its version is by now: a new release must not stand in the way of going back.
    if name in ACTIONS and not ACTIONS[name].is_undoable:
        raise NotAllowed(f"{name} cannot be undone. Instead: {ACTIONS[name].compensation}")
    edits = tuple(turned(backend, one) for one in written.edits if one.is_change)
    return backend.write(Written(key=undo_key(key), action=f"undo {written.action}", edits=edits))


def withdraw(backend: Backend, key: str) -> Written | None:
    """What was written under the key. If nothing was, a write that is on its way finds the key taken."""
    if backend.find_write(key) is None:
        with suppress(BadAnswer):
            backend.write(Written(key=key, action=WITHDRAWN, edits=()))
    written = backend.find_write(key)
    return None if written is None or written.action == WITHDRAWN else written


def turned(backend: Backend, one: Edit) -> Edit:
    old, new = one.old, one.new
    if one.kind not in COUNTED or old is None or new is None:
        return one.turned()
    found = backend.find(type(old), old.key)
    if found is None:
        raise Overtaken(f"{old.title} is gone meanwhile: look at it again")
    return edit(found, given_back(found, old, new))


def given_back(found: Kept, old: Kept, new: Kept) -> Kept:
    was, became = dict(old), dict(new)
    moved = {name: became[name] - was[name] for name in was if became[name] != was[name]}
    fields = {name: dict(found)[name] - by for name, by in moved.items()}
    try:
        return type(found).model_validate({**dict(found), **fields})
    except ValidationError as error:
        raise Overtaken(f"{found.title} was taken by others meanwhile: look at it again") from error


def told_edits(edits: Sequence[Edit]) -> tuple[tuple[str, str, str], ...]:
    """Record, before and after, field by field, for a card."""
    return tuple(line for one in edits if one.is_change for line in lines_of(one))


def lines_of(one: Edit) -> Iterator[tuple[str, str, str]]:
    before, after = one.before or {}, one.after or {}
    for name in before | after:
        if before.get(name) != after.get(name):
            yield f"{one.kind} {one.key}, {name}", str(before.get(name, "")), str(after.get(name, ""))
