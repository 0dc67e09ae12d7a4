"""How does a letter leave? By its channel, once, and only if its sender still owns the conversation."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from store import outbox
from store.clock import Clock
from store.database import Database
from store.errors import Unavailable
from store.lanes import Claimed
from store.messages import OUTBOUND, Say
from store.timelines import find_session, find_ticket

log = logging.getLogger("deskbell.post")


class Channel(Protocol):
    def send(self, letter: Say) -> str:
        """Returns the receipt. Unavailable: try again later."""
        ...


@dataclass(frozen=True, slots=True)
class Postman:
    database: Database
    clock: Clock
    channels: Mapping[str, Channel]

    def work(self, lane: str) -> int:
        now = self.clock.now()
        claimed = self.database.write(lambda connection: outbox.claim_letter(connection, lane, now))
        if claimed is None:
            return 0
        letter = OUTBOUND.validate_python(claimed.payload, extra="ignore")
        if not self.may_leave(letter):
            self.database.write(lambda c: outbox.drop(c, claimed, now, "a person owns the conversation now"))
            return 1
        try:
            receipt = self.channels[letter.channel].send(letter)
        except Unavailable as error:
            self.put_back(claimed, str(error), error.retry_after)
            return 1
        except Exception as error:
            log.exception("%s could not be sent", claimed.key)
            self.put_back(claimed, f"{type(error).__name__}: {error}"[:500], 0.0)
            return 1
        self.database.write(lambda connection: outbox.finish(connection, claimed, self.clock.now(), receipt))
        return 1

    def may_leave(self, letter: Say) -> bool:
        """Words of the assistant never follow a hand-off, not even those that were decided before it."""
        if letter.needs_owner is None:
            return True
        with self.database.read() as connection:
            session = find_session(connection, letter.session_id)
            ticket_id = letter.ticket_id or (session.ticket_id if session else "")
            ticket = find_ticket(connection, ticket_id) if ticket_id else None
        return (ticket.owner if ticket else "assistant") == letter.needs_owner

    def put_back(self, claimed: Claimed, error: str, asked: float) -> None:
        now = self.clock.now()
        wait: timedelta = outbox.retry_wait(claimed.attempts, self.clock.jitter(), asked)
        self.database.write(lambda c: outbox.fail(c, claimed, now=now, error=error, wait=wait))
