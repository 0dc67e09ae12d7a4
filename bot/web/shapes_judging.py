"""What does the API take and say about deadlines, risk and routing?"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from bot.judged import Judged, breach_as_json, risk_as_json
from bot.web.shapes import Taken
from escalation.breach import Estimate, Origin
from escalation.explanation import Explained
from escalation.routing import Agent, Decision
from escalation.standing import Crew
from store import events as e
from store.tickets import Ticket


class RiskOut(BaseModel):
    score: int
    """0–100."""
    band: str
    reasons: tuple[Mapping[str, Any], ...]
    """Their points add up to the score."""


class SlaOut(BaseModel):
    ticket_id: str
    next_due: datetime | None
    timers: tuple[Explained, ...]
    risk: RiskOut
    breach_probability: float | None
    """0–1, of the nearest promise that is still open; null when there is none."""
    breach_weights: Origin | None
    """`general`: an estimate from general data. `own`: from this desk's own tickets."""
    breach: Estimate | None
    """What adds up to it: the intercept and all contributions are the logit."""


class RouteIn(Taken):
    dry_run: bool = False


class RouteOut(BaseModel):
    ticket_id: str
    decision_id: str
    policy_version: int
    inputs_hash: str
    rule: str
    queue: str
    assigned_to: str
    """Empty: it waits in the queue."""
    alternatives: tuple[str, ...]
    reasons: tuple[str, ...]
    overridden_by: str
    dry_run: bool


class OverrideIn(Taken):
    assigned_to: Annotated[str, Field(max_length=200)] = ""
    """Empty: back to the queue."""
    queue: Annotated[str, Field(max_length=60, pattern="^[a-z0-9_-]*$")] = ""
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    until: datetime | None = None
    """Without it, until it is cleared."""


class TriageIn(Taken):
    text: Annotated[str, Field(min_length=1, max_length=8000)]
    category: Annotated[str, Field(max_length=60)] = "other"
    channel: Annotated[str, Field(max_length=40)] = "api"
    language: Annotated[str, Field(max_length=8)] = "en"
    user_id: Annotated[str, Field(max_length=200)] = ""
    """Whose record says the tier; it is never taken from the text."""


class TriageOut(BaseModel):
    priority: str
    tags: tuple[str, ...]
    tier: str
    grounds: tuple[Mapping[str, Any], ...]
    policy_version: int
    rule: str
    queue: str
    risk: RiskOut
    next_due: datetime | None


class AgentOut(BaseModel):
    person_id: str
    load: int
    capacity: int
    utilisation: float
    presence: str
    skills: tuple[str, ...]
    is_lead: bool
    is_on_call: bool


class WorkloadOut(BaseModel):
    agents: tuple[AgentOut, ...]
    queues: Mapping[str, int]
    """Open tickets by queue."""


def sla_out(judged: Judged) -> SlaOut:
    return SlaOut(
        ticket_id=judged.ticket.ticket_id,
        next_due=judged.next_due,
        timers=judged.explained,
        risk=RiskOut(**risk_as_json(judged.risk)),
        **breach_as_json(judged.breach),
    )


def route_out(ticket: Ticket, found: Decision, *, dry_run: bool) -> RouteOut:
    same = {name: getattr(found, name) for name in RouteOut.model_fields if hasattr(found, name)}
    kept = {"ticket_id": ticket.ticket_id, "overridden_by": ticket.overridden_by, "dry_run": dry_run}
    return RouteOut.model_validate({**same, **kept, "assigned_to": found.agent})


def triage_out(read: e.TicketTriaged, found: Decision, judged: Judged) -> TriageOut:
    return TriageOut(
        priority=f"P{read.priority}",
        tags=read.tags,
        tier=read.tier,
        grounds=tuple(ground.model_dump() for ground in read.grounds),
        policy_version=read.policy_version,
        rule=found.rule,
        queue=found.queue,
        risk=RiskOut(**risk_as_json(judged.risk)),
        next_due=judged.next_due,
    )


def workload_out(crew: Crew) -> WorkloadOut:
    return WorkloadOut(agents=tuple(map(agent_out, crew.agents)), queues=crew.queues)


def agent_out(agent: Agent) -> AgentOut:
    whole = asdict(agent) | {"skills": sorted(agent.skills)}
    return AgentOut(**whole, utilisation=round(agent.load / agent.capacity, 3))
