"""How much open time lies between two moments, and when is so much of it over?"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from escalation.calendar_many import make_many
from escalation.calendar_table import Table
from escalation.schedule import MICROSECOND, Schedule, Span, from_us, to_us

if TYPE_CHECKING:
    from escalation.calendar_many import Moments

SINCE = 2020
"""First year that a calendar knows, unless it is told otherwise. Later years are added when needed."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A compiled schedule. The fields take and give microseconds of UTC, the methods aware datetimes. Raises
    OutOfCalendar."""

    add: Callable[[int, int], int]
    """The earliest moment by which so much open time has passed: what is over at closing time is over then,
    not at the next opening. With 0 the next open moment; less than 0 goes back."""
    sub: Callable[[int, int], int]
    """The latest moment from which on so much open time passes."""
    elapsed: Callable[[int, int], int]
    """Open time from the first to the second; negative when they are the other way round."""
    is_open: Callable[[int], bool]
    next_open: Callable[[int], int]
    """The moment itself when it is open."""
    prev_close: Callable[[int], int]
    """The moment itself when it is open."""
    spans: Callable[[int, int], Iterator[Span]]
    """What is open from the first moment to the second, cut at both."""
    add_many: "Callable[[Moments, Moments], Moments]"
    """Lengths of 0 and more."""
    elapsed_many: "Callable[[Moments, Moments], Moments]"

    def add_at(self, start: datetime, length: timedelta) -> datetime:
        return from_us(self.add(to_us(start), length // MICROSECOND))

    def sub_at(self, start: datetime, length: timedelta) -> datetime:
        return from_us(self.sub(to_us(start), length // MICROSECOND))

    def elapsed_at(self, start: datetime, end: datetime) -> timedelta:
        return timedelta(microseconds=self.elapsed(to_us(start), to_us(end)))

    def is_open_at(self, start: datetime) -> bool:
        return self.is_open(to_us(start))

    def next_open_at(self, start: datetime) -> datetime:
        return from_us(self.next_open(to_us(start)))

    def prev_close_at(self, start: datetime) -> datetime:
        return from_us(self.prev_close(to_us(start)))


def compile_schedule(schedule: Schedule, *, since: int = SINCE) -> Calendar:
    """A year takes 5 ms, when it is first asked for; schedules that say the same share their calendar."""
    return compile_said(schedule.model_dump_json(), since)


@lru_cache(maxsize=512)
def compile_said(schedule: str, since: int) -> Calendar:
    table = Table(Schedule.model_validate_json(schedule), since)
    add_many, elapsed_many = make_many(table)
    return Calendar(
        add=make_add(table),
        sub=table.sub,
        elapsed=make_elapsed(table),
        is_open=table.is_open,
        next_open=table.next_open,
        prev_close=table.prev_close,
        spans=table.spans,
        add_many=add_many,
        elapsed_many=elapsed_many,
    )


def make_add(table: Table) -> Callable[[int, int], int]:
    """A closure over the lists, which is twice as fast as a method: this is asked for every open ticket."""
    first, starts, ends, after, shifts = table.first, table.starts, table.ends, table.after, table.shifts

    def add(start: int, length: int) -> int:
        if length > 0 and first <= start < table.horizon:
            place = bisect_right(starts, start) - 1
            goal = length + (start - shifts[place] if start < ends[place] else after[place])
            try:
                return goal + shifts[bisect_left(after, goal)]
            except IndexError:
                return table.reach(goal)
        return table.add(start, length)

    return add


def make_elapsed(table: Table) -> Callable[[int, int], int]:
    """A closure for the same reason."""
    first, starts, ends, after, shifts = table.first, table.starts, table.ends, table.after, table.shifts

    def elapsed(start: int, end: int) -> int:
        horizon = table.horizon
        if first <= start < horizon and first <= end < horizon:
            place = bisect_right(starts, start) - 1
            done = start - shifts[place] if start < ends[place] else after[place]
            place = bisect_right(starts, end) - 1
            return (end - shifts[place] if end < ends[place] else after[place]) - done
        return table.done_by(end) - table.done_by(start)

    return elapsed
