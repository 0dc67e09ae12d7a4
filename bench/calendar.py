"""How many deadlines a second does the business calendar work out, beside the libraries that people take?"""

import random
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from time import perf_counter
from zoneinfo import ZoneInfo

import businesstimedelta
import numpy as np
import pandas
import pytz  # type: ignore[import-untyped]  # comes with businesstimedelta, which knows no other zones

from bench.table import Figure, print_table
from escalation.calendar import Calendar, compile_schedule
from escalation.schedule import Schedule, from_us, to_us

ZONE = "America/New_York"
HOLIDAYS = {
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
}
CLOSED = [date.fromisoformat(f"{year}-{day}") for year, days in HOLIDAYS.items() for day in days.split()]
SINCE, SECONDS = datetime(2025, 1, 6, tzinfo=ZoneInfo(ZONE)), 680 * 86_400
KNOWN = (
    to_us(datetime(2024, 1, 2, tzinfo=ZoneInfo(ZONE))),
    to_us(datetime(2027, 12, 1, tzinfo=ZoneInfo(ZONE))),
)
"""The years that the calendar has compiled before the first question."""
MOST_HOURS = 40
HOUR_US = 3_600_000_000
CASES, FEW = 20_000, 200
"""The libraries are asked for the first few only: they are a hundred times as slow."""
MANY = 1_000_000
ROUNDS = 9
OF_THE_FLOOR, TIMES_THE_LIBRARY = 0.65, 100.0

Call = Callable[[], object]


class Cases:
    """Any second of two years, and 1 to 40 open hours: pandas counts whole hours only."""

    def __init__(self) -> None:
        dice = random.Random(7)  # noqa: S311 - the same cases every time
        self.starts = [SINCE + timedelta(seconds=dice.randrange(SECONDS)) for _ in range(CASES)]
        self.hours = [dice.randint(1, MOST_HOURS) for _ in range(CASES)]
        self.lengths = [timedelta(hours=one) for one in self.hours]
        self.ends = [start + 5 * length for start, length in zip(self.starts, self.lengths, strict=True)]
        self.starts_us, self.ends_us = list(map(to_us, self.starts)), list(map(to_us, self.ends))
        self.lengths_us = [one * HOUR_US for one in self.hours]


class BusinessTimeDelta:
    """The library of that name."""

    def __init__(self, cases: Cases) -> None:
        zone = pytz.timezone(ZONE)
        open_hours = businesstimedelta.WorkDayRule(
            start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4], tz=zone
        )
        self.rules = businesstimedelta.Rules(
            [open_hours, businesstimedelta.HolidayRule(frozenset(CLOSED), tz=zone)]
        )
        # Its own zone, which it understands best.
        self.starts = [start.astimezone(zone) for start in cases.starts[:FEW]]
        self.ends = [end.astimezone(zone) for end in cases.ends[:FEW]]
        self.lengths = [businesstimedelta.BusinessTimeDelta(self.rules, hours=one) for one in cases.hours]

    def add(self) -> list[datetime]:
        return [start + length for start, length in zip(self.starts, self.lengths, strict=False)]

    def elapsed(self) -> list[timedelta]:
        pairs = zip(self.starts, self.ends, strict=True)
        return [self.rules.difference(start, end).timedelta for start, end in pairs]


class Pandas:
    """CustomBusinessHour, which adds and does not measure."""

    def __init__(self, cases: Cases) -> None:
        hours = [
            pandas.offsets.CustomBusinessHour(n, start="09:00", end="17:00", holidays=CLOSED)
            for n in range(1, MOST_HOURS + 1)
        ]
        self.starts = [pandas.Timestamp(start) for start in cases.starts[:FEW]]
        self.lengths = [hours[one - 1] for one in cases.hours[:FEW]]

    def add(self) -> list[datetime]:
        return [start + length for start, length in zip(self.starts, self.lengths, strict=True)]


def main() -> None:
    cases, calendar = Cases(), compile_schedule(schedule(), since=2024)
    calendar.is_open(KNOWN[1] - 1)
    theirs, pandas_hours = BusinessTimeDelta(cases), Pandas(cases)
    rates = side_by_side(
        {
            "floor": (CASES, partial(each, make_floor(calendar), cases.starts_us, cases.lengths_us)),
            "add": (CASES, partial(each, calendar.add, cases.starts_us, cases.lengths_us)),
            "elapsed": (CASES, partial(each, calendar.elapsed, cases.starts_us, cases.ends_us)),
            "add_at": (CASES, partial(each, calendar.add_at, cases.starts, cases.lengths)),
            "elapsed_at": (CASES, partial(each, calendar.elapsed_at, cases.starts, cases.ends)),
            "btd add": (FEW, theirs.add),
            "btd elapsed": (FEW, theirs.elapsed),
            "pandas add": (FEW, pandas_hours.add),
            **in_bulk(calendar, cases),
        }
    )
    print_table("The business calendar, New York, Mon–Fri 9–17, 22 holidays: operations", figures(rates))
    print_table("Beside others, in the same run", ratios(rates))
    print_table("Of their answers, the same as ours", agreement(calendar, cases, theirs, pandas_hours))


def schedule() -> Schedule:
    weekdays = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return Schedule.model_validate({"tz": ZONE, "weekly": weekdays, "holidays": CLOSED})


def make_floor(calendar: Calendar) -> Callable[[int, int], int]:
    """What no answer from such lists can do without: one call and two searches."""
    spans = list(calendar.spans(*KNOWN))
    starts, ends = [start for start, _ in spans], [end for _, end in spans]

    def floor(start: int, _length: int) -> int:
        bisect_right(starts, start)
        return bisect_left(ends, start)

    return floor


def each(call: Callable[..., object], firsts: Sequence[object], seconds: Sequence[object]) -> None:
    """As little as can be beside the call itself, which is to be measured."""
    deque(map(call, firsts, seconds), maxlen=0)


def in_bulk(calendar: Calendar, cases: Cases) -> dict[str, tuple[int, Call]]:
    starts = np.resize(np.array(cases.starts_us, np.int64), MANY)
    ends = np.resize(np.array(cases.ends_us, np.int64), MANY)
    lengths = np.resize(np.array(cases.lengths_us, np.int64), MANY)
    return {
        "add_many": (MANY, lambda: calendar.add_many(starts, lengths)),
        "elapsed_many": (MANY, lambda: calendar.elapsed_many(starts, ends)),
    }


def side_by_side(calls: Mapping[str, tuple[int, Call]]) -> dict[str, float]:
    """Operations a second, the best of some rounds. They take turns: who else works here slows all."""
    best = dict.fromkeys(calls, 0.0)
    for _ in range(ROUNDS):
        for name, (count, call) in calls.items():
            began = perf_counter()
            call()
            best[name] = max(best[name], count / (perf_counter() - began))
    return best


def figures(rates: Mapping[str, float]) -> list[Figure]:
    rows = {
        "floor": "floor: one call, two bisects",
        "add": "due at, whole numbers",
        "elapsed": "elapsed, whole numbers",
        "add_at": "due at, aware datetimes",
        "elapsed_at": "elapsed, aware datetimes",
        "add_many": f"due at, {MANY:,} at once",
        "elapsed_many": f"elapsed, {MANY:,} at once",
        "btd add": "businesstimedelta, due at",
        "btd elapsed": "businesstimedelta, elapsed",
        "pandas add": "pandas CustomBusinessHour, due at",
    }
    return [Figure(title, rates[name] / 1000, "k/s") for name, title in rows.items()]


def ratios(rates: Mapping[str, float]) -> list[Figure]:
    def beside(title: str, ours: str, other: str, least: float | None = None) -> Figure:
        return Figure(title, rates[ours] / rates[other], "×", least, more_is_better=True)

    return [
        beside("due at on whole numbers, of the floor", "add", "floor", OF_THE_FLOOR),
        beside("elapsed on whole numbers, of the floor", "elapsed", "floor"),
        beside("due at on datetimes, of businesstimedelta", "add_at", "btd add", TIMES_THE_LIBRARY),
        beside("elapsed on datetimes, of businesstimedelta", "elapsed_at", "btd elapsed", TIMES_THE_LIBRARY),
        beside("due at on datetimes, of pandas", "add_at", "pandas add"),
    ]


def agreement(
    calendar: Calendar, cases: Cases, theirs: BusinessTimeDelta, pandas_hours: Pandas
) -> list[Figure]:
    """pandas puts what is due at closing time to the next opening, so there it is compared."""
    added = [calendar.add(*one) for one in zip(cases.starts_us[:FEW], cases.lengths_us[:FEW], strict=True)]
    passed = [calendar.elapsed_at(*one) for one in zip(cases.starts[:FEW], cases.ends[:FEW], strict=True)]
    nearest = [from_us(moment) for moment in added]
    opening = [from_us(calendar.next_open(moment)) for moment in added]
    return [
        Figure("businesstimedelta, due at", share(theirs.add(), nearest), "%"),
        Figure("businesstimedelta, elapsed", share(theirs.elapsed(), passed), "%"),
        Figure("pandas, due at", share(pandas_hours.add(), opening), "%"),
    ]


def share(found: Sequence[object], ours: Sequence[object]) -> float:
    return 100 * sum(one == other for one, other in zip(found, ours, strict=True)) / len(ours)
