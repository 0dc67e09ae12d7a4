"""What would have gone elsewhere under other rules, and why?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.crew import read_crew
from escalation.rulebook import Rulebook
from escalation.sla import read_acts
from escalation.standing import Crew
from store import events as e
from store.database import Database
from store.standings import opened_since
from store.tickets import Ticket, fold_ticket
from store.timelines import read_timeline
from tools.judging import decide_route


@dataclass(frozen=True, slots=True)
class Judge:
    rules: Rulebook
    salt: str


@dataclass(frozen=True, slots=True)
class Moved:
    ticket_id: str
    at: datetime
    was: str
    """Rule and queue."""
    now: str
    reasons: tuple[str, ...]


def replay(database: Database, judge: Judge, since: datetime, now: datetime) -> tuple[int, list[Moved]]:
    """Each decision of that time once more, with what was known then: how many, and which differ.
    By rule and queue only: who had room then is not kept."""
    crew = read_crew(database, now)
    with database.read() as connection:
        names = opened_since(connection, since)
    count, moved = 0, []
    for name in names:
        with database.read() as connection:
            recorded = read_timeline(connection, name)
        for was, found in decided_again(recorded, judge, crew):
            count += 1
            moved += [found] if was else []
    return count, moved


def decided_again(recorded: Sequence[e.Recorded], judge: Judge, crew: Crew) -> Iterator[tuple[bool, Moved]]:
    for place, fact in enumerate(recorded):
        if not isinstance(fact.event, e.TicketRouted):
            continue
        known = recorded[:place]
        ticket = fold_ticket(Ticket(ticket_id=fact.timeline), known)
        found = decide_route(ticket, read_acts(known), judge, fact.at, crew)
        was, now = (fact.event.rule, fact.event.queue), (found.rule, found.queue)
        told = Moved(fact.timeline, fact.at, " → ".join(was), " → ".join(now), found.reasons)
        yield was != now, told
