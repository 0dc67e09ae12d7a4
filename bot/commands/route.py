"""How are the rules of routing looked at, tried and replayed in a terminal?"""

import argparse
import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from bot.crew import read_crew
from bot.replayed import Judge, Moved, replay
from escalation.routing import Decision, lint
from escalation.rulebook import Rulebook, open_rulebook
from escalation.sla import read_acts
from store.clock import SystemClock
from store.errors import BadAnswer
from store.opening import open_store
from store.reading import get_for_staff
from store.settings import Settings, load_secret_key, read_settings
from store.timelines import read_timeline
from tools.judging import decide_route

LONGEST_DAYS = 3650


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", metavar="TICKET", help="whom the rules find for it now; writes nothing")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run_route, verb="")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    linted = verbs.add_parser("lint", help="rules that are never reached, hidden by others, or reach nobody")
    again = verbs.add_parser("replay", help="what would have gone elsewhere under other rules, and why")
    again.add_argument("--days", type=int, default=30, help="how far back")
    again.add_argument(
        "--policies", type=Path, help="folder with the other routing.yml; default: the desk's own"
    )
    for verb, function in ((linted, run_lint), (again, run_replay)):
        verb.add_argument("--json", action="store_true", help="for programs")
        verb.set_defaults(run=function)


def run_route(options: argparse.Namespace) -> int:
    if not options.dry_run:
        raise BadAnswer("say what to do: `--dry-run T-1001`, `lint`, or `replay --days 30`")
    settings = read_settings()
    database = open_store(settings)
    try:
        ticket = get_for_staff(database, options.dry_run).ticket
        assert ticket is not None  # noqa: S101 - get_for_staff raises NotFound without one
        now = SystemClock().now()
        with database.read() as connection:
            acts = read_acts(read_timeline(connection, ticket.ticket_id))
        judge = judge_of(settings, open_rulebook(settings.policies_dir))
        found = decide_route(ticket, acts, judge, now, read_crew(database, now))
    finally:
        database.close()
    print(json.dumps(asdict(found), indent=2) if options.json else as_text(found))
    return 0


def judge_of(settings: Settings, rules: Rulebook) -> Judge:
    return Judge(rules, load_secret_key(settings, SystemClock().new_secret()))


def as_text(found: Decision) -> str:
    others = f"\n  also possible: {', '.join(found.alternatives)}" if found.alternatives else ""
    reasons = "".join(f"\n  {reason}" for reason in found.reasons)
    return f"{found.agent or 'nobody'}, queue {found.queue}, policy {found.policy_version}{reasons}{others}"


def run_lint(options: argparse.Namespace) -> int:
    """Exit code 1 when something is wrong, for those who look at rules before they are merged."""
    settings = read_settings()
    database = open_store(settings)
    try:
        agents = read_crew(database, SystemClock().now()).agents
    finally:
        database.close()
    faults = lint(open_rulebook(settings.policies_dir).routing, agents)
    if options.json:
        print(json.dumps(faults, indent=2))
    else:
        print("\n".join(faults) or "Every rule is reached, and reaches somebody.")
    return 1 if faults else 0


def run_replay(options: argparse.Namespace) -> int:
    if not 1 <= options.days <= LONGEST_DAYS:
        raise BadAnswer(f"--days is {options.days}: give 1 to {LONGEST_DAYS}")
    if options.policies and not (options.policies / "routing.yml").is_file():
        raise BadAnswer(f"{options.policies} has no routing.yml: give the folder that it lies in")
    settings = read_settings()
    rules = open_rulebook(options.policies or settings.policies_dir)
    database = open_store(settings)
    try:
        now = SystemClock().now()
        since = now - timedelta(days=options.days)
        count, moved = replay(database, judge_of(settings, rules), since, now)
    finally:
        database.close()
    print_replay(count, moved, options)
    return 0


def print_replay(count: int, moved: list[Moved], options: argparse.Namespace) -> None:
    if options.json:
        rows = [{**asdict(one), "at": one.at.isoformat()} for one in moved]
        print(json.dumps({"decisions": count, "moved": rows}, indent=2, ensure_ascii=False))
        return
    for one in moved:
        print(f"{one.ticket_id}  {one.at:%Y-%m-%d %H:%M}  {one.was}  would be  {one.now}")
        print(f"    {one.reasons[0]}")
    print(f"{len(moved)} of {count} decisions in {options.days} days would be others.")
