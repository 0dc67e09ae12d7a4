"""Who is on call, in turn or instead of somebody: how is that said in a terminal?"""

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.rota import Rota, change_rotation, read_local, read_rota, stand_in
from escalation.hours import write_time
from escalation.schedule import DAYS
from store.access import ADMIN, list_staff
from store.agents import list_agents
from store.clock import SystemClock
from store.database import Database
from store.errors import BadAnswer
from store.rotations import drop_override
from store.settings import read_settings
from store.staff import find_by_words

Verb = Callable[[Database, argparse.Namespace], None]


def add_rota_verbs(verbs: Any) -> dict[argparse.ArgumentParser, Verb]:
    planned = verbs.add_parser("on-call", help="who is on call in the next weeks; with people: in this order")
    planned.add_argument("people", nargs="*", metavar="PERSON", help="one week each, over and over")
    planned.add_argument("--starts", metavar="DATE", help="a day in the first one's week; default: today")
    planned.add_argument("--weekday", choices=DAYS, help="on which one hands over; default: mon")
    planned.add_argument("--time", help='when on that day; default: "09:00"')
    planned.add_argument("--tz", help="by the clocks of which zone; default: DESKBELL_TIMEZONE")
    planned.add_argument("--off", action="store_true", help="nobody is on call in turn any more")
    instead = verbs.add_parser("stand-in", help="somebody is on call instead")
    instead.add_argument("person", nargs="?", help="id, e-mail or whole name")
    instead.add_argument("--from", dest="begins", metavar="TIME", help='e.g. "2026-12-24 18:00"')
    instead.add_argument("--to", dest="ends", metavar="TIME")
    instead.add_argument("--tz", help="by the clocks of which zone; default: DESKBELL_TIMEZONE")
    instead.add_argument("--drop", metavar="ID", help="take one back, as `on-call` lists it")
    return {planned: run_on_call, instead: run_stand_in}


def run_on_call(database: Database, options: argparse.Namespace) -> None:
    now = SystemClock().now()
    given = ("starts", "weekday", "time", "tz")
    said = {name: str(value) for name in given if (value := getattr(options, name)) is not None}
    if options.people or options.off:
        plan(database, options, said, now)
    elif said:
        raise BadAnswer(f"--{next(iter(said))} without people: name them in the order of their turns")
    rota = read_rota(database, now)
    if options.json:
        print(json.dumps(as_json(rota, now), indent=2))
    else:
        print_on_call(database, rota, now)


def plan(database: Database, options: argparse.Namespace, said: Mapping[str, str], now: datetime) -> None:
    if options.people and options.off:
        raise BadAnswer("--off and people at the same time: give one of them")
    with database.read() as connection:
        people = [find_by_words(connection, words).person_id for words in options.people]
    tz = read_settings().timezone
    given = {"tz": tz, "starts": now.astimezone(ZoneInfo(tz)).date().isoformat(), **said}
    change_rotation(database, people, given, by=ADMIN, at=now)


def run_stand_in(database: Database, options: argparse.Namespace) -> None:
    clock = SystemClock()
    if options.drop:
        database.write(partial(drop_override, override_id=options.drop, by=ADMIN, at=clock.now()))
        told = {"override_id": options.drop, "dropped": True}
        print(json.dumps(told) if options.json else f"{options.drop} is taken back.")
        return
    if not (options.person and options.begins and options.ends):
        raise BadAnswer('name the person, --from and --to: stand-in "Mara" --from "2026-12-24 18:00" --to …')
    tz = options.tz or read_settings().timezone
    with database.read() as connection:
        person = find_by_words(connection, options.person)
    begins, ends = read_local(options.begins, tz), read_local(options.ends, tz)
    row = stand_in(database, clock, person.person_id, begins, ends, by=ADMIN)
    told = {"override_id": row.override_id, "person_id": person.person_id}
    times = f"from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}"
    print(json.dumps(told) if options.json else f"{person.name} is on call {times} ({row.override_id}).")


def print_on_call(database: Database, rota: Rota, now: datetime) -> None:
    with database.read() as connection:
        names = {one.person_id: one.name for one in list_staff(connection)}
        back_from = {one.person_id: one.on_leave_until for one in list_agents(connection)}
    zone = ZoneInfo(rota.rotation.tz if rota.rotation else read_settings().timezone)
    on_call = rota.person_at(now)
    print(f"On call now: {names.get(on_call, on_call) or 'nobody'}")
    if rota.rotation and rota.rotation.people:
        turn = rota.rotation
        print(f"One hands over on {turn.weekday} at {write_time(turn.time)}, {turn.tz}.")
    for shift in rota.shifts(now):
        begins, ends = shift.begins.astimezone(zone), shift.ends.astimezone(zone)
        times = f"{begins:%a %Y-%m-%d %H:%M} to {ends:%a %Y-%m-%d %H:%M}"
        is_away = (back_from.get(shift.person_id) or now) > shift.begins
        print(f"  {times}  {names.get(shift.person_id)}{' (on leave)' if is_away else ''}")
    for one in rota.overrides:
        print(f"  stands in: {names.get(one.person_id)}  {one.override_id}")


def as_json(rota: Rota, now: datetime) -> dict[str, Any]:
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
