"""How does a ticket stand now, told with its reasons?"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.crew import read_crew
from escalation.breach import Estimate, estimate_breach
from escalation.explanation import Explained, explain
from escalation.risk import Reason, Risk
from escalation.rulebook import Rulebook
from escalation.schedule import from_us, to_us
from escalation.sla import Acts, known_by, read_acts
from escalation.standing import Crew, Standing, signs_of, stand
from store.database import Database
from store.tickets import Ticket
from store.timelines import read_timeline

MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class Judged:
    ticket: Ticket
    standing: Standing
    explained: tuple[Explained, ...]
    breach: Estimate | None = None
    """None when nothing is waited for that could still be broken."""

    @property
    def risk(self) -> Risk:
        return self.standing.risk

    @property
    def next_due(self) -> datetime | None:
        nearest = self.standing.nearest
        return from_us(nearest.due_at) if nearest and nearest.due_at is not None else None

    def largest(self) -> tuple[Reason, ...]:
        """The reasons that weigh most, the heaviest first."""
        return tuple(reason for reason in self.risk.reasons if reason.points)[:MOST_REASONS]


def judge(database: Database, rules: Rulebook, ticket: Ticket, now: datetime) -> Judged:
    with database.read() as connection:
        acts = read_acts(read_timeline(connection, ticket.ticket_id))
    return judge_acts(ticket, acts, rules, read_crew(database, now), now)


def judge_acts(ticket: Ticket, acts: Acts, rules: Rulebook, crew: Crew, now: datetime) -> Judged:
    at = to_us(now)
    standing = stand(ticket, acts, rules, crew, at)
    signs = signs_of(ticket, known_by(acts, at), standing.timers, rules=rules, crew=crew, now=at)
    breach = estimate_breach(signs, rules.breach)
    return Judged(ticket, standing, explain(ticket, acts, rules.deadlines, now), breach)


def risk_as_json(risk: Risk) -> dict[str, Any]:
    reasons = [asdict(reason) for reason in risk.reasons]
    return {"score": risk.score, "band": risk.band, "reasons": reasons}


def risk_as_lines(judged: Judged) -> list[str]:
    """For a terminal."""
    lines = [f"risk: {judged.risk.score} of 100, {judged.risk.band.replace('_', ' ')}"]
    for reason in judged.risk.reasons:
        timer = f", {reason.timer.replace('_', ' ')}" if reason.timer else ""
        lines.append(f"  {reason.points:+4d}  {reason.code.lower().replace('_', ' ')}{timer}")
    return lines


def breach_as_json(breach: Estimate | None) -> dict[str, Any]:
    """Nothing is left out when there is no estimate: programs read null."""
    return {
        "breach_probability": breach.probability if breach else None,
        "breach_weights": breach.weights if breach else None,
        "breach": asdict(breach) if breach else None,
    }


def breach_as_lines(breach: Estimate | None) -> list[str]:
    """For a terminal."""
    if breach is None:
        return []
    source = "from this desk's own tickets" if breach.weights == "own" else "an estimate from general data"
    timer = breach.timer.replace("_", " ")
    parts = [
        f"  {one.logit:+7.3f}  {one.factor.replace('_', ' ')}, {one.value:.2f} × {one.weight:.3f}"
        for one in breach.contributions
    ]
    return [
        f"late {timer}: {breach.probability:.0%} likely, {source}",
        f"  {breach.intercept:+7.3f}  where it begins",
        *parts,
        f"  {breach.logit:+7.3f}  the sum, as a logit",
    ]
