"""Who is on call at a given moment? A weekly rotation, and whoever stands in."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, model_validator

from escalation.schedule import DAYS, WHOLE_DAY, Day, WallClock, from_us, read_time, read_zone
from store.words import Word

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def read_handover(given: object) -> object:
    if not isinstance(given, str):
        return given
    minutes = read_time(given)
    if minutes >= WHOLE_DAY:
        raise ValueError(f'{given!r} lies on the next day: write a time before "24:00"')
    return minutes


class Rotation(Word):
    """One week each, in this order, over and over; who stands twice has two turns. The first one's week holds
    the day `starts`, and before it the order goes on backwards, so that somebody is on call at any time."""

    people: tuple[str, ...] = ()
    starts: date
    weekday: Day = "mon"
    """On which one hands over to the next."""
    time: Annotated[int, BeforeValidator(read_handover)] = 9 * 60
    """Minutes after midnight on the clocks of the zone, written "09:00"."""
    tz: Annotated[str, AfterValidator(read_zone)] = "UTC"


class Override(Word):
    """Somebody stands in; of two at the same time the one that begins later counts."""

    person_id: str
    begins: AwareDatetime
    ends: AwareDatetime

    @model_validator(mode="after")
    def lasts(self) -> "Override":
        if self.ends <= self.begins:
            begins, ends = f"{self.begins:%Y-%m-%d %H:%M}", f"{self.ends:%Y-%m-%d %H:%M}"
            raise ValueError(f"it begins {begins} and ends {ends}: write an end after it")
        return self


class Shift(Word):
    person_id: str
    begins: AwareDatetime
    ends: AwareDatetime


def on_call_at(rotation: Rotation | None, overrides: Sequence[Override], now: datetime) -> str:
    """Empty only when nobody stands in and the rotation has nobody."""
    if stands_in := [one for one in overrides if one.begins <= now < one.ends]:
        return max(stands_in, key=lambda one: one.begins).person_id
    if rotation is None or not rotation.people:
        return ""
    return rotation.people[week_of(rotation, now) % len(rotation.people)]


def plan_shifts(
    rotation: Rotation | None, overrides: Sequence[Override], start: datetime, end: datetime
) -> list[Shift]:
    """Who is on call from start to end, without a gap where the rotation is not empty."""
    changes = {one.begins for one in overrides} | {one.ends for one in overrides}
    if rotation is not None:
        changes |= set(handovers(rotation, start, end))
    marks = sorted({start, end, *(at for at in changes if start < at < end)})
    shifts: list[Shift] = []
    for begins, ends in pairwise(marks):
        person_id = on_call_at(rotation, overrides, begins)
        if shifts and shifts[-1].person_id == person_id and shifts[-1].ends == begins:
            shifts[-1] = shifts[-1].model_copy(update={"ends": ends})
        elif person_id:
            shifts.append(Shift(person_id=person_id, begins=begins, ends=ends))
    return shifts


def handovers(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    number = week_of(rotation, start) + 1
    while (at := handover(rotation, number)) < end:
        yield at
        number += 1


def week_of(rotation: Rotation, now: datetime) -> int:
    """0 for the week of the first one; before it, negative."""
    number = (now.astimezone(UTC).date() - first_day(rotation)).days // 7
    # The zone's date may be another one, and the handover comes in the middle of its day.
    while handover(rotation, number) > now:
        number -= 1
    while handover(rotation, number + 1) <= now:
        number += 1
    return number


def handover(rotation: Rotation, number: int) -> datetime:
    """The moment at which week `number` begins, by the zone's clocks whatever they do to summer time."""
    day = first_day(rotation) + number * WEEK
    return from_us(WallClock(rotation.tz).at(day, rotation.time))


def first_day(rotation: Rotation) -> date:
    """Of the first one's week: the handover on or before the day on which it starts."""
    return rotation.starts - (rotation.starts.weekday() - DAYS.index(rotation.weekday)) % 7 * DAY
