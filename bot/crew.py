"""Who is there to do a ticket, and how much waits?"""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
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

SIZES_HOLD = timedelta(seconds=15)


class QueueSizes:
    """Counted anew every 15 seconds at most: of many open tickets that takes as long as deciding."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: datetime | None = None
        self._sizes: Mapping[str, int] = {}

    def read(self, database: Database, now: datetime) -> Mapping[str, int]:
        with self._lock:
            if self._at is None or not self._at <= now < self._at + SIZES_HOLD:
                with database.read() as connection:
                    self._at, self._sizes = now, open_by_queue(connection)
            return self._sizes


def read_crew(database: Database, now: datetime, sizes: QueueSizes | None = None) -> Crew:
    queues = (sizes or QueueSizes()).read(database, now)
    with database.read() as connection:
        rows = list_agents(connection)
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
