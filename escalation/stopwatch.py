"""How long has a clock run that stands still at times, and when has it run long enough?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from escalation.calendar import Calendar
from escalation.schedule import Span


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in one state. Microseconds of UTC; `end` is None for the last one, which goes on."""

    start: int
    end: int | None
    state: str

    def until(self, now: int) -> int:
        return now if self.end is None else min(self.end, now)


def stretches(changes: Iterable[tuple[int, str]], start: int) -> Iterator[Stretch]:
    """Of states as they were entered, in order, from `start` on. What is entered twice is one stretch."""
    since, state = start, ""
    for at, entered in changes:
        if entered == state:
            continue
        if state and at > since:
            yield Stretch(since, at, state)
        since, state = max(at, start), entered
    if state:
        yield Stretch(since, None, state)


def active(calendar: Calendar, running: Sequence[Stretch], now: int) -> int:
    """Open time in which it ran, until now."""
    return sum(calendar.elapsed(one.start, one.until(now)) for one in running if one.start < now)


def due(calendar: Calendar, running: Sequence[Stretch], length: int) -> int | None:
    """The moment at which it will have run so long if it does not stand still again; None while it does."""
    left = length
    for one in running:
        if one.end is None:
            return calendar.add(one.start, left)
        ran = calendar.elapsed(one.start, one.end)
        if ran >= left:
            return calendar.add(one.start, left)
        left -= ran
    return None


def counted(calendar: Calendar, running: Sequence[Stretch], until: int) -> Iterator[Span]:
    """What `active` adds up."""
    for one in running:
        if one.start < until:
            yield from calendar.spans(one.start, one.until(until))
