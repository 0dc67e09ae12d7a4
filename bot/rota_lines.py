"""How is it said in a terminal, and to a program, who is on call in the next weeks?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rota import Rota
from escalation.hours import write_time
from store.access import list_staff
from store.agents import list_agents
from store.database import Database


def rota_lines(database: Database, rota: Rota, now: datetime, timezone: str) -> Iterator[str]:
    """`timezone` counts while there is no rotation with its own."""
    with database.read() as connection:
        names = {one.person_id: one.name for one in list_staff(connection)}
        back_from = {one.person_id: one.on_leave_until for one in list_agents(connection)}
    zone = ZoneInfo(rota.rotation.tz if rota.rotation else timezone)
    on_call = rota.person_at(now)
    yield f"On call now: {names.get(on_call, on_call) or 'nobody'}"
    if rota.rotation and rota.rotation.people:
        turn = rota.rotation
        yield f"One hands over on {turn.weekday} at {write_time(turn.time)}, {turn.tz}."
    for shift in rota.shifts(now):
        begins, ends = shift.begins.astimezone(zone), shift.ends.astimezone(zone)
        times = f"{begins:%a %Y-%m-%d %H:%M} to {ends:%a %Y-%m-%d %H:%M}"
        is_away = (back_from.get(shift.person_id) or now) > shift.begins
        yield f"  {times}  {names.get(shift.person_id)}{' (on leave)' if is_away else ''}"
    for one in rota.overrides:
        yield f"  stands in: {names.get(one.person_id)}  {one.override_id}"


def rota_as_json(rota: Rota, now: datetime) -> dict[str, Any]:
    return {
        "on_call": rota.person_at(now) or None,
        "rotation": rota.rotation.model_dump(mode="json") if rota.rotation else None,
        "shifts": [shift.model_dump(mode="json") for shift in rota.shifts(now)],
        "overrides": [
            {
                "override_id": one.override_id,
                "person_id": one.person_id,
                "begins": one.begins.isoformat(),
                "ends": one.ends.isoformat(),
            }
            for one in rota.overrides
        ],
    }
