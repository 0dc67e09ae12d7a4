"""How are somebody's weekly hours written in a line, and read again?"""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from escalation.schedule import DAYS, WHOLE_DAY, Day, Minutes, Schedule, read_time, read_window

PART = re.compile(r"([a-z]{3})(?:\s*[-–]\s*([a-z]{3}))?\s+(.+)", re.I)
BETWEEN = re.compile(r"\s*[-–]\s*")
EXAMPLE = '"mon-fri 09:00-17:00; sat 10:00-12:00, 13:00-14:00"'


def read_hours(text: str, tz: str) -> Schedule | None:
    """`mon-fri 09:00-17:00; sat 10:00-14:00`; an empty line is no hours at all. Raises ValueError."""
    weekly: dict[Day, tuple[Minutes, ...]] = {}
    for part in (piece.strip() for piece in text.split(";")):
        if not part:
            continue
        found = PART.fullmatch(part)
        if not found:
            raise ValueError(f"{part!r} is no hours: write {EXAMPLE}")
        for day in read_days(found[1], found[2] or found[1]):
            weekly[day] = (*weekly.get(day, ()), *read_windows(found[3]))
    return make_schedule(weekly, tz)


def make_schedule(weekly: Mapping[Day, tuple[Minutes, ...]], tz: str) -> Schedule | None:
    """None when no day has a window. Raises ValueError."""
    if not any(weekly.values()):
        return None
    try:
        return Schedule.model_validate({"tz": tz, "weekly": weekly})
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def read_days(first: str, last: str) -> list[Day]:
    """From one to the other, over Sunday if need be."""
    places = [named_day(first), named_day(last)]
    length = (places[1] - places[0]) % len(DAYS) + 1
    return [DAYS[(places[0] + step) % len(DAYS)] for step in range(length)]


def named_day(name: str) -> int:
    for place, day in enumerate(DAYS):
        if day == name.lower():
            return place
    raise ValueError(f"{name!r} is no day: write one of {', '.join(DAYS)}")


def read_windows(text: str) -> tuple[Minutes, ...]:
    """`09:00-12:00, 13:00-17:00`; over midnight as `22:00-06:00`; empty is closed. Raises ValueError."""
    windows: list[Minutes] = []
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        ends = BETWEEN.split(part)
        if len(ends) != 2:
            raise ValueError(f'{part!r} is no time from and to: write "09:00-17:00"')
        read_time(ends[0])
        first, last = as_minutes(read_window(ends))
        windows.append((first, last))
    return tuple(windows)


def as_minutes(window: object) -> Minutes:
    assert isinstance(window, tuple)  # noqa: S101 - two texts always become two numbers
    return window


def write_hours(schedule: Schedule | None) -> str:
    """Days with the same windows that follow each other stand together."""
    if schedule is None:
        return ""
    parts: list[str] = []
    place = 0
    while place < len(DAYS):
        windows = schedule.weekly.get(DAYS[place], ())
        last = place
        while last + 1 < len(DAYS) and schedule.weekly.get(DAYS[last + 1], ()) == windows:
            last += 1
        if windows:
            days = DAYS[place] if last == place else f"{DAYS[place]}-{DAYS[last]}"
            parts.append(f"{days} {write_windows(windows)}")
        place = last + 1
    return "; ".join(parts)


def write_windows(windows: tuple[Minutes, ...]) -> str:
    return ", ".join(f"{write_time(first)}-{write_end(first, last)}" for first, last in windows)


def write_end(first: int, last: int) -> str:
    """A time of the next day that cannot be taken for one of this day stands as the clock shows it."""
    is_plain = WHOLE_DAY < last < WHOLE_DAY + first
    return write_time(last - WHOLE_DAY if is_plain else last)


def write_time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours:02}:{rest:02}"
