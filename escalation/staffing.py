"""How many people does so much work need, and how much is to come?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 4
"""So many weekdays of the same name are looked back at."""
BAND = 1.2816
"""Standard deviations within which four days in five lie, if days scatter as a normal distribution does."""


@dataclass(frozen=True, slots=True)
class Work:
    """What comes in within one interval. All times in the same unit, e.g. minutes."""

    arrivals: float
    interval: float
    handling: float
    """How long one takes."""

    @property
    def load(self) -> float:
        """In Erlang: how many people it keeps busy."""
        return self.arrivals * self.handling / self.interval


@dataclass(frozen=True, slots=True)
class Staffing:
    present: int
    """People at work at the same time."""
    rostered: int
    """With those who are away, at breaks or in training."""
    service_level: float
    """Share of calls that are answered in time."""
    occupancy: float
    waiting: float
    """Probability that a call waits."""


def waiting_probability(load: float, people: int) -> float:
    """Erlang C, from Erlang B by its recursion: no factorial grows out of bounds."""
    blocked = 1.0
    for count in range(1, people + 1):
        blocked = load * blocked / (count + load * blocked)
    used = load / people
    return 1.0 if used >= 1 else blocked / (1 - used * (1 - blocked))


def service_level(work: Work, people: int, within: float) -> float:
    """Share that is answered `within` so much time."""
    waits = waiting_probability(work.load, people)
    return max(0.0, 1 - waits * math.exp(-(people - work.load) * within / work.handling))


def people_for(
    work: Work, *, within: float, level: float, most_busy: float = 1.0, shrinkage: float = 0.0
) -> Staffing:
    """The fewest who answer the share `level` in time and are busy for no more than `most_busy` of theirs."""
    people = max(1, round(work.load + 1))
    while service_level(work, people, within) < level:
        people += 1
    if work.load / people > most_busy:
        people = math.ceil(work.load / most_busy)
    return Staffing(
        people,
        math.ceil(people / (1 - shrinkage)),
        service_level(work, people, within),
        work.load / people,
        waiting_probability(work.load, people),
    )


@dataclass(frozen=True, slots=True)
class Patience:
    """What becomes of calls when people hang up."""

    waiting: float
    abandoned: float
    """Share of all that come."""


def lose_patience(work: Work, people: int, patience: float) -> Patience:
    """Erlang A; `patience` is how long one waits on average before hanging up."""
    arriving, served = work.arrivals / work.interval, people / work.handling
    # Logarithms: in a queue that is far too long the weights themselves are too large for a number.
    weights = [0.0]
    for count in range(1, people + 1):
        weights.append(weights[-1] + math.log(work.load / count))
    while weights[-1] > max(weights) - NEGLIGIBLE and len(weights) < LONGEST_QUEUE:
        waiting = len(weights) - people
        weights.append(weights[-1] + math.log(arriving / (served + waiting / patience)))
    largest = max(weights)
    shares = [math.exp(weight - largest) for weight in weights]
    queued, total = shares[people:], math.fsum(shares)
    leaving = math.fsum(place * share for place, share in enumerate(queued)) / patience
    return Patience(math.fsum(queued) / total, leaving / total / arriving)


NEGLIGIBLE, LONGEST_QUEUE = 40.0, 1_000_000
"""What is e⁻⁴⁰ of the likeliest counts no more."""


def people_for_backlog(
    waiting: int, arrivals_a_day: float, handling_hours: float, *, productive_hours: float, days: float
) -> int:
    """Mail needs nobody at the very moment: the work of so many days, by the hours that one has."""
    work = (waiting + arrivals_a_day * days) * handling_hours
    return math.ceil(work / (productive_hours * days))


@dataclass(frozen=True, slots=True)
class Expected:
    day: date
    count: float
    low: float
    """Four days in five lie between low and high."""
    high: float


def forecast(counts: Mapping[date, int], first: date, days: int) -> list[Expected]:
    """The mean of the last four days of the same name. Days before `first` that are not given had nothing;
    with less than a week of them there is nothing to say."""
    known = {day: count for day, count in counts.items() if day < first}
    if not known or first - min(known) < timedelta(days=7):
        return []
    begin = min(known)
    whole = [known.get(begin + timedelta(days=number), 0) for number in range((first - begin).days)]
    spread = scatter(whole)
    found = []
    for number in range(days):
        count = mean_of_weekday(whole, len(whole) + number)
        width = BAND * spread * math.sqrt(count + 1)
        found.append(Expected(first + timedelta(days=number), count, max(0.0, count - width), count + width))
    return found


def mean_of_weekday(whole: Sequence[int], place: int) -> float:
    """Of the last four of that name that are known; a forecast is no ground for another."""
    last = place - 7 * (1 + max(0, place - len(whole)) // 7)
    same = [whole[day] for day in range(last, -1, -7) if day < len(whole)][:WEEKS]
    return sum(same) / len(same)


def scatter(whole: Sequence[int]) -> float:
    """How far days lay from what was expected of them, in square roots of that: busy days scatter more. Of
    too few days, what pure chance does."""
    errors = []
    for place in range(7 * WEEKS, len(whole)):
        expected = mean_of_weekday(whole[:place], place)
        errors.append((whole[place] - expected) ** 2 / (expected + 1))
    chance = math.sqrt(1 + 1 / WEEKS)
    return math.sqrt(sum(errors) / len(errors)) if len(errors) >= ENOUGH_DAYS else chance


ENOUGH_DAYS = 14
