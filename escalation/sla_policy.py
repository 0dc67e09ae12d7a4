"""Which deadlines hold for which ticket?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from escalation.calendar import Calendar, compile_schedule
from escalation.policy_file import SHIPPED, read_policy
from escalation.schedule import DAYS, Schedule
from escalation.sla import Target, TimerName
from store.tickets import Ticket
from store.words import Word

LENGTH = re.compile(r"(\d+)\s*(m|h|d)(?:\s+(business))?")
MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
MINUTE_US = 60_000_000
RANKS = 4


class Length(Word):
    minutes: Annotated[int, Field(gt=0)]
    business: bool = False


def read_length(given: object) -> object:
    if not isinstance(given, str | int):
        return given
    found = LENGTH.fullmatch(str(given).strip())
    if not found:
        raise ValueError(f'{given!r} is no target: write "15m", "4h", "3d", or "4h business"')
    return Length(minutes=int(found[1]) * MINUTES[found[2]], business=bool(found[3]))


def read_lengths(given: object) -> object:
    if not isinstance(given, list | tuple) or len(given) != RANKS:
        raise ValueError("write four targets, for P0, P1, P2 and P3, e.g. [15m, 1h, 4h business, 1d]")
    return given


Lengths = Annotated[
    tuple[Annotated[Length, BeforeValidator(read_length)], ...], BeforeValidator(read_lengths)
]


def as_several(given: object) -> object:
    return (given,) if isinstance(given, str | int) else given


Names = Annotated[tuple[str, ...], BeforeValidator(as_several)]
Ranks = Annotated[tuple[int, ...], BeforeValidator(as_several)]


class When(Word):
    """Every line that is given must fit; one of its words is enough."""

    tier: Names = ()
    channel: Names = ()
    category: Names = ()
    priority: Ranks = ()

    def fits(self, ticket: Ticket) -> bool:
        pairs = (
            (self.tier, ticket.tier),
            (self.channel, ticket.channel),
            (self.category, ticket.category),
            (self.priority, ticket.priority),
        )
        return all(not wanted or has in wanted for wanted, has in pairs)


class Rule(Word):
    use: str
    when: When = When()


class Targets(Word):
    first_response: Lengths
    resolution: Lengths
    next_response: Lengths | None = None
    """As the first response when it is not given."""


class SlaPolicy(Word):
    version: Annotated[int, Field(ge=1)]
    hours: Schedule
    targets: Mapping[str, Targets]
    rules: tuple[Rule, ...]

    @field_validator("rules")
    @classmethod
    def find_targets_for_all(cls, rules: tuple[Rule, ...], info: ValidationInfo) -> tuple[Rule, ...]:
        written = info.data.get("targets", {})
        for rule in rules:
            if rule.use not in written:
                raise ValueError(f"the targets {rule.use!r} are not written; there are: {', '.join(written)}")
        if not rules or rules[-1].when != When():
            raise ValueError("the last rule must fit every ticket: write `- use: standard` at the end")
        return rules

    def rule_for(self, ticket: Ticket) -> Rule:
        return next(rule for rule in self.rules if rule.when.fits(ticket))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """A policy with its calendars compiled."""

    policy: SlaPolicy
    business: Calendar
    always: Calendar
    targets: Mapping[str, Mapping[TimerName, tuple[Target, ...]]]
    """By the name of the targets."""

    def for_ticket(self, ticket: Ticket) -> Mapping[TimerName, tuple[Target, ...]]:
        return self.targets[self.policy.rule_for(ticket).use]


def compile_policy(policy: SlaPolicy) -> Deadlines:
    business, always = compile_schedule(policy.hours), around_the_clock()

    def compiled(lengths: Lengths) -> tuple[Target, ...]:
        return tuple(Target(one.minutes * MINUTE_US, business if one.business else always) for one in lengths)

    targets: dict[str, dict[TimerName, tuple[Target, ...]]] = {
        name: {
            "first_response": compiled(given.first_response),
            "next_response": compiled(given.next_response or given.first_response),
            "resolution": compiled(given.resolution),
        }
        for name, given in policy.targets.items()
    }
    return Deadlines(policy, business, always, targets)


def around_the_clock() -> Calendar:
    return compile_schedule(Schedule(weekly=dict.fromkeys(DAYS, ((0, 24 * 60),))))


def open_policy(folder: Path | None = None) -> Deadlines:
    """The desk's own `sla.yml`, or the one that comes with it. Raises Misconfigured."""
    return compile_policy(read_policy((folder or SHIPPED) / "sla.yml", SlaPolicy))
