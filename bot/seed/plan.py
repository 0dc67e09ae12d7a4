"""What happens at the sample desk in two weeks, and when?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from escalation.calendar import Calendar

Act = Literal["asks", "opens", "replies", "notes", "writes", "solves", "pauses", "fills"]
"""`asks`: a customer tells the assistant what is wrong; `opens`: and wants a person; `fills`: who is on call
takes on what they can hold."""
Rank = Literal["first", "high", "normal"]


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    act: Act
    value: str = ""
    """The status that it leaves behind."""


@dataclass(frozen=True, slots=True)
class Course:
    """Of one ticket, from the first word to the last."""

    rank: Rank
    opened_at: datetime
    steps: tuple[Step, ...]


NIGHT = timedelta(hours=10)
LONGEST_WAIT = timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class Times:
    """Moments before `now`, in the hours of the desk where people act by them."""

    now: datetime
    business: Calendar
    dice: Callable[[], float]

    def ago(self, **back: float) -> datetime:
        return self.now - timedelta(**back)

    def hours_ago(self, minutes: float) -> datetime:
        """So many open minutes before now."""
        return self.business.sub_at(self.now, timedelta(minutes=minutes))

    def later(self, at: datetime, least: float, most: float) -> datetime:
        """Open minutes; but before a weekend somebody stays until it is done."""
        wait = timedelta(minutes=self.between(least, most))
        found = self.business.add_at(at, wait)
        return at + wait if found - at > LONGEST_WAIT else found

    def open_between(self, first: datetime, last: datetime) -> datetime:
        open_time = self.business.elapsed_at(first, last)
        return self.business.add_at(first, open_time * self.dice())

    def between(self, least: float, most: float) -> float:
        return least + (most - least) * self.dice()


def plan_courses(times: Times) -> list[Course]:
    """A hundred and twenty, in the order in which they are opened."""
    found = [
        make(times, number)
        for make, count in MIXTURE
        for number in range(count)
    ]  # fmt: skip
    return sorted(found, key=lambda course: course.opened_at)


def due_soon(times: Times, number: int) -> Course:
    """A quarter of an hour is allowed, and most of it has gone."""
    return course("first" if number % 2 else "high", times.ago(minutes=6 + 1.2 * number))


def answered_late(times: Times, number: int) -> Course:
    return course("first" if number == 0 else "high", times.ago(minutes=19 + 11 * number))


def asked_again(times: Times, number: int) -> Course:
    """Answered once, and the customer waits for the next answer."""
    if number < 5:
        opened = times.ago(hours=2.5 + 2 * number)
        replied = opened + timedelta(minutes=times.between(3, 5))
        return course("high", opened, Step(replied, "replies"), Step(times.ago(minutes=9 + number), "writes"))
    wrote = times.hours_ago(215 + 2 * number)
    replied = times.business.sub_at(wrote, timedelta(minutes=25))
    opened = times.business.sub_at(replied, timedelta(minutes=30))
    return course("normal", opened, Step(replied, "replies"), Step(wrote, "writes"))


def unsolved(times: Times, number: int) -> Course:
    """Answered in time; the solution is what is late."""
    if number < 2:
        opened = times.open_between(times.ago(hours=140), times.ago(hours=76))
        return course("normal", opened, Step(times.later(opened, 20, 60), "replies"))
    opened = times.ago(hours=times.between(26, 60))
    return course("high", opened, Step(opened + timedelta(minutes=4), "replies"))


def paused(times: Times, number: int) -> Course:
    """Six wait for the customer, two for somebody in the house, two for a part."""
    opened = times.open_between(times.ago(hours=70), times.hours_ago(110))
    replied = times.later(opened, 15, 60)
    if number < 6:
        return course("normal", opened, Step(replied, "pauses", "pending_customer"))
    status = "pending_internal" if number < 8 else "on_hold"
    reply = Step(replied, "replies", status)
    return course("normal", opened, reply, Step(times.later(replied, 5, 20), "notes"))


def fresh(times: Times, number: int) -> Course:
    """Nobody has had time for it yet, and there is time left. What comes at night waits for the morning."""
    opened = times.hours_ago(6 + 5.5 * number)
    by_night = times.ago(minutes=20 + 22 * number)
    return course("normal", opened if times.now - opened < NIGHT else by_night)


def answered(times: Times, number: int) -> Course:
    opened = times.open_between(times.ago(hours=70), times.hours_ago(200))
    replied = times.later(opened, 12, 75)
    steps = [Step(replied, "replies")]
    if number % 3 == 0:
        wrote = times.later(replied, 10, 40)
        steps += [Step(wrote, "writes"), Step(times.later(wrote, 8, 30), "replies")]
    elif number % 6 == 1:
        steps += [Step(times.later(replied, 5, 30), "notes")]
    return course("normal", opened, *steps)


def solved(times: Times, number: int) -> Course:
    latest = min(times.ago(days=1.6), times.hours_ago(480))
    opened = times.open_between(times.ago(days=6.8), latest)
    if number % 3:
        return at_once(times, number, opened)
    replied = times.later(opened, 15, 90)
    return course("normal", opened, Step(replied, "replies"), Step(times.later(replied, 60, 240), "solves"))


def closed(times: Times, number: int) -> Course:
    """Solved for more than a week."""
    latest = times.business.sub_at(times.ago(days=7.1), timedelta(minutes=170))
    return at_once(times, number, times.open_between(times.ago(days=13.9), latest))


def at_once(times: Times, number: int, opened: datetime) -> Course:
    """The first answer is the solution."""
    if number % 6 == 1:
        rank: Rank = "first" if number % 12 == 1 else "high"
        return course(
            rank, opened, Step(opened + timedelta(minutes=times.between(3, 6)), "replies", "solved")
        )
    return course("normal", opened, Step(times.later(opened, 20, 150), "replies", "solved"))


def course(rank: Rank, opened: datetime, *steps: Step) -> Course:
    asked = Step(opened - timedelta(seconds=48), "asks")
    return Course(rank, opened, (asked, Step(opened, "opens"), *steps))


MIXTURE: tuple[tuple[Callable[[Times, int], Course], int], ...] = (
    (due_soon, 6),
    (answered_late, 4),
    (asked_again, 8),
    (unsolved, 5),
    (paused, 10),
    (fresh, 28),
    (answered, 25),
    (solved, 20),
    (closed, 14),
)
FILLED = timedelta(minutes=70)
"""So long before now whoever is on call has their hands full."""


def in_order(courses: Sequence[Course], now: datetime) -> Iterator[tuple[int, Step]]:
    """Every step with the number of its course; who is on call belongs to none, which is -1."""
    steps = [(number, step) for number, one in enumerate(courses) for step in one.steps]
    steps.append((-1, Step(now - FILLED, "fills")))
    yield from sorted(steps, key=lambda one: (one[1].at, one[0]))
