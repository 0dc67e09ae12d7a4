"""Who is on call now, by what the desk has written down, and how is that changed?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from escalation.on_call import Override, Rotation, Shift, handovers, on_call_at, plan_shifts
from store.access import list_staff
from store.clock import Clock
from store.database import Database
from store.errors import BadAnswer
from store.rotations import OverrideRow, add_override, find_rotation, list_overrides, save_rotation

AHEAD = timedelta(weeks=5)
MOST_TURNS = 26
LONGEST_STAND_IN = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Rota:
    rotation: Rotation | None
    overrides: tuple[OverrideRow, ...]
    """That are not over yet."""

    def standing_in(self) -> list[Override]:
        return [Override(person_id=one.person_id, begins=one.begins, ends=one.ends) for one in self.overrides]

    def person_at(self, now: datetime) -> str:
        """Empty when nobody is on call."""
        return on_call_at(self.rotation, self.standing_in(), now)

    def shifts(self, now: datetime) -> list[Shift]:
        """The next weeks, from now on, the last one to its end."""
        return plan_shifts(self.rotation, self.standing_in(), now, self.end_of_plan(now + AHEAD))

    def end_of_plan(self, end: datetime) -> datetime:
        if self.rotation is None:
            return max((end, *(one.ends for one in self.overrides)))
        return next(handovers(self.rotation, end, end + timedelta(weeks=2)))


def read_rota(database: Database, now: datetime) -> Rota:
    """Without those who have left the desk, so that no turn falls to somebody who is not there."""
    with database.read() as connection:
        staff = {one.person_id for one in list_staff(connection)}
        stored = find_rotation(connection)
        overrides = tuple(one for one in list_overrides(connection, now) if one.person_id in staff)
    if stored is None:
        return Rota(None, overrides)
    rotation = Rotation.read_back(dict(stored))
    here = tuple(person for person in rotation.people if person in staff)
    return Rota(rotation.model_copy(update={"people": here}), overrides)


def change_rotation(
    database: Database, people: Sequence[str], given: dict[str, str], *, by: str, at: datetime
) -> Rotation:
    """`given` as a form or a command says it: starts, weekday, time, tz. Nobody in it: it is switched off."""
    if len(people) > MOST_TURNS:
        raise BadAnswer(f"{len(people)} turns are more than half a year: give {MOST_TURNS} at most")
    try:
        rotation = Rotation.model_validate({"people": tuple(people), **given})
    except ValidationError as error:
        raise BadAnswer(say_fault(error), text_key="people.error.rotation") from error
    database.write(partial(save_rotation, rotation=rotation.model_dump(mode="json"), by=by, at=at))
    return rotation


def say_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg'].removeprefix('Value error, ')}" if place else first["msg"]


def stand_in(
    database: Database, clock: Clock, person_id: str, begins: datetime, ends: datetime, *, by: str
) -> OverrideRow:
    now = clock.now()
    if ends <= begins or ends <= now:
        raise BadAnswer(
            f"to stand in from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} is over or takes no time:"
            " give an end that comes after the beginning and after now",
            text_key="people.error.stand_in",
        )
    if ends - begins > LONGEST_STAND_IN:
        days = LONGEST_STAND_IN.days
        raise BadAnswer(
            f"nobody stands in for more than {days} days: change the order of the turns",
            text_key="people.error.stand_in_long",
            days=days,
        )
    row = OverrideRow(clock.new_id("sub"), person_id, begins, ends)
    database.write(partial(add_override, row=row, by=by, at=now))
    return row


def read_local(text: str, tz: str) -> datetime:
    """`2026-03-04T18:00` or `2026-03-04 18:00` by the clocks of that zone. Raises BadAnswer."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=ZoneInfo(tz))
    except ValueError as error:
        raise BadAnswer(
            f"{text!r} is no day and time: write one like 2026-03-04 18:00", text_key="people.error.moment"
        ) from error
