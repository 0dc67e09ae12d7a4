"""What may a door ask of the desk?"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.attainment import Watch
from bot.handle import Handler
from bot.notifier import Notifier
from bot.post import Postman
from bot.view import Conversation, Turn, conversation_of, staff_turns, with_unread
from bot.worker import Belt, Stoppable, Ticker
from escalation.routing import lint
from escalation.rulebook import Rulebook
from knowledge.library import Library
from store import gauges, inbox, outbox, reading
from store.clock import Clock
from store.database import Database
from store.errors import Unavailable
from store.inbox import Accepted
from store.messages import CustomerSaid, Inbound
from store.presence import Presence
from store.settings import Settings
from store.tickets import Session, Ticket

log = logging.getLogger("deskbell.desk")
LONGEST_WAIT = timedelta(seconds=60)
"""A message that nobody has looked at for longer means that the belts stand still."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Made by `bot.wiring`; every door gets this one and nothing else."""

    settings: Settings
    presence: Presence
    secret_key: str
    database: Database
    clock: Clock
    notifier: Notifier
    library: Library
    rules: Rulebook
    watch: Watch
    handler: Handler
    postman: Postman
    inbox_belt: Belt
    outbox_belt: Belt
    tickers: tuple[Ticker, ...]

    def receive(self, inbound: Inbound) -> Accepted:
        """Kept for good when this returns; only then may the sender be told."""
        fresh = self.clock.new_id("ses")
        accepted = self.database.write(lambda connection: inbox.accept(connection, inbound, fresh))
        if accepted.is_new:
            self.inbox_belt.ring(accepted.lane)
            who = (inbound.person_id,) if isinstance(inbound, CustomerSaid) else ()
            self.notifier.tell(accepted.session_id, accepted.lane, *who)
        return accepted

    def conversation(
        self, *, person_id: str, session_id: str = "", ticket_id: str = "", channel: str = "web"
    ) -> Conversation:
        """A customer's own, or NotFound for absent and foreign alike; without ids their current one."""
        return conversation_of(
            reading.allowed_conversation(
                self.database, person_id, session_id=session_id, ticket_id=ticket_id, channel=channel
            )
        )

    def merged(self, ticket_id: str) -> tuple[Ticket, Session | None, tuple[Turn, ...]]:
        """For staff: the ticket with its session, in one order, notes and facts included."""
        read = reading.get_for_staff(self.database, ticket_id)
        assert read.ticket is not None  # noqa: S101 - get_for_staff raises NotFound without one
        return read.ticket, read.session, with_unread(staff_turns(read.recorded), read)

    def is_ready(self) -> dict[str, str | bool]:
        """Can a message be taken down, and is it looked at in time? Each fact in a word."""
        now = self.clock.now()
        try:
            waits = self.database.write(lambda connection: gauges.gauge_inbox(connection, now)).oldest
        except Unavailable as error:
            return {"ready": False, "database": error.hint}
        search = self.library.health()
        return {
            "ready": waits < LONGEST_WAIT,
            "database": "writable",
            "inbox": f"the oldest message waits {waits.total_seconds():.0f} s",
            "search": search.mode,
        }

    def parts(self) -> tuple[Stoppable, ...]:
        return (*self.tickers, self.inbox_belt, self.outbox_belt)

    def start(self) -> None:
        if self.settings.is_sqlite:
            self.database.write(inbox.free_leases)
            self.database.write(outbox.free_leases)
        for fault in lint(self.rules.routing, self.handler.reading.crew().agents):
            log.warning("routing: %s", fault)
        for part in self.parts():
            part.start()

    def stop(self, seconds: float = 10.0) -> None:
        for part in self.parts():
            part.stop(seconds)
        self.library.close()
        self.database.close()
        self.presence.leave()

    def run_own(self) -> None:
        """What came in through this process, here and now; workers of a running desk may be faster."""
        while self.inbox_belt.run_rung() + self.outbox_belt.run_rung():
            pass

    def run_due(self) -> None:
        """Everything that is due, here and now."""
        while self.inbox_belt.run_all() + self.outbox_belt.run_all():
            pass
