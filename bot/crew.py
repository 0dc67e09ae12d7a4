"""Who is there to do a ticket, and how much waits?"""

from datetime import datetime
from functools import lru_cache

from escalation.calendar import Calendar, compile_schedule
from escalation.on_call import Override, Rotation, on_call_at
from escalation.routing import Agent, Presence
from escalation.schedule import Schedule, to_us
from escalation.standing import Crew
from store.access import list_staff
from store.agents import AgentRow, list_agents
from store.canonical import canonical
from store.database import Database
from store.rotations import find_rotation, list_overrides
from store.standings import open_by_queue


def read_crew(database: Database, now: datetime) -> Crew:
    with database.read() as connection:
        rows, queues = list_agents(connection), open_by_queue(connection)
        staff = frozenset(person.person_id for person in list_staff(connection))
        rotation, overrides = find_rotation(connection), list_overrides(connection, now)
    stand_ins = [Override(person_id=one.person_id, begins=one.begins, ends=one.ends) for one in overrides]
    on_call = on_call_at(Rotation.read_back(dict(rotation)) if rotation else None, stand_ins, now)
    return Crew(tuple(as_agent(row, now, on_call) for row in rows), queues, staff)


def as_agent(row: AgentRow, now: datetime, on_call: str) -> Agent:
    return Agent(
        person_id=row.person_id,
        capacity=row.capacity,
        load=row.load,
        skills=frozenset(row.skills),
        presence=presence_of(row, now, is_on_call=row.person_id == on_call),
        is_lead=row.is_lead,
        is_on_call=row.person_id == on_call,
    )


def presence_of(row: AgentRow, now: datetime, *, is_on_call: bool) -> Presence:
    """Outside their hours they are away; whoever is on call is there at any hour."""
    said = row.presence_at(now)
    if said != "active" or row.hours is None or is_on_call:
        return said
    return said if hours_of(canonical(dict(row.hours) | {"tz": row.tz})).is_open(to_us(now)) else "away"


@lru_cache(maxsize=512)
def hours_of(schedule: bytes) -> Calendar:
    return compile_schedule(Schedule.model_validate_json(schedule))
