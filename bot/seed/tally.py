"""How does the desk stand, judged as the product judges every ticket?"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.crew import read_crew
from escalation.risk import CRITICAL, PAUSED
from escalation.rulebook import Rulebook
from escalation.schedule import to_us
from escalation.sla import Timer, read_acts
from escalation.standing import Standing, stand, warned_at
from store.database import Database
from store.queries import TicketFilter, list_tickets
from store.tickets import ENDED, Ticket, fold_ticket
from store.timelines import read_timeline

SOON = timedelta(minutes=10)
URGENT = 1
"""The lowest rank of which nobody should have to wait for somebody."""


@dataclass(frozen=True, slots=True)
class Tally:
    tickets: int
    events: int
    fewest_events: int
    most_events: int
    """On one ticket."""
    channels: tuple[str, ...]
    first_response_soon: int
    """Due within ten minutes."""
    first_response_breached: int
    next_response_near: int
    """So near that somebody is warned."""
    resolution_breached: int
    paused: int
    urgent_unassigned: int
    waiting_and_critical: int
    """Pending, and at a risk that is critical all the same."""


def tally(database: Database, rules: Rulebook, now: datetime) -> Tally:
    crew, found, sizes = read_crew(database, now), Counter[str](), []
    channels = set()
    for ticket_id in list_ids(database):
        with database.read() as connection:
            recorded = read_timeline(connection, ticket_id)
        ticket = fold_ticket(Ticket(ticket_id=ticket_id), recorded)
        sizes.append(len(recorded))
        channels.add(ticket.channel)
        if ticket.status not in ENDED:
            standing = stand(ticket, read_acts(recorded), rules, crew, to_us(now))
            found.update(name for name, holds in marks(ticket, standing, to_us(now)).items() if holds)
    counted = {name: found[name] for name in MARKS}
    return Tally(
        tickets=len(sizes),
        events=sum(sizes),
        fewest_events=min(sizes, default=0),
        most_events=max(sizes, default=0),
        channels=tuple(sorted(channels)),
        **counted,
    )


def marks(ticket: Ticket, standing: Standing, now: int) -> dict[str, bool]:
    first, following, solution = standing.timers
    return {
        "first_response_soon": is_due_soon(first, now),
        "first_response_breached": is_missed(first),
        "next_response_near": is_near(following, now),
        "resolution_breached": is_missed(solution),
        "paused": ticket.status in PAUSED,
        "urgent_unassigned": ticket.priority <= URGENT and not ticket.assigned_to,
        "waiting_and_critical": ticket.status in PAUSED and standing.risk.score >= CRITICAL,
    }


MARKS = (
    "first_response_soon",
    "first_response_breached",
    "next_response_near",
    "resolution_breached",
    "paused",
    "urgent_unassigned",
    "waiting_and_critical",
)


def is_due_soon(timer: Timer, now: int) -> bool:
    limit = now + SOON // timedelta(microseconds=1)
    return timer.state == "running" and timer.due_at is not None and now < timer.due_at <= limit


def is_missed(timer: Timer) -> bool:
    return timer.state == "breached" and timer.done_at is None


def is_near(timer: Timer, now: int) -> bool:
    warned = warned_at(timer)
    return timer.state == "running" and warned is not None and warned <= now


def list_ids(database: Database) -> list[str]:
    found, after = [], ""
    while True:
        with database.read() as connection:
            page = list_tickets(connection, TicketFilter(), sort="age", after=after, limit=200)
        found += [line.ticket_id for line in page.lines]
        after = page.next
        if not after:
            return found


def as_lines(found: Tally) -> list[str]:
    """For a terminal."""
    rows = asdict(found)
    return [
        f"{found.tickets} tickets, {found.events} events, {found.fewest_events} to {found.most_events} each,"
        f" on {', '.join(found.channels)}"
    ] + [f"{rows[name]:>4}  {name.replace('_', ' ')}" for name in MARKS]
