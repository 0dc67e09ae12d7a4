"""How are the deadlines of a million tickets worked out at once?"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from escalation.calendar_table import OutOfCalendar, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Moments: TypeAlias = NDArray[np.int64]
    Arrays: TypeAlias = tuple[Moments, Moments, Moments, Moments]
    Many: TypeAlias = Callable[[Moments, Moments], Moments]


def make_many(table: Table) -> "tuple[Many, Many]":
    """`add` and `elapsed`, for arrays."""

    def add_many(moments: "Moments", lengths: "Moments") -> "Moments":
        if len(lengths) and int(lengths.min()) < 0:
            raise OutOfCalendar("add_many goes forward only: give lengths of 0 and more")
        goal = done_by(table, moments, arrays(table, newest(moments), 0)) + lengths
        known = arrays(table, newest(moments), newest(goal) + 1)
        starts, ends, shifts, after = known
        found = goal + shifts[after.searchsorted(goal, "left")]
        return found if lengths.all() else open_next(moments, lengths, found, (starts, ends))

    def elapsed_many(begins: "Moments", finishes: "Moments") -> "Moments":
        known = arrays(table, max(newest(begins), newest(finishes)), 0)
        return done_by(table, finishes, known) - done_by(table, begins, known)

    return add_many, elapsed_many


def newest(moments: "Moments") -> int:
    return int(moments.max()) if len(moments) else 0


def arrays(table: Table, latest: int, goal: int) -> "Arrays":
    table.span_at(max(latest, table.first))
    while table.after[-1] < goal:
        table.grow()
    # The starts grow last.
    return load_arrays(len(table.starts), table.starts, table.ends, table.shifts, table.after)


def load_arrays(rows: int, *lists: list[int]) -> "Arrays":
    import numpy as np  # noqa: PLC0415 - 0.1 s, only where many are worked out at once

    starts, ends, shifts, after = (np.array(one[:rows], np.int64) for one in lists)
    return starts, ends, shifts, after


def done_by(table: Table, moments: "Moments", known: "Arrays") -> "Moments":
    if len(moments) and int(moments.min()) < table.first:
        table.span_at(int(moments.min()))
    starts, ends, _, after = known
    places = starts.searchsorted(moments, "right") - 1
    done: Moments = after[places] - (ends[places] - moments).clip(min=0)
    return done


def open_next(
    moments: "Moments", lengths: "Moments", found: "Moments", spans: "tuple[Moments, Moments]"
) -> "Moments":
    """A length of 0 ends at the next open moment."""
    starts, ends = spans
    places = starts.searchsorted(moments, "right")
    is_open = moments < ends[places - 1]
    at_once = moments * is_open + starts[places.clip(max=len(starts) - 1)] * ~is_open
    chosen: Moments = at_once * (lengths == 0) + found * (lengths != 0)
    return chosen
