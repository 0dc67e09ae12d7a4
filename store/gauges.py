"""How much waits, how long, and how much is dead?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table

from store import lanes
from store.tables import inbox, outbox

WAITING = ("ready", "sending")
LOST = ("dead", "expired")


@dataclass(frozen=True, slots=True)
class LaneGauge:
    waiting: int
    dead: int
    oldest: timedelta
    """How long the first of what waits is due already."""


def gauge_inbox(connection: Connection, now: datetime) -> LaneGauge:
    return gauge(connection, inbox, now)


def gauge_outbox(connection: Connection, now: datetime) -> LaneGauge:
    return gauge(connection, outbox, now)


def gauge(connection: Connection, table: Table, now: datetime) -> LaneGauge:
    states = lanes.count_states(connection, table)
    due = lanes.oldest_waiting(connection, table)
    return LaneGauge(
        waiting=sum(states.get(state, 0) for state in WAITING),
        dead=sum(states.get(state, 0) for state in LOST),
        oldest=max(now - due, timedelta(0)) if due else timedelta(0),
    )
