"""How is a desk backed up and restored from a terminal?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bot.wiring import open_store
from store.backup import Backup, backup
from store.clock import SystemClock
from store.errors import NotFound
from store.restore import Restored, restore
from store.settings import read_settings


def add_arguments(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    made = nouns.add_parser("backup", help="copy the desk, also while it runs")
    made.add_argument("target", type=Path, help="a new folder, or a file that ends with .tar.gz")
    made.add_argument("--without-key", action="store_true", help="leave the secret key out")
    made.set_defaults(run=run_backup)
    back = nouns.add_parser("restore", help="make a backup the desk again; stop the desk first")
    back.add_argument("source", type=Path, help="what `deskbell backup` has made")
    back.add_argument("--force", action="store_true", help="replace the desk that is there")
    back.set_defaults(run=run_restore)
    for parser in (made, back):
        parser.add_argument("--json", action="store_true", help="for programs")


def run_backup(options: argparse.Namespace) -> int:
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


def run_restore(options: argparse.Namespace) -> int:
    """1 when the restored desk does not verify."""
    if not options.source.exists():
        raise NotFound(f"there is no backup {str(options.source)!r}")
    settings, clock = read_settings(), SystemClock()
    done = restore(
        settings, options.source, now=clock.now(), fresh_key=clock.new_secret(), force=options.force
    )
    findings = [asdict(one) for one in done.report.findings]
    if options.json:
        kept = str(done.kept) if done.kept else None
        whole = {**as_json(done.backup), "kept": kept, "files_erased": done.erased, "findings": findings}
        print(json.dumps(whole, indent=2))
    else:
        print_restored(done)
    return 1 if findings else 0


def print_restored(done: Restored) -> None:
    print(f"Restored {done.report.timelines} timelines, as of {done.backup.made_at}.")
    if done.kept:
        print(f"What was there before lies in {done.kept}.")
    for one in done.report.findings:
        print(f"{one.what:<10} {one.timeline} version {one.version}: {one.detail}")
    print("It does not verify." if done.report.findings else "It verifies.")


def as_json(made: Backup) -> dict[str, object]:
    return {**asdict(made), "path": str(made.path)}
