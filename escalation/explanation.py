"""Why is this due then? What was counted, what was not, and by which policy."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation.schedule import Schedule, from_us, to_us
from escalation.sla import Acts, State, Timer, TimerName, timers
from escalation.sla_policy import Deadlines
from escalation.stopwatch import counted
from store.tickets import Ticket

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Part:
    start: datetime
    end: datetime
    why: str = ""
    """The status in which a timer stood still."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One deadline. All moments in UTC; the hours are those of `tz`."""

    timer: TimerName
    state: State
    policy_version: int
    targets: str
    """Their name in the policy."""
    tz: str
    target_minutes: int = 0
    in_business_hours: bool = False
    used_minutes: int = 0
    left_minutes: int = 0
    """Less than 0 when it is late."""
    started_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    breached_at: datetime | None = None
    counted: tuple[Part, ...] = ()
    paused: tuple[Part, ...] = ()
    holidays: tuple[date, ...] = ()
    """Skipped between start and due."""
    starts_after_hours: bool = False


def explain(ticket: Ticket, acts: Acts, deadlines: Deadlines, now: datetime) -> tuple[Explained, ...]:
    """First response, next response and resolution as they stand now."""
    found = timers(acts, deadlines.for_ticket(ticket), to_us(now))
    name = deadlines.policy.rule_for(ticket).use
    return tuple(explain_timer(timer, deadlines, name, to_us(now)) for timer in found)


def explain_timer(timer: Timer, deadlines: Deadlines, name: str, now: int) -> Explained:
    hours = deadlines.policy.hours
    start = Explained(timer.name, timer.state, deadlines.policy.version, name, hours.tz)
    if timer.started_at is None or timer.target is None:
        return start
    end = timer.done_at or now
    last = timer.done_at or max(now, timer.due_at or now)
    in_hours = timer.target.calendar is deadlines.business
    return Explained(
        timer.name,
        timer.state,
        deadlines.policy.version,
        name,
        hours.tz,
        target_minutes=minutes(timer.target.length),
        in_business_hours=in_hours,
        used_minutes=minutes(timer.used),
        left_minutes=minutes(timer.target.length - timer.used),
        started_at=from_us(timer.started_at),
        due_at=moment(timer.due_at),
        done_at=moment(timer.done_at),
        breached_at=moment(timer.breached_at),
        counted=tuple(
            Part(from_us(first), from_us(until))
            for first, until in counted(timer.target.calendar, timer.running, last)
        ),
        paused=tuple(
            Part(from_us(one.start), from_us(one.until(end)), one.state)
            for one in timer.paused
            if one.start < end
        ),
        holidays=holidays_between(hours, timer.started_at, last) if in_hours else (),
        starts_after_hours=in_hours and not timer.target.calendar.is_open(timer.started_at),
    )


def minutes(length: int) -> int:
    return timedelta(microseconds=length) // MINUTE


def moment(at: int | None) -> datetime | None:
    return None if at is None else from_us(at)


def holidays_between(hours: Schedule, start: int, end: int) -> tuple[date, ...]:
    """Only where the desk would have been open."""
    zone = ZoneInfo(hours.tz)
    first, last = from_us(start).astimezone(zone).date(), from_us(end).astimezone(zone).date()
    return tuple(sorted(day for day in hours.holidays if first <= day <= last and hours.windows_of(day)))
