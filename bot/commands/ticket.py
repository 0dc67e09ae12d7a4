"""How are tickets listed and read in a terminal?"""

import argparse
import json
from dataclasses import asdict

from bot.deadlines import as_lines
from bot.judged import breach_as_json, breach_as_lines, judge, risk_as_json, risk_as_lines
from bot.view import Turn, staff_turns
from escalation.rulebook import open_rulebook
from store.clock import SystemClock
from store.database import Database
from store.opening import open_store
from store.queries import TicketFilter, list_tickets
from store.reading import get_for_staff
from store.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="newest activity first")
    listed.add_argument("--status", action="append", default=[], help="may be given several times")
    listed.add_argument("--text", default="", help="words that stand in it")
    listed.add_argument("--limit", type=int, default=50)
    shown = verbs.add_parser("show", help="one ticket with its merged timeline")
    shown.add_argument("ticket", help="e.g. T-1001")
    explained = verbs.add_parser("explain", help="why it is due when it is due")
    explained.add_argument("ticket", help="e.g. T-1001")
    for verb, function in ((listed, run_list), (shown, run_show), (explained, run_explain)):
        verb.add_argument("--json", action="store_true", help="for programs")
        verb.set_defaults(run=function)


def run_list(options: argparse.Namespace) -> int:
    database = open_store(read_settings())
    try:
        print_list(database, options)
    finally:
        database.close()
    return 0


def print_list(database: Database, options: argparse.Namespace) -> None:
    filters = TicketFilter(status=tuple(options.status), text=options.text)
    with database.read() as connection:
        page = list_tickets(connection, filters, sort="activity", limit=options.limit)
    if options.json:
        rows = [
            {
                "ticket_id": line.ticket_id,
                "status": line.status,
                "priority": line.priority,
                "queue": line.queue,
                "channel": line.channel,
                "assigned_to": line.assigned_to,
                "summary": line.summary,
                "opened_at": line.opened_at.isoformat(),
                "last_at": line.last_at.isoformat(),
            }
            for line in page.lines
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for line in page.lines:
        print(f"{line.ticket_id}  P{line.priority}  {line.status:<17} {line.queue:<10} {line.summary}")
    if not page.lines:
        print("No ticket fits.")


def run_show(options: argparse.Namespace) -> int:
    database = open_store(read_settings())
    try:
        read = get_for_staff(database, options.ticket)
    finally:
        database.close()
    if options.json:
        ticket = read.ticket.model_dump(mode="json") if read.ticket else {}
        events = [
            {"timeline": fact.timeline, "version": fact.version, "at": fact.at.isoformat()}
            | fact.event.model_dump(mode="json")
            for fact in read.recorded
        ]
        print(json.dumps({"ticket": ticket, "timeline": events}, ensure_ascii=False, indent=2))
        return 0
    if read.ticket:
        print(f"{read.ticket.ticket_id}  P{read.ticket.priority}  {read.ticket.status}  {read.ticket.queue}")
        print(read.ticket.issue_summary)
    for turn in staff_turns(read.recorded):
        print_turn(turn)
    return 0


def run_explain(options: argparse.Namespace) -> int:
    settings = read_settings()
    database = open_store(settings)
    try:
        read = get_for_staff(database, options.ticket)
        assert read.ticket is not None  # noqa: S101 - get_for_staff raises NotFound without one
        rules, now = open_rulebook(settings.policies_dir, settings.data_dir), SystemClock().now()
        judged = judge(database, rules, read.ticket, now)
    finally:
        database.close()
    if options.json:
        told = {
            "timers": [asdict(one) for one in judged.explained],
            "risk": risk_as_json(judged.risk),
            **breach_as_json(judged.breach),
        }
        print(json.dumps(told, default=lambda at: at.isoformat(), indent=2))
    else:
        risk = (*risk_as_lines(judged), *breach_as_lines(judged.breach))
        print("\n".join((*as_lines(judged.explained), *risk)))
    return 0


def print_turn(turn: Turn) -> None:
    said = " / ".join(line.text for line in turn.lines) or turn.kind.replace("_", " ")
    print(f"{turn.at:%Y-%m-%d %H:%M}  {turn.timeline[:12]:<12}  {turn.voice:<9}  {said}")
