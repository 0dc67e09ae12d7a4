"""Who takes tickets, how many, and is there room for one more?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update

from store.access import STAFF
from store.errors import BadAnswer, NotFound
from store.tables import agents, people, tickets
from store.tickets import ENDED

Presence = Literal["active", "away", "off"]
PRESENCES: tuple[Presence, ...] = ("active", "away", "off")
MOST_CAPACITY = 1_000


@dataclass(frozen=True, slots=True)
class AgentRow:
    person_id: str
    name: str = ""
    """As the person is called; written with the person, not here."""
    team: str = ""
    skills: tuple[str, ...] = ()
    capacity: int = 10
    """Tickets that one can hold at a time."""
    load: int = 0
    """Open tickets that one holds; changed by `claim` and `release` only."""
    presence: Presence = "active"
    """What was last said; on leave it does not count, so ask `presence_at`."""
    tz: str = "UTC"
    hours: Mapping[str, Any] | None = None
    """A Schedule as JSON; none: whenever they are active."""
    is_lead: bool = False
    on_leave_until: datetime | None = None
    """The moment from which they are back."""

    def is_on_leave(self, now: datetime) -> bool:
        return self.on_leave_until is not None and now < self.on_leave_until

    def presence_at(self, now: datetime) -> Presence:
        return "off" if self.is_on_leave(now) else self.presence


def list_agents(connection: Connection) -> tuple[AgentRow, ...]:
    """By name. Who has left the staff is not among them."""
    return tuple(read_agent(row) for row in connection.execute(ALL_AGENTS))


def find_agent(connection: Connection, person_id: str) -> AgentRow | None:
    row = connection.execute(ONE_AGENT, {"id": person_id}).first()
    return read_agent(row) if row else None


def get_agent(connection: Connection, person_id: str) -> AgentRow:
    if found := find_agent(connection, person_id):
        return found
    raise takes_none(person_id)


def takes_none(person_id: str) -> NotFound:
    hint = f"{person_id!r} takes no tickets: add them with `deskbell people add`"
    return NotFound(hint, text_key="people.error.no_tickets")


def save_agent(connection: Connection, agent: AgentRow) -> None:
    """The load stays as it stands; who is new starts with the open tickets that they hold already."""
    if not 1 <= agent.capacity <= MOST_CAPACITY:
        raise BadAnswer(f"the capacity is {agent.capacity}: give 1 to {MOST_CAPACITY} tickets at a time")
    row = {name: getattr(agent, name) for name in KEPT} | {"skills": list(agent.skills)}
    change = update(agents).where(agents.c.person_id == agent.person_id).values(row)
    if connection.execute(change).rowcount == 0:
        load = connection.execute(HELD, {"id": agent.person_id}).scalar_one()
        connection.execute(insert(agents).values(person_id=agent.person_id, load=load, **row))


KEPT = ("team", "capacity", "presence", "tz", "hours", "is_lead", "on_leave_until")


def drop_agent(connection: Connection, person_id: str) -> bool:
    return connection.execute(delete(agents).where(agents.c.person_id == person_id)).rowcount == 1


def set_presence(connection: Connection, person_id: str, presence: Presence) -> None:
    """Who says so is back from leave."""
    said = {"presence": presence, "on_leave_until": None}
    change = update(agents).where(agents.c.person_id == person_id).values(said)
    if connection.execute(change).rowcount == 0:
        raise takes_none(person_id)


def welcome(connection: Connection, person_id: str) -> None:
    """Who comes in for the first time is here, and gets tickets from now on."""
    connection.execute(update(agents).where(ONE).values(presence="active"), {"id": person_id})


def claim(connection: Connection, person_id: str) -> bool:
    """One ticket more; False when there is no room. Of two at the same moment one gets the last place."""
    return connection.execute(CLAIM, {"id": person_id}).rowcount == 1


def release(connection: Connection, person_id: str) -> bool:
    """One ticket less; False when none was held, or nobody has that id."""
    return connection.execute(RELEASE, {"id": person_id}).rowcount == 1


def take_on(connection: Connection, person_id: str) -> None:
    """One ticket more, whether there is room or not: somebody said so."""
    connection.execute(TAKE_ON, {"id": person_id})


def count_held(connection: Connection, person_id: str) -> int:
    """Open tickets by the tickets themselves: what the load should be."""
    return int(connection.execute(HELD, {"id": person_id}).scalar_one())


def read_agent(row: Row[Any]) -> AgentRow:
    return AgentRow(**{**row._asdict(), "skills": tuple(row.skills)})


def told_agents() -> Select[Any]:
    return (
        select(agents, people.c.name)
        .join(people, people.c.person_id == agents.c.person_id)
        .where(people.c.role.in_(STAFF))
    )


ONE = agents.c.person_id == bindparam("id")
ALL_AGENTS = told_agents().order_by(people.c.name, agents.c.person_id)
ONE_AGENT = told_agents().where(ONE)
CLAIM = update(agents).where(ONE, agents.c.load < agents.c.capacity).values(load=agents.c.load + 1)
TAKE_ON = update(agents).where(ONE).values(load=agents.c.load + 1)
RELEASE = update(agents).where(ONE, agents.c.load > 0).values(load=agents.c.load - 1)
HELD = (
    select(func.count())
    .select_from(tickets)
    .where(tickets.c.assigned_to == bindparam("id"), tickets.c.status.not_in(ENDED))
)
