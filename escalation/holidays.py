"""On which days is the desk closed, by a calendar file of holidays?"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

FIRST_YEAR, LAST_YEAR = 2020, 2070
"""What repeats without an end is written out for these years; a calendar of open hours knows none before."""
MOST_BYTES = 1024 * 1024
RHYTHMS = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
LINE = re.compile(r"([A-Za-z0-9-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.S)
DAY = timedelta(days=1)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    name: str
    content: str
    """Behind the colon."""


def read_holidays(path: Path) -> frozenset[date]:
    """Raises ValueError with the line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path} has {len(content)} bytes: a file of holidays has {MOST_BYTES} at most")
    try:
        return parse_holidays(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}: this is no UTF-8") from error


def parse_holidays(text: str, name: str) -> frozenset[date]:
    """Every day of every whole-day event, with its repetitions."""
    lines = list(read_lines(text, name))
    check_nesting(lines, name)
    events = list(event_lines(lines))
    for event in events:
        check_event(event, name)
    if not events:
        raise ValueError(f"{name}, line 1: it has no event: write each holiday as BEGIN:VEVENT … END:VEVENT")
    calendars, repeat = load_reader()
    found: set[date] = set()
    remaining = iter(events)
    for calendar in calendars(text):
        for event in calendar.walk("VEVENT"):
            check_understood(event, next(remaining), name)
        found.update(day for event in repeat(calendar) for day in days_of(event))
    return frozenset(found)


def read_lines(text: str, name: str) -> Iterator[Line]:
    """A line that begins with a space goes on with the one before."""
    number, whole = 0, ""
    for place, line in enumerate(text.splitlines(), start=1):
        if line[:1] in (" ", "\t") and whole:
            whole += line[1:]
            continue
        if whole.strip():
            yield read_line(number, whole, name)
        number, whole = place, line
    if whole.strip():
        yield read_line(number, whole, name)


def read_line(number: int, whole: str, name: str) -> Line:
    if found := LINE.fullmatch(whole):
        return Line(number, found[1].upper(), found[3].strip())
    raise ValueError(
        f"{name}, line {number}: {whole[:60]!r} is no line of a calendar:"
        " write NAME:VALUE, e.g. BEGIN:VCALENDAR"
    )


def check_nesting(lines: list[Line], name: str) -> None:
    if not lines or (lines[0].name, lines[0].content.upper()) != ("BEGIN", "VCALENDAR"):
        number = lines[0].number if lines else 1
        raise ValueError(f"{name}, line {number}: this is no calendar: it begins with BEGIN:VCALENDAR")
    opened: list[Line] = []
    for line in lines:
        if line.name == "BEGIN":
            opened.append(line)
        elif line.name == "END":
            if not opened or opened[-1].content.upper() != line.content.upper():
                expected = f"END:{opened[-1].content}" if opened else "nothing"
                raise ValueError(f"{name}, line {line.number}: END:{line.content}, where {expected} is due")
            opened.pop()
    if opened:
        raise ValueError(
            f"{name}, line {opened[-1].number}: BEGIN:{opened[-1].content} has no end:"
            f" write END:{opened[-1].content}"
        )


def event_lines(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Of each event its own lines, without those of its alarms."""
    depth, event = 0, list[Line]()
    for line in lines:
        is_event = line.content.upper() == "VEVENT"
        if line.name == "BEGIN":
            depth = 1 if is_event else depth + (depth > 0)
        if depth == 1:
            event.append(line)
        if line.name == "END" and depth:
            depth -= 1
            if depth == 0:
                yield event
                event = []


def check_event(event: list[Line], name: str) -> None:
    """What the library would leave out or stumble over, told with its line."""
    named = {line.name: line for line in event}
    begins = named.get("DTSTART")
    if begins is None:
        raise ValueError(
            f"{name}, line {event[0].number}: this event has no day: write DTSTART;VALUE=DATE:20261225"
        )
    for line in event:
        if line.name in ("DTSTART", "DTEND"):
            check_day(line, name)
        elif line.name == "RRULE":
            check_rhythm(line, name)
    ends = named.get("DTEND", begins)
    if ends is not begins and ends.content[:8] <= begins.content[:8]:
        raise ValueError(
            f"{name}, line {ends.number}: it ends on or before the day on which it begins:"
            " DTEND is the day after the last"
        )


def check_day(line: Line, name: str) -> None:
    day, _, hour = line.content.partition("T")
    try:
        if len(day) != len("20261225"):
            raise ValueError(day)
        date.fromisoformat(day)
    except ValueError:
        raise ValueError(
            f"{name}, line {line.number}: {line.content!r} is no day: write {line.name};VALUE=DATE:20261225"
        ) from None
    if hour not in ("", "000000"):
        raise ValueError(
            f"{name}, line {line.number}: the event has a time of day, and holidays are whole days:"
            f" write {line.name};VALUE=DATE:{day}, or a part of a day under `breaks`"
        )


def check_rhythm(line: Line, name: str) -> None:
    given = dict(part.partition("=")[::2] for part in line.content.upper().split(";"))
    counts = [given[part] for part in ("INTERVAL", "COUNT") if part in given]
    # The library would look for the next day of an interval of 0 for ever.
    if given.get("FREQ") not in RHYTHMS or not all(count.isdecimal() and int(count) for count in counts):
        raise ValueError(
            f"{name}, line {line.number}: {line.content!r} is no rhythm of days: write RRULE:FREQ=YEARLY"
        )


def check_understood(event: Any, written: list[Line], name: str) -> None:
    for place, said in event.errors:
        number = next((line.number for line in written if line.name == place), written[0].number)
        raise ValueError(f"{name}, line {number}, {place}: {said}")
    if as_day(event.end) - as_day(event.start) > LONGEST:
        raise ValueError(f"{name}, line {written[0].number}: it lasts more than a year: write DTEND")


def days_of(event: Any) -> Iterator[date]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    day, end = as_day(event.start), as_day(event.end)
    yield day
    while (day := day + DAY) < end:
        yield day


def as_day(given: date) -> date:
    return given.date() if isinstance(given, datetime) else given


def load_reader() -> tuple[Callable[[str], Iterable[Any]], Callable[[Any], Iterable[Any]]]:
    """How a file becomes calendars, and a calendar its events with all repetitions."""
    import icalendar  # noqa: PLC0415 - half a second with the other; most desks write holidays in the policy
    import recurring_ical_events  # noqa: PLC0415 - same

    years = datetime.combine(date(FIRST_YEAR, 1, 1), time()), datetime.combine(date(LAST_YEAR, 1, 1), time())
    return (
        lambda text: icalendar.Calendar.from_ical(text, multiple=True),
        lambda calendar: recurring_ical_events.of(calendar).between(*years),
    )
