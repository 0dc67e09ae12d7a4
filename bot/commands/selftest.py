"""Does this desk understand customers as well as it should? `deskbell selftest reader FILE`."""

import argparse
import json
from pathlib import Path

from bot.reader.reader import read_commands
from bot.reader.scoring import CommandJson, Score, Share, read_turns, score_turns
from store.clock import SystemClock


def add_arguments(selftest: argparse.ArgumentParser) -> None:
    what = selftest.add_subparsers(dest="what", required=True, metavar="what")
    reader = what.add_parser("reader", help="read customers' turns and compare the commands")
    reader.add_argument(
        "file", type=Path, metavar="FILE", help="turns and the commands they ask for, one JSON a line"
    )
    reader.add_argument("--json", action="store_true", help="print the figures for a program")
    reader.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    score = score_turns(read_turns(args.file), read_commands, SystemClock().now().date())
    text = json.dumps(score.as_json(), ensure_ascii=False, indent=2) if args.json else as_table(score)
    print(text)
    return 0


def as_table(score: Score) -> str:
    figures = score.as_json()
    lines = [
        f"{'':14}{'turns':>6}{'exact':>9}",
        row("all", {"n": figures["n"], "exact": figures["exact"]}),
        "",
    ]
    lines += [row(name, part) for name, part in sorted(figures["by"]["lang"].items())]
    lines.append("")
    lines += [row(name, part) for name, part in sorted(figures["by"]["situation"].items())]
    lines += ["", f"missed person {figures['missed_person']:>6}", f"false stop    {figures['false_stop']:>6}"]
    for wrong in score.wrong:
        lines += [
            "",
            f"{wrong.id}  {wrong.text}",
            f"  got    {said(wrong.got)}",
            f"  expect {said(wrong.expect)}",
        ]
    return "\n".join(lines)


def row(name: str, part: Share) -> str:
    return f"{name:14}{part['n']:>6}{part['exact']:>9.1%}"


def said(commands: list[CommandJson]) -> str:
    return ", ".join(one_line(command) for command in commands) or "nothing"


def one_line(command: CommandJson) -> str:
    arguments = " ".join(str(value) for name, value in command.items() if name not in ("kind", "question"))
    return f"{command['kind']} {arguments}".strip()
