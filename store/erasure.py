"""How is everything forgotten that a person wrote or that tells who it was?"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from store.agents import drop_agent
from store.backend import forget_customer
from store.events import SubjectErased
from store.people import STANDARD
from store.rebuilding import rebuild_snapshots
from store.tables import (
    access_keys,
    erasures,
    events,
    file_places,
    files,
    inbox,
    insert_once,
    outbox,
    people,
    requests,
    sessions,
    threads,
    tickets,
    timers,
)
from store.timelines import Addition, append


def erase_person(connection: Connection, person_id: str, *, by: str, at: datetime) -> list[str]:
    """Facts, numbers and times stay, and the chains stay whole; the words are gone from every row.
    Returns the ids of files that are now to be removed from the disk."""
    timelines = timelines_of(connection, person_id)
    connection.execute(
        update(events).where(events.c.timeline.in_(timelines)).values(personal=None, salt=None)
    )
    for timeline in timelines:
        seen = read_version(connection, timeline)
        append(connection, Addition(timeline, seen, (SubjectErased(by=by),), (b"",)), at)
    # The snapshots were folded while the words still stood.
    rebuild_snapshots(connection, timelines)
    empty_lanes(connection, timelines, at)
    gone = drop_files(connection, person_id, timelines)
    forget_person(connection, person_id, timelines)
    forget_customer(connection, person_id)
    connection.execute(ERASED[connection.dialect.name], {"person_id": person_id, "at": at})
    return gone


ERASED = insert_once(erasures)


def timelines_of(connection: Connection, person_id: str) -> list[str]:
    theirs = (
        select(sessions.c.session_id).where(sessions.c.person_id == person_id),
        select(tickets.c.ticket_id).where(tickets.c.person_id == person_id),
    )
    return [name for query in theirs for name in connection.execute(query).scalars()]


def read_version(connection: Connection, timeline: str) -> int:
    table, name = (tickets, "ticket_id") if timeline.startswith("T-") else (sessions, "session_id")
    query = select(table.c.version).where(table.c[name] == timeline)
    return int(connection.execute(query).scalar_one())


def empty_lanes(connection: Connection, timelines: Sequence[str], at: datetime) -> None:
    """What still waited for the person or from the person is not worked on any more."""
    if not timelines:
        return
    connection.execute(delete(timers).where(or_(*(timers.c.key.startswith(f"{one}:") for one in timelines))))
    for table in (inbox, outbox):
        theirs = or_(*(or_(table.c.lane == one, table.c.lane.startswith(f"{one}|")) for one in timelines))
        open_rows = table.c.state.in_(("ready", "sending"))
        gone = {"state": "expired", "done_at": at, "lease_until": None}
        connection.execute(update(table).where(theirs, open_rows).values(gone))
        # The lane of a letter names the place it goes to, which may be an address.
        connection.execute(update(table).where(theirs).values(payload=None, error="", lane="erased"))


def drop_files(connection: Connection, person_id: str, timelines: Sequence[str]) -> list[str]:
    """Theirs, and those that were sent to them."""
    placed = select(file_places.c.file_id).where(file_places.c.timeline.in_(timelines))
    theirs = or_(files.c.person_id == person_id, files.c.file_id.in_(placed))
    gone = list(connection.execute(select(files.c.file_id).where(theirs)).scalars())
    connection.execute(delete(files).where(files.c.file_id.in_(gone)))
    connection.execute(delete(file_places).where(file_places.c.file_id.in_(gone)))
    return gone


def forget_person(connection: Connection, person_id: str, timelines: Sequence[str]) -> None:
    nobody = {"name": "", "email": "", "external_id": "", "tier": STANDARD, "order_value": 0}
    connection.execute(update(people).where(people.c.person_id == person_id).values(nobody))
    drop_agent(connection, person_id)
    connection.execute(delete(access_keys).where(access_keys.c.person_id == person_id))
    connection.execute(delete(threads).where(threads.c.person_id == person_id))
    about = {person_id, *timelines}
    for row in connection.execute(select(requests.c.key, requests.c.answer)).all():
        answer = json.dumps(row.answer)
        if person_id in row.key or any(name in answer for name in about):
            connection.execute(delete(requests).where(requests.c.key == row.key))


def list_erasures(connection: Connection) -> dict[str, datetime]:
    """Person id and day."""
    return {row.person_id: row.at for row in connection.execute(select(erasures))}


def replay_erasures(connection: Connection, wanted: dict[str, datetime], at: datetime) -> list[str]:
    """After a restore: what was erased since the backup was made is erased again. Returns files to remove."""
    known = list_erasures(connection)
    gone: list[str] = []
    for person_id in sorted(wanted.keys() - known.keys()):
        gone += erase_person(connection, person_id, by="desk", at=at)
    return gone
