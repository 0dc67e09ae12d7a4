"""Who works on the desk, and what are its customers worth: how is that told in a terminal?"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.people import (
    Wanted,
    last_day_of_leave,
    make_link,
    read_day,
    read_presence,
    read_staff,
    send_on_leave,
    stored_schedule,
    take_off_desk,
)
from bot.people_file import PeopleFile, read_customers, read_people_file, read_staff_rows
from bot.rota import Rota, change_rotation, read_local, read_rota, stand_in
from bot.rota_lines import rota_as_json, rota_lines
from escalation.hours import write_hours
from escalation.schedule import DAYS
from store.access import ADMIN, STAFF, Person, ensure_admin, list_staff
from store.agents import PRESENCES, AgentRow, find_agent, list_agents
from store.clock import SystemClock
from store.database import Database
from store.errors import BadAnswer
from store.opening import open_store
from store.people import Imported, import_customers
from store.rotations import drop_override
from store.settings import read_settings
from store.staff import find_by_words, save_many, save_staff, say_presence, shut_out

Verb = Callable[[Database, argparse.Namespace], None]
Verbs = Any
"""What argparse gives for the words after a noun; its own name is private."""
FIELDS = ("name", "email", "role", "team", "capacity", "tz", "hours")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    added = verbs.add_parser("add", help="somebody who works here; prints their sign-in link, once")
    added.add_argument("name")
    changed = verbs.add_parser("change", help="what is given; the rest stays")
    listed = verbs.add_parser("list", help="the staff, their load, and who is on call")
    taken = verbs.add_parser("import", help="customers with their tiers, or staff, from a CSV file")
    taken.add_argument("file", type=Path, help="its first line names the columns")
    taken.add_argument("--dry-run", action="store_true", help="only check it")
    left = verbs.add_parser("leave", help="away until the end of a day")
    present = verbs.add_parser("presence", help="who is here now; ends a leave")
    linked = verbs.add_parser("link", help="print a new sign-in link, once; an unused one is closed")
    closed = verbs.add_parser("revoke", help="close their link, and sign them out everywhere")
    gone = verbs.add_parser("remove", help="off the desk for good; what they wrote stays")
    for verb in (changed, left, present, linked, closed, gone):
        verb.add_argument("person", help="id, e-mail or whole name")
    left.add_argument("--until", required=True, metavar="DATE", help="the last day away, e.g. 2026-12-24")
    present.add_argument("presence", choices=PRESENCES)
    changed.add_argument("--name")
    for verb in (added, changed):
        add_fields(verb)
    runs = {added: run_add, changed: run_change, listed: run_list, taken: run_import, left: run_leave}
    runs |= {present: run_presence, linked: run_link, closed: run_revoke, gone: run_remove}
    for verb, run in {**runs, **add_rota_verbs(verbs)}.items():
        verb.add_argument("--json", action="store_true", help="for programs")
        verb.set_defaults(run=partial(run_with_store, run))


def add_fields(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--email")
    verb.add_argument("--role", help=f"one of {', '.join(STAFF)}; default: agent")
    verb.add_argument("--team")
    verb.add_argument("--skill", action="append", help="e.g. billing; may be given several times")
    verb.add_argument("--capacity", help="tickets at a time; default: 10")
    verb.add_argument("--tz", help="time zone, e.g. Europe/Berlin; default: DESKBELL_TIMEZONE")
    verb.add_argument("--hours", help='e.g. "mon-fri 09:00-17:00"; default: whenever they are active')
    verb.add_argument("--lead", action=argparse.BooleanOptionalAction, help="leads a team")
    verb.add_argument(
        "--tickets", action=argparse.BooleanOptionalAction, default=None, help="takes tickets; default: yes"
    )


def run_with_store(verb: Verb, options: argparse.Namespace) -> int:
    database = open_store(read_settings())
    try:
        ensure_admin(database, SystemClock().now())
        verb(database, options)
    finally:
        database.close()
    return 0


def run_add(database: Database, options: argparse.Namespace) -> None:
    clock, settings = SystemClock(), read_settings()
    wanted = taken_over(Wanted(name=options.name, tz=settings.timezone), options)
    person, agent = read_staff(wanted, clock.new_id("per"), clock.now())
    database.write(partial(save_staff, person=person, agent=agent, by=ADMIN, at=clock.now()))
    link = make_link(database, clock, person.person_id, by=ADMIN, address=settings.address)
    if options.json:
        print(json.dumps({"person_id": person.person_id, "link": link}))
        return
    print(f"{person.person_id}  {person.name}, {person.role}")
    print(f"Sign in, once, within three days:  {link}")
    if agent:
        print("Tickets come from then on.")


def run_change(database: Database, options: argparse.Namespace) -> None:
    now = SystemClock().now()
    person, agent = find(database, options.person)
    wanted = taken_over(as_wanted(person, agent), options)
    changed, row = read_staff(wanted, person.person_id, now)
    database.write(partial(save_staff, person=changed, agent=row, by=ADMIN, at=now))
    tell(options, {"person_id": person.person_id}, f"{changed.name} is changed.")


def taken_over(wanted: Wanted, options: argparse.Namespace) -> Wanted:
    given = {name: getattr(options, name) for name in FIELDS if getattr(options, name, None) is not None}
    if options.skill is not None:
        given["skills"] = " ".join(options.skill)
    if options.lead is not None:
        given["is_lead"] = options.lead
    if options.tickets is not None:
        given["takes_tickets"] = options.tickets
    return replace(wanted, **given)


def as_wanted(person: Person, agent: AgentRow | None) -> Wanted:
    row = agent or AgentRow(person.person_id, tz=read_settings().timezone)
    return Wanted(
        name=person.name,
        email=person.email,
        role=person.role,
        team=row.team,
        skills=" ".join(row.skills),
        capacity=str(row.capacity),
        tz=row.tz,
        hours=write_hours(stored_schedule(row)),
        is_lead=row.is_lead,
        takes_tickets=agent is not None,
    )


def find(database: Database, words: str) -> tuple[Person, AgentRow | None]:
    with database.read() as connection:
        person = find_by_words(connection, words)
        return person, find_agent(connection, person.person_id)


def run_list(database: Database, options: argparse.Namespace) -> None:
    now = SystemClock().now()
    rota = read_rota(database, now)
    with database.read() as connection:
        staff, agents = list_staff(connection), {one.person_id: one for one in list_agents(connection)}
    if options.json:
        rows = [as_json(one, agents.get(one.person_id), rota.person_at(now), now) for one in staff]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for person in staff:
        print(as_line(person, agents.get(person.person_id), now))
    print_rota(database, rota, now)


def as_line(person: Person, agent: AgentRow | None, now: datetime) -> str:
    who = f"{person.person_id}  {person.name:<20} {person.role:<10}"
    if agent is None:
        return f"{who} takes no tickets"
    skills, hours = " ".join(agent.skills) or "-", write_hours(stored_schedule(agent)) or "any time"
    presence = f"leave to {last_day_of_leave(agent)}" if agent.is_on_leave(now) else agent.presence
    load = f"{agent.load}/{agent.capacity}"
    return f"{who} {load:>7}  {presence:<20} {skills:<24} {hours} {agent.tz}"


def as_json(person: Person, agent: AgentRow | None, on_call: str, now: datetime) -> dict[str, object]:
    known: dict[str, object] = {"person_id": person.person_id, "name": person.name, "email": person.email}
    known |= {"role": person.role, "is_on_call": person.person_id == on_call}
    known |= {"takes_tickets": agent is not None}
    if agent is None:
        return known
    leave = agent.on_leave_until if agent.is_on_leave(now) else None
    return {
        **known,
        "team": agent.team,
        "skills": list(agent.skills),
        "capacity": agent.capacity,
        "load": agent.load,
        "presence": agent.presence_at(now),
        "tz": agent.tz,
        "hours": write_hours(stored_schedule(agent)),
        "is_lead": agent.is_lead,
        "on_leave_until": leave.isoformat() if leave else None,
    }


def run_import(database: Database, options: argparse.Namespace) -> None:
    """Read and checked as a whole before the first line is written."""
    file = read_people_file(options.file)
    take = import_customer_file if file.is_of_customers else import_staff_file
    result, summary = take(database, file, is_dry=options.dry_run)
    if unused := file.unused():
        summary += f" Not used: {', '.join(unused)}."
    told = {"added": result.added, "changed": result.changed, "same": result.same, "lines": len(file.rows)}
    tell(options, {**told, "dry_run": options.dry_run}, summary)


def import_customer_file(database: Database, file: PeopleFile, *, is_dry: bool) -> tuple[Imported, str]:
    clock, records = SystemClock(), read_customers(file)
    tiers = ", ".join(f"{count} {tier}" for tier, count in Counter(one.tier for one in records).most_common())
    if is_dry:
        return Imported(), f"{len(records)} customers would be taken in: {tiers}."
    taken = partial(
        import_customers, records=records, new_id=lambda: clock.new_id("per"), by=ADMIN, at=clock.now()
    )
    result = database.write(taken)
    return result, f"{counted(result)}: {tiers}."


def import_staff_file(database: Database, file: PeopleFile, *, is_dry: bool) -> tuple[Imported, str]:
    """Whom the e-mail, or else the name, knows already is changed. `people link` gives each a way in."""
    clock = SystemClock()
    rows = read_staff_rows(file, clock.now())
    if is_dry:
        return Imported(), f"{len(rows)} people of the staff would be taken in."
    with database.read() as connection:
        staff = list_staff(connection)
    known = [find_same(person, staff) for person, _ in rows]
    ids = [person_id or clock.new_id("per") for person_id in known]
    given = [
        (replace(person, person_id=person_id), replace(agent, person_id=person_id) if agent else None)
        for (person, agent), person_id in zip(rows, ids, strict=True)
    ]
    database.write(partial(save_many, given=given, by=ADMIN, at=clock.now()))
    changed = sum(bool(person_id) for person_id in known)
    result = Imported(len(rows) - changed, changed)
    return result, f"{counted(result)}. `deskbell people link PERSON` lets somebody in."


def find_same(person: Person, staff: Iterable[Person]) -> str:
    """By e-mail, else by the whole name; empty for who is new."""
    for one in staff:
        same_email = bool(person.email) and one.email.lower() == person.email.lower()
        if same_email or (not person.email and one.name == person.name):
            return one.person_id
    return ""


def counted(result: Imported) -> str:
    return f"{result.added} new, {result.changed} changed, {result.same} as they were"


def run_leave(database: Database, options: argparse.Namespace) -> None:
    person, _ = find(database, options.person)
    last_day = read_day(options.until)
    until = send_on_leave(database, person.person_id, last_day, by=ADMIN, at=SystemClock().now())
    told = {"person_id": person.person_id, "back_from": until.isoformat()}
    tell(options, told, f"{person.name} is away and back on {until:%a %Y-%m-%d}.")


def run_presence(database: Database, options: argparse.Namespace) -> None:
    person, _ = find(database, options.person)
    presence = read_presence(options.presence)
    now = SystemClock().now()
    database.write(partial(say_presence, person_id=person.person_id, presence=presence, by=ADMIN, at=now))
    tell(options, {"person_id": person.person_id, "presence": presence}, f"{person.name} is {presence}.")


def run_link(database: Database, options: argparse.Namespace) -> None:
    person, _ = find(database, options.person)
    address = read_settings().address
    link = make_link(database, SystemClock(), person.person_id, by=ADMIN, address=address)
    tell(options, {"person_id": person.person_id, "link": link}, link)


def run_revoke(database: Database, options: argparse.Namespace) -> None:
    person, _ = find(database, options.person)
    closed = database.write(partial(shut_out, person_id=person.person_id, by=ADMIN, at=SystemClock().now()))
    told = {"person_id": person.person_id, "closed": closed}
    tell(options, told, f"{person.name} is signed out everywhere; {closed} links and sessions were open.")


def run_remove(database: Database, options: argparse.Namespace) -> None:
    person, _ = find(database, options.person)
    take_off_desk(database, person.person_id, by=ADMIN, at=SystemClock().now())
    tell(options, {"person_id": person.person_id}, f"{person.name} is off the desk.")


def tell(options: argparse.Namespace, told: Mapping[str, object], line: str) -> None:
    print(json.dumps(told, ensure_ascii=False) if options.json else line)


def print_rota(database: Database, rota: Rota, now: datetime) -> None:
    for line in rota_lines(database, rota, now, read_settings().timezone):
        print(line)


def add_rota_verbs(verbs: Verbs) -> dict[argparse.ArgumentParser, Verb]:
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
        print(json.dumps(rota_as_json(rota, now), indent=2))
    else:
        print_rota(database, rota, now)


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
