"""What is the risk of many tickets now, when nothing but time has moved?"""

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from escalation.calendar import Calendar
from escalation.risk import BY_TIME, FLOOR, MOST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Stood(Protocol):
    """Tickets for which something is due, as they were last looked at, column by column."""

    @property
    def risk(self) -> "array[int]": ...

    @property
    def risk_fixed(self) -> "array[int]": ...

    @property
    def due(self) -> "array[int]": ...

    @property
    def due_length(self) -> "array[int]": ...

    @property
    def due_in_hours(self) -> "array[int]": ...


def risks_now(stood: Stood, business: Calendar, now: int) -> Iterator[tuple[int, int]]:
    """Place and risk of those whose risk has changed. For sorting: the timeline knows it exactly."""
    import numpy as np  # noqa: PLC0415 - 0.1 s, and a desk without tickets needs none of it

    due, was, length, fixed, in_hours = (
        np.frombuffer(column, np.int64)
        for column in (stood.due, stood.risk, stood.due_length, stood.risk_fixed, stood.due_in_hours)
    )
    left = due - now
    counted = np.flatnonzero(in_hours)
    left[counted] = business.elapsed_many(np.full(len(counted), now, np.int64), due[counted])
    found = points(length, fixed, left)
    changed = np.flatnonzero(found != was)
    yield from zip(changed.tolist(), found[changed].tolist(), strict=True)


def points(
    length: "NDArray[np.int64]", fixed: "NDArray[np.int64]", left: "NDArray[np.int64]"
) -> "NDArray[np.int64]":
    import numpy as np  # noqa: PLC0415 - as above

    used = np.clip(1 - left / np.maximum(length, 1), 0, 1)
    whole = np.rint(np.clip(fixed + BY_TIME * used, 0, MOST)).astype(np.int64)
    return np.where(left < 0, np.maximum(whole, FLOOR), whole)
