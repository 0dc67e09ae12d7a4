"""How is a deadline told to staff in a terminal?"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from escalation.explanation import Explained, Part


def as_lines(explained: Sequence[Explained]) -> list[str]:
    """In the desk's own time."""
    return [line for one in explained for line in lines_of(one)]


def lines_of(one: Explained) -> list[str]:
    title = one.timer.replace("_", " ")
    if one.started_at is None:
        return [f"{title}: nothing is due"]
    clock = f"of business hours in {one.tz}" if one.in_business_hours else "around the clock"
    aside = ", outside the hours" if one.starts_after_hours else ""
    lines = [
        f"{title}: {one.state}, {verdict(one)}",
        f"  target   {spell(one.target_minutes)} {clock}; policy {one.policy_version}, {one.targets}",
        f"  started  {local(one.started_at, one.tz)}{aside}",
    ]
    lines += [f"  counted  {span(part, one.tz)}" for part in one.counted]
    lines += [f"  paused   {span(part, one.tz)}, {part.why.replace('_', ' ')}" for part in one.paused]
    lines += [f"  holiday  {day:%a %d %b %Y}" for day in one.holidays]
    return lines


def verdict(one: Explained) -> str:
    if one.done_at:
        return f"done {local(one.done_at, one.tz)}, used {spell(one.used_minutes)}"
    if one.due_at is None:
        return f"{spell(max(0, one.left_minutes))} left when it goes on"
    left, late = f"{spell(one.left_minutes)} left", f"late by {spell(-one.left_minutes)}"
    return f"due {local(one.due_at, one.tz)}, {left if one.left_minutes >= 0 else late}"


def span(part: Part, tz: str) -> str:
    return f"{local(part.start, tz)} – {local(part.end, tz)}"


def local(at: datetime, tz: str) -> str:
    return f"{at.astimezone(ZoneInfo(tz)):%a %d %b %H:%M}"


def spell(amount: int) -> str:
    hours, rest = divmod(amount, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))
