"""Does business time agree with the test suites of other products?"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from escalation import sla
from escalation.calendar import Calendar, compile_schedule
from escalation.schedule import Schedule, to_us
from escalation.sla import Acts, Target
from escalation.stopwatch import active, due, stretches

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sla" / "golden"
FOLDER = Path(os.environ.get("GOLDEN_DIR", SHARED))
Case = dict[str, Any]
SECOND = 1_000_000
ACTS = ("customer_msg", "agent_reply")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"there are no cases in {FOLDER}")


@cache
def compiled(schedule: str, since: int) -> Calendar:
    return compile_schedule(Schedule.model_validate_json(schedule), since=since)


def calendar_of(case: Case) -> Calendar:
    return compiled(json.dumps(case["schedule"], sort_keys=True), first_year(case) - 1)


def first_year(case: Case) -> int:
    return int((case.get("start") or case["events"][0]["t"])[:4])


def at(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


def add(calendar: Calendar, case: Case) -> bool:
    due = calendar.add(at(case["start"]), case["amount_us"])
    # Some say that what is over at closing time is over at the next opening.
    return (calendar.next_open(due) if case["landing"] == "far" else due) == at(case["expect"])


def sub(calendar: Calendar, case: Case) -> bool:
    from_then = calendar.sub(at(case["start"]), case["amount_us"])
    found = calendar.prev_close(from_then) if case["landing"] == "far" else from_then
    return found == at(case["expect"])


def elapsed(calendar: Calendar, case: Case) -> bool:
    return calendar.elapsed(at(case["start"]), at(case["end"])) == int(case["expect_us"])


def is_open(calendar: Calendar, case: Case) -> bool:
    return calendar.is_open(at(case["start"])) is case["expect_bool"]


def is_open_closed_interval(calendar: Calendar, case: Case) -> bool:
    """Those who count the very moment of closing as open."""
    return (calendar.prev_close(at(case["start"])) == at(case["start"])) is case["expect_bool"]


def next_open(calendar: Calendar, case: Case) -> bool:
    return calendar.next_open(at(case["start"])) == at(case["expect"])


def prev_close(calendar: Calendar, case: Case) -> bool:
    return calendar.prev_close(at(case["start"])) == at(case["expect"])


def segments(calendar: Calendar, case: Case) -> bool:
    wanted = sorted((at(first), at(last)) for first, last in case["expect_segments"])
    ends = sorted([at(case["start"]), wanted[-1][1] if case["direction"] == "forward" else wanted[0][0]])
    return list(calendar.spans(ends[0], ends[1])) == wanted


def timer(calendar: Calendar, case: Case) -> bool:
    """Status by status, as others keep their clocks."""
    query, paused = case["query"], case["pause_states"]
    start = at(query["start"])
    changes = [(at(one["t"]), one["status"]) for one in case["events"]]
    running = [one for one in stretches(changes, start) if one.state not in paused]
    if query["kind"] == "active":
        return active(calendar, running, at(query["end"])) == int(case["expect"]["active_s"]) * SECOND
    wanted = case["expect"]["due"]
    return due(calendar, running, query["target_s"] * SECOND) == (at(wanted) if wanted else None)


def next_response(calendar: Calendar, case: Case) -> bool:
    says = {kind: tuple(at(one["t"]) for one in case["events"] if one["type"] == kind) for kind in ACTS}
    opened = at(case["events"][0]["t"])
    acts = Acts(
        opened,
        customer=says["customer_msg"],
        replies=says["agent_reply"],
        statuses=((opened, "open"),),
        priorities=((opened, 2),),
    )
    targets = [Target(case["target_s"] * SECOND, calendar)] * 4
    wanted = case["expect"]["due"]
    return sla.next_response(acts, targets, at(case["now"])).due_at == (at(wanted) if wanted else None)


OPERATIONS: dict[str, Callable[[Calendar, Case], bool]] = {
    one.__name__: one
    for one in (
        add,
        sub,
        elapsed,
        is_open,
        is_open_closed_interval,
        next_open,
        prev_close,
        segments,
        timer,
        next_response,
    )
}


def read_cases() -> Iterator[Case]:
    for file in sorted(FOLDER.glob("*.json")):
        yield from (case for case in json.loads(file.read_text("utf-8")) if case["op"] in OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_business_time_is_what_others_say_it_is(operation: str) -> None:
    cases = [case for case in read_cases() if case["op"] == operation]

    wrong = [
        (case["src"], case["name"], case["id"])
        for case in cases
        if not OPERATIONS[operation](calendar_of(case), case)
    ]

    assert wrong == []
    assert cases or "GOLDEN_DIR" in os.environ
