"""Does a belt work every lane in order, one at a time, and different lanes side by side?"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.worker import Belt, Ticker
from store.clock import StandingClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Rows:
    """Waiting work in memory: lane → items."""

    def __init__(self, waiting: dict[str, list[int]]) -> None:
        self.waiting = waiting
        self.done: dict[str, list[int]] = defaultdict(list)
        self.at_work: set[str] = set()
        self.met: list[str] = []
        self.most = 0
        self.lock = threading.Lock()

    def due(self, _: datetime) -> list[str]:
        with self.lock:
            return [lane for lane, items in self.waiting.items() if items]

    def work(self, lane: str) -> int:
        with self.lock:
            if lane in self.at_work:
                self.met.append(lane)
            self.at_work.add(lane)
            self.most = max(self.most, len(self.at_work))
            item = self.waiting[lane].pop(0) if self.waiting[lane] else None
        time.sleep(0.001)
        with self.lock:
            self.at_work.discard(lane)
            if item is None:
                return 0
            self.done[lane].append(item)
            return 1


@pytest.fixture
def belts() -> Iterator[list[Belt]]:
    made: list[Belt] = []
    yield made
    for belt in made:
        belt.stop(5)


def make_belt(rows: Rows) -> Belt:
    return Belt("test", due=rows.due, work=rows.work, clock=StandingClock(NOON), threads=4)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 99)),
        max_size=30,
    )
)
@settings(max_examples=15)
def test_each_lane_keeps_its_order_and_meets_nobody(work: list[tuple[str, int]]) -> None:
    expected: dict[str, list[int]] = {lane: [n for name, n in work if name == lane] for lane in "abcd"}
    rows = Rows({lane: list(items) for lane, items in expected.items()})
    belt = make_belt(rows)
    belt.start()
    for lane in "abcdabcd":
        belt.ring(lane)

    deadline = time.monotonic() + 10
    while any(rows.waiting.values()) or rows.at_work:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    belt.stop(5)

    assert rows.met == []
    assert {lane: items for lane, items in rows.done.items() if items} == {
        lane: items for lane, items in expected.items() if items
    }


def test_lanes_run_side_by_side(belts: list[Belt]) -> None:
    rows = Rows({lane: [1, 2, 3] for lane in "abcd"})
    belt = make_belt(rows)
    belts.append(belt)
    belt.start()

    deadline = time.monotonic() + 10
    while any(rows.waiting.values()):
        assert time.monotonic() < deadline
        time.sleep(0.001)

    assert rows.most > 1


def test_what_was_rung_before_the_start_is_worked_by_hand() -> None:
    rows = Rows({"a": [1, 2], "b": [3]})
    belt = make_belt(rows)
    belt.ring("a")

    assert belt.run_rung() == 2
    assert rows.done == {"a": [1, 2]}


def test_a_lane_that_fails_holds_no_other_lane(belts: list[Belt]) -> None:
    rows = Rows({"bad": [1], "good": [2]})

    def work(lane: str) -> int:
        if lane == "bad":
            rows.waiting["bad"].clear()
            raise ValueError("poison")
        return rows.work(lane)

    belt = Belt("test", due=rows.due, work=work, clock=StandingClock(NOON), threads=2)
    belts.append(belt)
    belt.start()

    deadline = time.monotonic() + 10
    while rows.waiting["good"]:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_ticker_goes_on_after_a_fault() -> None:
    calls: list[int] = []

    def call() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("once")
        return False

    ticker = Ticker("test", 0.001, call)
    ticker.start()
    deadline = time.monotonic() + 10
    while len(calls) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    ticker.stop(5)
