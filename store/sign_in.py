"""How does a one-time link become a browser session, and how does that one end?"""

from datetime import datetime

from sqlalchemy import Connection

from store.access import list_keys, make_key, revoke, use_link
from store.agents import welcome
from store.audit import write_audit


def swap_link(
    connection: Connection, link: str, *, secret: str, key_id: str, now: datetime, expires_at: datetime
) -> str:
    """The person who is signed in. Raises Expired when the link was used before; then nothing is kept."""
    person_id = use_link(connection, link, now)
    if not list_keys(connection, ("session",), person_id):
        welcome(connection, person_id)
    make_key(
        connection,
        use="session",
        person_id=person_id,
        secret=secret,
        key_id=key_id,
        now=now,
        expires_at=expires_at,
    )
    write_audit(connection, person_id, "signed_in", key_id, facts={"by": "link"}, at=now)
    return person_id


def end_session(connection: Connection, key_id: str, person_id: str, now: datetime) -> None:
    """In the rows, so that a copy of the cookie opens nothing either."""
    revoke(connection, key_id)
    write_audit(connection, person_id, "signed_out", key_id, facts={}, at=now)
