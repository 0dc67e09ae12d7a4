"""What does a compiled schedule hold, and how does it answer?"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from escalation.schedule import Schedule, Span, WallClock, from_us, merged

LATEST = 9000
STEP = timedelta(days=366)
REACH = timedelta(days=3)
"""Windows that began so long ago may still be open."""


class OutOfCalendar(ValueError):
    """A moment before the first year of the calendar, or more open time than there ever is."""


class Table:
    """Open spans with the open time before and after each, the first one empty. It only grows at its end, the
    starts last: who reads while it grows finds each start with all that belongs to it."""

    def __init__(self, schedule: Schedule, since: int) -> None:
        self.schedule = schedule
        self.until = date(since, 1, 1)
        self._clock = WallClock(schedule.tz)
        self._growing = threading.Lock()
        self.first = self.horizon = self._clock.at(self.until, 0)
        self.starts, self.ends = [self.first], [self.first]
        self.before, self.after = [0], [0]
        self.shifts = [self.first]
        """Start less the open time before it: from one to the other is one addition."""

    def grow(self) -> None:
        """Adds a year."""
        with self._growing:
            if self.until.year >= LATEST:
                raise OutOfCalendar(f"there is not so much open time until {LATEST}")
            until = self.until + STEP
            horizon = self._clock.at(until, 0)
            for start, end in self.schedule.open_spans(self.until - REACH, until):
                # A span over the horizon goes on behind it.
                self._put(max(start, self.horizon), min(end, horizon))
            self.until, self.horizon = until, horizon

    def _put(self, start: int, end: int) -> None:
        if start < end:
            done = self.after[-1]
            self.ends.append(end)
            self.shifts.append(start - done)
            self.before.append(done)
            self.after.append(done + end - start)
            self.starts.append(start)

    def span_at(self, at: int) -> int:
        """The last span that has begun by then."""
        while at >= self.horizon:
            self.grow()
        if at < self.first:
            first = from_us(self.first).date()
            raise OutOfCalendar(f"{from_us(at)} lies before {first}, where this calendar begins")
        return bisect_right(self.starts, at) - 1

    def done_by(self, at: int) -> int:
        place = self.span_at(at)
        return at - self.shifts[place] if at < self.ends[place] else self.after[place]

    def add(self, start: int, length: int) -> int:
        if length <= 0:
            return self.sub(start, -length) if length else self.next_open(start)
        return self.reach(self.done_by(start) + length)

    def reach(self, goal: int) -> int:
        while self.after[-1] < goal:
            self.grow()
        return goal + self.shifts[bisect_left(self.after, goal)]

    def sub(self, start: int, length: int) -> int:
        if length <= 0:
            return self.add(start, -length) if length else self.prev_close(start)
        goal = self.done_by(start) - length
        if goal < 0:
            raise OutOfCalendar(
                f"so much open time before {from_us(start)} leads behind {from_us(self.first)}"
            )
        return goal + self.shifts[bisect_right(self.before, goal) - 1]

    def is_open(self, at: int) -> bool:
        return at < self.ends[self.span_at(at)]

    def next_open(self, at: int) -> int:
        if self.is_open(at):
            return at
        while self.starts[-1] <= at:
            self.grow()
        return self.starts[bisect_right(self.starts, at)]

    def prev_close(self, at: int) -> int:
        place = self.span_at(at)
        if not place:
            raise OutOfCalendar(f"nothing was open before {from_us(at)} in this calendar")
        return min(at, self.ends[place])

    def spans(self, start: int, end: int) -> Iterator[Span]:
        inside = range(self.span_at(start), self.span_at(end) + 1)
        parts = [(max(start, self.starts[place]), min(end, self.ends[place])) for place in inside]
        # The years meet inside a span; nobody needs to know.
        yield from merged([(begun, ended) for begun, ended in parts if begun < ended])
