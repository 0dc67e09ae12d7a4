"""Do lanes keep order and fencing, whatever workers do and whenever they die?"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from store import inbox, lanes
from store.database import Database
from store.inbox import RETRIES, TOGETHER
from store.lanes import LEASE, Claimed
from store.messages import TimerDue
from store.tables import inbox as deliveries
from tests.databases import copied, opened
from tests.ledgers import NOON

LANES = ("a", "b")
NUMBERS = count()


@dataclass(slots=True)
class Waiting:
    """What the model knows of a row that is neither done nor dead."""

    key: str
    due: datetime
    attempts: int = 0


@dataclass(slots=True)
class Lane:
    name: str
    rows: list[Waiting] = field(default_factory=list)
    held: list[Claimed] = field(default_factory=list)
    until: datetime = NOON
    stale: list[Claimed] = field(default_factory=list)
    """Claims of workers that are thought to be dead, and are not."""
    ended: list[str] = field(default_factory=list)

    def is_held(self, now: datetime) -> bool:
        return bool(self.held) and self.until >= now


class Belts(RuleBasedStateMachine):
    """Beside the rows runs a model of a few lines; both must agree on every claim."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        number = next(NUMBERS)
        self.now = NOON
        self.lanes = {name: Lane(f"T-{number}{place}") for place, name in enumerate(LANES)}
        self.accepted: dict[str, list[str]] = {name: [] for name in LANES}

    @rule(name=st.sampled_from(LANES))
    def accept(self, name: str) -> None:
        lane, key = self.lanes[name], f"k{next(NUMBERS)}"
        timer = TimerDue(key=key, at=self.now, ticket_id=lane.name, timer="any")
        self.database.write(lambda connection: inbox.accept(connection, timer, ""))
        lane.rows.append(Waiting(key, self.now))
        self.accepted[name].append(key)

    @rule(name=st.sampled_from(LANES))
    def claim(self, name: str) -> None:
        lane = self.lanes[name]
        claimed = self.database.write(lambda connection: inbox.claim_turn(connection, lane.name, self.now))

        assert [row.key for row in claimed] == [row.key for row in self.expected(lane)]
        if claimed:
            lane.stale += lane.held
            lane.held, lane.until = claimed, self.now + LEASE
            for row in lane.rows[: len(claimed)]:
                row.attempts += 1

    def expected(self, lane: Lane) -> list[Waiting]:
        if not lane.rows or lane.is_held(self.now) or lane.rows[0].due > self.now:
            return []
        ready = []
        for row in lane.rows[:TOGETHER]:
            if row.due > self.now:
                break
            ready.append(row)
        return ready

    @precondition(lambda self: any(lane.held for lane in self.lanes.values()))
    @rule(name=st.sampled_from(LANES))
    def finish(self, name: str) -> None:
        """Also after the lease has run out, as long as nobody else has claimed."""
        lane = self.lanes[name]
        for claimed in lane.held:
            assert self.settled_by(claimed)
            lane.ended.append(claimed.key)
        self.forget(lane)

    @precondition(lambda self: any(lane.held for lane in self.lanes.values()))
    @rule(name=st.sampled_from(LANES))
    def fail_first_and_release_the_rest(self, name: str) -> None:
        lane = self.lanes[name]
        if not lane.held:
            return
        first, *rest = lane.held
        state = self.database.write(lambda connection: inbox.fail(connection, first, self.now, "broken"))
        self.database.write(lambda connection: inbox.release(connection, rest))
        for row in lane.rows[1 : len(lane.held)]:
            row.attempts -= 1
        head = lane.rows[0]
        assert (state == "dead") == (head.attempts > len(RETRIES))
        if state == "dead":
            lane.held = [first]
            self.forget(lane)
        else:
            head.due = self.now + RETRIES[head.attempts - 1]
            lane.held = []

    @rule(name=st.sampled_from(LANES))
    def a_worker_that_was_overtaken_comes_back(self, name: str) -> None:
        lane = self.lanes[name]
        current = {(row.key, row.fence) for row in lane.held}
        for claimed in lane.stale:
            if (claimed.key, claimed.fence) not in current:
                kept = self.settled_by(claimed)
                assert not kept, "a result of an older claim counted"
        lane.stale.clear()

    def settled_by(self, claimed: Claimed) -> bool:
        return self.database.write(
            lambda connection: lanes.settle(connection, deliveries, claimed, state="done", done_at=self.now)
        )

    @rule(seconds=st.sampled_from([1, 5, 31, 91]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def what_is_due_is_found(self) -> None:
        with self.database.read() as connection:
            due = set(lanes.due_lanes(connection, deliveries, self.now, 10_000))
        for lane in self.lanes.values():
            assert (lane.name in due) == bool(self.expected(lane))

    @invariant()
    def every_lane_ends_in_its_order(self) -> None:
        for name, lane in self.lanes.items():
            assert lane.ended == [key for key in self.accepted[name] if key in set(lane.ended)]

    def forget(self, lane: Lane) -> None:
        gone = {row.key for row in lane.held}
        lane.rows = [row for row in lane.rows if row.key not in gone]
        lane.held = []


@pytest.fixture(scope="module")
def shared(empty_tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with ExitStack() as stack:
        settings = stack.enter_context(copied(empty_tables, tmp_path_factory.mktemp("belts")))
        database = opened(settings)
        stack.callback(database.close)
        yield database


def test_lanes_keep_order_and_fencing_whatever_happens(shared: Database) -> None:
    machine = type("BeltsOnRows", (Belts,), {"database": shared})

    run_state_machine_as_test(machine, settings=how(max_examples=40, stateful_step_count=40, deadline=None))
