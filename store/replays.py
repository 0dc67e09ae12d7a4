"""What could not be handled or sent, and how is it tried again by a person's order?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from store import inbox, lanes, outbox
from store.audit import write_audit
from store.errors import NotFound
from store.lanes import Waiting
from store.tables import inbox as deliveries
from store.tables import outbox as letters

BeltName = Literal["inbox", "outbox"]
DEAD = ("dead", "expired")


def list_waiting(
    connection: Connection, belt: BeltName, states: Sequence[str] = DEAD, limit: int = 200
) -> list[Waiting]:
    """Newest first."""
    return lanes.list_rows(connection, deliveries if belt == "inbox" else letters, states, limit)


def replay(connection: Connection, belt: BeltName, key: str, *, by: str, at: datetime) -> None:
    """With its own key, so that what did happen is not done twice; and with a line in the audit."""
    again = inbox.replay if belt == "inbox" else outbox.replay
    if not again(connection, key, at):
        raise NotFound(f"the {belt} has nothing dead with the key {key!r}, or its words were emptied")
    write_audit(connection, by, f"{belt}_replayed", key, facts={}, at=at)
