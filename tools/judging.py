"""What do the rules say of a ticket: how urgent it is, by when it is due, and who does it?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from escalation.priority import Told, Triage, triage
from escalation.routing import Decision, Facts, route
from escalation.rulebook import Rulebook
from escalation.schedule import from_us, to_us
from escalation.sla import Acts, read_acts
from escalation.standing import Crew, stand
from store import events as e
from store.tickets import ENDED, Ticket, fold_ticket
from tools.outcome import Worth

THE_DESK = "desk"


class Rules(Protocol):
    """What judging needs of a desk."""

    @property
    def rules(self) -> Rulebook: ...

    @property
    def salt(self) -> str: ...


def triage_new(opened: e.TicketOpened, desk: Rules, worth: Worth) -> e.TicketTriaged:
    text = "\n".join((opened.details or {}).values())
    told = Told(
        text=text,
        language=opened.language,
        channel=opened.channel,
        rank=opened.priority,
        tags=opened.tags,
        tier=worth.tier,
        order_value=worth.order_value,
    )
    return as_event(triage(told, desk.rules.priorities), worth.tier)


def triage_again(ticket: Ticket, text: str, desk: Rules) -> e.TicketTriaged | None:
    """By what the customer added. It only lifts, and never what a person has set."""
    if ticket.priority_by or not text:
        return None
    told = Told(
        text=text,
        language=ticket.language,
        channel=ticket.channel,
        rank=ticket.priority,
        tags=ticket.tags,
        tier=ticket.tier,
    )
    found = triage(told, desk.rules.priorities)
    if (found.priority, found.tags) == (ticket.priority, ticket.tags):
        return None
    return as_event(found, ticket.tier)


def as_event(found: Triage, tier: str) -> e.TicketTriaged:
    grounds = tuple(e.Ground(source=one.source, said=one.said, rank=one.rank) for one in found.grounds)
    return e.TicketTriaged(
        priority=found.priority,
        tags=found.tags,
        tier=tier,
        grounds=grounds,
        policy_version=found.policy_version,
    )


def begun(ticket_id: str, facts: Sequence[e.Event], now: datetime) -> tuple[Ticket, Acts]:
    """A ticket that is just being opened, and what of it moves a deadline."""
    recorded = [e.Recorded(ticket_id, number, now, fact) for number, fact in enumerate(facts, 1)]
    return fold_ticket(Ticket(ticket_id=ticket_id), recorded), read_acts(recorded)


def decide_route(ticket: Ticket, acts: Acts, desk: Rules, now: datetime, crew: Crew) -> Decision:
    """By the risk that the matter has in itself: who holds it, and how busy they are, moves nothing."""
    held = ticket.model_copy(update={"assigned_to": THE_DESK})
    facts = Facts(
        ticket_id=ticket.ticket_id,
        priority=ticket.priority,
        category=ticket.category,
        tags=frozenset(ticket.tags),
        tier=ticket.tier,
        risk=stand(held, acts, desk.rules, Crew(), to_us(now)).risk.score,
        queue=ticket.category_queue or ticket.queue,
    )
    return route(facts, crew.agents, desk.rules.routing, salt=desk.salt, holder=ticket.assigned_to)


def route_ticket(
    ticket: Ticket, acts: Acts, desk: Rules, now: datetime, crew: Crew
) -> tuple[e.TicketRouted | e.OverrideCleared, ...]:
    """Nothing while a person has said who does it, or has taken it over and is there; what comes to the
    same writes nothing either."""
    if ticket.status in ENDED:
        return ()
    cleared: tuple[e.OverrideCleared, ...] = ()
    if ticket.overridden_by:
        if ticket.override_until is None or now < ticket.override_until:
            return ()
        cleared = (e.OverrideCleared(by=THE_DESK),)
    if ticket.taken_at and crew.is_there(ticket.assigned_to):
        return cleared
    decision = decide_route(ticket, acts, desk, now, crew)
    # Another point of risk that leads to the same rule and the same person is no news.
    if (decision.rule, decision.queue, decision.agent) == (ticket.rule, ticket.queue, ticket.assigned_to):
        return cleared
    return (*cleared, routed_by(decision))


def routed_by(decision: Decision) -> e.TicketRouted:
    return e.TicketRouted(
        decision_id=decision.decision_id,
        policy_version=decision.policy_version,
        inputs_hash=decision.inputs_hash,
        rule=decision.rule,
        queue=decision.queue,
        assigned_to=decision.agent,
        alternatives=decision.alternatives,
        reasons=decision.reasons,
    )


def promise_of(ticket: Ticket, acts: Acts, desk: Rules, now: datetime) -> datetime | None:
    """By when a person answers; None when nothing is due, or when that moment has passed."""
    waiting = [
        timer.due_at
        for timer in stand(ticket, acts, desk.rules, Crew(), to_us(now)).timers
        if timer.name != "resolution" and timer.state == "running" and timer.due_at is not None
    ]
    return from_us(min(waiting)) if waiting else None
