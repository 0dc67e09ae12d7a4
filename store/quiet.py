"""How is history written down of which no letter leaves any more?"""

from datetime import datetime

from sqlalchemy import Connection, func, select
from typing_extensions import override

from store import inbox, outbox
from store.lanes import Claimed
from store.ledger import Ledger, Writing, write_turn
from store.messages import Inbound
from store.tables import timers

RECEIPT = "sample"


class QuietLedger(Ledger):
    """Writes as always, and in the same transaction that the letters have left: no belt ever sends one."""

    @override
    def write(self, writing: Writing) -> None:
        self.database.write(lambda connection: write_quietly(connection, writing))

    def take_in(self, inbound: Inbound, fresh_session: str) -> tuple[str, list[Claimed]]:
        """Accepted and claimed at once, so that nobody else works on it; with the session that it is of."""
        return self.database.write(lambda connection: accept_claimed(connection, inbound, fresh_session))

    def next_timer(self) -> datetime | None:
        """When time does something by itself again."""
        with self.database.read() as connection:
            first: datetime | None = connection.execute(select(func.min(timers.c.due))).scalar_one()
        return first


def write_quietly(connection: Connection, writing: Writing) -> None:
    write_turn(connection, writing)
    for lane in dict.fromkeys(outbox.lane_of(letter) for letter, _ in writing.letters):
        while letter := outbox.claim_letter(connection, lane, writing.at):
            outbox.finish(connection, letter, writing.at, RECEIPT)


def accept_claimed(connection: Connection, inbound: Inbound, fresh_session: str) -> tuple[str, list[Claimed]]:
    accepted = inbox.accept(connection, inbound, fresh_session)
    return accepted.session_id, inbox.claim_turn(connection, accepted.lane, inbound.at)
