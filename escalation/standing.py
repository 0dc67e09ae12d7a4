"""How does a ticket stand: its deadlines, its risk, and when must somebody look again?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from escalation.risk import BY_TIME, MINUTE_US, Risk, Signs, judge_risk, warning_time
from escalation.routing import Agent
from escalation.rulebook import Rulebook
from escalation.sla import Acts, Timer, timers
from escalation.stopwatch import due
from store.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Crew:
    """Who could do it, and how much waits."""

    agents: tuple[Agent, ...] = ()
    queues: Mapping[str, int] = field(default_factory=dict)
    """Open tickets by queue."""
    staff: frozenset[str] = frozenset()
    """Everybody who works here, also those who are given no tickets and take one over by hand."""

    def is_there(self, person_id: str) -> bool:
        """Whoever holds a ticket may keep it."""
        agent = next((one for one in self.agents if one.person_id == person_id), None)
        return person_id in self.staff if agent is None else agent.presence != "off"

    def load_of(self, person_id: str) -> float:
        return next((a.load / a.capacity for a in self.agents if a.person_id == person_id), 0.0)

    def load_of_queue(self, queue: str) -> float:
        """As a share of what those can hold who are there."""
        room = sum(agent.capacity for agent in self.agents if agent.presence == "active")
        return self.queues.get(queue, 0) / room if room else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    timers: tuple[Timer, ...]
    risk: Risk
    looks_at: int | None
    """When it next changes by itself; None while nothing runs. Microseconds of UTC."""

    @property
    def nearest(self) -> Timer | None:
        """Of what is not done, what is due first."""
        waiting = [timer for timer in self.timers if timer.due_at is not None and timer.done_at is None]
        return min(waiting, key=lambda timer: timer.due_at or 0, default=None)


def stand(ticket: Ticket, acts: Acts, rules: Rulebook, crew: Crew, now: int) -> Standing:
    found = timers(acts, rules.deadlines.for_ticket(ticket), now)
    risk = judge_risk(signs_of(ticket, acts, found, rules=rules, crew=crew, now=now))
    looks = [at for at in looks_of(found, risk, rules) if at > now]
    return Standing(found, risk, min(looks, default=None))


def signs_of(
    ticket: Ticket, acts: Acts, found: tuple[Timer, ...], *, rules: Rulebook, crew: Crew, now: int
) -> Signs:
    last_act = acts.replies[-1] if acts.replies else acts.opened_at
    first = found[0]
    return Signs(
        timers=found,
        now=now,
        priority=ticket.priority,
        status=ticket.status,
        channel=ticket.channel,
        is_assigned=bool(ticket.assigned_to),
        agent_load=crew.load_of(ticket.assigned_to),
        queue_load=crew.load_of_queue(ticket.queue),
        is_high_value=ticket.tier in rules.priorities.valued_tiers,
        silent_minutes=rules.deadlines.business.elapsed(last_act, now) // MINUTE_US,
        starts_after_hours=(
            first.target is not None
            and first.started_at is not None
            and not first.target.calendar.is_open(first.started_at)
        ),
    )


def looks_of(found: Sequence[Timer], risk: Risk, rules: Rulebook) -> Iterator[int]:
    """When it is time to warn, when it is late, and when the risk is one that is routed otherwise."""
    fixed = sum(reason.points for reason in risk.reasons if not reason.code.startswith("TIME_TO_DUE"))
    for timer in found:
        if timer.state != "running" or timer.target is None or timer.due_at is None:
            continue
        yield timer.due_at + 1
        yield from reached(timer, timer.target.length - round(warning_time(timer.target.length)))
        for threshold in rules.routing.thresholds():
            share = (threshold - fixed) / BY_TIME
            if 0 < share <= 1:
                yield from reached(timer, round(timer.target.length * share))


def reached(timer: Timer, used: int) -> Iterator[int]:
    """When so much of its time will have run."""
    at = due(timer.target.calendar, timer.running, used) if timer.target else None
    if at is not None:
        yield at


def warned_at(timer: Timer) -> int | None:
    """When somebody is to be warned that it will be late; None when it stands still or is done."""
    if timer.state != "running" or timer.target is None:
        return None
    return next(reached(timer, timer.target.length - round(warning_time(timer.target.length))), None)
