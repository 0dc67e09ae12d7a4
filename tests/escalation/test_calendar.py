"""Does open time obey its laws, in every zone, over every change of the clock?"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from escalation.calendar import Calendar, compile_schedule
from escalation.calendar_table import OutOfCalendar
from escalation.schedule import DAYS, Schedule, from_us, to_us

MINUTE, HOUR = 60_000_000, 3_600_000_000
WEEK: dict[str, Any] = {day: [["09:00", "17:00"]] for day in DAYS[:5]}
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
)
NIGHTS: dict[str, Any] = {day: [["22:00", "06:00"]] for day in DAYS}
WEEKS: tuple[dict[str, Any], ...] = (
    WEEK,
    {day: [["08:30", "12:00"], ["13:00", "17:30"]] for day in DAYS[:6]},
    NIGHTS,
    {day: [["00:00", "24:00"]] for day in DAYS},
    {"sun": [["01:30", "03:30"]], "fri": [["20:00", "30:00"]]},
)
# Weeks in which the clocks of these zones change, and a leap day.
MONDAYS = tuple(map(date.fromisoformat, "2024-02-26 2024-03-25 2024-10-21 2024-11-04 2026-04-06".split()))
SKIPPED = date(2011, 12, 26)
"""Monday of the week in which Samoa had no Friday."""


@cache
def compiled(zone: str, week: int, closed: int) -> Calendar:
    """`closed` is the number of the Monday after which one day is a holiday, another has a break."""
    day = MONDAYS[closed]
    return compile_schedule(schedule_of(zone, week, day), since=2023)


def schedule_of(zone: str, week: int, day: date) -> Schedule:
    return Schedule.model_validate(
        {
            "tz": zone,
            "weekly": WEEKS[week],
            "holidays": [day + timedelta(days=2)],
            "breaks": {day + timedelta(days=3): [["10:00", "11:15"], ["23:30", "24:30"]]},
            "overrides": {day + timedelta(days=4): [["10:00", "14:00"]], day + timedelta(days=6): []},
        }
    )


def berlin(**changes: Any) -> Calendar:
    return compile_schedule(Schedule.model_validate({"tz": "Europe/Berlin", "weekly": WEEK} | changes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


calendars = st.builds(
    compiled,
    st.sampled_from(ZONES),
    st.integers(0, len(WEEKS) - 1),
    st.integers(0, len(MONDAYS) - 1),
)
moments = st.builds(
    lambda monday, offset: to_us(datetime(monday.year, monday.month, monday.day, tzinfo=UTC)) + offset,
    st.sampled_from(MONDAYS),
    st.one_of(
        st.integers(0, 9 * 24 * HOUR), st.integers(0, 9 * 24 * 60).map(lambda minutes: minutes * MINUTE)
    ),
)
lengths = st.one_of(st.integers(0, 80 * HOUR), st.integers(0, 80 * 60).map(lambda minutes: minutes * MINUTE))


@given(calendars, moments, moments, moments)
def test_open_time_adds_up(calendar: Calendar, one: int, two: int, three: int) -> None:
    assert calendar.elapsed(one, two) + calendar.elapsed(two, three) == calendar.elapsed(one, three)
    assert calendar.elapsed(one, two) == -calendar.elapsed(two, one)


@given(calendars, moments, lengths)
def test_what_is_added_has_passed(calendar: Calendar, start: int, length: int) -> None:
    due = calendar.add(start, length)

    assert calendar.elapsed(start, due) == length
    assert not length or calendar.elapsed(start, due - 1) < length


@given(calendars, moments, lengths)
def test_what_is_taken_away_is_still_to_pass(calendar: Calendar, start: int, length: int) -> None:
    begun = calendar.sub(start, length)

    assert calendar.elapsed(begun, start) == length
    assert not length or calendar.elapsed(begun + 1, start) < length
    assert not length or calendar.add(start, -length) == begun


@given(calendars, moments, lengths, lengths)
def test_more_time_is_never_over_earlier(calendar: Calendar, start: int, less: int, more: int) -> None:
    first, last = sorted((less, more))

    assert calendar.add(start, first) <= calendar.add(start, last)


@given(calendars, moments)
def test_open_moments_are_their_own_neighbours(calendar: Calendar, at: int) -> None:
    opened, closed = calendar.next_open(at), calendar.prev_close(at)

    assert calendar.is_open(opened)
    assert (opened == at) == calendar.is_open(at)
    assert closed == at or (closed < at and not calendar.is_open(closed) and calendar.is_open(closed - 1))
    assert calendar.elapsed(closed, opened) == 0


@given(calendars, moments, moments)
def test_spans_are_apart_and_hold_the_open_time(calendar: Calendar, one: int, two: int) -> None:
    first, last = sorted((one, two))
    spans = list(calendar.spans(first, last))

    assert sum(end - start for start, end in spans) == calendar.elapsed(first, last)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    assert all(first <= start < end <= last for start, end in spans)


@given(calendars, st.lists(st.tuples(moments, lengths), max_size=20))
def test_many_at_once_are_as_one_by_one(calendar: Calendar, asked: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in asked], np.int64)
    amounts = np.array([length for _, length in asked], np.int64)

    due = calendar.add_many(starts, amounts)

    assert due.tolist() == [calendar.add(start, length) for start, length in asked]
    assert calendar.elapsed_many(starts, due).tolist() == amounts.tolist()


def is_open_by_the_wall(schedule: Schedule, at: int) -> bool:
    """Reads the clock on the wall, minute for minute; windows are not worked out in UTC."""
    local = from_us(at).astimezone(ZoneInfo(schedule.tz))
    minutes = local.hour * 60 + local.minute
    # A day that the zone skipped is nobody's yesterday.
    yesterday = from_us(at - (minutes + 1) * MINUTE).astimezone(ZoneInfo(schedule.tz)).date()
    days = ((local.date(), minutes), (yesterday, minutes + 24 * 60))
    if local.date() in schedule.holidays:
        return False
    if any(first <= count < last for day, count in days for first, last in schedule.breaks.get(day, ())):
        return False
    return any(first <= count < last for day, count in days for first, last in schedule.windows_of(day))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
@pytest.mark.parametrize("week", [0, 1, 2])
@pytest.mark.parametrize("monday", [SKIPPED, *MONDAYS], ids=str)
def test_it_agrees_with_a_clock_that_is_read_every_minute(zone: str, week: int, monday: date) -> None:
    schedule = schedule_of(zone, week, monday)
    calendar = compile_schedule(schedule, since=monday.year - 1)
    start = to_us(datetime(monday.year, monday.month, monday.day, tzinfo=UTC)) + 12 * HOUR

    minutes = [start + number * MINUTE for number in range(0, 8 * 24 * 60, 7)]
    # An hour that comes twice or never counts by RFC 5545, which a wall cannot show.
    steady = [at for at in minutes if is_steady(zone, at)]

    assert [calendar.is_open(at) for at in steady] == [is_open_by_the_wall(schedule, at) for at in steady]


def is_steady(zone: str, at: int) -> bool:
    near = (from_us(at + hours * HOUR).astimezone(ZoneInfo(zone)).utcoffset() for hours in (-4, 0, 4))
    return len(set(near)) == 1


def test_a_night_shift_is_eight_hours_also_when_the_clock_is_set() -> None:
    calendar = berlin(weekly=NIGHTS)

    assert calendar.elapsed_at(at("2026-03-24T12:00"), at("2026-03-25T12:00")) == timedelta(hours=8)
    assert calendar.elapsed_at(at("2026-03-28T12:00"), at("2026-03-29T12:00")) == timedelta(hours=7)
    assert calendar.elapsed_at(at("2026-10-24T12:00"), at("2026-10-25T12:00")) == timedelta(hours=9)


def test_what_ends_at_closing_time_ends_then_and_not_in_the_morning() -> None:
    calendar = berlin()

    due = calendar.add_at(at("2026-03-02T16:00"), timedelta(hours=1))

    assert due == at("2026-03-02T17:00")
    assert calendar.next_open_at(due) == at("2026-03-03T09:00")


def test_a_holiday_closes_its_day_and_the_night_before_ends_at_midnight() -> None:
    calendar = berlin(weekly=NIGHTS, holidays=["2026-12-25"])

    spans = list(calendar.spans(to_us(at("2026-12-24T12:00")), to_us(at("2026-12-26T12:00"))))

    assert [
        (from_us(one).astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M")) for one, _ in spans
    ] == [
        "24 22:00",
        "26 00:00",
    ]


def test_a_day_that_its_zone_skipped_has_no_hours() -> None:
    calendar = compile_schedule(Schedule.model_validate({"tz": "Pacific/Apia", "weekly": WEEK}), since=2011)
    thursday, saturday = datetime(2011, 12, 29, 22, tzinfo=UTC), datetime(2011, 12, 31, 22, tzinfo=UTC)

    assert calendar.elapsed_at(thursday, saturday) == timedelta(hours=5)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("09:00", "09:00", "has no length"),
        ("9", "17:00", "is no time of day"),
        ("09:75", "17:00", "is no time of day"),
        ("49:00", "50:00", "is no time of day"),
        ("25:00", "26:00", "begins on the next day"),
    ],
)
def test_a_window_that_cannot_be_says_what_to_write(first: str, last: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Schedule.model_validate({"weekly": {"mon": [[first, last]]}})


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"weekly": {}}, "never open"),
        ({"weekly": {"mon": []}}, "never open"),
        ({"weekly": WEEK, "tz": "Berlin"}, "is no time zone"),
        ({"weekly": {"monday": [["09:00", "17:00"]]}}, "mon"),
        ({"weekly": WEEK, "holiday": []}, "holiday"),
    ],
)
def test_a_schedule_that_cannot_be_says_what_to_write(given_: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Schedule.model_validate(given_)


def test_moments_before_its_first_year_are_refused() -> None:
    calendar = berlin()
    old = at("2019-12-30T12:00")

    for call in (calendar.is_open_at, calendar.next_open_at, calendar.prev_close_at):
        with pytest.raises(OutOfCalendar, match="2019"):
            call(old)
    with pytest.raises(OutOfCalendar):
        calendar.sub_at(at("2020-01-03T12:00"), timedelta(hours=200))


def test_years_to_come_are_worked_out_when_they_are_asked_for() -> None:
    calendar = berlin()

    assert calendar.add_at(at("2026-03-02T09:00"), timedelta(hours=8 * 5 * 52 * 10)).year == 2036


@given(st.sampled_from(ZONES), moments)
def test_around_the_clock_is_simply_time(zone: str, at: int) -> None:
    calendar = compiled(zone, 3, 4)
    assume(from_us(at).year < 2025)

    assert calendar.add(at, 5 * HOUR) == at + 5 * HOUR
