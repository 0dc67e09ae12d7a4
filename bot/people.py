"""What may be said of somebody who works here, and what happens when they come, go on leave, or leave?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from escalation.hours import make_schedule, read_hours, read_windows
from escalation.schedule import DAYS, Day, Schedule, read_zone
from store.access import STAFF, Person, Role
from store.agents import MOST_CAPACITY, PRESENCES, AgentRow, Presence, get_agent
from store.clock import Clock
from store.database import Database
from store.errors import BadAnswer
from store.staff import TAKING, dismiss, go_on_leave, invite

LINK_LIVES = timedelta(days=3)
LONGEST_NAME = 120
MOST_SKILLS = 20
SKILL = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """As words, from a form, a command or a line of a file."""

    name: str
    email: str = ""
    role: str = "agent"
    team: str = ""
    skills: str = ""
    """Between commas, semicolons or spaces."""
    capacity: str = ""
    """Empty: ten."""
    tz: str = "UTC"
    hours: str | Mapping[Day, str] = ""
    """All in one line, or the windows of each day."""
    is_lead: bool = False
    takes_tickets: bool = True


def read_staff(wanted: Wanted, person_id: str, now: datetime) -> tuple[Person, AgentRow | None]:
    """Raises BadAnswer with what to write instead. Nobody but agents, leads and admins takes tickets."""
    role = read_role(wanted.role)
    person = Person(person_id, read_name(wanted.name), read_email(wanted.email), role, now)
    tz = read_tz(wanted.tz)
    agent = AgentRow(
        person_id,
        name=person.name,
        team=read_team(wanted.team),
        skills=read_skills(wanted.skills),
        capacity=read_capacity(wanted.capacity),
        # Until they have signed in for the first time; who is here already stays what they are.
        presence="off",
        tz=tz,
        hours=store_hours(read_schedule(wanted.hours, tz)),
        is_lead=wanted.is_lead or role == "lead",
    )
    return person, agent if role in TAKING and wanted.takes_tickets else None


def read_role(text: str) -> Role:
    for role in STAFF:
        if role == text.strip().lower():
            return role
    raise BadAnswer(f"{text!r} is no role: give one of {', '.join(STAFF)}", text_key="people.error.role")


def read_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadAnswer(
            f"{text[:40]!r} is no name: give 1 to {LONGEST_NAME} letters", text_key="people.error.name"
        )
    return name


def read_email(text: str) -> str:
    email = text.strip()
    if email and (not EMAIL.fullmatch(email) or len(email) > 254 or not email.isprintable()):
        raise BadAnswer(
            f"{text[:80]!r} is no e-mail: write one like mara@shop.example", text_key="people.error.email"
        )
    return email


def read_team(text: str) -> str:
    return read_word(text, "team") if text.strip() else ""


def read_skills(text: str) -> tuple[str, ...]:
    words = [word for word in re.split(r"[\s,;|]+", text) if word]
    skills = tuple(dict.fromkeys(read_word(word, "skill") for word in words))
    if len(skills) > MOST_SKILLS:
        raise BadAnswer(
            f"{len(skills)} skills are too many: give {MOST_SKILLS} at most", text_key="people.error.skill"
        )
    return skills


def read_word(text: str, what: str) -> str:
    word = text.strip().lower()
    if not SKILL.fullmatch(word):
        raise BadAnswer(
            f"{text[:40]!r} is no {what}: write small letters, digits and dashes, e.g. billing",
            text_key="people.error.skill",
        )
    return word


def read_capacity(text: str) -> int:
    if not text.strip():
        return AgentRow("").capacity
    number = int(text) if text.strip().isdecimal() and len(text.strip()) < 6 else 0
    if not 1 <= number <= MOST_CAPACITY:
        raise BadAnswer(
            f"the capacity is {text!r}: give 1 to {MOST_CAPACITY} tickets at a time",
            text_key="people.error.capacity",
            most=MOST_CAPACITY,
        )
    return number


def read_tz(text: str) -> str:
    try:
        return read_zone(text.strip() or "UTC")
    except ValueError as error:
        raise BadAnswer(str(error), text_key="people.error.tz") from error


def read_schedule(hours: str | Mapping[Day, str], tz: str) -> Schedule | None:
    try:
        if isinstance(hours, str):
            return read_hours(hours, tz)
        return make_schedule({day: read_windows(hours.get(day, "")) for day in DAYS}, tz)
    except ValueError as error:
        raise BadAnswer(str(error), text_key="people.error.hours") from error


def store_hours(schedule: Schedule | None) -> Mapping[str, object] | None:
    return schedule.model_dump(mode="json", exclude_defaults=True) if schedule else None


def stored_schedule(agent: AgentRow | None) -> Schedule | None:
    """Times are of the zone in which the person lives now."""
    if agent is None or agent.hours is None:
        return None
    return Schedule.read_back({**agent.hours, "tz": agent.tz})


def last_day_of_leave(agent: AgentRow) -> date | None:
    """Where they live."""
    if agent.on_leave_until is None:
        return None
    return (agent.on_leave_until - timedelta(microseconds=1)).astimezone(ZoneInfo(agent.tz)).date()


def read_presence(text: str) -> Presence:
    for presence in PRESENCES:
        if presence == text.strip().lower():
            return presence
    raise BadAnswer(f"{text!r} is no presence: say one of {', '.join(PRESENCES)}", text_key="page.error.form")


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadAnswer(
            f"{text!r} is no day: write one like 2026-12-24", text_key="people.error.day"
        ) from error


def make_link(database: Database, clock: Clock, person_id: str, *, by: str, address: str) -> str:
    """Shown once and kept nowhere."""
    now, secret = clock.now(), clock.new_secret()
    invited = partial(
        invite,
        person_id=person_id,
        secret=secret,
        key_id=clock.new_id("key"),
        by=by,
        now=now,
        expires_at=now + LINK_LIVES,
    )
    database.write(invited)
    return f"{address}/signin/{secret}"


def send_on_leave(database: Database, person_id: str, last_day: date, *, by: str, at: datetime) -> datetime:
    """Through the end of that day where they live; returns the moment from which they are back. The one place
    where a leave begins: what is to become of their tickets is said here."""
    with database.read() as connection:
        agent = get_agent(connection, person_id)
    next_day = last_day + timedelta(days=1)
    until = datetime(next_day.year, next_day.month, next_day.day, tzinfo=ZoneInfo(agent.tz))
    database.write(partial(go_on_leave, person_id=person_id, until=until, by=by, at=at))
    return until


def take_off_desk(database: Database, person_id: str, *, by: str, at: datetime) -> None:
    """For good, and the one place where that happens."""
    database.write(partial(dismiss, person_id=person_id, by=by, at=at))
