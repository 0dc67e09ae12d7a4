"""Does the risk of a ticket come from what stands beside it, to the point?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.calendar import compile_schedule
from escalation.risk import Risk, Signs, judge_risk
from escalation.schedule import DAYS, Schedule
from escalation.sla import State, Target, Timer, TimerName
from escalation.stopwatch import Stretch

ALWAYS = compile_schedule(Schedule.model_validate({"weekly": {day: [["00:00", "24:00"]] for day in DAYS}}))
HOUR = 3_600_000_000
NOW = 1_772_470_800_000_000
NAMES: tuple[TimerName, ...] = ("first_response", "next_response", "resolution")


def timer(used: float, *, name: TimerName = "resolution", runs: bool = True, done: bool = False) -> Timer:
    """Of a target of ten hours so much is used."""
    start = NOW - int(used * HOUR)
    late = used > 10
    state: State = "breached" if late else "met" if done else "running" if runs else "paused"
    running = (Stretch(start, None if runs and not done else NOW, "open"),)
    return Timer(
        name,
        state,
        started_at=start,
        done_at=NOW if done else None,
        breached_at=start + 10 * HOUR if late else None,
        used=int(used * HOUR),
        target=Target(10 * HOUR, ALWAYS),
        running=running,
    )


def risk(*timers: Timer, **known: Any) -> Risk:
    signs: dict[str, Any] = {"priority": 2, "status": "open", "channel": "email", "is_assigned": True} | known
    return judge_risk(Signs(timers, NOW, **signs))


def points(found: Risk) -> dict[str, int]:
    return {reason.code: reason.points for reason in found.reasons}


timers = st.builds(
    timer,
    st.floats(0, 20),
    name=st.sampled_from(NAMES),
    runs=st.booleans(),
    done=st.booleans(),
)
signs = st.builds(
    Signs,
    st.lists(timers, max_size=3).map(tuple),
    st.just(NOW),
    st.integers(0, 3),
    st.sampled_from(["new", "open", "pending_customer", "pending_internal", "on_hold", "solved"]),
    st.sampled_from(["web", "email", "social", "slack"]),
    st.booleans(),
    st.floats(0, 3),
    st.floats(0, 3),
    st.booleans(),
    st.integers(0, 5_000),
    st.booleans(),
)


@given(signs)
def test_the_reasons_add_up_to_the_score_and_the_score_is_a_share_of_a_hundred(known: Signs) -> None:
    found = judge_risk(known)

    assert sum(reason.points for reason in found.reasons) == found.score
    assert 0 <= found.score <= 100
    assert judge_risk(known) == found


@given(signs)
def test_each_reason_is_named_once(known: Signs) -> None:
    codes = [reason.code for reason in judge_risk(known).reasons]

    assert len(set(codes)) == len(codes)


def test_half_of_the_time_is_half_of_the_points_for_time() -> None:
    assert points(risk(timer(5))) == {"TIME_TO_DUE": 35}


@pytest.mark.parametrize(
    ("used", "code"), [(7, "TIME_TO_DUE"), (7.6, "TIME_TO_DUE_WARNING"), (9.1, "TIME_TO_DUE_CRITICAL")]
)
def test_the_time_that_is_left_has_a_name(used: float, code: str) -> None:
    assert code in points(risk(timer(used)))


def test_the_timer_that_is_nearest_decides() -> None:
    (reason,) = risk(timer(2), timer(5, name="next_response")).reasons

    assert (reason.timer, reason.points) == ("next_response", 35)


def test_what_is_late_is_critical_whatever_else_is_said() -> None:
    found = risk(timer(12), status="on_hold")

    assert (found.score, found.band) == (90, "critical")
    assert points(found) == {"TIME_TO_DUE_CRITICAL": 70, "STATUS_ON_HOLD": -60, "ALREADY_BREACHED": 80}


def test_a_late_timer_that_stands_still_does_not_hold_the_score_up() -> None:
    found = risk(timer(12, runs=False), status="on_hold")

    assert (found.score, found.band) == (10, "ok")


def test_what_was_done_late_is_no_risk_any_more() -> None:
    assert risk(timer(12, done=True)) == Risk(0, ())


def test_nobody_on_an_urgent_ticket_has_a_name_of_its_own() -> None:
    assert points(risk(priority=1, is_assigned=False)) == {"UNASSIGNED_P1": 8, "PRIORITY_P1_BOOST": 4}
    assert points(risk(priority=3, is_assigned=False)) == {"UNASSIGNED": 8}


@pytest.mark.parametrize(("load", "added"), [(0.8, 0), (0.9, 7.5), (1.0, 15), (2.0, 15)])
def test_load_counts_from_its_threshold_to_full(load: float, added: float) -> None:
    assert points(risk(agent_load=load)).get("AGENT_LOAD_HIGH", 0) in (int(added), round(added))


def test_a_score_over_a_hundred_says_that_it_was_limited() -> None:
    found = risk(timer(9.9), priority=0, is_assigned=False, channel="web", agent_load=1.0, queue_load=1.0)

    assert found.score == 100
    assert points(found)["LIMITED"] < 0


def test_a_paused_ticket_ranks_below_the_others() -> None:
    assert risk(timer(9), status="pending_customer").score < risk(timer(1)).score + 10
