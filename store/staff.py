"""How does somebody come to work here, get a way in, go on leave, and leave for good?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, update

from store.access import ADMIN, Person, add_person, find_person, list_keys, list_staff, make_key, revoke_all
from store.agents import AgentRow, Presence, drop_agent, find_agent, get_agent, save_agent, set_presence
from store.audit import write_audit
from store.errors import BadAnswer, NotFound
from store.rotations import find_rotation, save_rotation
from store.standings import held_by
from store.tables import agents, rotation_overrides
from store.timers import look_again

TAKING: tuple[str, ...] = ("agent", "lead", "admin")
"""Roles that may be given tickets; the others look on, write articles, or lead the house."""


def save_staff(
    connection: Connection, person: Person, agent: AgentRow | None, *, by: str, at: datetime
) -> None:
    """New, or changed; whether they are there or on leave stays. Without an agent they take no tickets."""
    refuse_doubled_email(connection, person)
    before = find_person(connection, person.person_id)
    if person.person_id == ADMIN and person.role != "admin":
        raise BadAnswer(
            "the desk's own administrator stays one: give the role to somebody else as well",
            text_key="people.error.kept",
        )
    add_person(connection, person)
    if agent is None:
        drop_agent(connection, person.person_id)
    else:
        stands = find_agent(connection, person.person_id) or agent
        row = replace(agent, presence=stands.presence, on_leave_until=stands.on_leave_until)
        save_agent(connection, row)
    action = "person_changed" if before and before.is_staff else "person_added"
    facts = {"role": person.role, "capacity": agent.capacity if agent else 0}
    write_audit(connection, by, action, person.person_id, facts=facts, at=at)


def save_many(
    connection: Connection, given: Iterable[tuple[Person, AgentRow | None]], *, by: str, at: datetime
) -> None:
    """All of them or none."""
    for person, agent in given:
        save_staff(connection, person, agent, by=by, at=at)


def refuse_doubled_email(connection: Connection, person: Person) -> None:
    for other in list_staff(connection) if person.email else ():
        if other.person_id != person.person_id and other.email.lower() == person.email.lower():
            raise BadAnswer(
                f"{person.email} is the e-mail of {other.name or other.person_id} ({other.person_id}):"
                " give another one, or change that person",
                text_key="people.error.email_taken",
                name=other.name or other.person_id,
            )


def find_by_words(connection: Connection, words: str) -> Person:
    """Of the staff, by id, e-mail or whole name. Raises NotFound, and BadAnswer when two are meant."""
    asked = words.strip().lower()
    staff = list_staff(connection)
    by_id = [one for one in staff if one.person_id == words.strip()]
    found = by_id or [one for one in staff if asked and asked in (one.email.lower(), one.name.lower())]
    if not found:
        raise NotFound(
            f"nobody of the staff is {words!r}: give an id, an e-mail or a name"
            " as `deskbell people list` shows it"
        )
    if len(found) > 1:
        ids = ", ".join(one.person_id for one in found)
        raise BadAnswer(f"{words!r} is more than one person: give one of the ids {ids}")
    return found[0]


def say_presence(
    connection: Connection, person_id: str, presence: Presence, *, by: str, at: datetime
) -> None:
    set_presence(connection, person_id, presence)
    write_audit(connection, by, "presence_said", person_id, facts={"presence": presence}, at=at)


def go_on_leave(connection: Connection, person_id: str, until: datetime, *, by: str, at: datetime) -> None:
    """Off until that moment, and then again what they were. bot/people.py sees to their tickets."""
    get_agent(connection, person_id)
    if until <= at:
        raise BadAnswer(
            f"the leave ends {until:%Y-%m-%d %H:%M}, which is over: give a later day",
            text_key="people.error.leave_over",
        )
    change = update(agents).where(agents.c.person_id == person_id).values(on_leave_until=until)
    connection.execute(change)
    look_again(connection, held_by(connection, person_id), at)
    write_audit(connection, by, "leave_begun", person_id, facts={"until": until.isoformat()}, at=at)


def dismiss(connection: Connection, person_id: str, *, by: str, at: datetime) -> None:
    """Nothing opens for them any more; what they wrote keeps their name."""
    person = find_person(connection, person_id)
    if person is None or not person.is_staff:
        raise NotFound(f"{person_id!r} is not of the staff")
    if person_id in (ADMIN, by):
        raise BadAnswer(
            "neither the desk's own administrator nor you yourself can be taken off the desk",
            text_key="people.error.kept",
        )
    add_person(connection, replace(person, role="customer"))
    drop_agent(connection, person_id)
    look_again(connection, held_by(connection, person_id), at)
    revoke_all(connection, person_id, ("link", "session", "token"))
    connection.execute(delete(rotation_overrides).where(rotation_overrides.c.person_id == person_id))
    leave_rotation(connection, person_id, by=by, at=at)
    write_audit(connection, by, "person_dismissed", person_id, facts={}, at=at)


def leave_rotation(connection: Connection, person_id: str, *, by: str, at: datetime) -> None:
    """The others follow each other without a gap."""
    rotation = find_rotation(connection) or {}
    people = list(rotation.get("people", ()))
    if person_id in people:
        rest = {**rotation, "people": [one for one in people if one != person_id]}
        save_rotation(connection, rest, by=by, at=at)


def invite(
    connection: Connection,
    person_id: str,
    *,
    secret: str,
    key_id: str,
    by: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """A sign-in link that works once. An earlier one that nobody has used is closed."""
    person = find_person(connection, person_id)
    if person is None or not person.is_staff:
        raise NotFound(f"{person_id!r} is not of the staff")
    revoke_all(connection, person_id, ("link",))
    make_key(
        connection,
        use="link",
        person_id=person_id,
        secret=secret,
        key_id=key_id,
        now=now,
        expires_at=expires_at,
    )
    write_audit(connection, by, "link_made", person_id, facts={"key_id": key_id}, at=now)


def shut_out(connection: Connection, person_id: str, *, by: str, at: datetime) -> int:
    """Links and browser sessions; the number of those that were open. A new link lets them in again."""
    closed = revoke_all(connection, person_id, ("link", "session"))
    write_audit(connection, by, "signed_out_everywhere", person_id, facts={"closed": closed}, at=at)
    return closed


def open_links(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Until when somebody's sign-in link still waits to be used."""
    return {
        key.person_id: key.expires_at
        for key in list_keys(connection, ("link",))
        if key.expires_at and key.expires_at > now and not key.revoked and key.used_at is None
    }


def is_first_visit(connection: Connection, person_id: str) -> bool:
    """Nobody else works here yet, and this is the first browser session of theirs."""
    others = any(one.person_id != person_id for one in list_staff(connection))
    return not others and len(list_keys(connection, ("session",), person_id)) <= 1
