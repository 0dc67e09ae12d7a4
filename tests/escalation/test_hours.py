"""Does a line of hours mean what it says, and does it come back as it was written?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.hours import read_hours, write_hours
from escalation.schedule import DAYS, Schedule


@pytest.mark.parametrize(
    ("line", "back"),
    [
        ("mon-fri 09:00-17:00", "mon-fri 09:00-17:00"),
        ("Mon–Wed 9:00 – 17:00; SAT 10:00-14:00", "mon-wed 09:00-17:00; sat 10:00-14:00"),
        ("fri-mon 09:00-12:00,13:00-17:00", "mon 09:00-12:00, 13:00-17:00; fri-sun 09:00-12:00, 13:00-17:00"),
        ("mon 22:00-06:00;", "mon 22:00-06:00"),
        ("mon 08:00-34:00", "mon 08:00-34:00"),
        ("mon-sun 00:00-24:00", "mon-sun 00:00-24:00"),
        ("mon 09:00-12:00; mon 13:00-17:00", "mon 09:00-12:00, 13:00-17:00"),
        ("", ""),
    ],
)
def test_a_line_of_hours(line: str, back: str) -> None:
    assert write_hours(read_hours(line, "Europe/Berlin")) == back


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("always", "'always' is no hours: write \"mon-fri 09:00-17:00"),
        ("monday 09:00-17:00", "'monday 09:00-17:00' is no hours"),
        ("mon-xyz 09:00-17:00", "'xyz' is no day: write one of mon, tue"),
        ("mon 9", "'9' is no time from and to: write \"09:00-17:00\""),
        ("mon 09:00-25:61", "'25:61' is no time of day"),
        ("mon 09:00-09:00", "has no length"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(line: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        read_hours(line, "UTC")


def test_hours_need_a_zone_that_there_is() -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        read_hours("mon 09:00-17:00", "Berlin")


windows = st.tuples(st.integers(0, 24 * 60 - 1), st.integers(1, 24 * 60)).map(lambda one: (one[0], sum(one)))
days = st.lists(windows, min_size=1, max_size=3).map(tuple)
weeks = st.dictionaries(st.sampled_from(DAYS), days, min_size=1)


@given(weeks)
def test_what_is_written_is_read_again(weekly: dict[str, tuple[tuple[int, int], ...]]) -> None:
    schedule = Schedule.model_validate({"tz": "UTC", "weekly": weekly})

    again = read_hours(write_hours(schedule), "UTC")

    assert again
    assert again.weekly == schedule.weekly
