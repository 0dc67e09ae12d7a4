"""Which deliveries could not be handled, and how are they tried again?"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from store.access import ADMIN
from store.clock import SystemClock
from store.errors import BadAnswer
from store.lanes import Waiting
from store.opening import open_store
from store.replays import DEAD, BeltName, list_waiting, replay
from store.settings import read_settings

STATES = ("ready", "dead", "expired", "done")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_verbs(parser, "inbox", STATES)


def add_verbs(parser: argparse.ArgumentParser, belt: BeltName, states: Sequence[str]) -> None:
    """The outbox is asked with the same words."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="the newest first; dead ones unless a state is named")
    listed.add_argument("--state", action="append", choices=states, help="may be given several times")
    listed.add_argument("--limit", type=int, default=50)
    listed.add_argument("--json", action="store_true", help="for programs")
    listed.set_defaults(run=partial(run_list, belt))
    again = verbs.add_parser("replay", help="try dead ones again, under their own key")
    again.add_argument("keys", nargs="*", metavar="KEY", help="as `list` shows them")
    again.add_argument("--all", action="store_true", help="every dead one; expired ones only by key")
    again.add_argument("--as", dest="person", default=ADMIN, help="person id, for the audit")
    again.set_defaults(run=partial(run_replay, belt))


def run_list(belt: BeltName, options: argparse.Namespace) -> int:
    database = open_store(read_settings())
    try:
        with database.read() as connection:
            rows = list_waiting(connection, belt, options.state or DEAD, options.limit)
    finally:
        database.close()
    if options.json:
        print(json.dumps([as_json(row) for row in rows], ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        print(f"{row.created_at:%Y-%m-%d %H:%M}  {row.state:<7} {row.attempts:>2}  {row.key}  {row.lane}")
        if row.error:
            print(f"    {row.error}")
    if not rows:
        print("Nothing is there.")
    return 0


def as_json(row: Waiting) -> dict[str, object]:
    return {**asdict(row), "due": row.due.isoformat(), "created_at": row.created_at.isoformat()}


def run_replay(belt: BeltName, options: argparse.Namespace) -> int:
    if bool(options.keys) == options.all:
        raise BadAnswer(f"name the keys that `deskbell {belt} list` shows, or give --all")
    clock, database = SystemClock(), open_store(read_settings())
    try:
        keys = options.keys
        if options.all:
            with database.read() as connection:
                keys = [row.key for row in list_waiting(connection, belt, ("dead",), 10_000)]
        for key in keys:
            database.write(partial(replay, belt=belt, key=key, by=options.person, at=clock.now()))
    finally:
        database.close()
    print(f"{len(keys)} will be tried again by the running desk.")
    return 0
