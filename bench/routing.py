"""How evenly does the routing rule load the agents, beside turns, dice and who holds the fewest?"""

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bench.table import Figure, print_table
from escalation.routing import Agent, Facts, RoutingPolicy, route
from escalation.rulebook import open_rulebook

TICKETS = 20_000
CREWS = (8, 40)
BUSY, SWING, DAY = 0.6, 0.4, 24.0
"""Of the places of all: how many are taken on average, and how far a day swings around that."""
CATEGORIES = {"order": 40, "delivery": 20, "billing": 20, "account": 20}
MOST_OVER_MEAN, JAIN = 1.20, 0.995

Pick = Callable[[Facts, Sequence[Agent], str], str]
"""Who gets a ticket that this one holds now; empty for nobody."""


def main() -> None:
    policy = open_rulebook().routing
    for size in CREWS:
        picks: dict[str, Pick] = {
            "ours": partial(ours, policy),
            "fewest open": partial(fewest, policy),
            "round robin": Turns(policy).pick,
            "random": Dice(policy).pick,
        }
        ends = {name: Office(make_crew(size), pick).run() for name, pick in picks.items()}
        print_table(
            f"Routing {TICKETS:,} tickets to {size} agents: busiest beside the mean",
            [figure(name, end.most_over_mean(), MOST_OVER_MEAN) for name, end in ends.items()],
        )
        print_table(
            "Jain's index of how busy they are",
            [figure(name, end.jain(), JAIN, more_is_better=True) for name, end in ends.items()],
        )
        print_table(
            "Moves of a ticket that is looked at again, each once",
            [figure(name, end.moves / end.looks, 0.0) for name, end in ends.items()],
        )


def figure(name: str, measured: float, limit: float, *, more_is_better: bool = False) -> Figure:
    """The limit is ours alone."""
    return Figure(name, measured, "", limit if name == "ours" else None, more_is_better)


def make_crew(size: int) -> list[Agent]:
    """Of four agents one is new and holds little, and no two neighbours know the same."""
    skills = ({"general", "billing"}, {"general", "bugs"}, {"general", "billing", "bugs"}, {"general"})
    return [
        Agent(
            f"per_{number}",
            capacity=(4, 6, 8, 10)[number * 3 // 2 % 4],
            skills=frozenset(skills[number % len(skills)]),
            is_lead=number % 8 in (2, 5),
            is_on_call=number % 8 in (3, 6),
        )
        for number in range(size)
    ]


def ours(policy: RoutingPolicy, facts: Facts, agents: Sequence[Agent], holder: str) -> str:
    return route(facts, agents, policy, salt="bench", holder=holder).agent


def fewest(policy: RoutingPolicy, facts: Facts, agents: Sequence[Agent], _holder: str) -> str:
    """Chatwoot calls it balanced."""
    return min(reached(policy, facts, agents), key=lambda agent: agent.load, default=NOBODY).person_id


NOBODY = Agent("", 1)


def reached(policy: RoutingPolicy, facts: Facts, agents: Sequence[Agent]) -> list[Agent]:
    """The same rules for all: they differ in whom they pick."""
    rule = policy.rule_for(facts)
    return [agent for agent in agents if rule.reaches(agent) and agent.can_take()]


class Turns:
    """Whoever had one longest ago."""

    def __init__(self, policy: RoutingPolicy) -> None:
        self._policy = policy
        self._served: dict[str, int] = {}

    def pick(self, facts: Facts, agents: Sequence[Agent], holder: str) -> str:
        free = reached(self._policy, facts, agents)
        chosen = min(free, key=lambda agent: self._served.get(agent.person_id, 0), default=NOBODY).person_id
        if not holder:
            self._served[chosen] = max(self._served.values(), default=0) + 1
        return chosen


class Dice:
    def __init__(self, policy: RoutingPolicy) -> None:
        self._policy = policy
        self._dice = random.Random(11)  # noqa: S311 - the same throws every time

    def pick(self, facts: Facts, agents: Sequence[Agent], _holder: str) -> str:
        free = reached(self._policy, facts, agents)
        return self._dice.choice(free).person_id if free else ""


@dataclass(slots=True)
class End:
    busy: list[float]
    """Of each agent: the share of the places that was taken, over all the time."""
    looks: int
    moves: int

    def most_over_mean(self) -> float:
        return max(self.busy) * len(self.busy) / sum(self.busy)

    def jain(self) -> float:
        squares = sum(share * share for share in self.busy)
        return sum(self.busy) ** 2 / (len(self.busy) * squares)


@dataclass(slots=True)
class Office:
    """Tickets come by chance, more by day than by night, and take as long as chance wants: an hour each."""

    crew: list[Agent]
    pick: Pick
    dice: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311 - the same days for all
    now: float = 0.0
    held: dict[str, tuple[Facts, str]] = field(default_factory=dict)
    ends: list[tuple[float, str]] = field(default_factory=list)
    waiting: list[Facts] = field(default_factory=list)
    spent: dict[str, float] = field(default_factory=dict)
    looks: int = 0
    moves: int = 0

    def run(self) -> End:
        room = sum(agent.capacity for agent in self.crew)
        for number in range(TICKETS):
            rate = room * BUSY * (1 + SWING * math.sin(2 * math.pi * self.now / DAY))
            coming = self.now + self.dice.expovariate(rate)
            facts, again = self.make_facts(number), self.dice.random()
            while self.ends and self.ends[0][0] <= coming:
                self.finish()
            self.pass_to(coming)
            self.waiting.append(facts)
            self.give_out()
            self.look_again(again)
        return End(
            [self.spent[a.person_id] / a.capacity / self.now for a in self.crew], self.looks, self.moves
        )

    def make_facts(self, number: int) -> Facts:
        category = self.dice.choices(list(CATEGORIES), list(CATEGORIES.values()))[0]
        return Facts(
            ticket_id=f"T-{number}",
            priority=self.dice.choices((0, 1, 2, 3), (2, 10, 58, 30))[0],
            category=category,
            tags=frozenset({"bug"} if self.dice.random() < 0.2 else ()),
            tier="enterprise" if self.dice.random() < 0.05 else "standard",
            risk=round(100 * self.dice.betavariate(2, 5)),
            queue=category,
        )

    def pass_to(self, moment: float) -> None:
        for agent in self.crew:
            spent = self.spent.get(agent.person_id, 0.0)
            self.spent[agent.person_id] = spent + agent.load * (moment - self.now)
        self.now = moment

    def finish(self) -> None:
        moment, ticket_id = heapq.heappop(self.ends)
        self.pass_to(moment)
        self.load(self.held.pop(ticket_id)[1], -1)
        self.give_out()

    def give_out(self) -> None:
        """What came first is given first, to whoever has room."""
        for facts in tuple(self.waiting):
            if agent := self.pick(facts, self.crew, ""):
                self.waiting.remove(facts)
                self.held[facts.ticket_id] = (facts, agent)
                self.load(agent, 1)
                # How long it takes is the ticket's own: the same whoever does it.
                takes = random.Random(facts.ticket_id).expovariate(1)  # noqa: S311 - no secret
                heapq.heappush(self.ends, (self.now + takes, facts.ticket_id))

    def look_again(self, again: float) -> None:
        """At one that is held: its risk has moved by a point, which is no reason to change hands."""
        facts, holder = list(self.held.values())[int(again * len(self.held))]
        nearer = facts.risk + 1 if facts.risk % 10 < 9 else facts.risk
        # Without the ticket itself, as if it came anew.
        self.load(holder, -1)
        taker = self.pick(replace(facts, risk=nearer), self.crew, holder)
        self.load(holder, 1)
        self.looks += 1
        self.moves += taker != holder

    def load(self, person_id: str, more: int) -> None:
        place = int(person_id.removeprefix("per_"))
        self.crew[place] = replace(self.crew[place], load=self.crew[place].load + more)
        assert 0 <= self.crew[place].load <= self.crew[place].capacity, f"{person_id} is given too much"
