"""Who should do this ticket, by which rule, and who else could?"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from escalation.sla_policy import Names, Ranks
from store.canonical import canonical
from store.words import Word

Presence = Literal["active", "away", "off"]
Reach = Literal["skill", "on_call", "lead", "anyone"]


@dataclass(frozen=True, slots=True)
class Agent:
    person_id: str
    capacity: int
    """Tickets that one can hold at a time."""
    load: int = 0
    """Tickets that one holds now."""
    skills: frozenset[str] = frozenset()
    presence: Presence = "active"
    is_lead: bool = False
    is_on_call: bool = False

    def can_take(self) -> bool:
        return self.presence == "active" and self.load < self.capacity

    def utilisation(self) -> float:
        """With one ticket more."""
        return (self.load + 1) / self.capacity


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a ticket routes it."""

    ticket_id: str
    priority: int
    category: str
    tags: frozenset[str] = frozenset()
    tier: str = "standard"
    risk: int = 0
    queue: str = ""
    """Of its category, for rules that name none."""

    def digest(self, band: int) -> str:
        """The same inputs, the same decision. Only the band of the risk counts: a new point moves nothing."""
        facts = {
            "ticket_id": self.ticket_id,
            "priority": self.priority,
            "category": self.category,
            "tags": sorted(self.tags),
            "tier": self.tier,
            "risk": band,
        }
        return hashlib.sha256(canonical(facts)).hexdigest()


class RouteWhen(Word):
    """Every line that is given must fit; one of its words is enough."""

    priority: Ranks = ()
    category: Names = ()
    tag: Names = ()
    tier: Names = ()
    risk_from: Annotated[int, Field(ge=0, le=100)] = 0

    def fits(self, facts: Facts) -> bool:
        return (
            (not self.priority or facts.priority in self.priority)
            and (not self.category or facts.category in self.category)
            and (not self.tag or not facts.tags.isdisjoint(self.tag))
            and (not self.tier or facts.tier in self.tier)
            and facts.risk >= self.risk_from
        )

    def covers(self, other: "RouteWhen") -> bool:
        """Whatever fits the other fits this one too."""
        pairs = (
            (self.priority, other.priority),
            (self.category, other.category),
            (self.tag, other.tag),
            (self.tier, other.tier),
        )
        is_wider = all(not mine or (bool(theirs) and set(theirs) <= set(mine)) for mine, theirs in pairs)
        return is_wider and self.risk_from <= other.risk_from


class RouteRule(Word):
    name: str
    any_of: tuple[RouteWhen, ...] = (RouteWhen(),)
    queue: str = ""
    """Empty: that of its category."""
    reach: Reach = "anyone"
    skill: str = ""

    @model_validator(mode="after")
    def names_its_skill(self) -> "RouteRule":
        if (self.reach == "skill") != bool(self.skill):
            raise ValueError("write `reach: skill` together with the skill, or neither")
        return self

    def fits(self, facts: Facts) -> bool:
        return any(when.fits(facts) for when in self.any_of)

    def reaches(self, agent: Agent) -> bool:
        match self.reach:
            case "skill":
                return self.skill in agent.skills
            case "on_call":
                return agent.is_on_call
            case "lead":
                return agent.is_lead
            case _:
                return True


class RoutingPolicy(Word):
    version: Annotated[int, Field(ge=1)]
    rules: tuple[RouteRule, ...]

    @model_validator(mode="after")
    def takes_every_ticket(self) -> "RoutingPolicy":
        if not self.rules or not any(when == RouteWhen() for when in self.rules[-1].any_of):
            raise ValueError("the last rule must take every ticket: leave its `any_of` out")
        return self

    def band(self, risk: int) -> int:
        """How many of the thresholds that the rules name are reached."""
        return sum(risk >= threshold for threshold in self.thresholds())

    def thresholds(self) -> set[int]:
        return {when.risk_from for rule in self.rules for when in rule.any_of} - {0}

    def rule_for(self, facts: Facts) -> RouteRule:
        return next(rule for rule in self.rules if rule.fits(facts))


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a ticket went where it went."""

    decision_id: str
    policy_version: int
    inputs_hash: str
    rule: str
    queue: str
    agent: str
    """Empty when nobody can take it now: it waits in the queue."""
    alternatives: tuple[str, ...]
    reasons: tuple[str, ...]


def route(
    facts: Facts, agents: Sequence[Agent], policy: RoutingPolicy, *, salt: str, holder: str = ""
) -> Decision:
    """The least busy of those whom the rule reaches; whoever holds it keeps it while they are reached."""
    rule = policy.rule_for(facts)
    reached = [agent for agent in agents if rule.reaches(agent)]
    free = sorted(
        (agent for agent in reached if agent.can_take()),
        key=lambda agent: (agent.utilisation(), draw(salt, facts.ticket_id, agent)),
    )
    keeps = next((agent for agent in reached if agent.person_id == holder and agent.presence != "off"), None)
    chosen = keeps or (free[0] if free else None)
    inputs = facts.digest(policy.band(facts.risk))
    return Decision(
        decision_id=hashlib.sha256(f"{facts.ticket_id} {inputs} {policy.version}".encode()).hexdigest()[:16],
        policy_version=policy.version,
        inputs_hash=inputs,
        rule=rule.name,
        queue=rule.queue or facts.queue,
        agent=chosen.person_id if chosen else "",
        alternatives=tuple(agent.person_id for agent in free if agent != chosen),
        reasons=tuple(reasons_of(rule, reached, free, chosen, is_kept=keeps is not None)),
    )


def draw(salt: str, ticket_id: str, agent: Agent) -> float:
    """Weighted rendezvous: a ticket always draws the same order; who can hold more is drawn more often."""
    digest = hmac.digest(salt.encode(), f"{ticket_id}|{agent.person_id}".encode(), "sha256")
    share = (int.from_bytes(digest[:8], "big") + 0.5) / 2**64
    return -math.log(share) / agent.capacity


def reasons_of(
    rule: RouteRule, reached: Sequence[Agent], free: Sequence[Agent], chosen: Agent | None, *, is_kept: bool
) -> list[str]:
    whom = f"{rule.reach} {rule.skill}".strip()
    reasons = [f"rule {rule.name}: {whom}, queue {rule.queue or 'of its category'}"]
    reasons.append(f"{len(reached)} of this kind, {len(free)} of them active with room")
    if chosen is None:
        reasons.append("nobody can take it now: it waits in the queue, what is due first comes first")
    elif is_kept:
        reasons.append(f"{chosen.person_id} has it and keeps it")
    else:
        reasons.append(
            f"{chosen.person_id} is least busy: {chosen.load + 1} of {chosen.capacity} with this one"
        )
    return reasons


def lint(policy: RoutingPolicy, agents: Sequence[Agent]) -> list[str]:
    """What is wrong with the rules, one sentence each."""
    faults = []
    for place, rule in enumerate(policy.rules):
        earlier = [(other.name, when) for other in policy.rules[:place] for when in other.any_of]
        hidden = [next((name for name, when in earlier if when.covers(own)), "") for own in rule.any_of]
        if all(hidden):
            faults.append(f"{rule.name} is never reached: {hidden[0]} takes everything that it would take")
        elif any(hidden):
            taker = next(name for name in hidden if name)
            faults.append(f"{rule.name} is partly shadowed: {taker} takes some of it before")
        if agents and not any(rule.reaches(agent) for agent in agents):
            faults.append(f"{rule.name} reaches nobody: no person is {rule.reach} {rule.skill}".rstrip())
    names = [rule.name for rule in policy.rules]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return faults + [f"{name} is the name of two rules" for name in doubled]
