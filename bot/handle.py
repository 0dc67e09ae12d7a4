"""What becomes of the deliveries of one lane? Read, decide, write once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.crew import QueueSizes, read_crew
from bot.decide import decide_by_clock, decide_by_staff, decide_customer
from bot.notifier import Notifier
from bot.reckon import reckon
from bot.turn import Turn
from escalation.rulebook import Rulebook
from escalation.sla import Acts, read_acts
from escalation.standing import Crew
from knowledge.answer import Answer
from knowledge.library import Library
from store.agents import AgentRow, list_agents
from store.clock import Clock
from store.commands import CloseTicket, Rate, ReopenTicket
from store.errors import NotFound, Overtaken, PersonError, WrittenAgain
from store.inbox import goes_with
from store.lanes import Claimed
from store.ledger import Ledger, Writing
from store.messages import INBOUND, CustomerSaid, Inbound, StaffDid, TimerDue
from store.outbox import lane_of
from store.settings import Settings
from store.tickets import Ticket
from store.timers import LOOK
from tools.outcome import Worth

TRIES = 3
MOST_CLAIMS = 8
"""A delivery that was claimed so often and never settled has killed its process every time."""
log = logging.getLogger("deskbell.handle")


@dataclass(frozen=True, slots=True)
class Reading:
    """The desk as a decision may look at it; nothing here writes, but for drawing a number."""

    settings: Settings
    ledger: Ledger
    library: Library
    clock: Clock
    rules: Rulebook
    salt: str
    sizes: QueueSizes = field(default_factory=QueueSizes)

    def crew(self) -> Crew:
        return read_crew(self.ledger.database, self.clock.now(), self.sizes)

    def agents(self) -> tuple[AgentRow, ...]:
        with self.ledger.database.read() as connection:
            return list_agents(connection)

    def worth_of(self, person_id: str) -> Worth:
        return Worth(*self.ledger.worth_of(person_id))

    def acts_of(self, ticket_id: str) -> Acts:
        return read_acts(self.ledger.timeline(ticket_id))

    def answer(self, question: str, *, history: tuple[str, ...], language: str) -> Answer:
        return self.library.answer(question, history=history, audience="public", language=language)

    def open_tickets(self, person_id: str) -> tuple[Ticket, ...]:
        return self.ledger.open_tickets(person_id)

    def find_ticket(self, ticket_id: str) -> Ticket | None:
        return self.ledger.ticket(ticket_id)

    def next_ticket_id(self) -> str:
        return self.ledger.next_ticket_id()

    def new_session_id(self) -> str:
        return self.clock.new_id("ses")


@dataclass(frozen=True, slots=True)
class Handler:
    reading: Reading
    ledger: Ledger
    clock: Clock
    notifier: Notifier
    ring: Callable[[str], None]
    """Tells the outbox belt that letters wait on a lane."""

    def work(self, lane: str) -> int:
        """Takes what waits on the lane, as far as it belongs to one turn; returns how much it took."""
        claimed = self.ledger.claim(lane, self.clock.now())
        if not claimed:
            return 0
        if claimed[0].attempts > MOST_CLAIMS:
            self.ledger.release(claimed[1:])
            self.ledger.bury(claimed[0], "the process ended each time it was tried")
            return 1
        together, later = first_turn(claimed)
        self.ledger.release(later)
        try:
            self.settle(together)
        except Overtaken:
            self.ledger.release(together)
        except PersonError as error:
            self.ledger.bury(together[0], f"{error.code}: {error}")
            self.ledger.release(together[1:])
            log.warning("%s refused: %s", together[0].key, error)
        except Exception as error:
            self.give_up(together, error)
        return len(together)

    def settle(self, claimed: list[Claimed]) -> None:
        """A writer who was overtaken decides again; after that it is another's turn first."""
        inbound = [INBOUND.validate_python(row.payload, extra="ignore") for row in claimed]
        for attempt in range(TRIES):
            turn = self.decide(inbound)
            try:
                self.ledger.write(self.writing(turn, claimed))
            except WrittenAgain:
                raise
            except Overtaken:
                if attempt == TRIES - 1:
                    raise
                continue
            self.notifier.tell(turn.session.session_id, turn.session.person_id, *turn.seen)
            for lane in {lane_of(letter) for letter, _ in turn.letters}:
                self.ring(lane)
            log.info("%s decided, %s facts", claimed[-1].key, sum(map(len, turn.facts.values())))
            return

    def decide(self, inbound: Sequence[Inbound]) -> Turn:
        turn = self.read(inbound[0])
        said = [message for message in inbound if isinstance(message, CustomerSaid)]
        match inbound[0]:
            case CustomerSaid():
                decide_customer(turn, self.reading, said)
            case StaffDid() as did:
                decide_by_staff(turn, self.reading, did)
            case TimerDue() as due:
                decide_by_clock(turn, self.reading, due)
        self.reckon(turn, inbound[0])
        return turn

    def reckon(self, turn: Turn, inbound: Inbound) -> None:
        """After whatever happened to a ticket, and when its own timer says that it is time."""
        name = turn.ticket.ticket_id if turn.ticket else ""
        is_look = isinstance(inbound, TimerDue) and inbound.timer == LOOK
        if name and (turn.facts.get(name) or is_look):
            reckon(turn, self.reading, self.ledger.timeline(name) if turn.seen[name] else ())

    def read(self, inbound: Inbound) -> Turn:
        session_id = inbound.session_id
        ticket = self.find_subject(inbound)
        if ticket and (inbound.ticket_id or not session_id):
            session_id = ticket.session_id
        session = self.ledger.session(session_id)
        if ticket is None and session.ticket_id and not inbound.ticket_id:
            ticket = self.ledger.ticket(session.ticket_id)
        return Turn(
            delivery=inbound.key,
            now=self.clock.now(),
            session=session,
            ticket=ticket,
            find_ticket=self.ledger.ticket,
            name_of=self.ledger.name_of,
            zone=ZoneInfo(self.reading.settings.timezone),
        )

    def find_subject(self, inbound: Inbound) -> Ticket | None:
        """The ticket that is named by the door or by a button; a customer's only when it is theirs."""
        if not isinstance(inbound, CustomerSaid):
            return self.ledger.ticket(inbound.ticket_id) if inbound.ticket_id else None
        command = inbound.command
        pressed = command.ticket_id if isinstance(command, CloseTicket | ReopenTicket | Rate) else ""
        named = inbound.ticket_id or pressed
        ticket = self.ledger.ticket(named) if named else None
        if ticket and ticket.person_id == inbound.person_id:
            return ticket
        if inbound.ticket_id:
            raise NotFound(f"no ticket {inbound.ticket_id!r} of {inbound.person_id}")
        return None

    def writing(self, turn: Turn, claimed: list[Claimed]) -> Writing:
        return Writing(
            claimed=tuple(claimed),
            session_id=turn.session.session_id,
            seen=turn.seen,
            facts=turn.facts,
            salts={name: [self.clock.new_salt() for _ in facts] for name, facts in turn.facts.items()},
            letters=tuple(turn.letters),
            timers=tuple(turn.timers),
            next_session=turn.next_session,
            standings=turn.standings,
            attached=turn.attached,
            at=turn.now,
        )

    def give_up(self, claimed: list[Claimed], error: Exception) -> None:
        """The lane waits for its first delivery to be tried again, or goes on when that one is dead."""
        first, *rest = claimed
        self.ledger.release(rest)
        state = self.ledger.fail(first, self.clock.now(), f"{type(error).__name__}: {error}"[:500])
        log.error("%s failed, now %s", first.key, state, exc_info=error)


def first_turn(claimed: list[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
    """What is decided together, and what comes after it."""
    count = 1
    while count < len(claimed) and goes_with(claimed[0].payload, claimed[count].payload):
        count += 1
    return claimed[:count], claimed[count:]
