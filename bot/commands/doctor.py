"""What is wrong with this desk, and what is to be done?"""

import argparse
import json
from dataclasses import asdict
from functools import partial

from bot.checkup import Check, check_desk
from store.access import ADMIN
from store.clock import SystemClock
from store.database import open_database
from store.guards import restore_guards
from store.migrate import bring_up
from store.settings import read_settings, settings_markdown

MARKS = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--settings", action="store_true", help="print docs/settings.md")
    parser.add_argument("--guards", action="store_true", help="put lost triggers of the ledger back")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """1 when the desk could not work like this."""
    if options.settings:
        print(settings_markdown(), end="")
        return 0
    settings = read_settings()
    if options.guards:
        database = open_database(settings.database)
        try:
            bring_up(database, settings)
            database.write(partial(restore_guards, by=ADMIN, at=SystemClock().now()))
        finally:
            database.close()
    checks = list(check_desk(settings))
    if options.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            print_check(check)
    return 1 if any(check.state == "bad" for check in checks) else 0


def print_check(check: Check) -> None:
    print(f"{MARKS[check.state]}  {check.name:<9} {check.says}")
    if check.do:
        print(f"                → {check.do}")
