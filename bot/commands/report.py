"""How are the figures that one plans with asked for in a terminal?"""

import argparse
from zoneinfo import ZoneInfo

from bot.reports_shown import SHOWN, show
from bot.reports_staffing import Assumed, report_staffing
from escalation.rulebook import open_rulebook
from store.clock import SystemClock
from store.errors import BadAnswer
from store.opening import open_store
from store.settings import read_settings

FEWEST_DAYS, MOST_DAYS = 7, 3650
MOST_MINUTES = 480


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    staffing = verbs.add_parser(
        "staffing", help="what comes in the next four weeks, and who is needed for it"
    )
    staffing.add_argument("--format", choices=tuple(SHOWN), default="md")
    staffing.add_argument("--days", type=int, default=365, help="how far back it is looked at most")
    staffing.add_argument("--minutes", type=float, default=Assumed().minutes, help="work that a ticket takes")
    staffing.add_argument(
        "--level", type=float, default=Assumed().level * 100, help="per cent of chats answered in time"
    )
    staffing.set_defaults(run=run_staffing)


def run_staffing(options: argparse.Namespace) -> int:
    assumed = read_assumed(options)
    settings = read_settings()
    database = open_store(settings)
    try:
        rules, zone = open_rulebook(settings.policies_dir), ZoneInfo(settings.timezone)
        now = SystemClock().now()
        found = report_staffing(database, rules, zone, now, days=options.days, assumed=assumed)
    finally:
        database.close()
    print(show(found, options.format))
    return 0


def read_assumed(options: argparse.Namespace) -> Assumed:
    if not FEWEST_DAYS <= options.days <= MOST_DAYS:
        raise BadAnswer(f"--days is {options.days}: give {FEWEST_DAYS} to {MOST_DAYS}")
    if not 0 < options.minutes <= MOST_MINUTES:
        raise BadAnswer(f"--minutes is {options.minutes:g}: give more than 0, and {MOST_MINUTES} at most")
    if not 1 <= options.level <= 99.9:
        raise BadAnswer(f"--level is {options.level:g}: give a percentage from 1 to 99.9")
    return Assumed(minutes=options.minutes, level=options.level / 100)
