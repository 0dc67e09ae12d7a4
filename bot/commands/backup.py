"""How is a desk backed up from a terminal?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from store.backup import Backup, backup
from store.clock import SystemClock
from store.opening import open_store
from store.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, help="a new folder, or a file that ends with .tar.gz")
    parser.add_argument("--without-key", action="store_true", help="leave the secret key out")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings, clock = read_settings(), SystemClock()
    database = open_store(settings)
    try:
        made = backup(database, settings, options.target, now=clock.now(), with_key=not options.without_key)
    finally:
        database.close()
    if options.json:
        print(json.dumps(as_json(made), indent=2))
    else:
        print(f"{made.path}: {made.timelines} timelines and {made.files} files, as of {made.made_at}.")
        if made.has_key:
            print("The secret key is inside: keep the backup as safe as the desk itself.")
    return 0


def as_json(made: Backup) -> dict[str, object]:
    return {**asdict(made), "path": str(made.path)}
