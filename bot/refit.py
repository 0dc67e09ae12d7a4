"""What do the desk's own tickets teach about broken promises, as they stood several times of each day?"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.crew import as_agent
from escalation.breach import Weights
from escalation.breach_file import NAME, as_yaml, open_weights
from escalation.breach_rows import Row, Story, label
from escalation.breach_training import Fit, fault_of, learn, start_of
from escalation.rulebook import Rulebook
from escalation.schedule import to_us
from escalation.sla import known_by, read_acts, timers
from escalation.standing import Crew, signs_of
from store.agents import AgentRow, list_agents
from store.database import Database
from store.events import Recorded
from store.standings import opened_since
from store.tickets import ENDED, Ticket, fold_ticket
from store.timelines import read_timeline

TIMES = (time(9, 30), time(11), time(13), time(15), time(17), time(21))
"""In the zone of the desk's hours."""
Progress = Callable[[int, int], None]
"""How many tickets are read, of how many."""


@dataclass(frozen=True, slots=True)
class Refit:
    """What came of it."""

    snapshots: int
    fit: Fit | None
    fault: str
    """Why all stays as it is; empty when the new weights have won."""


def try_refit(rows: Sequence[Row], rival: Weights, provenance: str) -> Refit:
    """Decides only; `take_over` writes. Where there is little to learn from, what is learned stays near the
    general weights; from the same tickets the same comes out each time."""
    if fault := fault_of(rows):
        return Refit(len(rows), None, fault)
    found = learn(rows, "own", provenance, start=start_of(open_weights()), rival=rival)
    if found.has_won:
        return Refit(len(rows), found, "")
    lost = (
        f"on later days their Brier is {found.weights.brier}, that of the weights in use {found.brier_rival}"
    )
    return Refit(len(rows), found, lost)


def take_over(weights: Weights, folder: Path) -> Path:
    """At once or not at all: a desk that starts meanwhile reads the old file or the new one."""
    path = folder / NAME
    fresh = folder / f".{NAME}.new"
    fresh.write_text(as_yaml(weights), encoding="utf-8")
    fresh.replace(path)
    return path


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket with all that happened."""

    recorded: tuple[Recorded, ...]
    story: Story

    @property
    def opened_at(self) -> datetime:
        return self.recorded[0].at


def read_rows(
    database: Database, rules: Rulebook, since: datetime, now: datetime, tell: Progress = lambda *_: None
) -> list[Row]:
    """Of tickets opened since then, at every look at which they were open."""
    with database.read() as connection:
        names, agents = opened_since(connection, since), list_agents(connection)
    zone = ZoneInfo(rules.deadlines.policy.hours.tz)
    looks = list(moments(since, now, zone))
    seen: dict[datetime, list[tuple[Ticket, Past]]] = {at: [] for at in looks}
    for place, name in enumerate(names, start=1):
        past = read_past(database, rules, name, now)
        for at, ticket in states(past, looks):
            seen[at].append((ticket, past))
        tell(place, len(names))
    return [row for at in looks for row in rows_at(at, seen[at], agents, rules)]


def read_past(database: Database, rules: Rulebook, name: str, now: datetime) -> Past:
    with database.read() as connection:
        recorded = tuple(read_timeline(connection, name))
    targets = rules.deadlines.for_ticket(fold_ticket(Ticket(ticket_id=name), recorded))
    return Past(recorded, Story(read_acts(recorded), targets, to_us(now)))


def moments(since: datetime, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    day, last = since.astimezone(zone).date(), now.astimezone(zone).date()
    while day <= last:
        for moment in TIMES:
            at = datetime.combine(day, moment, zone).astimezone(UTC)
            if since <= at <= now:
                yield at
        day += timedelta(days=1)


def states(past: Past, looks: Sequence[datetime]) -> Iterator[tuple[datetime, Ticket]]:
    """As it stood at each look while it was open."""
    ticket, place = Ticket(ticket_id=past.recorded[0].timeline), 0
    for at in looks[bisect_left(looks, past.opened_at) :]:
        known = place
        while known < len(past.recorded) and past.recorded[known].at <= at:
            known += 1
        ticket, place = fold_ticket(ticket, past.recorded[place:known]), known
        if place and ticket.status not in ENDED:
            yield at, ticket
        elif place == len(past.recorded):
            return


def rows_at(
    at: datetime, seen: Sequence[tuple[Ticket, Past]], agents: Sequence[AgentRow], rules: Rulebook
) -> Iterator[Row]:
    crew = crew_at(at, [ticket for ticket, _ in seen], agents)
    now = to_us(at)
    for ticket, past in seen:
        acts = known_by(past.story.acts, now)
        found = timers(acts, past.story.targets, now)
        signs = signs_of(ticket, acts, found, rules=rules, crew=crew, now=now)
        row = label(signs, ticket.ticket_id, past.story)
        if row:
            yield row


def crew_at(at: datetime, tickets: Sequence[Ticket], agents: Sequence[AgentRow]) -> Crew:
    """Loads as they were. Who works here, for how much and when is as of today: nobody keeps what it was."""
    loads, queues = count(ticket.assigned_to for ticket in tickets), count(t.queue for t in tickets)
    present = (replace(row, presence="active", on_leave_until=None) for row in agents)
    held = (as_agent(replace(row, load=loads.get(row.person_id, 0)), at, "") for row in present)
    return Crew(tuple(held), queues)


def count(names: Iterator[str]) -> Mapping[str, int]:
    return Counter(names)
