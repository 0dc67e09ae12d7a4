"""How is a backup put back from a terminal?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bot.commands.backup import as_json
from store.clock import SystemClock
from store.errors import NotFound
from store.restore import Restored, restore
from store.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="what `deskbell backup` has made")
    parser.add_argument("--force", action="store_true", help="replace the desk that is there")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
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
