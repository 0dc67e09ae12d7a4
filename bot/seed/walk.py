"""How do two weeks pass at the sample desk? By the road that every message takes, with a clock of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from typing_extensions import override

from bot.handle import Handler, first_turn
from bot.minding import Minding
from bot.seed.plan import Step, in_order
from bot.seed.stage import Story
from bot.wording import say
from escalation.routing import Agent
from escalation.schedule import to_us
from store import timers
from store.clock import StandingClock
from store.commands import StartTicket, TalkToPerson
from store.messages import CustomerSaid, Inbound, StaffDid
from store.queries import TicketFilter, list_tickets
from store.quiet import QuietLedger

LOOKS, LAST_LOOKS = timedelta(hours=1), timedelta(minutes=10)
LAST_HOURS = timedelta(hours=3)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class SampleClock(StandingClock):
    """Its ids hang on nothing but the order in which they are drawn."""

    def __init__(self, start: datetime, seed: int) -> None:
        super().__init__(start, seed)
        self._drawn = 0

    @override
    def new_id(self, prefix: str) -> str:
        self._drawn += 1
        return f"{prefix}_sample{self._drawn:04d}"

    def stand_at(self, at: datetime) -> None:
        self.forward(seconds=(at - self.now()).total_seconds())


@dataclass(slots=True)
class Walk:
    handler: Handler
    ledger: QuietLedger
    minding: Minding
    clock: SampleClock
    stories: Sequence[Story]
    lead: str
    """Who is on call."""
    last_hours: datetime
    """From here on minutes count."""
    sessions: dict[int, str] = field(default_factory=dict)
    """By the number of the story."""
    tickets: dict[int, str] = field(default_factory=dict)
    answered: dict[int, int] = field(default_factory=dict)
    deliveries: int = 0

    def through(self, now: datetime, progress: Callable[[int], None]) -> None:
        """All steps in their order, and between them what time does by itself."""
        courses = [story.course for story in self.stories]
        for done, (number, step) in enumerate(in_order(courses, now), 1):
            self.pass_time(step.at)
            self.act(number, step)
            progress(done)
        self.pass_time(now)
        self.ring()

    def pass_time(self, until: datetime) -> None:
        """Each timer rings when it is due, and now and then it is looked for people who have room."""
        while self.clock.now() < until:
            look = self.next_look()
            at = min(until, look, self.ledger.next_timer() or until)
            self.clock.stand_at(max(at, self.clock.now()))
            if at == look and self.minding.business.is_open(to_us(at)):
                self.minding.pull()
            self.ring()

    def next_look(self) -> datetime:
        step = LOOKS if self.clock.now() < self.last_hours else LAST_LOOKS
        return self.clock.now() + step - (self.clock.now() - EPOCH) % step

    def ring(self) -> None:
        if (due := self.ledger.next_timer()) and due <= self.clock.now():
            now = self.clock.now()
            for lane in dict.fromkeys(self.ledger.database.write(lambda c: timers.ring(c, now))):
                self.work_off(lane)

    def work_off(self, lane: str) -> None:
        while claimed := self.ledger.claim(lane, self.clock.now()):
            together, later = first_turn(claimed)
            self.ledger.release(later)
            self.handler.settle(together)

    def act(self, number: int, step: Step) -> None:
        if step.act == "fills":
            self.fill_hands()
        elif step.act in ("asks", "opens"):
            self.customer_says(number, step)
        elif step.act == "writes":
            self.say(number, self.stories[number].more)
        else:
            self.staff_does(number, step)

    def customer_says(self, number: int, step: Step) -> None:
        story = self.stories[number]
        if step.act == "asks":
            start = StartTicket(reason=story.problem, category=story.category)
            self.say(number, story.problem, command=start, language=story.customer.language)
            return
        self.say(number, say("choice.person", story.customer.language), command=TalkToPerson())
        self.tickets[number] = self.ledger.session(self.sessions[number]).ticket_id

    def say(self, number: int, text: str, **said: object) -> None:
        story = self.stories[number]
        place = {"person_id": story.customer.person_id, "channel": story.channel, "thread": story.thread}
        self.deliver(number, CustomerSaid.model_validate({**self.stamp(), **place, "text": text, **said}))

    def staff_does(self, number: int, step: Step) -> None:
        story, ticket_id = self.stories[number], self.tickets[number]
        ticket = self.ledger.ticket(ticket_id)
        person = ticket.assigned_to if ticket and ticket.assigned_to else self.stand_in()
        turn = self.answered.get(number, 0)
        if step.act == "notes":
            did = {"action": "note", "text": story.note}
        elif step.act == "solves":
            did = {"action": "status", "value": "solved"}
        else:
            text = story.question if step.act == "pauses" else story.replies[turn % 2]
            did = {"action": "reply", "text": text, "value": step.value}
            self.answered[number] = turn + 1
        self.do(number, ticket_id, person, did)

    def stand_in(self) -> str:
        """Nobody holds it: whoever is there and has most room, else who is on call."""
        crew = self.handler.reading.crew().agents
        there = [one for one in crew if one.can_take() and one.person_id != self.lead]
        return min(there, key=Agent.utilisation).person_id if there else self.lead

    def fill_hands(self) -> None:
        """Who is on call takes on the answered ones that wait longest, until they can hold no more."""
        lead = next(one for one in self.handler.reading.crew().agents if one.person_id == self.lead)
        room = lead.capacity - lead.load
        with self.ledger.database.read() as connection:
            page = list_tickets(connection, TicketFilter(status=("open",), priority=(2, 3)), sort="age")
        numbers = {ticket_id: number for number, ticket_id in self.tickets.items()}
        others = [line for line in page.lines if line.assigned_to not in ("", self.lead)]
        quiet = [line for line in others if len(self.stories[numbers[line.ticket_id]].course.steps) == FEW]
        for line in quiet[: max(0, room)]:
            did = {"action": "assign", "value": self.lead, "reason": "A regular of mine; I know the car."}
            self.do(numbers[line.ticket_id], line.ticket_id, self.lead, did)

    def do(self, number: int, ticket_id: str, person_id: str, did: dict[str, str]) -> None:
        place = {"person_id": person_id, "ticket_id": ticket_id, "session_id": self.sessions[number]}
        self.deliver(number, StaffDid.model_validate({**self.stamp(), **place, **did}))

    def stamp(self) -> dict[str, object]:
        self.deliveries += 1
        return {"key": f"sample:{self.deliveries}", "at": self.clock.now()}

    def deliver(self, number: int, inbound: Inbound) -> None:
        session_id, claimed = self.ledger.take_in(inbound, self.clock.new_id("ses"))
        self.sessions.setdefault(number, session_id)
        self.handler.settle(claimed)


FEW = 3
"""Steps of a course: asked, opened, answered."""
