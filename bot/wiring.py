"""Which real parts make up this desk? The only file that chooses."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.channels.web import WebChannel
from bot.desk import Desk
from bot.handle import Handler, Reading
from bot.housekeeping import DAY, HOUR, MINUTE, Housekeeping
from bot.minding import Minding
from bot.notifier import Notifier
from bot.opening import open_shelf
from bot.post import Postman
from bot.worker import CLOCK_SECONDS, Belt, Ticker
from escalation.rulebook import open_rulebook
from knowledge.library import Library
from store import inbox, outbox, timers
from store.access import ensure_admin
from store.clock import Clock, SystemClock
from store.database import Database
from store.heads import HeadBook
from store.ledger import Ledger
from store.opening import open_store
from store.presence import enter
from store.settings import Settings, load_secret_key
from store.timelines import last_fact

SENDERS = 4
CHANGE_SECONDS = 1.0


def open_desk(settings: Settings, clock: Clock | None = None, library: Library | None = None) -> Desk:
    """Nothing runs yet; `Desk.start` starts the belts. Tests give a standing clock and their own library."""
    clock = clock or SystemClock()
    secret_key = load_secret_key(settings, clock.new_secret())
    rules = open_rulebook(settings.policies_dir, settings.data_dir)
    presence = enter(settings.data_dir)
    database = open_store(settings)
    ensure_admin(database, clock.now())
    library = library or open_shelf(settings, database, clock)
    notifier = Notifier()
    ledger = Ledger(database)
    pages = WebChannel(notifier)
    minding = Minding(database, clock, rules)
    book = HeadBook(settings.data_dir / "heads", secret_key)
    keeping = Housekeeping(settings, database, clock, book, minding)
    # All three read the timeline: a page by itself, a terminal and a program when they ask.
    postman = Postman(database, clock, dict.fromkeys(("web", "terminal", "api"), pages))
    outbox_belt = Belt(
        "outbox", due=partial(due_letters, database), work=postman.work, clock=clock, threads=SENDERS
    )
    reading = Reading(settings, ledger, library, clock, rules, secret_key)
    handler = Handler(reading, ledger, clock, notifier, outbox_belt.ring)
    inbox_belt = Belt(
        "inbox",
        due=partial(due_deliveries, database),
        work=handler.work,
        clock=clock,
        threads=settings.workers,
    )
    tickers = (
        Ticker("clock", CLOCK_SECONDS, partial(ring_timers, database, clock, inbox_belt)),
        Ticker("changes", CHANGE_SECONDS, Changes(database, notifier)),
        Ticker("minding", MINUTE, minding.mind, first=MINUTE),
        Ticker("heads", MINUTE, keeping.sign_heads, first=MINUTE),
        Ticker("tidy", HOUR, keeping.tidy, first=MINUTE),
        Ticker("check", DAY, keeping.check, first=HOUR),
    )
    return Desk(
        settings=settings,
        presence=presence,
        secret_key=secret_key,
        database=database,
        clock=clock,
        notifier=notifier,
        library=library,
        rules=rules,
        watch=minding.watch,
        handler=handler,
        postman=postman,
        inbox_belt=inbox_belt,
        outbox_belt=outbox_belt,
        tickers=tickers,
    )


def due_deliveries(database: Database, now: datetime) -> Sequence[str]:
    with database.read() as connection:
        return inbox.due(connection, now)


def due_letters(database: Database, now: datetime) -> Sequence[str]:
    with database.read() as connection:
        return outbox.due(connection, now)


def ring_timers(database: Database, clock: Clock, belt: Belt) -> bool:
    """True when there may be more that is due."""
    rung = database.write(lambda connection: timers.ring(connection, clock.now()))
    for lane in rung:
        belt.ring(lane)
    return len(rung) == timers.BATCH


class Changes:
    """Tells the pages of this process what another process has written, e.g. `deskbell reply`."""

    def __init__(self, database: Database, notifier: Notifier) -> None:
        self._database, self._notifier = database, notifier
        self._seen = 0

    def __call__(self) -> bool:
        with self._database.read() as connection:
            newest = last_fact(connection)
        if newest != self._seen:
            self._seen = newest
            self._notifier.tell_all()
        return False
