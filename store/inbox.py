"""Which deliveries have come in, and what became of each?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal, select, update

from store import lanes
from store.errors import NotFound
from store.lanes import Claimed
from store.messages import CustomerSaid, Inbound, TimerDue
from store.tables import inbox, insert_once, people, sessions, threads, tickets

RETRIES = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30))
TOGETHER = 10
"""Messages of a burst that are decided as one turn."""


@dataclass(frozen=True, slots=True)
class Accepted:
    session_id: str
    lane: str
    is_new: bool
    """False: this delivery was known already."""


def accept(connection: Connection, inbound: Inbound, fresh_session: str) -> Accepted:
    """Keeps the delivery; after the commit the platform may be told that it arrived.

    `fresh_session` is the id of the session that begins when the thread has none."""
    if isinstance(inbound, CustomerSaid):
        inbound, current = place(connection, inbound, fresh_session)
    else:
        current = "" if inbound.ticket_id else current_ticket(connection, inbound.session_id)
    lane = inbound.ticket_id or current or inbound.session_id
    row = new_row(inbound, lane)
    if connection.execute(NEW_DELIVERY[connection.dialect.name], row).rowcount == 1:
        return Accepted(inbound.session_id, lane, is_new=True)
    known = connection.execute(LANE_OF, {"of_key": inbound.key}).scalar_one()
    return Accepted(inbound.session_id or known, known, is_new=False)


def new_row(inbound: Inbound, lane: str) -> dict[str, Any]:
    return {
        "key": inbound.key,
        "lane": lane,
        "payload": inbound.model_dump(mode="json"),
        "due": inbound.at,
        "created_at": inbound.at,
        "attempts": 0,
        "fence": 0,
        "state": "ready",
        "error": "",
    }


def deliver(connection: Connection, timers: Sequence[TimerDue]) -> list[str]:
    """Like `accept`, for many at once that come from the desk itself; returns their lanes."""
    named = [timer.session_id for timer in timers if not timer.ticket_id]
    query = select(sessions.c.session_id, sessions.c.ticket_id).where(sessions.c.session_id.in_(named))
    current = {row.session_id: row.ticket_id for row in connection.execute(query)} if named else {}
    lanes = [timer.ticket_id or current.get(timer.session_id) or timer.session_id for timer in timers]
    if rows := [new_row(timer, lane) for timer, lane in zip(timers, lanes, strict=True)]:
        connection.execute(NEW_DELIVERY[connection.dialect.name], rows)
    return lanes


def place(connection: Connection, said: CustomerSaid, fresh_session: str) -> tuple[CustomerSaid, str]:
    """A named session or ticket of theirs stands; else the thread's current one; else an interview that they
    left open in another place goes on; else a fresh session begins. With the session's ticket."""
    if said.session_id or said.ticket_id:
        return named_place(connection, said)
    thread = {"at_channel": said.channel, "at_thread": said.thread}
    row = connection.execute(PLACE, thread).first()
    is_new = (row is None or row.person_id != said.person_id) and meet_person(connection, said)
    if row is None:
        begins = ("" if is_new else open_interview(connection, said.person_id)) or fresh_session
        begun = {"channel": said.channel, "thread": said.thread, "person_id": said.person_id}
        connection.execute(NEW_THREAD[connection.dialect.name], {**begun, "session_id": begins})
        # Another may have begun the thread a moment ago: then theirs is the session.
        row = connection.execute(PLACE, thread).one()
    return said.model_copy(update={"session_id": row.session_id}), row.ticket_id or ""


def named_place(connection: Connection, said: CustomerSaid) -> tuple[CustomerSaid, str]:
    """NotFound for what does not exist and for what is another's, alike."""
    person = {"of_person": said.person_id, "of_session": said.session_id, "of_ticket": said.ticket_id}
    # A session whose first message still waits has a thread, and no row of its own yet.
    for theirs in (THEIR_TICKET,) if said.ticket_id else (THEIR_SESSION, THEIR_THREAD):
        if row := connection.execute(theirs, person).first():
            return said.model_copy(update={"session_id": row.session_id}), row.ticket_id
    raise NotFound(f"{said.person_id} has no {said.ticket_id or said.session_id!r}")


def open_interview(connection: Connection, person_id: str) -> str:
    return str(connection.execute(OPEN_INTERVIEW, {"of_person": person_id}).scalar() or "")


def meet_person(connection: Connection, said: CustomerSaid) -> bool:
    """True for who is here for the first time."""
    person = {"person_id": said.person_id, "created_at": said.at, "name": "", "email": "", "role": "customer"}
    return connection.execute(NEW_PERSON[connection.dialect.name], person).rowcount == 1


NEW_DELIVERY, NEW_THREAD, NEW_PERSON = insert_once(inbox), insert_once(threads), insert_once(people)
LANE_OF = select(inbox.c.lane).where(inbox.c.key == bindparam("of_key"))
PLACE = (
    select(threads.c.session_id, threads.c.person_id, sessions.c.ticket_id)
    .join(sessions, sessions.c.session_id == threads.c.session_id, isouter=True)
    .where(threads.c.channel == bindparam("at_channel"), threads.c.thread == bindparam("at_thread"))
)
TICKET_OF = select(sessions.c.ticket_id).where(sessions.c.session_id == bindparam("of_session"))
THEIR_TICKET = select(tickets.c.session_id, tickets.c.ticket_id).where(
    tickets.c.ticket_id == bindparam("of_ticket"), tickets.c.person_id == bindparam("of_person")
)
THEIR_SESSION = select(sessions.c.session_id, sessions.c.ticket_id).where(
    sessions.c.session_id == bindparam("of_session"), sessions.c.person_id == bindparam("of_person")
)
THEIR_THREAD = select(threads.c.session_id, literal("").label("ticket_id")).where(
    threads.c.session_id == bindparam("of_session"), threads.c.person_id == bindparam("of_person")
)
OPEN_INTERVIEW = (
    select(sessions.c.session_id)
    .where(sessions.c.person_id == bindparam("of_person"))
    .where(sessions.c.status == "active", sessions.c.mode == "ticket")
    .order_by(sessions.c.last_at.desc())
    .limit(1)
)


def thread_session(connection: Connection, channel: str, thread: str) -> str:
    """The current session of a thread, or empty."""
    row = connection.execute(PLACE, {"at_channel": channel, "at_thread": thread}).first()
    return str(row.session_id) if row else ""


def turn_thread(connection: Connection, session_id: str, next_session: str) -> None:
    """From here on the thread's messages belong to another session."""
    connection.execute(
        update(threads).where(threads.c.session_id == session_id).values(session_id=next_session)
    )


def current_ticket(connection: Connection, session_id: str) -> str:
    return str(connection.execute(TICKET_OF, {"of_session": session_id}).scalar() or "")


def move_lane(connection: Connection, session_id: str, ticket_id: str) -> None:
    """What waits for the session now waits for its ticket, so that one lane keeps the order."""
    connection.execute(
        update(inbox)
        .where(inbox.c.lane == session_id, inbox.c.state == "ready", inbox.c.lease_until.is_(None))
        .values(lane=ticket_id)
    )


def claim_turn(connection: Connection, lane: str, now: datetime) -> list[Claimed]:
    return lanes.claim(connection, inbox, lane, now, TOGETHER)


def release(connection: Connection, claimed: list[Claimed], due: datetime | None = None) -> None:
    """Back to ready, as if it had not been claimed."""
    for row in claimed:
        change = {"due": due} if due else {}
        lanes.settle(connection, inbox, row, attempts=row.attempts - 1, **change)


def finish(connection: Connection, claimed: Claimed, now: datetime) -> bool:
    return lanes.settle(connection, inbox, claimed, state="done", done_at=now, error="")


def fail(connection: Connection, claimed: Claimed, now: datetime, error: str) -> str:
    """The new state: `ready` for another try after 1, 5 and 30 s, then `dead`, and the next goes on."""
    if claimed.attempts > len(RETRIES):
        lanes.settle(connection, inbox, claimed, state="dead", error=error)
        return "dead"
    due = now + RETRIES[claimed.attempts - 1]
    lanes.settle(connection, inbox, claimed, due=due, error=error)
    return "ready"


def has_newer(connection: Connection, claimed: Sequence[Claimed]) -> bool:
    """Has the customer written again while we decided? Then all of it is decided together."""
    if not is_words(claimed[0].payload) or len(claimed) >= TOGETHER:
        return False
    last = claimed[-1]
    query = (
        select(inbox.c.payload)
        .where(inbox.c.lane == last.lane, inbox.c.seq > last.seq, lanes.waits(inbox))
        .order_by(inbox.c.seq)
        .limit(1)
    )
    following = connection.execute(query).scalar()
    return following is not None and goes_with(last.payload, following)


def is_words(payload: Mapping[str, Any]) -> bool:
    return payload.get("kind") == "customer_said" and payload.get("command") is None


def goes_with(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """A burst of words in one place is one turn; a button, the staff or a timer is a turn by itself."""
    same_place = all(one.get(name) == other.get(name) for name in ("session_id", "ticket_id"))
    return is_words(one) and is_words(other) and same_place


def bury(connection: Connection, claimed: Claimed, error: str) -> None:
    """Trying again cannot help."""
    lanes.settle(connection, inbox, claimed, state="dead", error=error)


def words_of(connection: Connection, lanes_of: Sequence[str], state: str) -> list[CustomerSaid]:
    """What customers wrote in these lanes and nobody has decided on (`ready`), or could (`dead`)."""
    query = (
        select(inbox.c.payload)
        .where(inbox.c.lane.in_(lanes_of), inbox.c.state == state)
        .order_by(inbox.c.seq)
    )
    payloads = connection.execute(query).scalars()
    return [CustomerSaid.read_back(p) for p in payloads if p and p["kind"] == "customer_said"]


def due(connection: Connection, now: datetime) -> list[str]:
    """Lanes that may be worked on now."""
    return lanes.due_lanes(connection, inbox, now)


def empty_old(connection: Connection, before: datetime) -> int:
    return lanes.empty_payloads(connection, inbox, before)


def free_leases(connection: Connection) -> int:
    return lanes.free_leases(connection, inbox)


def replay(connection: Connection, key: str, now: datetime) -> bool:
    """False when no dead delivery has this key, or its words were emptied long ago."""
    return lanes.replay(connection, inbox, key, now)


def count_waiting(connection: Connection, keys: Sequence[str]) -> int:
    """How many of these deliveries nobody has decided on yet."""
    query = select(func.count()).select_from(inbox).where(inbox.c.key.in_(keys), inbox.c.state == "ready")
    return int(connection.execute(query).scalar_one())
