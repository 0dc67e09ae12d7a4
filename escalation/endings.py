"""When does a conversation that has gone silent end?"""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from store.settings import Settings

Ending = Literal["silence", "abandon", "remind", "solve", "close"]
SATURDAY = 5


def silence_due(settings: Settings, now: datetime) -> datetime:
    """After an answer: nobody came back, so the matter counts as assumed to be solved."""
    return now + timedelta(hours=settings.silence_hours)


def abandon_due(settings: Settings, now: datetime) -> datetime:
    """An interview may be resumed for as long as a solved ticket stays open."""
    return now + timedelta(days=settings.close_days)


def remind_due(settings: Settings, now: datetime) -> datetime:
    return add_business_days(now, settings.remind_days, settings.timezone)


def solve_due(settings: Settings, now: datetime) -> datetime:
    return add_business_days(now, settings.solve_days, settings.timezone)


def close_due(settings: Settings, now: datetime) -> datetime:
    return now + timedelta(days=settings.close_days)


def add_business_days(start: datetime, days: int, timezone: str) -> datetime:
    """The same time of day after so many days from Monday to Friday, in the desk's zone."""
    zone = ZoneInfo(timezone)
    local = start.astimezone(zone)
    while days > 0:
        local += timedelta(days=1)
        days -= local.weekday() < SATURDAY
    while local.weekday() >= SATURDAY:
        local += timedelta(days=1)
    return local.astimezone(start.tzinfo)
