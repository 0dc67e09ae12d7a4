"""How is a turn read before it is decided, and written once when it is?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from store import inbox, outbox, timers
from store.database import Database
from store.errors import Overtaken, WrittenAgain
from store.events import Event, Recorded
from store.files import place_files
from store.lanes import Claimed
from store.messages import Outbound, SetTimer
from store.people import order_value_of, tier_of
from store.standings import StandingRow, write_standings
from store.tables import counters, insert_once, people, tickets
from store.tickets import ENDED, Session, Ticket
from store.timelines import Addition, append, find_session, find_ticket, read_timeline


@dataclass(frozen=True, slots=True)
class Writing:
    """All that one decision writes, in one transaction."""

    claimed: tuple[Claimed, ...]
    session_id: str
    seen: Mapping[str, int]
    facts: Mapping[str, Sequence[Event]]
    salts: Mapping[str, Sequence[bytes]]
    letters: tuple[tuple[Outbound, timedelta], ...]
    timers: tuple[SetTimer, ...]
    next_session: str
    """When not empty: the thread's next message begins this session."""
    standings: tuple[StandingRow, ...]
    attached: str
    """When not empty: the ticket on whose lane the session's messages now wait."""
    at: datetime


class Ledger:
    """What handling a turn needs of the rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        return self._database

    def worth_of(self, person_id: str) -> tuple[str, int]:
        """Tier and the value of the orders, by the shop's record."""
        with self._database.read() as connection:
            return tier_of(connection, person_id), order_value_of(connection, person_id)

    def session(self, session_id: str) -> Session:
        with self._database.read() as connection:
            return find_session(connection, session_id) or Session(session_id=session_id)

    def ticket(self, ticket_id: str) -> Ticket | None:
        with self._database.read() as connection:
            return find_ticket(connection, ticket_id)

    def timeline(self, ticket_id: str) -> list[Recorded]:
        with self._database.read() as connection:
            return read_timeline(connection, ticket_id)

    def open_tickets(self, person_id: str) -> tuple[Ticket, ...]:
        """Of a customer, the newest first."""
        query = (
            select(tickets.c.state)
            .where(tickets.c.person_id == person_id, tickets.c.status.not_in(ENDED))
            .order_by(tickets.c.number.desc())
            .limit(20)
        )
        with self._database.read() as connection:
            return tuple(Ticket.read_back(row.state) for row in connection.execute(query))

    def name_of(self, person_id: str) -> str:
        query = select(people.c.name).where(people.c.person_id == person_id)
        with self._database.read() as connection:
            return str(connection.execute(query).scalar() or "")

    def next_ticket_id(self) -> str:
        return self._database.write(draw_ticket_id)

    def claim(self, lane: str, now: datetime) -> list[Claimed]:
        return self._database.write(lambda connection: inbox.claim_turn(connection, lane, now))

    def release(self, claimed: list[Claimed], due: datetime | None = None) -> None:
        if claimed:
            self._database.write(lambda connection: inbox.release(connection, claimed, due))

    def fail(self, claimed: Claimed, now: datetime, error: str) -> str:
        return self._database.write(lambda connection: inbox.fail(connection, claimed, now, error))

    def bury(self, claimed: Claimed, error: str) -> None:
        self._database.write(lambda connection: inbox.bury(connection, claimed, error))

    def write(self, writing: Writing) -> None:
        """Overtaken when a timeline moved on, the lease was lost, or the customer wrote again meanwhile."""
        self._database.write(lambda connection: write_turn(connection, writing))


def draw_ticket_id(connection: Connection) -> str:
    drawn = update(counters).where(counters.c.name == "ticket").values(value=counters.c.value + 1)
    drawn = drawn.returning(counters.c.value)
    value = connection.execute(drawn).scalar()
    if value is None:
        last = connection.execute(select(func.max(tickets.c.number))).scalar() or FIRST_NUMBER - 1
        # Of two that draw the first number at once, one waits here for the other.
        connection.execute(ONCE[connection.dialect.name], {"name": "ticket", "value": last})
        value = connection.execute(drawn).scalar_one()
    return f"T-{value}"


ONCE = insert_once(counters)


FIRST_NUMBER = 1001


def write_turn(connection: Connection, writing: Writing) -> None:
    if inbox.has_newer(connection, writing.claimed):
        raise WrittenAgain("the customer wrote again before this was answered")
    for timeline, events in writing.facts.items():
        salts = tuple(writing.salts[timeline])
        append(connection, Addition(timeline, writing.seen[timeline], tuple(events), salts), writing.at)
    outbox.post(connection, writing.letters, writing.at)
    for letter, _ in writing.letters:
        place_files(connection, letter.ticket_id or letter.session_id, [f.file_id for f in letter.files])
    timers.set_timers(connection, writing.timers)
    write_standings(connection, writing.standings)
    if writing.next_session:
        inbox.turn_thread(connection, writing.session_id, writing.next_session)
    for claimed in writing.claimed:
        if not inbox.finish(connection, claimed, writing.at):
            raise Overtaken(f"{claimed.key} was taken by another worker")
    if writing.attached:
        inbox.move_lane(connection, writing.session_id, writing.attached)
