"""What has been decided so far in this turn? Facts are folded at once, so the next decision sees them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.letters import Hour, write_letter
from store import events as e
from store.messages import Attachment, Say, SetTimer
from store.outbox import ANSWER_LIVES, NOTICE_LIVES
from store.standings import StandingRow
from store.tickets import Session, Ticket, fold_session, fold_ticket
from tools.outcome import Case, Fact, Outcome, Saying, Step, TurnsThread, UsesTicket


@dataclass(slots=True)
class Turn:
    """Grows while it is decided; `bot.handle` writes it once."""

    delivery: str
    now: datetime
    session: Session
    ticket: Ticket | None
    find_ticket: Callable[[str], Ticket | None]
    name_of: Callable[[str], str]
    zone: ZoneInfo
    """Of the desk."""
    files: tuple[Attachment, ...] = ()
    told: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    """The version of each timeline that the decision was made on."""
    facts: dict[str, list[e.Event]] = field(default_factory=dict)
    letters: list[tuple[Say, timedelta]] = field(default_factory=list)
    timers: list[SetTimer] = field(default_factory=list)
    next_session: str = ""
    standings: tuple[StandingRow, ...] = ()
    """Of its tickets, as lists sort by it."""
    attached: str = ""
    """A ticket that the session got in this turn."""

    def __post_init__(self) -> None:
        self.seen[self.session.session_id] = self.session.version
        if self.ticket:
            self.seen[self.ticket.ticket_id] = self.ticket.version

    def case(self) -> Case:
        return Case(self.session, self.ticket, self.now, self.delivery, self.files, self.told)

    def take(self, decided: Outcome) -> None:
        for step in decided.steps:
            self.take_step(step)

    def take_step(self, step: Step) -> None:
        match step:
            case Fact(place="session", event=event):
                self.fact_on_session(event)
            case Fact(event=event):
                self.fact_on_ticket(event)
            case Saying() as saying:
                self.say(saying)
            case SetTimer() as timer:
                self.timers.append(timer)
            case UsesTicket(ticket_id=ticket_id):
                self.use_ticket(ticket_id)
            case TurnsThread(session_id=session_id):
                self.next_session = session_id

    def use_ticket(self, ticket_id: str) -> None:
        self.ticket = self.find_ticket(ticket_id) or Ticket(ticket_id=ticket_id)
        self.seen[ticket_id] = self.ticket.version
        self.attached = ticket_id

    def fact_on_session(self, event: e.Event) -> None:
        place = self.session.session_id
        self.facts.setdefault(place, []).append(event)
        recorded = e.Recorded(place, self.session.version + 1, self.now, event)
        self.session = fold_session(self.session, [recorded])

    def fact_on_ticket(self, event: e.Event) -> None:
        if self.ticket is None:
            raise AssertionError(f"{event.kind} needs a ticket")
        place = self.ticket.ticket_id
        self.facts.setdefault(place, []).append(event)
        recorded = e.Recorded(place, self.ticket.version + 1, self.now, event)
        self.ticket = fold_ticket(self.ticket, [recorded])

    def fact(self, event: e.Event) -> None:
        """While a ticket is open, what is said stands on the ticket's timeline."""
        if self.ticket is not None:
            self.fact_on_ticket(event)
        else:
            self.fact_on_session(event)

    def waits_for_press(self) -> bool:
        """The last thing said shows buttons, so it already asks what comes next."""
        return bool(self.letters) and bool(self.letters[-1][0].choices)

    def say(self, saying: Saying) -> None:
        """Its id comes from the delivery: deciding again says the same letter, not a second one."""
        letter_id = f"{self.delivery}/{len(self.letters) + 1}"
        name = self.name_of(saying.person_id) if saying.person_id else ""
        ticket_id = self.ticket.ticket_id if self.ticket else ""
        written = write_letter(
            saying,
            self.session,
            letter_id=letter_id,
            ticket_id=ticket_id,
            name=name,
            hour=Hour(self.now, self.zone),
        )
        self.letters.append((written.letter, ANSWER_LIVES if saying.answer else NOTICE_LIVES))
        self.fact(written.event)
