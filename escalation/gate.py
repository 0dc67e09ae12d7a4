"""May this be done at once, or does it wait, and for whose click?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from escalation.policy_file import SHIPPED, read_policy
from escalation.sla_policy import Length, Names, Ranks, read_length
from store.approval_words import TierReason
from store.words import Word

Principal = Literal["customer", "assistant", "staff", "desk"]
Tier = Literal["T0", "T1", "T2", "T3", "T4"]
Waiting = Literal["T2", "T3", "T4"]
Effect = Literal["run", "wait", "refuse"]
Decider = Literal["agent", "lead", "operations", "admin"]
"""Executives look on, and editors write articles."""
WAITING: tuple[Waiting, ...] = ("T2", "T3", "T4")
LONGEST_MINUTES = 72 * 60
PLAYBOOK = "playbook:"
"""Begins the name of an action that is a whole playbook."""


class TierRule(Word):
    approvers: Annotated[tuple[Decider, ...], Field(min_length=1)]
    needed: Annotated[int, Field(ge=1)]


class ExpiryPolicy(Word):
    within: Annotated[Length, BeforeValidator(read_length)]
    longest: Annotated[Length, BeforeValidator(read_length)]
    urgent: Ranks
    reminders: tuple[Annotated[Length, BeforeValidator(read_length)], ...]

    @model_validator(mode="after")
    def at_most(self) -> "ExpiryPolicy":
        if self.longest.minutes > LONGEST_MINUTES:
            raise ValueError("nothing waits for a click for so long: write never longer than 72h")
        return self


class ActionRule(Word):
    risk: Literal["read", "reply", "change"]
    ask: Annotated[tuple[Principal, ...], Field(min_length=1)]
    tier: Waiting | None = None
    cites: bool = False
    """It tells somebody something: without sources from their own audience it waits."""
    direct: tuple[Decider, ...] = ()

    @model_validator(mode="after")
    def tier_of_changes(self) -> "ActionRule":
        if (self.risk == "change") != (self.tier is not None):
            raise ValueError("a change needs its tier (T2, T3 or T4), and nothing else has one")
        return self


class PlaybookRule(Word):
    ask: Annotated[tuple[Principal, ...], Field(min_length=1)]
    least: Waiting
    lifted: Mapping[str, Waiting]


class LiftWhen(Word):
    """Every line that is given must fit."""

    above: Mapping[str, int] = Field(default_factory=dict)
    """By currency, in its smallest unit."""
    least: Waiting = "T2"
    """The tier that it has without being lifted."""
    action: Names = ()
    category: Names = ()
    customer_tier: Names = ()
    priority: Ranks = ()


class Lift(Word):
    code: str
    says: str
    """For whoever decides; `{said}` is what made it so."""
    to: Waiting
    when: LiftWhen


class GatePolicy(Word):
    version: Annotated[int, Field(ge=1)]
    tiers: Mapping[Waiting, TierRule]
    expiry: ExpiryPolicy
    actions: Mapping[str, ActionRule]
    playbooks: PlaybookRule
    lifts: tuple[Lift, ...] = ()

    @model_validator(mode="after")
    def all_tiers(self) -> "GatePolicy":
        if missing := [tier for tier in WAITING if tier not in self.tiers]:
            raise ValueError(f"say under `tiers` who approves {', '.join(missing)}")
        if doubled := sorted(SAYS.keys() & {lift.code for lift in self.lifts}):
            raise ValueError(f"{doubled[0]!r} is a reason of the desk itself: give the lift another code")
        if self.tiers["T4"].needed < 2:
            raise ValueError("what cannot be undone needs two people: write `needed: 2` for T4")
        return self


@dataclass(frozen=True, slots=True)
class Money:
    amount: int
    """In the currency's smallest unit."""
    currency: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sources of a reply, counted by code."""

    citations: int
    in_audience: int
    """Of these, how many lie in the reader's own audience."""


@dataclass(frozen=True, slots=True)
class Asked:
    action: str
    by: Principal
    requester: str
    """A person; for what the assistant asks it is the customer."""
    role: str = ""
    """Of staff who ask."""
    amounts: tuple[Money, ...] = ()
    evidence: Evidence = Evidence(0, 0)
    category: str = ""
    customer_tier: str = "standard"
    priority: int = 2
    declared: Tier | None = None
    """What the file of a playbook says of it."""
    is_reversible: bool = True


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    within: timedelta
    longest: timedelta
    is_urgent: bool
    """Counted on the clock on the wall; no quiet hours."""
    steps: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    effect: Effect
    tier: Tier
    reasons: tuple[TierReason, ...]
    approvers: tuple[str, ...] = ()
    needed: int = 0
    expiry: ExpiryRule | None = None


def judge(policy: GatePolicy, asked: Asked, staff: Mapping[str, str]) -> Ruling:
    """`staff` has the role of everybody who works here, by person. A reason says each thing that counted."""
    found = find_rule(policy, asked)
    if isinstance(found, TierReason):
        return refused(found)
    if asked.by not in found.ask:
        return refused(TierReason(code="not_for", said=asked.by))
    if found.risk == "read":
        return Ruling("run", "T0", (TierReason(code="read"),))
    if asked.by == "staff" and asked.role in found.direct:
        return Ruling("run", found.tier or "T1", (TierReason(code="direct", said=asked.role),))
    if found.risk == "reply" and (reason := reply_reason(found, asked.evidence)).code in RUNS:
        return Ruling("run", "T1", (reason,))
    reasons = dict(weigh(policy, found, asked))
    tier = max(reasons.values())
    return wait(policy, asked, tier, tuple(reasons), staff)


RUNS = ("reply", "cited")
SAYS: Mapping[str, str] = {
    "read": "It only looks.",
    "reply": "It changes nothing that cannot be seen and taken back.",
    "cited": "All of its sources ({said}) may be read by whoever gets it.",
    "no_source": "It tells the customer something without a source.",
    "outside_audience": "Sources that whoever gets it may not read: {said}.",
    "direct": "Staff with the role {said} do this themselves.",
    "change": "{said} changes something.",
    "declared": "Its own file says {said}.",
    "lifted": "The rules of this desk lift it to {said}.",
    "irreversible": "It cannot be undone.",
    "unknown_action": "Nobody has ruled who may do {said}.",
    "no_tier": "The file of {said} does not say what it is worth.",
    "not_for": "Not to be asked for by: {said}.",
    "too_few_people": "Too few people could approve it: {said}.",
}
"""What each reason says to whoever decides."""


def reason_said(policy: GatePolicy, reason: TierReason) -> str:
    lifts = {lift.code: lift.says for lift in policy.lifts}
    return {**lifts, **SAYS}[reason.code].replace("{said}", reason.said)


def find_rule(policy: GatePolicy, asked: Asked) -> ActionRule | TierReason:
    """What no rule names is refused."""
    if not asked.action.startswith(PLAYBOOK):
        return policy.actions.get(asked.action) or TierReason(code="unknown_action", said=asked.action)
    if asked.declared not in WAITING:
        return TierReason(code="no_tier", said=asked.action)
    return ActionRule(risk="change", ask=policy.playbooks.ask, tier=policy.playbooks.least)


def refused(*reasons: TierReason, tier: Tier = "T4") -> Ruling:
    return Ruling("refuse", tier, reasons)


def reply_reason(rule: ActionRule, evidence: Evidence) -> TierReason:
    if not rule.cites:
        return TierReason(code="reply")
    if not evidence.citations:
        return TierReason(code="no_source")
    if evidence.in_audience < evidence.citations:
        return TierReason(code="outside_audience", said=str(evidence.citations - evidence.in_audience))
    return TierReason(code="cited", said=str(evidence.citations))


def weigh(policy: GatePolicy, rule: ActionRule, asked: Asked) -> Iterator[tuple[TierReason, Waiting]]:
    """Each thing that makes it wait, with the tier that it asks for; the highest counts."""
    itself = dict(weigh_action(policy, rule, asked))
    yield from itself.items()
    for lift in policy.lifts:
        if max(itself.values()) >= lift.when.least and fits(lift.when, asked):
            yield TierReason(code=lift.code, said=lift_said(lift.when, asked)), lift.to


def weigh_action(policy: GatePolicy, rule: ActionRule, asked: Asked) -> Iterator[tuple[TierReason, Waiting]]:
    if rule.tier is None:
        yield reply_reason(rule, asked.evidence), "T2"
    else:
        yield TierReason(code="change", said=asked.action), rule.tier
    if asked.declared in WAITING:
        yield TierReason(code="declared", said=asked.declared), asked.declared
    if lifted := policy.playbooks.lifted.get(asked.action.removeprefix(PLAYBOOK)):
        yield TierReason(code="lifted", said=lifted), lifted
    if not asked.is_reversible:
        yield TierReason(code="irreversible"), "T4"


def fits(when: LiftWhen, asked: Asked) -> bool:
    pairs: tuple[tuple[tuple[object, ...], object], ...] = (
        (when.action, asked.action),
        (when.category, asked.category),
        (when.customer_tier, asked.customer_tier),
        (when.priority, asked.priority),
    )
    named = all(not wanted or has in wanted for wanted, has in pairs)
    return named and (not when.above or any(is_large(one, when.above) for one in asked.amounts))


def is_large(money: Money, above: Mapping[str, int]) -> bool:
    return money.amount < 0 or money.currency not in above or money.amount > above[money.currency]


def lift_said(when: LiftWhen, asked: Asked) -> str:
    large = (f"{one.amount} {one.currency}" for one in asked.amounts if is_large(one, when.above))
    return ", ".join(large) if when.above else asked.category


def wait(
    policy: GatePolicy, asked: Asked, tier: Waiting, reasons: tuple[TierReason, ...], staff: Mapping[str, str]
) -> Ruling:
    """Refused when so many people are not there: nobody could ever click it through."""
    rule = policy.tiers[tier]
    able = [who for who, role in staff.items() if role in rule.approvers and who != asked.requester]
    if len(able) < rule.needed:
        return refused(
            *reasons, TierReason(code="too_few_people", said=f"{len(able)} of {rule.needed}"), tier=tier
        )
    return Ruling("wait", tier, reasons, rule.approvers, rule.needed, expiry_rule(policy, asked.priority))


def expiry_rule(policy: GatePolicy, priority: int) -> ExpiryRule:
    own = policy.expiry
    return ExpiryRule(
        within=timedelta(minutes=own.within.minutes),
        longest=timedelta(minutes=own.longest.minutes),
        is_urgent=priority in own.urgent,
        steps=tuple(timedelta(minutes=one.minutes) for one in own.reminders),
    )


def open_gate(folder: Path | None = None) -> GatePolicy:
    """The desk's own `gate.yml`, or the one that comes with it. Raises Misconfigured."""
    return read_policy((folder or SHIPPED) / "gate.yml", GatePolicy)
