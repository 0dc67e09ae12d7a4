"""Are people, queues and the weeks to come worked out as the books say?"""

import json
import math
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.staffing import (
    Work,
    forecast,
    lose_patience,
    people_for,
    people_for_backlog,
    service_level,
    waiting_probability,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sla" / "erlang.json"
MONDAY = date(2026, 3, 2)
works = st.builds(Work, st.floats(1, 500), st.just(30.0), st.floats(0.5, 20))


@pytest.mark.skipif(not SHARED.exists(), reason="the cases of another product are not on this machine")
def test_people_are_counted_as_another_product_counts_them() -> None:
    wrong = []
    for case in json.loads(SHARED.read_text("utf-8")):
        work = Work(case["transactions"], case["interval_min"], case["aht_min"])
        found = people_for(
            work,
            within=case["answer_within_min"],
            level=case["service_level"],
            most_busy=case["max_occupancy"],
            shrinkage=case["shrinkage"],
        )
        wanted = case["expect"]
        figures = (found.service_level, found.occupancy, found.waiting)
        expected = (wanted["service_level"], wanted["occupancy"], wanted["waiting_probability"])
        near = 0.5 * 10 ** -case.get("decimals", 9)
        is_right = all(abs(one - other) <= near for one, other in zip(figures, expected, strict=True))
        if not is_right or (found.present, found.rostered) != (wanted["raw_positions"], wanted["positions"]):
            wrong.append(case["id"])

    assert wrong == []


@given(works, st.integers(1, 60))
def test_who_waits_is_a_share_and_more_people_help(work: Work, more: int) -> None:
    few = math.ceil(work.load) + 1

    assert 0 <= waiting_probability(work.load, few + more) <= waiting_probability(work.load, few) <= 1
    assert service_level(work, few, 1) <= service_level(work, few + more, 1) <= 1


@given(works, st.integers(1, 40), st.floats(0.1, 60))
def test_who_hangs_up_shortens_the_queue(work: Work, people: int, patience: float) -> None:
    found = lose_patience(work, people, patience)

    assert 0 <= found.abandoned <= found.waiting <= 1 + 1e-9
    assert found.waiting <= waiting_probability(work.load, people) + 1e-9
    # What is not served is what hung up.
    assert found.abandoned >= 1 - people / work.load - 1e-9


@given(works)
def test_endless_patience_is_a_queue_where_nobody_hangs_up(work: Work) -> None:
    people = math.ceil(work.load * 1.2) + 1

    found = lose_patience(work, people, 1e9)

    assert found.waiting == pytest.approx(waiting_probability(work.load, people), rel=1e-3, abs=1e-6)
    assert found.abandoned < 1e-3


def test_a_queue_of_one_agrees_with_its_formula() -> None:
    # One person, calls as long as patience: the number present is Poisson, and whoever finds one waits.
    found = lose_patience(Work(2, 1, 1), 1, 1)

    assert found.waiting == pytest.approx(1 - math.exp(-2))


def test_mail_is_answered_by_the_hours_that_people_have() -> None:
    assert people_for_backlog(120, 80, 0.25, productive_hours=6, days=5) == 5


def history(weeks: int, seed: int) -> dict[date, int]:
    """Busy Mondays, quiet Sundays, and chance."""
    dice = random.Random(seed)  # noqa: S311 - chance that comes again
    means = (60, 50, 45, 45, 40, 15, 8)
    days = (MONDAY - timedelta(days=1 + number) for number in range(7 * weeks))
    return {day: round(dice.gauss(means[day.weekday()], math.sqrt(means[day.weekday()]))) for day in days}


def test_the_next_week_is_like_the_last_four() -> None:
    counts = {
        MONDAY - timedelta(days=7 * week): count
        for week, count in ((1, 10), (2, 20), (3, 30), (4, 40), (5, 900))
    }

    expected = forecast(counts, MONDAY, 8)

    assert [expected[0].count, expected[1].count, expected[7].count] == [25, 0, 25]
    assert expected[0].low < 25 < expected[0].high


def test_four_days_in_five_lie_within_the_band() -> None:
    inside = total = 0
    for seed in range(12):
        counts = history(30, seed)
        for week in range(1, 12):
            first = MONDAY - timedelta(days=7 * week)
            for one in forecast(counts, first, 7):
                inside += one.low <= counts[one.day] <= one.high
                total += 1

    assert 0.75 <= inside / total <= 0.85


def test_with_less_than_a_week_nothing_is_said() -> None:
    assert forecast({MONDAY - timedelta(days=3): 5}, MONDAY, 7) == []
    assert forecast({}, MONDAY, 7) == []
