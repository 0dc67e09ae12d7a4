"""Which weights say best how often a promise is broken, and do they win on later days?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escalation.breach import FACTORS, Origin, Weights, probability_of
from escalation.breach_rows import Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST_ROWS = 500
EARLIER = 0.7
"""So much of the time is learned from, the rest is for the test."""
RIDGE = 1.0
MOST_STEPS = 50
ENOUGH = 1e-9


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights with what they were measured by."""

    weights: Weights
    told: tuple[tuple[float, bool], ...]
    """Of the later rows: what was said, and what came."""
    brier_rival: float | None
    """Of the weights that hold now, on the same rows."""
    brier_average: float
    """Of somebody who always says how often it happened before."""

    @property
    def has_won(self) -> bool:
        return self.brier_rival is not None and self.weights.brier < self.brier_rival


@dataclass(frozen=True, slots=True)
class Start:
    """Where learning begins, and what it is drawn back to where there is little to learn from."""

    intercept: float = 0.0
    factors: tuple[float, ...] = (0.0,) * len(FACTORS)


def start_of(weights: Weights) -> Start:
    return Start(weights.intercept, tuple(weights.factors[name] for name in FACTORS))


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Tickets first seen in the earlier part of the time, and the others: none stands on both sides."""
    first: dict[str, int] = {}
    for row in rows:
        first[row.ticket_id] = min(row.at, first.get(row.ticket_id, row.at))
    if not first:
        return [], []
    times = sorted(first[row.ticket_id] for row in rows)
    border = times[int(len(times) * EARLIER)]
    earlier = [row for row in rows if first[row.ticket_id] < border]
    later = [row for row in rows if first[row.ticket_id] >= border]
    # What was seen after the border belongs to the test, also of tickets that are older.
    return [row for row in earlier if row.at < border], later


def fault_of(rows: Sequence[Row]) -> str:
    """Why nothing can be learned from them; empty when it can."""
    if len(rows) < FEWEST_ROWS:
        return f"there are {len(rows)} labelled snapshots, and it takes {FEWEST_ROWS}"
    earlier, later = split(rows)
    if not earlier or not later:
        return "all tickets are of the same time, so nothing later is left to test on"
    broken = sum(row.is_breached for row in earlier)
    if broken in (0, len(earlier)):
        return (
            f"{'no' if not broken else 'every'} promise of the earlier part was broken, which teaches nothing"
        )
    return ""


def learn(
    rows: Sequence[Row], origin: Origin, provenance: str, *, start: Start, rival: Weights | None = None
) -> Fit:
    """From the earlier rows, measured on the later. The weights that were measured are those returned."""
    earlier, later = split(rows)
    intercept, *factors = fit(earlier, start)
    share = math.fsum(row.is_breached for row in earlier) / len(earlier)
    outcomes = [row.is_breached for row in later]
    found = Weights(
        weights=origin,
        provenance=provenance,
        rows=len(earlier),
        tested_rows=len(later),
        brier=0,
        brier_clock=round(clock_brier(earlier, later), 4),
        intercept=round(intercept, 4),
        factors=dict(zip(FACTORS, (round(one, 4) for one in factors), strict=True)),
    )
    told = tell(found, later)
    return Fit(
        found.model_copy(update={"brier": round(brier(told, outcomes), 4)}),
        tuple(zip(told, outcomes, strict=True)),
        round(brier(tell(rival, later), outcomes), 4) if rival else None,
        round(brier([share] * len(later), outcomes), 4),
    )


def clock_brier(earlier: Sequence[Row], later: Sequence[Row]) -> float:
    """Of the time that has run and nothing else."""
    rest = (0.0,) * (len(FACTORS) - 1)
    known = [Row(row.at, row.ticket_id, (row.values[0], *rest), row.is_breached) for row in earlier]
    intercept, slope, *_ = fit(known, Start())
    told = [probability_of(intercept + slope * row.values[0]) for row in later]
    return brier(told, [row.is_breached for row in later])


def tell(weights: Weights, rows: Sequence[Row]) -> list[float]:
    known = [weights.factors[name] for name in FACTORS]
    return [
        probability_of(math.fsum([weights.intercept, *map(float.__mul__, known, row.values)])) for row in rows
    ]


def brier(told: Sequence[float], outcomes: Sequence[bool]) -> float:
    return math.fsum((said - came) ** 2 for said, came in zip(told, outcomes, strict=True)) / len(told)


def fit(rows: Sequence[Row], start: Start) -> list[float]:
    """Logistic regression by Newton's steps. The ridge draws each weight back to its start, never the
    intercept."""
    import numpy as np  # noqa: PLC0415 - 0.1 s, and only learning needs it

    values = np.array([(1.0, *row.values) for row in rows], np.float64)
    came = np.array([row.is_breached for row in rows], np.float64)
    origin = np.array([start.intercept, *start.factors], np.float64)
    ridge = np.diag([0.0, *(RIDGE,) * len(FACTORS)])
    weights = origin.copy()
    for _ in range(MOST_STEPS):
        step = newton_step(values, came, weights, ridge, away=weights - origin)
        weights += step
        if float(np.abs(step).max()) < ENOUGH:
            break
    return [float(one) for one in weights]


def newton_step(
    values: "NDArray[np.float64]",
    came: "NDArray[np.float64]",
    weights: "NDArray[np.float64]",
    ridge: "NDArray[np.float64]",
    *,
    away: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    """At most two in each direction: far from the goal the full step would overshoot."""
    import numpy as np  # noqa: PLC0415 - as above

    said = 1 / (1 + np.exp(-np.clip(values @ weights, -30, 30)))
    slope = values.T @ (came - said) - ridge @ away
    curve = (values * (said * (1 - said))[:, None]).T @ values + ridge
    curve[0, 0] += ENOUGH
    step: NDArray[np.float64] = np.clip(np.linalg.solve(curve, slope), -2, 2)
    return step
