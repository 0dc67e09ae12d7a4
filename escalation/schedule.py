"""When does a desk say that it is open? Weekly windows with holidays, breaks and other days."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, model_validator

from escalation.holidays import read_holidays
from store.words import Word

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_DAY = 24 * 60
LATEST = 2 * WHOLE_DAY
TIME = re.compile(r"(\d{1,2}):(\d{2})")
MINUTE_US = 60_000_000
DAY = timedelta(days=1)
Minutes = tuple[int, int]
"""From and to, after midnight of the day on which the window begins; to may lie on the next day."""
Span = tuple[int, int]
"""Half-open, in microseconds of UTC since 1970."""


def read_time(text: str) -> int:
    found = TIME.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    if not 0 <= minutes <= LATEST:
        raise ValueError(
            f'{text!r} is no time of day: write "09:00", or up to "48:00" for the end of the next day'
        )
    return minutes


def read_window(given: object) -> object:
    """`["22:00", "06:00"]` crosses midnight."""
    if isinstance(given, list | tuple) and len(given) == 2 and all(isinstance(one, str) for one in given):
        first, last = read_time(given[0]), read_time(given[1])
        if first == last:
            raise ValueError(
                f'{given[0]}–{given[1]} has no length: write ["00:00", "24:00"] for the whole day'
            )
        if first >= WHOLE_DAY:
            raise ValueError(f"{given[0]} begins on the next day: write the window there")
        return first, last if last > first else last + WHOLE_DAY
    return given


def read_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except Exception as error:
        raise ValueError(f'{name!r} is no time zone: write one like "Europe/Berlin"') from error
    return name


def read_closed(given: object, told: ValidationInfo) -> object:
    """Days, and files of days: `- file: holidays.ics` lies beside the policy that names it."""
    if not isinstance(given, list | tuple):
        return given
    folder = (told.context or {}).get("folder")
    days: set[object] = set()
    for one in given:
        if isinstance(one, Mapping):
            days |= read_file(one, folder)
        else:
            days.add(read_day(one))
    return days


def read_file(named: Mapping[str, object], folder: object) -> frozenset[date]:
    name = named.get("file")
    if set(named) != {"file"} or not isinstance(name, str) or not name.strip():
        raise ValueError(f"{dict(named)} is no holiday: write 2026-12-25, or file: holidays.ics")
    if not isinstance(folder, Path):
        raise ValueError(f"{name} cannot be read here: only a policy names a file; write its days")
    return read_holidays(folder / name)


def read_day(given: object) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise ValueError(
            f"{str(given)!r} is no day: write one like 2026-12-25, or - file: holidays.ics"
        ) from None


Window = Annotated[Minutes, BeforeValidator(read_window)]
Windows = tuple[Window, ...]


class Schedule(Word):
    """Times are the zone's own. What begins on a day belongs to that day."""

    tz: Annotated[str, AfterValidator(read_zone)] = "UTC"
    weekly: Mapping[Day, Windows]
    holidays: Annotated[frozenset[date], BeforeValidator(read_closed)] = frozenset()
    """Closed from midnight to midnight, whatever else is said."""
    breaks: Mapping[date, Windows] = {}
    overrides: Mapping[date, Windows] = {}
    """The windows of that day instead of the weekly ones; none: closed."""

    @model_validator(mode="after")
    def is_open_at_all(self) -> "Schedule":
        if not any(self.weekly.values()):
            raise ValueError(
                'weekly is never open: write at least one window, e.g. mon: [["09:00", "17:00"]]'
            )
        return self

    def windows_of(self, day: date) -> Windows:
        if day in self.overrides:
            return self.overrides[day]
        return self.weekly.get(DAYS[day.weekday()], ())

    def open_spans(self, first: date, last: date) -> Iterator[Span]:
        """In order and apart from each other, of windows that begin from `first` to before `last`."""
        clock = WallClock(self.tz)
        pending: list[Span] = []
        for number in range((last - first).days):
            day = first + number * DAY
            begun = sorted(span for window in self.windows_of(day) for span in clock.span(day, window))
            # What began yesterday may reach into today, but not into a holiday.
            yield from before(pending, clock.at(day, 0))
            pending = subtract(merged(pending + begun), self.closed(day, clock))
        yield from pending

    def closed(self, day: date, clock: "WallClock") -> list[Span]:
        """Of this day and the one after it, which a window over midnight may reach."""
        days = (day, day + DAY)
        holidays = [span for one in days if one in self.holidays for span in clock.span(one, (0, WHOLE_DAY))]
        breaks = [
            span
            for one in (day - DAY, *days)
            for window in self.breaks.get(one, ())
            for span in clock.span(one, window)
        ]
        return merged(sorted(holidays + breaks))


class WallClock:
    """Local times as UTC by RFC 5545: one that comes twice is the first, one that is skipped counts by the
    offset before it."""

    def __init__(self, tz: str) -> None:
        self._zone = ZoneInfo(tz)
        self._midnights: dict[date, int] = {}

    def at(self, day: date, minutes: int) -> int:
        moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - the zone follows
        return to_us(moment.replace(tzinfo=self._zone))

    def span(self, day: date, window: Minutes) -> list[Span]:
        """Empty where the zone skips the day, or the window's length."""
        if self.midnight(day) == self.midnight(day + DAY):
            return []
        first, last = self.at(day, window[0]), self.at(day, window[1])
        return [(first, last)] if first < last else []

    def midnight(self, day: date) -> int:
        if day not in self._midnights:
            self._midnights[day] = self.at(day, 0)
        return self._midnights[day]


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def from_us(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


def before(spans: list[Span], limit: int) -> Iterator[Span]:
    """What ends by the limit is complete; the rest stays in the list."""
    while spans and spans[0][1] < limit:
        yield spans.pop(0)


def merged(spans: list[Span]) -> list[Span]:
    """Of sorted ones, those that touch or overlap become one."""
    whole: list[Span] = []
    for first, last in spans:
        if whole and first <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], last)
        else:
            whole.append((first, last))
    return whole


def subtract(spans: list[Span], closed: list[Span]) -> list[Span]:
    left: list[Span] = []
    for first, last in spans:
        for shut, opened in closed:
            if opened <= first or shut >= last:
                continue
            if first < shut:
                left.append((first, shut))
            first = max(first, min(opened, last))
        if first < last:
            left.append((first, last))
    return left
