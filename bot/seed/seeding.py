"""How does an empty desk become the sample desk?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.handle import Handler, Reading
from bot.minding import Minding
from bot.notifier import Notifier
from bot.opening import open_shelf
from bot.rota import change_rotation
from bot.seed.plan import Times, plan_courses
from bot.seed.stage import Story, cast_all, list_agents_of_cast, list_customers
from bot.seed.tally import Tally, tally
from bot.seed.walk import LAST_HOURS, SampleClock, Walk
from bot.seed.words import load_cast
from escalation.rulebook import Rulebook
from store.access import ADMIN, ensure_admin, list_staff
from store.clock import StandingClock
from store.database import Database
from store.errors import BadAnswer
from store.people import import_customers
from store.quiet import QuietLedger
from store.settings import Settings
from store.staff import save_many, say_presence
from store.timelines import last_fact

BEFORE = timedelta(days=14)
ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class Wished:
    seed: int
    now: datetime


def seed_desk(
    settings: Settings,
    database: Database,
    rules: Rulebook,
    wished: Wished,
    progress: Callable[[int, int], None],
) -> Tally:
    """Raises BadAnswer when anything was written here before."""
    refuse_used(database)
    start = wished.now - BEFORE
    dice = StandingClock(start, wished.seed).jitter
    courses = plan_courses(Times(wished.now, rules.deadlines.business, dice))
    stories = cast_all(courses, list_customers(load_cast()), dice)
    ensure_admin(database, start)
    lead = bring_in_staff(database, start)
    bring_in_customers(database, stories, start)
    total = 1 + sum(len(course.steps) for course in courses)
    clock = SampleClock(start, wished.seed)
    library = open_shelf(settings, database, clock)
    try:
        ledger = QuietLedger(database)
        reading = Reading(settings, ledger, library, clock, rules, f"sample {wished.seed}")
        handler = Handler(reading, ledger, clock, Notifier(), no_bell)
        minding = Minding(database, clock, rules)
        walk = Walk(handler, ledger, minding, clock, stories, lead, wished.now - LAST_HOURS)
        walk.through(wished.now, lambda done: progress(done, total))
        minding.refresh()
    finally:
        library.close()
    return tally(database, rules, wished.now)


def no_bell(_: str) -> None:
    """Nothing waits to leave."""


def refuse_used(database: Database) -> None:
    with database.read() as connection:
        is_used = last_fact(connection) > 0
        others = [one for one in list_staff(connection) if one.person_id != ADMIN]
    if is_used or others:
        what = "conversations" if is_used else "people"
        raise BadAnswer(
            f"this desk has {what} already: give another one, e.g. `DESKBELL_DATA_DIR=sample deskbell seed`"
        )


def bring_in_staff(database: Database, at: datetime) -> str:
    """Everybody is there, in their hours; returns the one who leads and is on call."""
    staff = list_agents_of_cast(at)
    database.write(partial(save_many, given=staff, by=ADMIN, at=at))
    for person, _ in staff:
        database.write(
            partial(say_presence, person_id=person.person_id, presence="active", by=person.person_id, at=at)
        )
    lead = next(person.person_id for person, agent in staff if agent and agent.is_lead)
    given = {"starts": f"{at:%Y-%m-%d}", "weekday": "mon", "time": "09:00", "tz": ZONE}
    change_rotation(database, [lead], given, by=ADMIN, at=at)
    return lead


def bring_in_customers(database: Database, stories: list[Story], at: datetime) -> None:
    customers = sorted({story.customer.person_id: story.customer for story in stories}.items())
    ids = iter(person_id for person_id, _ in customers)
    records = [one.record for _, one in customers]
    database.write(
        lambda connection: import_customers(connection, records, new_id=lambda: next(ids), by=ADMIN, at=at)
    )
