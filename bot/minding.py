"""What changes about open tickets while nobody touches them? Their risk, and who has room for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot.attainment import Watch, count_kept
from bot.crew import read_crew
from escalation.calendar import Calendar
from escalation.refresh import risks_now
from escalation.risk import band_of
from escalation.routing import Agent
from escalation.rulebook import Rulebook
from escalation.schedule import to_us
from store.clock import Clock
from store.database import Database
from store.standings import Running, running, waiting_for_somebody, write_risks
from store.timers import look_again

MOST_WAITING = 500
MOST_AT_ONCE = 2_000
COUNTED = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Minding:
    database: Database
    clock: Clock
    rules: Rulebook
    watch: Watch = field(default_factory=Watch)

    def mind(self) -> bool:
        """Each minute."""
        self.refresh()
        self.pull()
        return False

    def refresh(self) -> int:
        """The cached risks that lists sort by; returns how many changed."""
        now, changed = to_us(self.clock.now()), 0
        with self.database.read() as connection:
            parts = [list(self.moved(rows, now)) for rows in running(connection)]
        for risk in parts:
            changed += len(risk)
            # A few at a time: customers' turns go in between.
            for first in range(0, len(risk), MOST_AT_ONCE):
                part = risk[first : first + MOST_AT_ONCE]
                self.database.write(partial(write_risks, risks=part))
        return changed

    def moved(self, rows: Running, now: int) -> Iterator[tuple[int, int]]:
        for place, risk in risks_now(rows, self.business, now):
            if (band := band_of(risk)) != band_of(rows.risk[place]):
                self.watch.band_changes[band] += 1
            yield rows.numbers[place], risk

    def count(self) -> None:
        """Each hour: how many promises of the last weeks were kept."""
        now = self.clock.now()
        self.watch.attainment = count_kept(self.database, self.rules, now - COUNTED, now)

    @property
    def business(self) -> Calendar:
        return self.rules.deadlines.business

    def pull(self) -> list[str]:
        """Looks again at what nobody holds, what is due first first, as far as somebody has room."""
        now = self.clock.now()
        room = {a.person_id: a for a in read_crew(self.database, now).agents if a.can_take()}
        if not room:
            return []
        with self.database.read() as connection:
            waiting = waiting_for_somebody(connection, MOST_WAITING)
        wanted = self.fitting(waiting, room.values())
        if wanted:
            self.database.write(lambda connection: look_again(connection, wanted, now))
        return wanted

    def fitting(self, waiting: Iterable[tuple[str, str]], free: Iterable[Agent]) -> list[str]:
        """At most as many as there are places for by the rule that each waits by."""
        places = {agent.person_id: agent.capacity - agent.load for agent in free}
        known = {agent.person_id: agent for agent in free}
        rules = {rule.name: rule for rule in self.rules.routing.rules}
        wanted = []
        for ticket_id, name in waiting:
            rule = rules.get(name)
            taker = next(
                (p for p, left in places.items() if left and (not rule or rule.reaches(known[p]))), ""
            )
            if taker:
                places[taker] -= 1
                wanted.append(ticket_id)
        return wanted
