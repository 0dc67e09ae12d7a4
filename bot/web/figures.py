"""Which figures does the door give to those who watch over it?"""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from bot.attainment import Watch
from bot.notifier import Notifier
from store.clock import Clock
from store.database import Database
from store.gauges import LaneGauge, gauge_inbox, gauge_outbox
from store.queries import count_by_status

STEPS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Figures:
    """One registry for each app, so that two desks in one process do not count together."""

    def __init__(self, database: Database, clock: Clock, notifier: Notifier, watch: Watch) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(DeskCollector(database, clock, notifier))
        self.registry.register(WatchCollector(watch))
        self.acknowledged = Counter(
            "deskbell_acknowledged", "Deliveries kept for good", ["kind"], registry=self.registry
        )
        self.acknowledging = Histogram(
            "deskbell_acknowledge_seconds", "Until a delivery is kept", buckets=STEPS, registry=self.registry
        )
        self.answering = Histogram(
            "deskbell_answer_wait_seconds",
            "Until a page that waits has its answer",
            buckets=STEPS,
            registry=self.registry,
        )
        self.errors = Counter(
            "deskbell_errors", "Answers of the door that are errors", ["code"], registry=self.registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)


class DeskCollector(Collector):
    """Read from the rows when asked, so that every process says the same."""

    def __init__(self, database: Database, clock: Clock, notifier: Notifier) -> None:
        self._database, self._clock, self._notifier = database, clock, notifier

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        now: datetime = self._clock.now()
        with self._database.read() as connection:
            lanes = {"inbox": gauge_inbox(connection, now), "outbox": gauge_outbox(connection, now)}
            tickets = count_by_status(connection)
        yield from lane_metrics(lanes)
        by_status = GaugeMetricFamily("deskbell_tickets", "Tickets by status", labels=["status"])
        for status, count in sorted(tickets.items()):
            by_status.add_metric([status], count)
        yield by_status
        yield GaugeMetricFamily("deskbell_open_pages", "Pages that listen", value=self._notifier.count())


class WatchCollector(Collector):
    """What this process has noticed about promises and about its own books."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    @override
    def collect(self) -> Iterator[Metric]:
        kept = GaugeMetricFamily(
            "deskbell_sla_promises", "Of the last 28 days, counted each hour", labels=["timer", "kept"]
        )
        for timer, count in self._watch.attainment.items():
            kept.add_metric([timer, "yes"], count.met)
            kept.add_metric([timer, "no"], count.breached)
        yield kept
        bands = CounterMetricFamily(
            "deskbell_risk_band_changes", "Tickets that came into it", labels=["band"]
        )
        for band, count_of in self._watch.band_changes.items():
            bands.add_metric([band], count_of)
        yield bands
        rebuilt = self._watch.rebuilt_at.timestamp() if self._watch.rebuilt_at else 0
        yield GaugeMetricFamily("deskbell_rebuild_time_seconds", "When all was rebuilt last", value=rebuilt)
        differences = self._watch.differences
        yield GaugeMetricFamily("deskbell_rebuild_differences", "What differed then", value=differences)


def lane_metrics(lanes: dict[str, LaneGauge]) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("deskbell_waiting", "Rows that wait for work", labels=["belt"])
    dead = GaugeMetricFamily("deskbell_dead", "Rows that were given up", labels=["belt"])
    oldest = GaugeMetricFamily("deskbell_oldest_seconds", "Age of the oldest due row", labels=["belt"])
    for belt, gauge in lanes.items():
        waiting.add_metric([belt], gauge.waiting)
        dead.add_metric([belt], gauge.dead)
        oldest.add_metric([belt], gauge.oldest.total_seconds())
    yield from (waiting, dead, oldest)
