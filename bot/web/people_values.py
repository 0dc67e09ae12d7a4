"""What does a page of the people show, and whom may its reader change?"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.crew import presence_of
from bot.people import last_day_of_leave, stored_schedule
from bot.rota import MOST_TURNS, Rota, read_rota
from bot.web.door import Visit
from bot.wording import say
from escalation.hours import write_hours, write_time, write_windows
from escalation.schedule import DAYS
from store.access import ADMIN, STAFF, Person, Role, find_person, list_keys, list_staff
from store.agents import PRESENCES, AgentRow, find_agent, list_agents
from store.errors import NotAllowed, NotFound
from store.staff import TAKING, open_links

MANAGING: tuple[Role, ...] = ("admin", "lead")
ZONES = (
    "America/Los_Angeles America/New_York America/Sao_Paulo Asia/Kolkata Asia/Singapore Asia/Tokyo"
    " Australia/Sydney Europe/Berlin Europe/Lisbon Europe/London Europe/Madrid Europe/Paris UTC"
).split()
"""Offered while one types; any other may be typed as well."""
SPARE_TURNS = 2
WRITTEN_DAY = re.compile(rf"\b({'|'.join(DAYS)})\b")


@dataclass(frozen=True, slots=True)
class Colleague:
    person: Person
    agent: AgentRow | None
    presence: str
    """One of the presences, or `on_leave`, or `outside` their hours; empty for who takes no tickets."""
    is_on_call: bool
    link_until: datetime | None = None

    @property
    def hours(self) -> str:
        return write_hours(stored_schedule(self.agent))

    @property
    def last_day_away(self) -> datetime | None:
        """Noon of it, which is that day wherever it is read."""
        day = last_day_of_leave(self.agent) if self.agent else None
        return datetime.combine(day, time(12), UTC) if day else None

    def windows(self, day: str) -> str:
        """Of one weekday, as a field of the form holds them."""
        schedule = stored_schedule(self.agent)
        written = schedule.weekly.items() if schedule else ()
        return next((write_windows(windows) for name, windows in written if name == day), "")


def say_hours(line: str, language: str) -> str:
    """With the days as the reader calls them."""
    return WRITTEN_DAY.sub(lambda found: say(f"people.short.{found[0]}", language), line)


def manages(visit: Visit) -> bool:
    return visit.person.role in MANAGING


def may_change(visit: Visit, *roles: str) -> bool:
    """An admin everybody; a lead agents, and into nothing else: nobody hands out more than they have."""
    return visit.person.role == "admin" or (visit.person.role == "lead" and set(roles) <= {"agent"})


def check_manages(visit: Visit) -> None:
    if not manages(visit):
        raise NotAllowed(f"{visit.person.role} does not look after people", text_key="people.error.closed")


def check_change(visit: Visit, *roles: str) -> None:
    if not may_change(visit, *roles):
        raise NotAllowed(f"{visit.person.role} may not change {roles}", text_key="people.error.above")


def colleague(person: Person, agent: AgentRow | None, rota: Rota, now: datetime, link: Any) -> Colleague:
    is_on_call = rota.person_at(now) == person.person_id
    return Colleague(person, agent, presence_word(agent, now, is_on_call=is_on_call), is_on_call, link)


def presence_word(agent: AgentRow | None, now: datetime, *, is_on_call: bool) -> str:
    if agent is None:
        return ""
    if agent.is_on_leave(now):
        return "on_leave"
    there = presence_of(agent, now, is_on_call=is_on_call)
    return "outside" if there != agent.presence else there


def people_values(visit: Visit) -> dict[str, Any]:
    desk, now = visit.door.desk, visit.door.desk.clock.now()
    rota = read_rota(desk.database, now)
    with desk.database.read() as connection:
        staff, agents = list_staff(connection), {one.person_id: one for one in list_agents(connection)}
        links = open_links(connection, now)
    found = [colleague(one, agents.get(one.person_id), rota, now, links.get(one.person_id)) for one in staff]
    names = {one.person_id: one.name or one.email or one.person_id for one in staff}
    mine = next((one for one in found if one.person.person_id == visit.person.person_id), None)
    return {
        "colleagues": found,
        "mine": mine if mine and mine.agent else None,
        "is_alone": len(found) == 1,
        "manages": manages(visit),
        "presences": PRESENCES,
        "names": names,
        "back_from": {one.person_id: one.on_leave_until for one in agents.values() if one.is_on_leave(now)},
        "spoken_hours": partial(say_hours, language=visit.language),
        **rota_values(visit, rota, now),
    }


def rota_values(visit: Visit, rota: Rota, now: datetime) -> dict[str, Any]:
    plan = rota.rotation
    tz = plan.tz if plan else str(visit.door.zone)
    people = list(plan.people) if plan else []
    turns = people + [""] * min(SPARE_TURNS, MOST_TURNS - len(people))
    return {
        "on_call": rota.person_at(now),
        "shifts": rota.shifts(now),
        "overrides": rota.overrides,
        "plan": {
            "turns": turns,
            "starts": plan.starts if plan else now.astimezone(ZoneInfo(tz)).date(),
            "weekday": plan.weekday if plan else "mon",
            "time": write_time(plan.time if plan else 9 * 60),
            "tz": tz,
        },
        "days": DAYS,
        "zones": sorted({*ZONES, tz}),
    }


def person_values(visit: Visit, person_id: str) -> dict[str, Any]:
    """Raises NotFound for who is not of the staff."""
    desk, now = visit.door.desk, visit.door.desk.clock.now()
    rota = read_rota(desk.database, now)
    with desk.database.read() as connection:
        person = find_person(connection, person_id)
        if person is None or not person.is_staff:
            raise NotFound(f"nobody of the staff has the id {person_id!r}")
        agent = find_agent(connection, person_id)
        link = open_links(connection, now).get(person_id)
        keys = list_keys(connection, ("session",), person_id)
    sessions = [one for one in keys if not one.revoked and (one.expires_at is None or one.expires_at > now)]
    found = colleague(person, agent, rota, now, link)
    return {
        "one": found,
        "sessions": len(sessions),
        "may_save": may_change(visit, person.role),
        "may_dismiss": may_change(visit, person.role) and person_id not in (ADMIN, visit.person.person_id),
        "is_me": person_id == visit.person.person_id,
        "presences": PRESENCES,
        "filled": filled_from(found),
        **form_values(visit, person),
    }


def form_values(visit: Visit, person: Person | None) -> dict[str, Any]:
    roles = [role for role in STAFF if may_change(visit, role)]
    if person is not None and person.person_id == ADMIN:
        roles = ["admin"]
    zones = sorted({*ZONES, str(visit.door.zone)})
    return {"roles": roles, "days": DAYS, "zones": zones, "taking": TAKING}


def filled_from(one: Colleague) -> dict[str, Any]:
    """The fields of the form as they stand."""
    row = one.agent or AgentRow("")
    return {
        "name": one.person.name,
        "email": one.person.email,
        "role": one.person.role,
        "team": row.team,
        "skills": ", ".join(row.skills),
        "capacity": str(row.capacity),
        "tz": row.tz,
        "lead": "yes" if row.is_lead else "",
        "takes": "yes" if one.agent else "",
        **{day: one.windows(day) for day in DAYS},
    }


def filled_new(visit: Visit) -> dict[str, Any]:
    """As most people work."""
    blank = dict.fromkeys(("name", "email", "team", "skills", "lead", *DAYS), "")
    tz = str(visit.door.zone)
    return blank | {"role": "agent", "capacity": str(AgentRow("").capacity), "tz": tz, "takes": "yes"}
