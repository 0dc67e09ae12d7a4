"""How many promises were kept? By the same function that makes them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from escalation.rulebook import Rulebook
from escalation.schedule import to_us
from escalation.sla import Timer, TimerName, past_responses, read_acts, timers
from store.database import Database
from store.events import Recorded
from store.standings import opened_since
from store.tickets import Ticket, fold_ticket
from store.timelines import read_timeline


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one kind of promise."""

    met: int = 0
    breached: int = 0

    @property
    def share(self) -> float | None:
        """None while nothing was due."""
        judged = self.met + self.breached
        return self.met / judged if judged else None


@dataclass(slots=True)
class Watch:
    """What this process has noticed, for those who look at its figures."""

    attainment: Mapping[TimerName, Kept] = field(default_factory=dict)
    band_changes: Counter[str] = field(default_factory=Counter)
    """By the band that a ticket came into."""
    rebuilt_at: datetime | None = None
    differences: int = 0
    """Findings of the last rebuild of all snapshots."""


def count_kept(database: Database, rules: Rulebook, since: datetime, now: datetime) -> dict[TimerName, Kept]:
    """Of tickets opened since then. What is not done and not late is not judged yet."""
    with database.read() as connection:
        names = opened_since(connection, since)
    met, late = Counter[TimerName](), Counter[TimerName]()
    for name in names:
        with database.read() as connection:
            recorded = read_timeline(connection, name)
        for timer in judged_timers(fold_ticket(Ticket(ticket_id=name), recorded), recorded, rules, now):
            met[timer.name] += timer.state == "met"
            late[timer.name] += timer.state == "breached"
    known: tuple[TimerName, ...] = ("first_response", "next_response", "resolution")
    return {name: Kept(met[name], late[name]) for name in known}


def judged_timers(
    ticket: Ticket, recorded: Sequence[Recorded], rules: Rulebook, now: datetime
) -> Iterator[Timer]:
    acts, targets = read_acts(recorded), rules.deadlines.for_ticket(ticket)
    yield from timers(acts, targets, to_us(now))
    yield from past_responses(acts, targets["next_response"], to_us(now))
