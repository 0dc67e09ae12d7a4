"""How is a moment said to the one who reads it?"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.wording import say

DAYS_BY_NAME = 6
MINUTE, HOUR, DAY = 60, 3600, 86_400


def say_moment(at: datetime, now: datetime, language: str, zone: ZoneInfo) -> str:
    """`14:02` today, `Mon 14:02` this week, then `3 March 14:02`, and with the year when it is another."""
    there, today = at.astimezone(zone), now.astimezone(zone)
    clock = f"{there:%H:%M}"
    days = (today.date() - there.date()).days
    if days == 0:
        return clock
    if 0 < days <= DAYS_BY_NAME:
        return f"{say('page.time.days', language).split()[there.weekday()]} {clock}"
    if there.year == today.year:
        return f"{say_day(at, language, zone)} {clock}"
    return f"{say_day(at, language, zone)} {there.year}"


def say_day(at: datetime, language: str, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    month = say("page.time.months", language).split()[there.month - 1]
    return say("page.time.day_month", language, day=there.day, month=month)


def say_value(value: str, language: str) -> str:
    """A day that somebody named is kept as `2026-03-03`; all else is shown as it was said."""
    try:
        named = date.fromisoformat(value)
    except ValueError:
        return value
    month = say("page.time.months", language).split()[named.month - 1]
    return f"{say('page.time.day_month', language, day=named.day, month=month)} {named.year}"


def say_age(at: datetime, now: datetime, language: str) -> str:
    """One figure: `3 min`, `2 h`, `5 d`."""
    seconds = max(0, int((now - at).total_seconds()))
    for name, size in (("days", DAY), ("hours", HOUR)):
        if seconds >= size:
            return say(f"page.time.{name}_ago", language, count=seconds // size)
    return say("page.time.minutes_ago", language, count=max(1, seconds // MINUTE))


def say_due(at: datetime, now: datetime, language: str) -> str:
    """One figure until then, `2 h`; after it, how late it is."""
    if at >= now:
        return say_age(now, at, language)
    return say("page.time.late", language, span=say_age(at, now, language))


def say_size(size: int) -> str:
    kilobytes = size / 1024
    if kilobytes < 1000:
        return f"{max(1, round(kilobytes))} KB"
    return f"{kilobytes / 1024:.1f} MB"


def say_promise(by: datetime, now: datetime, language: str, zone: ZoneInfo) -> str:
    """`14:30 (GMT)` today, `Mon 14:30 (GMT)` within a week, then `3 March 14:30 (GMT)`: whoever reads it may
    live by another clock."""
    there, today = by.astimezone(zone), now.astimezone(zone)
    clock = f"{there:%H:%M} ({there:%Z})"
    days = (there.date() - today.date()).days
    if days == 0:
        return clock
    if 0 < days <= DAYS_BY_NAME:
        return f"{say('page.time.days', language).split()[there.weekday()]} {clock}"
    return f"{say_day(by, language, zone)} {clock}"


def say_length(minutes: int, language: str) -> str:
    """`15 min`, `4 h`, `3 d`."""
    for name, size in (("days", 24 * 60), ("hours", 60)):
        if minutes >= size and minutes % size == 0:
            return say(f"page.time.{name}_ago", language, count=minutes // size)
    return say("page.time.minutes_ago", language, count=minutes)
