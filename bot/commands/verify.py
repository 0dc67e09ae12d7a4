"""How is the ledger checked from a terminal?"""

import argparse
import json
from dataclasses import asdict
from functools import partial

from store.access import ADMIN
from store.clock import SystemClock
from store.database import Database, open_database
from store.heads import HeadBook
from store.migrate import bring_up
from store.settings import load_secret_key, read_settings
from store.verify import Report, repair_snapshot, verify

SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rebuild", action="store_true", help="write snapshots that differ anew")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """1 when something is wrong, also when it was put right."""
    settings, clock = read_settings(), SystemClock()
    database = open_database(settings.database)
    try:
        bring_up(database, settings)
        book = HeadBook(settings.data_dir / "heads", load_secret_key(settings, clock.new_secret()))
        report = verify(database, book)
        rebuilt = rebuild(database, report, clock) if options.rebuild else 0
    finally:
        database.close()
    if options.json:
        print(json.dumps({**asdict(report), "rebuilt": rebuilt}, indent=2))
    else:
        print_report(report, rebuilt)
    return 1 if report.findings else 0


def rebuild(database: Database, report: Report, clock: SystemClock) -> int:
    differing = sorted({one.timeline for one in report.findings if one.what == "snapshot"})
    for timeline in differing:
        database.write(partial(repair_snapshot, timeline=timeline, by=ADMIN, at=clock.now()))
    return len(differing)


def print_report(report: Report, rebuilt: int) -> None:
    print(
        f"{report.timelines} timelines, {report.events} events, {report.audit_lines} lines of audit,"
        f" {report.head_entries} signed heads"
    )
    for one in report.findings[:SHOWN]:
        print(f"{one.what:<10} {one.timeline} version {one.version}: {one.detail}")
    if len(report.findings) > SHOWN:
        print(f"… and {len(report.findings) - SHOWN} more; --json shows all")
    if rebuilt:
        print(f"{rebuilt} snapshots were written anew from their events.")
    print("Something is wrong." if report.findings else "All is as it was written.")
