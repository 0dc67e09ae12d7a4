"""Do weights that are learned win on days that they have not seen, and say how well they do?"""

import math
import xml.etree.ElementTree as ET
from functools import cache

import numpy as np
import pytest

from bench.breach import PROVENANCE, train
from bench.simulated_desk import simulate
from escalation.breach import FACTORS, Weights, probability_of
from escalation.breach_file import open_weights
from escalation.breach_rows import Row, Story, became_late
from escalation.breach_training import RIDGE, Start, brier, fault_of, fit, learn, split, tell
from escalation.calibration import as_svg, bins_of
from escalation.sla import Acts, Target, TimerName, timers
from escalation.sla_policy import open_policy
from tests.escalation.test_risk import ALWAYS, HOUR, NOW

TRUE = Start(-1.0, (3.0, 0.5, 0.0, 0.0, 1.5, 0.0, 0.0, 0.0, -2.0))
TARGETS: dict[TimerName, tuple[Target, ...]] = {
    "first_response": (Target(HOUR, ALWAYS),) * 4,
    "next_response": (Target(HOUR, ALWAYS),) * 4,
    "resolution": (Target(10 * HOUR, ALWAYS),) * 4,
}


@cache
def world(count: int = 3000, seed: int = 1) -> tuple[Row, ...]:
    """Of which the true weights are known."""
    dice = np.random.default_rng(seed)
    rows = []
    for place in range(count):
        values = tuple(float(one) for one in (dice.random(), *(dice.random(len(FACTORS) - 1) < 0.3)))
        logit = TRUE.intercept + sum(w * v for w, v in zip(TRUE.factors, values, strict=True))
        is_late = bool(dice.random() < probability_of(logit))
        rows.append(Row(NOW + place * HOUR, f"T-{place // 2}", values, is_late))
    return tuple(rows)


def test_the_true_weights_are_found_again() -> None:
    intercept, *factors = fit(world(), Start())

    assert intercept == pytest.approx(TRUE.intercept, abs=0.35)
    assert factors == pytest.approx(TRUE.factors, abs=0.35)


def test_no_other_weights_fit_better() -> None:
    found = fit(world(), Start())

    def loss(weights: list[float]) -> float:
        logits = [weights[0] + float(np.dot(weights[1:], row.values)) for row in world()]
        lost = [
            math.log1p(math.exp(-z if row.is_breached else z)) for z, row in zip(logits, world(), strict=True)
        ]
        return math.fsum(lost) + RIDGE / 2 * math.fsum(one**2 for one in weights[1:])

    for place in range(len(found)):
        for step in (-0.01, 0.01):
            beside = [one + step * (n == place) for n, one in enumerate(found)]
            assert loss(found) < loss(beside)


def test_where_there_is_little_to_learn_the_weights_stay_where_they_began() -> None:
    few = world()[:12]

    assert fit(few, TRUE)[1:] == pytest.approx(TRUE.factors, abs=1.5)
    assert fit([Row(NOW, "T-1", row.values, True) for row in few], TRUE)[1:] == pytest.approx(
        TRUE.factors, abs=1.5
    )


def test_no_ticket_is_on_both_sides_and_nothing_later_is_learned_from() -> None:
    earlier, later = split(world())

    assert {row.ticket_id for row in earlier}.isdisjoint(row.ticket_id for row in later)
    assert max(row.at for row in earlier) < min(row.at for row in later)
    assert len(earlier) == pytest.approx(0.7 * len(world()), abs=2)


def test_what_is_told_of_the_weights_is_measured_on_later_rows() -> None:
    rival = open_weights()

    found = learn(world(), "own", "a test", start=Start(), rival=rival)

    _, later = split(world())
    outcomes = [row.is_breached for row in later]
    assert found.has_won
    assert found.weights.tested_rows == len(later)
    assert found.weights.brier == round(brier(tell(found.weights, later), outcomes), 4)
    assert found.brier_rival == round(brier(tell(rival, later), outcomes), 4)
    assert found.weights.brier < found.weights.brier_clock < found.brier_average


def test_weights_that_are_right_already_are_hardly_bettered() -> None:
    found = learn(world(), "own", "a test", start=Start(), rival=true_weights())

    assert found.weights.brier == pytest.approx(found.brier_rival, abs=0.003)


def true_weights() -> Weights:
    factors = dict(zip(FACTORS, TRUE.factors, strict=True))
    return open_weights().model_copy(update={"intercept": TRUE.intercept, "factors": factors})


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (world()[:499], "there are 499 labelled snapshots, and it takes 500"),
        ([Row(NOW, row.ticket_id, row.values, row.is_breached) for row in world()], "nothing later is left"),
        (
            [Row(row.at, row.ticket_id, row.values, False) for row in world()],
            "no promise of",
        ),
        (
            [Row(row.at, row.ticket_id, row.values, True) for row in world()],
            "every promise of",
        ),
    ],
)
def test_what_teaches_nothing_is_told(rows: list[Row], says: str) -> None:
    assert says in fault_of(rows)


def test_what_teaches_something_has_no_fault() -> None:
    assert fault_of(world()) == ""
    assert fault_of(world()[:500]) == ""


@pytest.mark.parametrize(
    ("replies", "solved", "until", "broken"),
    [
        ((), None, 0.9, None),
        ((), None, 1.1, True),
        ((0.8,), None, 20, False),
        ((1.2,), None, 20, True),
    ],
)
def test_a_promise_is_judged_by_its_end(
    replies: tuple[float, ...], solved: float | None, until: float, broken: bool | None
) -> None:
    acts = Acts(
        NOW,
        True,
        (NOW,),
        tuple(NOW + int(at * HOUR) for at in replies),
        ((NOW, "new"), *([(NOW + int(solved * HOUR), "solved")] if solved else [])),
        ((NOW, 2),),
    )
    seen = timers(acts, TARGETS, NOW + HOUR // 2)[0]

    assert became_late(seen, Story(acts, TARGETS, NOW + int(until * HOUR))) is broken


def test_an_answered_message_is_judged_by_itself_and_not_by_the_next() -> None:
    """The second message is answered in time, the third is not."""
    hours = [NOW + int(at * HOUR) for at in (0, 0.5, 1, 1.5, 2, 5)]
    asked, answered = (hours[0], hours[2], hours[4]), (hours[1], hours[3], hours[5])
    acts = Acts(NOW, True, asked, answered, ((NOW, "new"), (hours[1], "open")), ((NOW, 2),))
    story = Story(acts, TARGETS, NOW + 20 * HOUR)

    second, third = (timers(acts, TARGETS, at)[1] for at in (hours[2] + 1, hours[4] + 1))

    assert (became_late(second, story), became_late(third, story)) == (False, True)


def test_bins_say_what_was_said_and_what_came() -> None:
    told = [(0.05, False), (0.07, False), (0.95, True), (0.93, False), (1.0, True)]

    low, high = bins_of(told)

    assert (low.count, low.came, high.count) == (2, 0, 3)
    assert low.said == pytest.approx(0.06)
    assert high.came == pytest.approx(2 / 3)


def test_the_picture_is_svg_without_a_script_and_shows_each_bin() -> None:
    picture = as_svg([(0.05, False), (0.95, True)], "A <desk>")

    drawn = ET.fromstring(picture)  # noqa: S314 - we have written it ourselves
    assert sum(one.tag.endswith("circle") for one in drawn.iter()) == 2
    assert "<script" not in picture
    assert "A &lt;desk&gt;" in picture


def test_a_simulated_desk_is_the_same_each_time_and_has_both_ends() -> None:
    first, again = (simulate(open_policy(), seed=3, desks=1, days=9) for _ in range(2))

    assert first == again
    assert 0.02 < sum(row.is_breached for row in first) / len(first) < 0.9
    assert all(0 <= value <= 1 for row in first for value in row.values)
    assert len({row.values for row in first}) > 100


@pytest.mark.slow
def test_the_shipped_weights_are_those_that_training_finds() -> None:
    found, shipped = train().weights, open_weights()

    assert (shipped.provenance, shipped.rows) == (PROVENANCE, found.rows)
    assert shipped.brier == pytest.approx(found.brier, abs=0.0002)
    assert [shipped.factors[name] for name in FACTORS] == pytest.approx(
        [found.factors[name] for name in FACTORS], abs=0.001
    )
