"""Is every day closed that a calendar file closes, and is a bad file told with its line?"""

import re
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from escalation.holidays import MOST_BYTES, parse_holidays, read_holidays
from escalation.policy_file import SHIPPED
from escalation.schedule import Schedule
from escalation.sla_policy import open_policy
from store.errors import Misconfigured

WEEK = {"mon": [["09:00", "17:00"]]}


def event(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def calendar(*events: str) -> str:
    return "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""))


def days(*lines: str, years: tuple[int, ...] = (2026, 2027)) -> list[str]:
    found = parse_holidays(calendar(event(*lines)), "holidays.ics")
    return [day.isoformat() for day in sorted(found) if day.year in years]


MAY = "DTSTART;VALUE=DATE:20260501"
THANKS = ("DTSTART;VALUE=DATE:20241128", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")
MIDNIGHTS = ("DTSTART;TZID=Europe/Berlin:20260501T000000", "DTEND;TZID=Europe/Berlin:20260502T000000")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((MAY,), ["2026-05-01"]),
        ((MAY, "DTEND;VALUE=DATE:20260502"), ["2026-05-01"]),
        ((MAY, "DTEND;VALUE=DATE:20260504"), ["2026-05-01", "2026-05-02", "2026-05-03"]),
        ((MAY, "DURATION:P2D"), ["2026-05-01", "2026-05-02"]),
        ((MAY, "RRULE:FREQ=YEARLY"), ["2026-05-01", "2027-05-01"]),
        ((MAY, "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20260501"), ["2027-05-01"]),
        ((MAY, "RRULE:FREQ=YEARLY;COUNT=1"), ["2026-05-01"]),
        (
            ("DTSTART;VALUE=DATE:20241128", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
            ["2026-11-26", "2027-11-25"],
        ),
        (("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"), []),
        ((MAY, "RDATE;VALUE=DATE:20260514,20270506"), ["2026-05-01", "2026-05-14", "2027-05-06"]),
        ((MAY, "STATUS:CANCELLED"), []),
        ((MAY, "TRANSP:TRANSPARENT"), ["2026-05-01"]),
        (
            ("DTSTART;TZID=Europe/Berlin:20260501T000000", "DTEND;TZID=Europe/Berlin:20260502T000000"),
            ["2026-05-01"],
        ),
        (
            ("SUMMARY:A name that", " goes on", MAY, "BEGIN:VALARM", "TRIGGER:-PT1H", "END:VALARM"),
            ["2026-05-01"],
        ),
        (("DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102"), ["2026-12-31", "2027-01-01"]),
    ],
)
def test_the_days_of_an_event(lines: tuple[str, ...], expected: list[str]) -> None:
    assert days(*lines) == expected


def test_what_repeats_for_ever_reaches_far_enough_for_any_deadline() -> None:
    found = parse_holidays(calendar(event("DTSTART;VALUE=DATE:19900101", "RRULE:FREQ=YEARLY")), "x.ics")

    assert {date(2020, 1, 1), date(2069, 1, 1)} < found


def test_one_day_of_a_series_can_be_moved() -> None:
    series = event("UID:queen", "DTSTART;VALUE=DATE:20260501", "RRULE:FREQ=YEARLY")
    moved = event("UID:queen", "RECURRENCE-ID;VALUE=DATE:20270501", "DTSTART;VALUE=DATE:20270503")

    found = parse_holidays(calendar(series, moved), "x.ics")

    assert [day for day in sorted(found) if day.year == 2027] == [date(2027, 5, 3)]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "line 1: this is no calendar: it begins with BEGIN:VCALENDAR"),
        ("<html>", "line 1: '<html>' is no line of a calendar: write NAME:VALUE"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "line 1: it has no event"),
        (calendar("BEGIN:VEVENT", MAY), "line 5: END:VCALENDAR, where END:VEVENT is due"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "line 2: BEGIN:VEVENT has no end: write END:VEVENT"),
        (calendar("END:VEVENT"), "line 3: END:VEVENT, where END:VCALENDAR is due"),
        (calendar(event("SUMMARY:x")), "line 3: this event has no day: write DTSTART;VALUE=DATE:20261225"),
        (calendar(event("DTSTART;VALUE=DATE:2026xx01")), "line 4: '2026xx01' is no day: write DTSTART"),
        (calendar(event("DTSTART;VALUE=DATE:20260230")), "line 4: '20260230' is no day"),
        (calendar(event("DTSTART:20260501T140000Z")), "line 4: the event has a time of day, .* `breaks`"),
        (calendar(event(MAY, "DTEND;VALUE=DATE:20260501")), "line 5: .*DTEND is the day after the last"),
        (calendar(event(MAY, "DTEND;VALUE=DATE:20990501")), "line 3: it lasts more than a year"),
        (calendar(event(MAY, "RRULE:FREQ=SECONDLY")), "line 5: 'FREQ=SECONDLY' is no rhythm of days"),
        (calendar(event(MAY, "RRULE:FREQ=YEARLY;INTERVAL=0")), "line 5: .* is no rhythm of days"),
        (calendar(event(MAY), event(MAY, "RRULE:FREQ=YEARLY;BYDAY=9XX")), "line 8, RRULE: Expected weekday"),
        (calendar(event(MAY, "EXDATE;VALUE=DATE:soon")), "line 5, EXDATE: "),
    ],
)
def test_a_bad_file_is_told_with_its_line(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f"^holidays.ics, {hint}"):
        parse_holidays(text, "holidays.ics")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.ics").write_bytes(b"BEGIN:VCALENDAR\nX-WR-CALNAME:F\xeates\n")
    (tmp_path / "huge.ics").write_bytes(b"x" * (MOST_BYTES + 1))

    with pytest.raises(ValueError, match=r"latin.ics, line 2: this is no UTF-8"):
        read_holidays(tmp_path / "latin.ics")
    with pytest.raises(ValueError, match=r"huge.ics has 1048577 bytes"):
        read_holidays(tmp_path / "huge.ics")
    with pytest.raises(ValueError, match=r"none.ics cannot be read: No such file"):
        read_holidays(tmp_path / "none.ics")


def policy(folder: Path, holidays: str) -> Path:
    shipped = (SHIPPED / "sla.yml").read_text()
    (folder / "sla.yml").write_text(re.sub("  holidays: .*\n", f"  holidays:\n{holidays}", shipped))
    return folder


def test_a_policy_takes_days_and_a_calendar_beside_it(tmp_path: Path) -> None:
    # As other programs write it: with a mark at the beginning and lines that end in two characters.
    text = calendar(event(MAY, "RRULE:FREQ=YEARLY")).replace("\n", "\r\n")
    (tmp_path / "uk.ics").write_bytes(b"\xef\xbb\xbf" + text.encode())

    hours = open_policy(policy(tmp_path, "    - 2026-12-28\n    - file: uk.ics\n")).policy.hours

    assert {date(2026, 12, 28), date(2026, 5, 1), date(2040, 5, 1)} < hours.holidays
    assert Schedule.model_validate(hours.model_dump(mode="json")) == hours


@pytest.mark.parametrize(
    ("holidays", "hint"),
    [
        ("    - 2026-13-28\n", r"sla.yml, line \d+, hours.holidays: '2026-13-28' is no day: write one like"),
        ("    - file: uk.ics\n", r"sla.yml, line \d+, hours.holidays: .*uk.ics cannot be read"),
        (
            "    - files: uk.ics\n",
            r"hours.holidays: {'files': 'uk.ics'} is no holiday: write 2026-12-25",
        ),
        ("    - file: bad.ics\n", r"hours.holidays: .*bad.ics, line 1: 'nonsense' is no line of a calendar"),
    ],
)
def test_a_policy_with_wrong_holidays_stops_the_start(tmp_path: Path, holidays: str, hint: str) -> None:
    (tmp_path / "bad.ics").write_text("nonsense")

    with pytest.raises(Misconfigured, match=hint):
        open_policy(policy(tmp_path, holidays))


def test_only_a_policy_names_a_file(tmp_path: Path) -> None:
    (tmp_path / "uk.ics").write_text(calendar(event(MAY)))
    given = {"weekly": WEEK, "holidays": [{"file": str(tmp_path / "uk.ics")}]}

    with pytest.raises(ValidationError, match="only a policy names a file"):
        Schedule.model_validate(given)
