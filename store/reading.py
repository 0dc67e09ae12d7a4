"""What stands in a conversation, for those who may read it?"""

from sqlalchemy import Connection

from store import inbox, timelines
from store.database import Database
from store.errors import NotFound
from store.events import Recorded
from store.messages import CustomerSaid
from store.talk import Read
from store.tickets import Session, Ticket


def allowed_conversation(
    database: Database, person_id: str, *, session_id: str = "", ticket_id: str = "", channel: str = "web"
) -> Read:
    """A customer's own; NotFound for absent and foreign alike. Without ids the one they are in now."""
    with database.read() as connection:
        ticket = allowed_ticket(connection, person_id, ticket_id) if ticket_id else None
        current = ticket.session_id if ticket else session_id
        current = current or inbox.thread_session(connection, channel, person_id)
        session = timelines.find_session(connection, current) if current else None
        if session and session.person_id != person_id:
            raise NotFound(f"no session {current!r} of {person_id}")
        recorded = merged(connection, session, (ticket_id,) if ticket_id else session_tickets(session))
        if ticket is None and session and session.ticket_id:
            ticket = timelines.find_ticket(connection, session.ticket_id)
        lanes = [lane for lane in (current, ticket.ticket_id if ticket else "") if lane]
        waiting, unread = (own_words(connection, lanes, state, person_id) for state in ("ready", "dead"))
    if session_id and session is None and not waiting and not unread:
        raise NotFound(f"no session {session_id!r} of {person_id}")
    return Read(current, session, ticket, recorded, waiting, unread)


def own_words(
    connection: Connection, lanes: list[str], state: str, person_id: str
) -> tuple[CustomerSaid, ...]:
    said = inbox.words_of(connection, lanes, state) if lanes else []
    return tuple(message for message in said if message.person_id == person_id)


def allowed_ticket(connection: Connection, person_id: str, ticket_id: str) -> Ticket:
    ticket = timelines.find_ticket(connection, ticket_id)
    if ticket is None or ticket.person_id != person_id:
        raise NotFound(f"no ticket {ticket_id!r} of {person_id}")
    return ticket


def get_for_staff(database: Database, ticket_id: str) -> Read:
    """The ticket with its session, whoever asked; the door has checked the role."""
    with database.read() as connection:
        ticket = timelines.find_ticket(connection, ticket_id)
        if ticket is None:
            raise NotFound(f"no ticket {ticket_id!r}")
        session = timelines.find_session(connection, ticket.session_id)
        recorded = merged(connection, session, (ticket_id,))
        unread = inbox.words_of(connection, [ticket.session_id, ticket_id], "dead")
    return Read(ticket.session_id, session, ticket, recorded, unread=tuple(unread))


def session_tickets(session: Session | None) -> tuple[str, ...]:
    return session.tickets if session else ()


def merged(
    connection: Connection, session: Session | None, ticket_ids: tuple[str, ...]
) -> tuple[Recorded, ...]:
    names = (*((session.session_id,) if session else ()), *dict.fromkeys(ticket_ids))
    every = [fact for name in names for fact in timelines.read_timeline(connection, name)]
    return tuple(sorted(every, key=lambda fact: (fact.at, fact.timeline.startswith("T-"), fact.version)))
