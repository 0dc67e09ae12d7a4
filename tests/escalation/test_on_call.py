"""Is somebody always on call, and does one hand over when the clock on the wall says so?"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from escalation.on_call import Override, Rotation, handover, handovers, on_call_at, plan_shifts, week_of
from escalation.schedule import DAYS

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")
PEOPLE = ("per_ada", "per_ben", "per_cid")
BERLIN = ZoneInfo("Europe/Berlin")
rotations = st.builds(
    Rotation,
    people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4).map(tuple),
    starts=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    weekday=st.sampled_from(DAYS),
    time=st.integers(0, 24 * 60 - 1),
    tz=st.sampled_from(ZONES),
)
moments = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside it
overrides = st.lists(
    st.builds(
        lambda person, begins, hours: Override(
            person_id=person, begins=begins, ends=begins + timedelta(hours=hours)
        ),
        st.sampled_from(("per_dan", "per_eva")),
        st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 15), timezones=st.just(UTC)),  # noqa: DTZ001 - as above
        st.integers(1, 400),
    ),
    max_size=4,
)


def rotation(**changes: Any) -> Rotation:
    given = {"people": PEOPLE, "starts": "2026-03-02", "tz": "Europe/Berlin"}
    return Rotation.model_validate(given | changes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def stands_in(person_id: str, begins: str, ends: str) -> Override:
    return Override(person_id=person_id, begins=at(begins), ends=at(ends))


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-03-02 09:00", "per_ada"),
        ("2026-03-09 08:59:59", "per_ada"),
        ("2026-03-09 09:00", "per_ben"),
        ("2026-03-16 09:00", "per_cid"),
        ("2026-03-23 09:00", "per_ada"),
        ("2026-03-02 08:59:59", "per_cid"),
        ("2025-03-03 12:00", "per_cid"),
    ],
)
def test_each_has_a_week_in_turn(when: str, who: str) -> None:
    assert on_call_at(rotation(), (), at(when)) == who


@pytest.mark.parametrize("starts", ["2026-03-02", "2026-03-04", "2026-03-08"])
def test_the_first_ones_week_holds_the_day_on_which_it_starts(starts: str) -> None:
    assert on_call_at(rotation(starts=starts), (), at(f"{starts} 12:00")) == "per_ada"


def test_one_hands_over_at_the_same_time_by_the_clock_when_summer_begins() -> None:
    spring = [handover(rotation(weekday="sun", starts="2026-03-22"), week) for week in range(3)]

    assert [one.astimezone(BERLIN).strftime("%d %H:%M") for one in spring] == [
        "22 09:00",
        "29 09:00",
        "05 09:00",
    ]
    assert [one.hour for one in spring] == [8, 7, 7]


def test_a_handover_at_a_time_that_is_skipped_still_happens_once() -> None:
    night = rotation(weekday="sun", starts="2026-03-22", time="02:30")

    assert [one.isoformat() for one in handovers(night, at("2026-03-28 12:00"), at("2026-03-30 12:00"))] == [
        "2026-03-29T01:30:00+00:00"
    ]


@given(rotations, moments)
def test_somebody_of_the_rotation_is_on_call_at_any_time(plan: Rotation, now: datetime) -> None:
    assert on_call_at(plan, (), now) in plan.people


@given(rotations, moments)
def test_a_week_holds_the_moment_and_none_other_does(plan: Rotation, now: datetime) -> None:
    number = week_of(plan, now)

    assert handover(plan, number) <= now < handover(plan, number + 1)


@given(rotations, st.integers(-60, 60))
def test_weeks_follow_each_other_in_order_and_begin_by_the_wall_clock(plan: Rotation, number: int) -> None:
    begins, ends = handover(plan, number), handover(plan, number + 1)

    assert timedelta(days=6, hours=22) <= ends - begins <= timedelta(days=7, hours=2)
    zone = ZoneInfo(plan.tz)
    local, before = begins.astimezone(zone), (begins - timedelta(hours=3)).astimezone(zone)
    is_change_of_clocks = local.utcoffset() != before.utcoffset()
    assert is_change_of_clocks or (local.hour, local.minute) == divmod(plan.time, 60)


@given(rotations, overrides)
def test_the_plan_has_no_gap_and_says_what_is_said_at_each_moment(
    plan: Rotation, standing_in: list[Override]
) -> None:
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)

    shifts = plan_shifts(plan, standing_in, start, end)

    assert (shifts[0].begins, shifts[-1].ends) == (start, end)
    for one, following in pairwise(shifts):
        assert one.ends == following.begins
        assert one.person_id != following.person_id
    for shift in shifts:
        middle = shift.begins + (shift.ends - shift.begins) / 2
        for moment in (shift.begins, middle, shift.ends - timedelta(microseconds=1)):
            assert on_call_at(plan, standing_in, moment) == shift.person_id


def test_who_stands_in_is_on_call_from_the_first_to_before_the_last_moment() -> None:
    instead = [stands_in("per_dan", "2026-03-04 10:00", "2026-03-04 18:00")]

    said = [
        on_call_at(rotation(), instead, at(f"2026-03-04 {time}"))
        for time in ("09:59", "10:00", "17:59", "18:00")
    ]

    assert said == ["per_ada", "per_dan", "per_dan", "per_ada"]


def test_of_two_who_stand_in_the_one_that_begins_later_counts() -> None:
    instead = [
        stands_in("per_eva", "2026-03-05 00:00", "2026-03-06 00:00"),
        stands_in("per_dan", "2026-03-04 00:00", "2026-03-08 00:00"),
    ]

    days = [on_call_at(rotation(), instead, at(f"2026-03-0{day} 12:00")) for day in (4, 5, 6)]

    assert days == ["per_dan", "per_eva", "per_dan"]


def test_without_a_rotation_only_who_stands_in_is_on_call() -> None:
    instead = [stands_in("per_dan", "2026-03-04 10:00", "2026-03-04 18:00")]
    day = at("2026-03-04 00:00"), at("2026-03-05 00:00")

    assert on_call_at(None, instead, at("2026-03-04 12:00")) == "per_dan"
    assert on_call_at(rotation(people=()), instead, at("2026-03-04 19:00")) == ""
    assert [shift.person_id for shift in plan_shifts(None, instead, *day)] == ["per_dan"]


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"tz": "Mars/Base"}, "is no time zone"),
        ({"time": "25:00"}, 'write a time before "24:00"'),
        ({"time": "nine"}, "is no time of day"),
        ({"weekday": "monday"}, "'mon'"),
        ({"starts": "soon"}, "date"),
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(changes: dict[str, str], hint: str) -> None:
    with pytest.raises(ValidationError, match=hint):
        rotation(**changes)


def test_standing_in_has_to_last() -> None:
    with pytest.raises(ValidationError, match="write an end after it"):
        stands_in("per_dan", "2026-03-04 10:00", "2026-03-04 10:00")
