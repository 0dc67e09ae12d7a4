"""What happens at a desk that nobody runs? Arrivals, people with room for so many, work and pauses."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import numpy as np

from escalation.breach_rows import Row, Story, label
from escalation.risk import Signs
from escalation.schedule import to_us
from escalation.sla import Acts, known_by, timers
from escalation.sla_policy import Deadlines
from store.tickets import Ticket

BEGIN = to_us(datetime(2026, 1, 5, tzinfo=UTC))
MINUTE = 60_000_000
STEP = 10
"""Minutes."""
DAY = 24 * 60
LOOKS = (9 * 60 + 30, 11 * 60, 13 * 60, 15 * 60, 17 * 60, 21 * 60)
"""Minutes of the day at which everything open is looked at."""
CHANNELS = ("email", "web", "slack", "social")
CHANNEL_SHARES = (0.5, 0.3, 0.14, 0.06)
RANK_SHARES = (0.03, 0.12, 0.5, 0.35)
SOLVED, OPEN = "solved", "open"
WAITS = (("pending_customer", 0.5, 420.0), ("pending_internal", 0.1, 480.0), ("on_hold", 0.08, 1500.0))
"""After a reply that does not end it: where it waits, how often, and for how many minutes in the middle."""
NEVER_ANSWERED, GIVEN_UP = 0.08, 5 * DAY


@dataclass(frozen=True, slots=True)
class Habits:
    """What makes one desk differ from another."""

    people: int
    capacity: int
    busy: float
    """Work that comes in as a share of what they can do in their hours."""
    touch: float
    """Minutes of work from one reply to the next, in the middle."""
    days: int


@dataclass(slots=True)
class Case:
    ticket_id: str
    opened: int
    channel: str
    rank: int
    work: list[float]
    """Minutes for each reply that it takes."""
    statuses: list[tuple[int, str]]
    customer: list[int]
    replies: list[int] = field(default_factory=list)
    holder: int = -1
    held: list[tuple[int, int]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.statuses[-1][1]

    @property
    def needs_work(self) -> bool:
        return self.status in ("new", OPEN)

    def acts(self) -> Acts:
        return Acts(
            self.opened,
            True,
            tuple(sorted(self.customer)),
            tuple(self.replies),
            tuple(self.statuses),
            ((self.opened, self.rank),),
        )


class Simulation:
    """A desk from the first minute to the last, in steps of ten minutes."""

    def __init__(self, habits: Habits, seed: int) -> None:
        self.habits = habits
        self.dice = np.random.default_rng(seed)
        self.name = f"D{seed}"
        self.open: list[Case] = []
        self.all: list[Case] = []
        self.returns: list[tuple[int, int, Case, str]] = []
        self.turn = count()
        self.seen: list[tuple[Case, int, float, float]] = []

    def run(self) -> None:
        for minute in range(0, self.habits.days * DAY, STEP):
            self.arrive(minute)
            self.come_back(minute)
            self.give_out(minute)
            for person in range(self.habits.people):
                self.work(person, minute)
            self.open = [case for case in self.open if case.status != SOLVED]
            if minute % DAY // STEP in {look // STEP for look in LOOKS}:
                self.look(minute)

    def per_step(self, minute: int) -> float:
        """Three times as many in the hours of a weekday as outside; some days bring half as many again."""
        replies = 2.2
        a_day = self.habits.people * 8.5 * 60 * self.habits.busy / (self.habits.touch * 1.4 * replies)
        day, hour = minute // DAY, minute % DAY // 60
        if day % 7 > 4:
            return 0.25 * a_day * STEP / DAY
        burst = 1.5 if (day * 7919 + int(self.name[1:])) % 9 == 0 else 1.0
        return burst * a_day * (0.085 if 8 <= hour < 18 else 0.011) * STEP / 60

    def arrive(self, minute: int) -> None:
        for _ in range(self.dice.poisson(self.per_step(minute))):
            at = BEGIN + int((minute + self.dice.uniform(0, STEP)) * MINUTE)
            size = 1 + self.dice.poisson(1.2)
            case = Case(
                f"{self.name}-{len(self.all)}",
                at,
                str(self.dice.choice(CHANNELS, p=CHANNEL_SHARES)),
                int(self.dice.choice(4, p=RANK_SHARES)),
                [float(one) for one in self.habits.touch * self.dice.lognormal(0, 0.8, size)],
                [(at, "new")],
                [at],
            )
            self.open.append(case)
            self.all.append(case)

    def come_back(self, minute: int) -> None:
        """Customers who answer, colleagues who are done."""
        while self.returns and self.returns[0][0] < BEGIN + (minute + STEP) * MINUTE:
            at, _, case, status = heapq.heappop(self.returns)
            if case.status == "pending_customer" and status == OPEN:
                case.customer.append(at)
            case.statuses.append((at, status))

    def give_out(self, minute: int) -> None:
        """To whoever has most room, in the hours; what is urgent finds somebody at night too, mostly."""
        for case in self.open:
            if case.holder >= 0 or not case.needs_work:
                continue
            if not is_open(minute) and (case.rank > 0 or self.dice.random() < 0.3):
                continue
            load, person = min((self.load(one), one) for one in range(self.habits.people))
            if load < self.habits.capacity and self.dice.random() < 0.8:
                case.holder = person
                case.held.append((BEGIN + minute * MINUTE, person))

    def load(self, person: int) -> int:
        return sum(case.holder == person for case in self.open)

    def work(self, person: int, minute: int) -> None:
        left = float(STEP)
        while left > 0:
            waiting = [case for case in self.open if case.holder == person and case.needs_work]
            waiting = waiting if is_open(minute) else [case for case in waiting if case.rank == 0]
            if not waiting:
                return
            case = self.choose(waiting)
            spent = min(left, case.work[0])
            case.work[0] -= spent
            left -= spent
            if case.work[0] <= 0:
                self.reply(case, BEGIN + int((minute + STEP - left) * MINUTE))

    def choose(self, waiting: list[Case]) -> Case:
        """Urgent first, then the oldest; but people also take what they feel like."""
        if self.dice.random() < 0.25:
            return waiting[int(self.dice.integers(len(waiting)))]
        return min(waiting, key=lambda case: (case.rank, bool(case.replies), case.opened))

    def reply(self, case: Case, at: int) -> None:
        at = max(at, case.statuses[-1][0] + MINUTE, case.customer[-1] + MINUTE)
        case.replies.append(at)
        case.work.pop(0)
        if not case.work:
            case.statuses.append((at, SOLVED))
            return
        case.statuses.append((at, OPEN))
        chance = self.dice.random()
        for status, share, middle in WAITS:
            if chance < share:
                self.wait(case, at + MINUTE, status, middle)
                return
            chance -= share

    def wait(self, case: Case, at: int, status: str, middle: float) -> None:
        case.statuses.append((at, status))
        is_given_up = status == "pending_customer" and self.dice.random() < NEVER_ANSWERED
        minutes = GIVEN_UP if is_given_up else middle * self.dice.lognormal(0, 1.3)
        then = SOLVED if is_given_up else OPEN
        heapq.heappush(self.returns, (at + int(minutes * MINUTE) + MINUTE, next(self.turn), case, then))

    def look(self, minute: int) -> None:
        at = BEGIN + (minute + STEP) * MINUTE
        room = self.habits.people * self.habits.capacity if is_open(minute) else 0
        queue = len(self.open) / room if room else 0.0
        for case in self.open:
            load = self.load(case.holder) / self.habits.capacity if case.holder >= 0 else 0.0
            self.seen.append((case, at, load, queue))

    def rows(self, deadlines: Deadlines) -> Iterator[Row]:
        until = BEGIN + self.habits.days * DAY * MINUTE
        targets = deadlines.for_ticket(Ticket(ticket_id="T-1"))
        for case, at, load, queue in self.seen:
            acts = case.acts()
            known = known_by(acts, at)
            signs = Signs(
                timers(acts, targets, at),
                at,
                case.rank,
                known.statuses[-1][1],
                case.channel,
                any(since <= at for since, _ in case.held),
                load,
                queue,
            )
            row = label(signs, case.ticket_id, Story(acts, targets, until))
            if row:
                yield row


def is_open(minute: int) -> bool:
    return minute // DAY % 7 < 5 and 9 * 60 <= minute % DAY < 17 * 60 + 30


def simulate(deadlines: Deadlines, seed: int = 42, desks: int = 12, days: int = 56) -> list[Row]:
    """Of several desks, from quiet to overrun."""
    dice = np.random.default_rng(seed)
    rows: list[Row] = []
    for place in range(desks):
        habits = Habits(
            people=int(dice.integers(2, 7)),
            capacity=int(dice.integers(8, 16)),
            busy=0.45 + 0.45 * place / max(1, desks - 1),
            touch=float(dice.uniform(25, 60)),
            days=days,
        )
        simulation = Simulation(habits, seed + place + 1)
        simulation.run()
        rows += simulation.rows(deadlines)
    return rows
