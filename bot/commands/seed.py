"""How is an empty desk filled with two weeks of work, to look around in?"""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from bot.seed.seeding import Wished, seed_desk
from bot.seed.tally import as_lines
from escalation.rulebook import open_rulebook
from store.clock import SystemClock
from store.database import open_database
from store.errors import BadAnswer
from store.migrate import prepare
from store.presence import alone
from store.settings import Settings, read_settings

MOST = 2**32
FIRST_YEAR, LAST_YEAR = 2000, 2090


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=42, help="the same number makes the same desk")
    parser.add_argument("--now", metavar="T", help="when the two weeks end, e.g. 2026-03-02T09:30+00:00")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if not 0 <= options.seed < MOST:
        raise BadAnswer(f"--seed is {options.seed}: give a whole number from 0 to {MOST - 1}")
    now = read_now(options.now) if options.now else SystemClock().now().replace(microsecond=0)
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # A running desk would take up what is only being told; it makes way for the moment.
    with alone(settings.data_dir):
        fill(settings, Wished(options.seed, now), options)
    return 0


def fill(settings: Settings, wished: Wished, options: argparse.Namespace) -> None:
    # Made anew at any time, so it need not survive a power cut half-way.
    database = open_database(settings.database, synchronous="OFF")
    try:
        prepare(database, settings)
        rules = open_rulebook(settings.policies_dir)
        found = seed_desk(settings, database, rules, wished, show_progress)
    finally:
        database.close()
    if options.json:
        print(json.dumps({"seed": wished.seed, "now": wished.now.isoformat(), **asdict(found)}, indent=2))
        return
    print("\n".join(as_lines(found)))
    print("`deskbell run` shows it.")


def show_progress(done: int, total: int) -> None:
    """Where somebody looks on."""
    if sys.stderr.isatty() and (done % 20 == 0 or done == total):
        end = "\n" if done == total else ""
        print(f"\r{done} of {total} steps", end=end, file=sys.stderr, flush=True)


def read_now(text: str) -> datetime:
    """Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadAnswer(f"--now is {text!r}: write it like 2026-03-02T09:30+00:00") from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadAnswer(f"--now is {text!r}: give a year from {FIRST_YEAR} to {LAST_YEAR}")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
