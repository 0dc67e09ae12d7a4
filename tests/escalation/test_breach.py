"""Does the probability of a broken promise come from what stands beside it, exactly?"""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.breach import FACTORS, Estimate, Weights, estimate_breach, probability_of
from escalation.breach_file import NAME, as_yaml, open_weights
from escalation.risk import Signs
from escalation.rulebook import open_rulebook
from escalation.sla import Timer
from store.errors import Misconfigured
from tests.escalation.test_risk import NOW, signs, timer

SHIPPED = open_weights()
numbers = st.floats(-8, 8)
weights = st.builds(
    lambda intercept, factors: SHIPPED.model_copy(
        update={"intercept": intercept, "factors": dict(zip(FACTORS, factors, strict=True))}
    ),
    numbers,
    st.lists(numbers, min_size=len(FACTORS), max_size=len(FACTORS)),
)


def estimate(*timers: Timer, **known: Any) -> Estimate | None:
    given: dict[str, Any] = {"priority": 2, "status": "open", "channel": "email", "is_assigned": True} | known
    return estimate_breach(Signs(timers, NOW, **given), SHIPPED)


def probability(*timers: Timer, **known: Any) -> float:
    found = estimate(*timers, **known)
    assert found is not None
    return found.probability


@given(signs=signs, known=weights)
def test_the_intercept_and_the_contributions_are_the_logit(signs: Signs, known: Weights) -> None:
    found = estimate_breach(signs, known)

    if found is None:
        return
    assert math.fsum([found.intercept, *(one.logit for one in found.contributions)]) == found.logit
    assert all(one.logit == one.weight * one.value for one in found.contributions)
    assert all(0 < one.value <= 1 for one in found.contributions)
    assert found.probability == pytest.approx(1 / (1 + math.exp(-found.logit)))


@given(signs=signs)
def test_there_is_an_estimate_exactly_while_a_promise_can_still_be_broken(signs: Signs) -> None:
    still_open = [one for one in signs.timers if one.state in ("running", "paused") and one.done_at is None]

    assert (estimate_breach(signs, SHIPPED) is not None) == bool(still_open)


def test_of_a_ticket_without_a_running_clock_nothing_is_said() -> None:
    assert estimate() is None
    assert estimate(timer(3, done=True)) is None
    assert estimate(timer(12)) is None


def test_it_is_about_the_promise_that_is_due_first() -> None:
    soon = Timer(**{**fields(timer(8, name="first_response")), "due_at": NOW + 2})
    later = Timer(**{**fields(timer(9)), "due_at": NOW + 3})

    found = estimate(later, soon)

    assert found is not None
    assert found.timer == "first_response"


def test_a_clock_that_stands_still_counts_only_while_no_other_runs() -> None:
    runs = Timer(**{**fields(timer(1, name="first_response")), "due_at": NOW + 9})

    alone, beside = estimate(timer(9, runs=False)), estimate(timer(9, runs=False), runs)

    assert alone is not None
    assert beside is not None
    assert (alone.timer, beside.timer) == ("resolution", "first_response")


def fields(one: Timer) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Timer.__dataclass_fields__}


def test_the_more_time_has_run_the_likelier_it_is() -> None:
    told = [probability(timer(used, runs=False)) for used in (0, 3, 6, 9, 10)]

    assert told == sorted(told)
    assert told[0] + 0.2 < told[-1]


def test_a_ticket_that_nobody_holds_is_likelier_late_and_one_that_waits_for_its_customer_less() -> None:
    usual = probability(timer(5, runs=False))

    assert probability(timer(5, runs=False), is_assigned=False) > usual + 0.05
    assert probability(timer(5, runs=False), status="pending_customer") < usual - 0.1


def test_what_comes_with_the_desk_says_where_it_is_from() -> None:
    assert SHIPPED.weights == "general"
    assert SHIPPED.rows >= 10_000
    assert SHIPPED.brier < SHIPPED.brier_clock < 0.25
    assert "bench/simulated_desk.py" in SHIPPED.provenance


def test_weights_are_written_as_they_are_read(tmp_path: Path) -> None:
    own = SHIPPED.model_copy(update={"weights": "own", "intercept": -1.5})
    (tmp_path / NAME).write_text(as_yaml(own), encoding="utf-8")

    assert open_weights(tmp_path) == own
    assert open_rulebook(None, tmp_path).breach == own
    assert open_rulebook().breach == SHIPPED


def test_a_desk_that_has_learned_nothing_takes_those_that_come_with_it(tmp_path: Path) -> None:
    assert open_weights(tmp_path) == SHIPPED


@pytest.mark.parametrize(
    ("was", "written", "says"),
    [
        ("  paused: ", "  waiting: ", "waiting: "),
        ("  paused: ", "  # ", "paused is missing: write one number for each of time_used"),
        ("intercept: ", "intercept: .inf # ", "intercept"),
        ("brier: ", "brier: 2 # ", "brier"),
    ],
)
def test_a_wrong_file_stops_the_start_with_its_line(
    tmp_path: Path, was: str, written: str, says: str
) -> None:
    text = as_yaml(SHIPPED).replace(was, written, 1)
    (tmp_path / NAME).write_text(text, encoding="utf-8")

    with pytest.raises(Misconfigured, match=r"breach\.yml, line \d+, ") as raised:
        open_weights(tmp_path)

    assert says.rstrip(": ") in str(raised.value.hint)


@given(st.floats(-1e9, 1e9))
def test_any_logit_is_a_probability(logit: float) -> None:
    assert 0 <= probability_of(logit) <= 1


@pytest.mark.slow
def test_to_estimate_needs_no_numpy() -> None:
    asked = (
        "import sys, escalation.breach, escalation.breach_training, bot.judged; print('numpy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False"
