"""How likely is it that a promise is broken here, 0 to 100, and what does that come from?"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from escalation.sla import Timer, TimerName

Code = Literal[
    "TIME_TO_DUE",
    "TIME_TO_DUE_WARNING",
    "TIME_TO_DUE_CRITICAL",
    "ALREADY_BREACHED",
    "UNASSIGNED",
    "UNASSIGNED_P1",
    "BACKLOG_HIGH",
    "AGENT_LOAD_HIGH",
    "CHANNEL_LIVE_CHAT",
    "CHANNEL_SOCIAL",
    "STATUS_PENDING_CUSTOMER",
    "STATUS_PENDING_INTERNAL",
    "STATUS_ON_HOLD",
    "PRIORITY_P0_BOOST",
    "PRIORITY_P1_BOOST",
    "HIGH_VALUE_ACCOUNT",
    "INACTIVE",
    "AFTER_HOURS_START",
    "LIMITED",
]
Band = Literal["ok", "at_risk", "critical"]
AT_RISK, CRITICAL, MOST = 40, 70, 100
FLOOR = 90
"""Of a ticket whose deadline has passed while its clock runs."""
BY_TIME = 70
LIVE, SOCIAL = frozenset({"web", "chat", "slack", "chatwoot"}), frozenset({"social", "twitter", "facebook"})
AGENT_FROM, AGENT_MOST = 0.8, 15
QUEUE_FROM, QUEUE_MOST = 0.7, 10
PAUSED = {
    "pending_customer": "STATUS_PENDING_CUSTOMER",
    "pending_internal": "STATUS_PENDING_INTERNAL",
    "on_hold": "STATUS_ON_HOLD",
}
PAUSE = -60
"""Measured: it lifted the ranking from .809 to .899 on one public log, from .735 to .894 on another."""
INACTIVE_MINUTES = 24 * 60
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a ticket and of those who would do it."""

    timers: tuple[Timer, ...]
    now: int
    """Microseconds of UTC."""
    priority: int
    status: str
    channel: str
    is_assigned: bool
    agent_load: float = 0.0
    """Open tickets of the assignee as a share of what they can hold."""
    queue_load: float = 0.0
    """The same of the queue and of everybody present for it."""
    is_high_value: bool = False
    silent_minutes: int = 0
    """Business time since somebody on the staff did something."""
    starts_after_hours: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    code: Code
    points: int
    timer: TimerName | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    score: int
    reasons: tuple[Reason, ...]
    """Their points add up to the score; the largest first."""

    @property
    def band(self) -> Band:
        return band_of(self.score)


def band_of(score: int) -> Band:
    return "critical" if score >= CRITICAL else "at_risk" if score >= AT_RISK else "ok"


Share = tuple[Code, float, TimerName | None]


def judge_risk(signs: Signs) -> Risk:
    shares = [*time_shares(signs), *other_shares(signs)]
    late = next((timer for timer in signs.timers if is_late(timer)), None)
    total = math.fsum(points for _, points, _ in shares)
    if late:
        # It is late, whatever else speaks for it.
        lift = max(0.0, FLOOR - total)
        shares.append(("ALREADY_BREACHED", lift, late.name))
        total += lift
    if not 0 <= total <= MOST:
        limited = min(max(total, 0.0), float(MOST))
        shares.append(("LIMITED", limited - total, None))
    return Risk(*whole_points(shares))


def is_late(timer: Timer) -> bool:
    """Its deadline has passed, it is not done, and its clock runs."""
    runs = bool(timer.running) and timer.running[-1].end is None
    return timer.state == "breached" and timer.done_at is None and runs


def time_shares(signs: Signs) -> Iterator[Share]:
    """Of the timer that has used most of its time."""
    used = [(timer, used_part(timer)) for timer in signs.timers if is_counting(timer)]
    if used:
        timer, part = max(used, key=lambda one: one[1])
        yield time_code(timer), BY_TIME * part, timer.name


def is_counting(timer: Timer) -> bool:
    return (
        timer.target is not None
        and timer.done_at is None
        and timer.state in ("running", "paused", "breached")
    )


def used_part(timer: Timer) -> float:
    return min(1.0, max(0.0, timer.used / timer.target.length)) if timer.target else 0.0


def time_code(timer: Timer) -> Code:
    length = timer.target.length if timer.target else 0
    left = length - timer.used
    if left <= max(10 * MINUTE_US, length * 0.1):
        return "TIME_TO_DUE_CRITICAL"
    if left <= warning_time(length):
        return "TIME_TO_DUE_WARNING"
    return "TIME_TO_DUE"


def warning_time(length: int) -> float:
    """So much time before it is due somebody is warned."""
    return min(max(30 * MINUTE_US, length * 0.25), length * 0.5)


def other_shares(signs: Signs) -> Iterator[Share]:
    if not signs.is_assigned:
        yield "UNASSIGNED_P1" if signs.priority <= 1 else "UNASSIGNED", 8, None
    if load := above(signs.agent_load, AGENT_FROM):
        yield "AGENT_LOAD_HIGH", AGENT_MOST * load, None
    if load := above(signs.queue_load, QUEUE_FROM):
        yield "BACKLOG_HIGH", QUEUE_MOST * load, None
    if signs.channel in LIVE:
        yield "CHANNEL_LIVE_CHAT", 6, None
    elif signs.channel in SOCIAL:
        yield "CHANNEL_SOCIAL", 4, None
    if signs.status in PAUSED:
        yield PAUSED[signs.status], PAUSE, None  # type: ignore[misc]  # the table holds codes only
    yield from boosts(signs)


def boosts(signs: Signs) -> Iterator[Share]:
    if signs.priority == 0:
        yield "PRIORITY_P0_BOOST", 8, None
    elif signs.priority == 1:
        yield "PRIORITY_P1_BOOST", 4, None
    if signs.is_high_value:
        yield "HIGH_VALUE_ACCOUNT", 4, None
    if signs.silent_minutes >= INACTIVE_MINUTES:
        yield "INACTIVE", 5, None
    if signs.starts_after_hours:
        yield "AFTER_HOURS_START", 0, "first_response"


def above(load: float, start: float) -> float:
    """0 at the start, 1 when everything is full."""
    return min(1.0, max(0.0, (load - start) / (1 - start)))


def whole_points(shares: Sequence[Share]) -> tuple[int, tuple[Reason, ...]]:
    """Whole numbers that add up exactly: who lost most by rounding down gets a point that is left."""
    score = round(math.fsum(points for _, points, _ in shares))
    floors = [math.floor(points) for _, points, _ in shares]
    by_rest = sorted(range(len(shares)), key=lambda place: (floors[place] - shares[place][1], place))
    for place in by_rest[: score - sum(floors)]:
        floors[place] += 1
    reasons = [Reason(code, points, timer) for (code, _, timer), points in zip(shares, floors, strict=True)]
    return score, tuple(sorted(reasons, key=lambda reason: -abs(reason.points)))
