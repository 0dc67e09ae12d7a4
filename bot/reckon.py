"""What follows from a turn for the deadlines, the risk and the holder of its ticket?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.turn import Turn
from escalation.schedule import from_us, to_us
from escalation.sla import Acts, Timer, read_acts
from escalation.standing import Standing, stand, warned_at
from store import events as e
from store.messages import SetTimer
from store.standings import StandingRow
from store.tickets import ENDED, Ticket
from store.timers import LOOK
from tools.judging import THE_DESK, route_ticket
from tools.outcome import Desk, Saying, outcome

Known = Sequence[e.Recorded]


def reckon(turn: Turn, desk: Desk, known: Known) -> None:
    """`known` is the timeline as it stood before the turn."""
    ticket = turn.ticket
    if ticket is None:
        return
    crew = desk.crew()
    now = to_us(turn.now)
    acts = read_acts(with_new(turn, known))
    for noticed in noticed_now(stand(ticket, acts, desk.rules, crew, now), with_new(turn, known), now):
        turn.fact_on_ticket(noticed)
    escalate(turn, acts)
    for moved in route_ticket(turn.ticket or ticket, acts, desk, turn.now, crew):
        turn.fact_on_ticket(moved)
    after = turn.ticket or ticket
    standing = stand(after, acts, desk.rules, crew, now)
    turn.timers.append(SetTimer(after.ticket_id, LOOK, next_look(after, standing, turn.now)))
    turn.standings = (row_of(after, standing, desk),)


def with_new(turn: Turn, known: Known) -> list[e.Recorded]:
    ticket_id = turn.ticket.ticket_id if turn.ticket else ""
    seen = turn.seen.get(ticket_id, 0)
    new = turn.facts.get(ticket_id, [])
    return [*known, *(e.Recorded(ticket_id, seen + n, turn.now, fact) for n, fact in enumerate(new, 1))]


def noticed_now(standing: Standing, recorded: Known, now: int) -> Iterator[e.SlaWarned | e.SlaBreached]:
    """Each once for each deadline, whoever notices it, and however late."""
    told = {
        (type(fact.event), fact.event.timer, fact.event.due_at)
        for fact in recorded
        if isinstance(fact.event, e.SlaWarned | e.SlaBreached)
    }
    for event in (event for timer in standing.timers for event in crossed(timer, now)):
        if (type(event), event.timer, event.due_at) not in told:
            yield event


def crossed(timer: Timer, now: int) -> Iterator[e.SlaWarned | e.SlaBreached]:
    if timer.breached_at is not None:
        yield e.SlaBreached(timer=timer.name, due_at=from_us(timer.breached_at))
        return
    warned = warned_at(timer)
    if warned is not None and timer.due_at is not None and warned <= now:
        yield e.SlaWarned(timer=timer.name, due_at=from_us(timer.due_at))


def escalate(turn: Turn, acts: Acts) -> None:
    """Nobody took it over in time. The customer is told, once."""
    ticket = turn.ticket
    if ticket is None or ticket.escalated or ticket.taken_at or acts.replies or ticket.status in ENDED:
        return
    late = any(isinstance(fact, e.SlaBreached) for fact in turn.facts.get(ticket.ticket_id, []))
    if not late:
        return
    turn.fact_on_ticket(e.Escalated(cause="nobody_took_over", by=THE_DESK))
    turn.take(outcome(Saying("ticket.escalated", {"ticket_id": ticket.ticket_id}, speaker="desk")))


def next_look(ticket: Ticket, standing: Standing, now: datetime) -> datetime | None:
    looks = [from_us(standing.looks_at)] if standing.looks_at is not None else []
    if ticket.overridden_by and ticket.override_until and ticket.override_until > now:
        looks.append(ticket.override_until)
    return None if ticket.status in ENDED else min(looks, default=None)


def row_of(ticket: Ticket, standing: Standing, desk: Desk) -> StandingRow:
    nearest = standing.nearest
    fixed = sum(r.points for r in standing.risk.reasons if not r.code.startswith("TIME_TO_DUE"))
    if nearest is None or nearest.due_at is None or nearest.target is None or ticket.status in ENDED:
        return StandingRow(ticket.ticket_id, standing.risk.score, None, risk_fixed=fixed)
    return StandingRow(
        ticket.ticket_id,
        standing.risk.score,
        from_us(nearest.due_at),
        due_length=nearest.target.length,
        due_in_hours=nearest.target.calendar is desk.rules.deadlines.business,
        risk_fixed=fixed,
    )
