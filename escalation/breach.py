"""How probable is it that the nearest promise of a ticket is broken in the end, and what says so?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import Field, FiniteFloat, field_validator

from escalation.risk import (
    AGENT_FROM,
    LIVE,
    PAUSED,
    QUEUE_FROM,
    SOCIAL,
    Signs,
    above,
    is_counting,
    used_part,
)
from escalation.sla import Timer, TimerName
from store.words import Word

Factor = Literal[
    "time_used",
    "already_breached",
    "agent_load",
    "queue_load",
    "unassigned",
    "live_chat",
    "social",
    "urgent",
    "paused",
]
FACTORS: tuple[Factor, ...] = get_args(Factor)
Origin = Literal["general", "own"]
MOST_LOGIT = 700.0
"""Beyond it a float no longer holds e to its power."""


class Weights(Word):
    """`breach.yml`."""

    version: int = 1
    weights: Origin
    """`general`: from data of other desks; `own`: from the desk's own timelines."""
    provenance: str
    """What they were learned from."""
    rows: int = Field(ge=1)
    """Snapshots that they were learned from."""
    tested_rows: int = Field(ge=1)
    """Later snapshots that they were measured on."""
    brier: float = Field(ge=0, le=1)
    """Mean squared error on the later snapshots, which they had not seen; less is better."""
    brier_clock: float = Field(ge=0, le=1)
    """The same of weights that know the time only."""
    intercept: FiniteFloat
    factors: Mapping[Factor, FiniteFloat]

    @field_validator("factors")
    @classmethod
    def has_all(cls, given: Mapping[Factor, float]) -> Mapping[Factor, float]:
        if missing := [name for name in FACTORS if name not in given]:
            raise ValueError(f"{missing[0]} is missing: write one number for each of {', '.join(FACTORS)}")
        return given


@dataclass(frozen=True, slots=True)
class Contribution:
    factor: Factor
    value: float
    """0–1."""
    weight: float
    logit: float
    """Weight × value."""


@dataclass(frozen=True, slots=True)
class Estimate:
    timer: TimerName
    probability: float
    logit: float
    """The intercept and all contributions, added up."""
    intercept: float
    contributions: tuple[Contribution, ...]
    """The heaviest first; what is 0 is left out."""
    weights: Origin


def estimate_breach(signs: Signs, weights: Weights) -> Estimate | None:
    """None when nothing is waited for that could still be broken."""
    timer = open_timer(signs.timers)
    if timer is None:
        return None
    found = [
        Contribution(name, value, weights.factors[name], weights.factors[name] * value)
        for name, value in zip(FACTORS, values_of(signs, timer), strict=True)
        if value
    ]
    logit = math.fsum([weights.intercept, *(one.logit for one in found)])
    return Estimate(
        timer.name,
        probability_of(logit),
        logit,
        weights.intercept,
        tuple(sorted(found, key=lambda one: -abs(one.logit))),
        weights.weights,
    )


def open_timer(timers: Sequence[Timer]) -> Timer | None:
    """Of those that run what is due first. While all stand still, the one with the least time left:
    it goes on one day, and may be broken then. What is broken already is no question any more."""
    still_open = [one for one in timers if is_counting(one) and one.state != "breached"]
    running = [one for one in still_open if one.state == "running" and one.due_at is not None]
    if running:
        return min(running, key=lambda one: one.due_at or 0)
    return min(still_open, key=time_left, default=None)


def time_left(timer: Timer) -> int:
    return timer.target.length - timer.used if timer.target else 0


def values_of(signs: Signs, timer: Timer) -> tuple[float, ...]:
    """The nine signs of the score, each from 0 to 1, in the order of FACTORS."""
    return (
        used_part(timer),
        float(any(one.state == "breached" for one in signs.timers)),
        above(signs.agent_load, AGENT_FROM),
        above(signs.queue_load, QUEUE_FROM),
        float(not signs.is_assigned),
        float(signs.channel in LIVE),
        float(signs.channel in SOCIAL),
        {0: 1.0, 1: 0.5}.get(signs.priority, 0.0),
        float(signs.status in PAUSED),
    )


def probability_of(logit: float) -> float:
    held = min(MOST_LOGIT, max(-MOST_LOGIT, logit))
    return 1 / (1 + math.exp(-held))
