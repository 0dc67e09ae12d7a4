"""How does a desk live whose deadlines come all at once, and that is to be killed at a given step?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

from sqlalchemy import text
from typing_extensions import override

from bot import handle
from bot.desk import Desk
from bot.wiring import open_desk
from store import gauges, lanes
from store.clock import SystemClock
from store.settings import Settings
from store.tables import Moment
from tests.roads.victim import SHORT_LEASE, Executioner, watch_writes


@dataclass(frozen=True, slots=True)
class Shifted(SystemClock):
    """Leases run out as ever, and noon in March is as long ago as the test wants."""

    shift: timedelta

    @override
    def now(self) -> datetime:
        return SystemClock.now(self) + self.shift


def live(settings: Settings, begins: datetime, die: str) -> None:
    """Rings and works until nothing is due any more, or until it dies at `die` (see `victim`)."""
    lanes.LEASE = SHORT_LEASE
    handle.MOST_CLAIMS = 1_000
    clock = Shifted(begins - SystemClock().now())
    desk = open_desk(settings.model_copy(update={"knowledge_dir": settings.data_dir / "none"}), clock)
    desk.library.is_loaded = True
    watch_writes(desk, Executioner(die))
    desk.start()
    while is_busy(desk):
        sleep(0.1)
    desk.stop()


def is_busy(desk: Desk) -> bool:
    now = desk.clock.now()
    due = text("SELECT count(*) FROM timers WHERE due <= :now")
    with desk.database.read() as connection:
        left = connection.execute(due, {"now": Moment.to_micros(now + timedelta(seconds=1))}).scalar_one()
        gauged = (gauges.gauge_inbox(connection, now), gauges.gauge_outbox(connection, now))
    return bool(left) or any(one.waiting for one in gauged)
