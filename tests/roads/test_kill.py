"""Is nothing lost and nothing doubled when the desk is killed at any moment?"""

import multiprocessing
import random
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Connection, Row, text

from bot.wiring import open_desk
from store import events as e
from store.clock import SystemClock
from store.commands import Ask, Command, Confirm, FillSlot, SkipQuestion, StartTicket
from store.database import open_database
from store.heads import HeadBook
from store.messages import CustomerSaid
from store.queries import sessions_of, tickets_of
from store.settings import Settings
from store.timelines import read_timeline
from store.verify import verify
from tests.databases import KEY, fresh, settings_of
from tests.roads import victim

PROCESSES = multiprocessing.get_context("forkserver")
# One process has imported everything; each life is its child, and begins at once.
PROCESSES.set_forkserver_preload(["tests.roads.victim"])
ARTICLE = "---\ntitle: Delivery times\n---\n# Delivery times\n\nParcels to Spain take five working days.\n"
TALK: tuple[Command, ...] = (
    Ask(question="How long do parcels to Spain take?"),
    StartTicket(category="billing"),
    FillSlot(name="problem", value="The invoice shows an old address"),
    SkipQuestion(),
    SkipQuestion(),
    Confirm(yes=True),
)
LONGEST_LIFE = 60.0


def talks(people: int) -> list[CustomerSaid]:
    """Everybody says the same; the talks run side by side."""
    now = SystemClock().now()
    return [
        CustomerSaid(
            key=f"{person}-{number}",
            at=now,
            person_id=f"per_{person}",
            channel="web",
            thread=f"per_{person}",
            text=command.kind,
            command=command,
        )
        for number, command in enumerate(TALK)
        for person in range(people)
    ]


@dataclass(slots=True)
class Driver:
    """Sends each message until it is told that it was kept, to one life of the desk after the other."""

    settings: Settings
    waiting: list[CustomerSaid]
    mutant: str = ""
    lives: int = 0
    kills: int = 0
    told: set[str] = field(default_factory=set)

    def live(self, *, most: int | None = None, die: str = "", after: float = LONGEST_LIFE) -> bool:
        """One life: it gets `most` of what waits, and ends at `die`, after so many seconds, or in peace."""
        unsent = [one.model_dump_json() for one in self.waiting if one.key not in self.told][:most]
        ear, mouth = PROCESSES.Pipe(duplex=False)
        words = {"die": die, "mutant": self.mutant}
        process = PROCESSES.Process(target=victim.live, args=(self.settings, unsent, mouth), kwargs=words)
        process.start()
        mouth.close()
        killer = threading.Timer(after, process.kill)
        killer.start()
        with ear, suppress(EOFError):
            while True:
                self.told.add(ear.recv())
        process.join()
        killer.cancel()
        self.lives += 1
        self.kills += process.exitcode != 0
        return process.exitcode == 0

    def finish(self) -> None:
        """The last lives are left in peace."""
        for _ in range(3):
            if self.live() and self.is_all_told():
                return
        raise AssertionError("the desk does not come to an end by itself")

    def is_all_told(self) -> bool:
        return {message.key for message in self.waiting} <= self.told


@dataclass(frozen=True, slots=True)
class Ending:
    """What is left at the end; of two desks that heard the same it must be the same."""

    heard: Counter[str]
    """Deliveries on timelines."""
    handled: Counter[str]
    """Deliveries in the inbox, by what became of them."""
    people: dict[str, str]
    """What became of each, and what was written to them, without ids and moments."""
    faults: tuple[str, ...]


def look(settings: Settings, people: int) -> Ending:
    database = open_database(settings.database)
    book = HeadBook(settings.data_dir / "heads", KEY)
    try:
        book.record(database, SystemClock().now())
        with database.read() as connection:
            heard, became = Counter[str](), {}
            for person in (f"per_{number}" for number in range(people)):
                facts = facts_of(connection, person)
                heard.update(fact.delivery for fact in facts if isinstance(fact, e.MessageReceived))
                became[person] = str(sorted(Counter(map(tell_apart, facts)).items()))
            handled = Counter(connection.execute(text("SELECT state FROM inbox")).scalars())
            faults = lost_letters(connection, world_of(settings))
        faults += map(str, verify(database, book).findings)
    finally:
        database.close()
    return Ending(heard, handled, became, tuple(faults))


def facts_of(connection: Connection, person: str) -> list[e.Event]:
    names = [one.session_id for one in sessions_of(connection, person)]
    names += [one.ticket_id for one in tickets_of(connection, person)]
    return [fact.event for name in names for fact in read_timeline(connection, name)]


def tell_apart(fact: e.Event) -> str:
    """What it is, and what a customer reads of it."""
    lines = getattr(fact, "lines", None) or ()
    said = " ".join(line.text for line in lines)
    # Which number, and what o'clock it was, is another one in each run.
    return f"{fact.kind} {re.sub('T-[0-9]+|([A-Z][a-z]{2} )?[0-9]{1,2}:[0-9]{2}', '…', said)}"


def world_of(settings: Settings) -> Counter[tuple[str, str]]:
    with closing(sqlite3.connect(settings.data_dir / "world.db")) as world:
        return Counter(world.execute("SELECT letter_id, text FROM calls").fetchall())


def lost_letters(connection: Connection, calls: Counter[tuple[str, str]]) -> list[str]:
    """A letter may be handed over again, under its own id and with the same words: the receiver knows it. Not
    handed over is only what the assistant wanted to say after a person took over."""
    arrived = Counter(letter_id for letter_id, _ in calls)
    rows = connection.execute(text("SELECT key, state, error FROM outbox")).all()
    faults = [f"{row.key} is {row.state}: {row.error}" for row in rows if not is_settled(row)]
    faults += [f"{row.key} never arrived" for row in rows if row.state == "done" and not arrived[row.key]]
    faults += [f"{letter_id} arrived with other words" for letter_id, count in arrived.items() if count > 1]
    return faults + [
        f"{letter_id} was never posted" for letter_id in arrived.keys() - {row.key for row in rows}
    ]


def is_settled(row: Row[Any]) -> bool:
    return row.state == "done" or (row.state == "expired" and "a person owns" in row.error)


def differences(ending: Ending, undisturbed: Ending) -> list[str]:
    """Nothing lost, nothing doubled."""
    found = [*ending.faults]
    if ending.heard != undisturbed.heard:
        found.append(f"deliveries: {ending.heard - undisturbed.heard} {undisturbed.heard - ending.heard}")
    if ending.handled != undisturbed.handled:
        found.append(f"inbox: {ending.handled} instead of {undisturbed.handled}")
    return found + [
        f"{person}: {became} instead of {undisturbed.people[person]}"
        for person, became in ending.people.items()
        if became != undisturbed.people[person]
    ]


@contextmanager
def desk_folder(folder: Path) -> Iterator[Settings]:
    """With one article on the shelf, and nobody at work yet."""
    with fresh() as name:
        settings = settings_of(folder, name)
        articles = folder / "articles"
        articles.mkdir(parents=True)
        (articles / "delivery.md").write_text(ARTICLE)
        desk = open_desk(settings.model_copy(update={"knowledge_dir": articles}))
        desk.library.sync()
        desk.stop()
        yield settings


def undisturbed(folder: Path, people: int) -> Ending:
    with desk_folder(folder) as settings:
        driver = Driver(settings, talks(people))
        driver.finish()
        return look(settings, people)


def test_a_desk_that_is_killed_a_few_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    expected = undisturbed(tmp_path / "calm", 5)
    with desk_folder(tmp_path / "killed") as settings:
        driver = Driver(settings, talks(5))
        for die in ("inside:9", "after:14", "before:23"):
            driver.live(most=12, die=die)
        driver.finish()

        assert driver.kills == 3
        assert differences(look(settings, 5), expected) == []


@pytest.mark.slow
def test_killed_at_every_step_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    people = 50
    expected = undisturbed(tmp_path / "calm", people)
    with desk_folder(tmp_path / "killed") as settings:
        driver = Driver(settings, talks(people))
        # On Postgres the next life waits until the dead one's leases are over.
        for step in range(1, 22, 1 if settings.is_sqlite else 3):
            for phase in ("before", "inside", "after"):
                driver.live(most=people * len(TALK) // 60, die=f"{phase}:{step}")
        driver.finish()

        assert len(driver.waiting) == 300
        assert driver.kills > 12
        assert differences(look(settings, people), expected) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_it_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    people = 50
    dice = random.Random(seed)  # noqa: S311 - moments to kill at
    expected = undisturbed(tmp_path / "calm", people)
    with desk_folder(tmp_path / "killed") as settings:
        driver = Driver(settings, talks(people))
        began = monotonic()
        driver.live(most=0)
        shortest = monotonic() - began
        while not driver.is_all_told() and driver.lives < 30:
            driver.live(most=20, after=shortest * dice.uniform(0.4, 1.6))
        driver.finish()

        assert driver.kills > 5
        assert differences(look(settings, people), expected) == []


@pytest.mark.slow
def test_a_desk_that_tells_before_it_keeps_is_found_out(tmp_path: Path) -> None:
    """The comparison can fail: this desk is wrong on purpose."""
    expected = undisturbed(tmp_path / "calm", 5)
    with desk_folder(tmp_path / "killed") as settings:
        driver = Driver(settings, talks(5), mutant="tells too early")
        for step in range(1, 9):
            driver.live(most=6, die=f"before:{step}")
        driver.mutant = ""
        driver.finish()

        assert any("deliveries" in one for one in differences(look(settings, 5), expected))
