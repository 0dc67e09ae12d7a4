"""Who stands on the stage of the sample desk, and what does each say?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.people import Wanted, read_staff
from bot.seed.plan import Course, Rank
from bot.seed.words import Cast, Language, Problem, Stories, load_cast, load_stories, name_car
from store.access import Person
from store.agents import AgentRow
from store.people import CustomerRecord

TIERS = ("vip", "enterprise")
CUSTOMERS: dict[Language, int] = {"en": 72, "de": 48}
EVERY_VALUED = 6
"""Of so many customers one is worth more than others."""
CHANNELS = ("email", "web", "email", "chat", "slack", "web", "email", "chat")
PRESSING = ("delivery", "product", "billing")
"""What can be more than a question."""
STRIDE = 19
"""A prime that divides no number of stories: neighbours are about different things."""
ORDERS = ("HR", "CP", "KT")


@dataclass(frozen=True, slots=True)
class Customer:
    person_id: str
    name: str
    email: str
    language: Language
    tier: str

    @property
    def record(self) -> CustomerRecord:
        """As the shop would tell of them."""
        number = self.person_id.removeprefix("per_customer")
        return CustomerRecord(f"shop-{number}", self.email, self.name, self.tier)


@dataclass(frozen=True, slots=True)
class Story:
    """What one ticket is about."""

    course: Course
    customer: Customer
    channel: str
    thread: str
    category: str
    problem: str
    replies: tuple[str, ...]
    question: str
    """Of staff, who then wait for the customer."""
    more: str
    note: str


def list_agents_of_cast(now: datetime) -> list[tuple[Person, AgentRow | None]]:
    return [
        read_staff(
            Wanted(
                one.name,
                f"{one.id.removeprefix('per_')}@halden-roe.example",
                one.role,
                one.team,
                one.skills,
                one.capacity,
                one.tz,
                one.hours,
            ),
            one.id,
            now,
        )
        for one in load_cast().agents
    ]


def list_customers(cast: Cast) -> list[Customer]:
    """Always the same: their order does not hang on the dice."""
    found: list[Customer] = []
    for language, count in CUSTOMERS.items():
        names = cast.customers[language]
        for number in range(count):
            first = names.first[number % len(names.first)]
            last = names.last[(number * 7 + number // len(names.first)) % len(names.last)]
            tier = TIERS[number // EVERY_VALUED % 2] if number % EVERY_VALUED == 0 else "standard"
            place = len(found) + 1
            email = f"{plain(first)}.{plain(last)}{place}@mail.example"
            found.append(Customer(f"per_customer{place:03d}", f"{first} {last}", email, language, tier))
    return found


def plain(name: str) -> str:
    return name.lower().replace("ö", "oe").replace("ä", "ae").replace("ü", "ue")


@dataclass(slots=True)
class Casting:
    """Gives each course its customer, its place and its words."""

    dice: Callable[[], float]
    stories: Stories
    free: dict[tuple[Language, bool], list[Customer]]
    """By language, and by whether they are worth more."""
    told: dict[Rank, int] = field(default_factory=dict)
    on_web: set[str] = field(default_factory=set)

    def cast(self, number: int, course: Course) -> Story:
        turn = self.told[course.rank] = self.told.get(course.rank, -1) + 1
        problem = self.choose(course.rank, turn)
        is_valued = course.rank == "high" and turn % 3 > 0
        customer = self.take(problem.language, is_valued=is_valued)
        channel = CHANNELS[(number + turn) % len(CHANNELS)]
        if course.rank == "high" and not is_valued:
            # Haste counts where people wait for each other.
            channel = "slack"
        if channel == "web" and customer.person_id in self.on_web:
            # There a person has one conversation, and it may not have ended.
            channel = "email"
        self.on_web |= {customer.person_id} if channel == "web" else set()
        text = self.fill_in(problem)
        if course.rank == "high" and not is_valued:
            text = f"{text} {self.stories.urgent[problem.language]}"
        replies = self.stories.replies[problem.category][problem.language]
        further = self.stories.later[problem.language]
        return Story(
            course,
            customer,
            channel,
            thread=customer.person_id if channel == "web" else f"{channel}-{number + 1:03d}",
            category=problem.category,
            problem=text,
            replies=(replies[problem.reply], further[turn % len(further)]),
            question=self.stories.asks[problem.language],
            more=self.pick(self.stories.more[problem.language]),
            note=self.pick(self.stories.notes),
        )

    def choose(self, rank: Rank, turn: int) -> Problem:
        """All of them once before one comes again."""
        if rank == "first":
            return self.stories.first[turn % len(self.stories.first)]
        every = self.stories.stories
        known = [one for one in every if rank == "normal" or one.category in PRESSING]
        return known[(turn * STRIDE + 5) % len(known)]

    def take(self, language: Language, *, is_valued: bool) -> Customer:
        """Who was longest not here; some come twice."""
        waiting = self.free[language, is_valued]
        waiting.append(waiting.pop(0))
        return waiting[-1]

    def fill_in(self, problem: Problem) -> str:
        return problem.problem.format(
            order=f"{self.pick(ORDERS)}-{10_000 + int(self.dice() * 89_999)}",
            car=name_car(self.pick(self.stories.cars), problem.language),
            part=self.pick(problem.parts or self.stories.parts[problem.language]),
        )

    def pick(self, words: Sequence[str]) -> str:
        return words[int(self.dice() * len(words))]


def cast_all(
    courses: Sequence[Course], customers: Sequence[Customer], dice: Callable[[], float]
) -> list[Story]:
    languages: tuple[Language, ...] = ("en", "de")
    free = {
        (language, is_valued): [
            one for one in customers if (one.language, one.tier != "standard") == (language, is_valued)
        ]
        for language in languages
        for is_valued in (False, True)
    }
    casting = Casting(dice, load_stories(), free)
    return [casting.cast(number, course) for number, course in enumerate(courses)]
