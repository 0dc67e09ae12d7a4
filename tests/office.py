"""What does the whole product do, in memory as far as can be: real wiring, a standing clock, no network?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.desk import Desk
from bot.view import Conversation, Turn
from bot.wiring import open_desk
from knowledge.library import Library
from store import timers
from store.access import ADMIN, Person, add_person
from store.clock import StandingClock
from store.events import Event
from store.messages import Attachment, CustomerSaid, StaffDid, SystemContext
from store.reading import get_for_staff
from store.settings import Settings
from store.tickets import Session, Ticket

ADA = "per_ada"
BORIS = "per_boris"


@dataclass(slots=True)
class Office:
    desk: Desk
    clock: StandingClock
    count: int = field(default=0)

    def key(self) -> str:
        self.count += 1
        return f"delivery-{self.count}"

    def customer_sends(self, *, person: str = ADA, **said: object) -> CustomerSaid:
        """Puts a message into the inbox without working on it."""
        self.clock.forward(seconds=1)
        place = {"channel": "web", "thread": person, "key": self.key(), "at": self.clock.now()}
        message = CustomerSaid.model_validate({**place, "person_id": person, **said})
        self.desk.receive(message)
        return message

    def customer_says(self, text: str, *, person: str = ADA, **said: object) -> str:
        """Says it, lets the desk work, and returns what the customer reads then."""
        seen = len(self.turns(person))
        self.customer_sends(person=person, text=text, **said)
        self.desk.run_due()
        return "\n".join(text_of(turn) for turn in self.turns(person)[seen:] if turn.voice != "customer")

    def customer_presses(self, label: str, *, person: str = ADA, **said: object) -> str:
        """The button of that label, wherever it stands last."""
        for turn in reversed(self.turns(person)):
            for choice in turn.choices:
                if choice.label == label:
                    command = choice.command.model_dump(mode="json")
                    return self.customer_says(label, person=person, command=command, **said)
        raise AssertionError(f"no button {label!r}; there are {self.buttons(person)}")

    def buttons(self, person: str = ADA) -> list[str]:
        turns = self.turns(person)
        return [choice.label for choice in turns[-1].choices] if turns else []

    def turns(self, person: str = ADA) -> tuple[Turn, ...]:
        return self.talk(person).turns

    def talk(self, person: str = ADA) -> Conversation:
        return self.desk.conversation(person_id=person)

    def session(self, person: str = ADA) -> Session:
        session = self.talk(person).session
        assert session is not None
        return session

    def ticket(self, ticket_id: str = "T-1001") -> Ticket:
        ticket = get_for_staff(self.desk.database, ticket_id).ticket
        assert ticket is not None
        return ticket

    def facts(self, ticket_id: str = "T-1001") -> Sequence[Event]:
        return [fact.event for fact in get_for_staff(self.desk.database, ticket_id).recorded]

    def staff_does(self, action: str, *, ticket: str = "T-1001", person: str = ADMIN, **did: object) -> None:
        self.clock.forward(seconds=1)
        place = {"key": self.key(), "at": self.clock.now(), "person_id": person, "ticket_id": ticket}
        session_id = self.ticket(ticket).session_id
        self.desk.receive(
            StaffDid.model_validate({**place, "session_id": session_id, "action": action, **did})
        )
        self.desk.run_due()

    def forward(self, **step: float) -> None:
        """Time passes, and what became due meanwhile happens."""
        self.clock.forward(**step)
        while self.desk.database.write(lambda connection: timers.ring(connection, self.clock.now())):
            self.desk.run_due()
        self.desk.run_due()

    def calls_a_person(self, problem: str = "The fuel pump hums and does not pump", person: str = ADA) -> str:
        """The shortest way to a ticket, without a search; returns its id."""
        self.customer_says(problem, person=person, command={"kind": "talk_to_person"})
        return self.session(person).tickets[-1]

    def file_a_ticket(self, problem: str = "The fuel pump hums and does not pump", person: str = ADA) -> str:
        """Through the guided conversation; returns the ticket's id."""
        self.customer_says("I want to open a ticket", person=person)
        self.customer_presses("Something else", person=person)
        self.customer_says(problem, person=person)
        for _ in range(8):
            buttons = self.buttons(person)
            wanted = ("Send request", "Didn’t help, go on", "No, something else", "Skip this one")
            press = next((label for label in wanted if label in buttons), None)
            if press is None:
                break
            self.customer_presses(press, person=person)
            if press == "Send request":
                break
        return self.session(person).tickets[-1]


def text_of(turn: Turn) -> str:
    return "\n".join(line.text for line in turn.lines)


def open_office(settings: Settings, clock: StandingClock, library: Library | None = None) -> Office:
    desk = open_desk(settings, clock, library)
    admin = Person(ADMIN, "Mara Lind", "", "admin", clock.now())
    desk.database.write(lambda connection: add_person(connection, admin))
    return Office(desk, clock)


def attachment(name: str = "pump.jpg") -> Attachment:
    return Attachment(file_id="fil_1", name=name, media_type="image/jpeg", size=1200, sha256="0" * 64)


def context(page: str = "/parts/fuel-pump", browser: str = "Firefox") -> SystemContext:
    return SystemContext(page=page, browser=browser, referrer="/parts")


ARTICLES = Path(__file__).parent.parent / "knowledge" / "articles"
