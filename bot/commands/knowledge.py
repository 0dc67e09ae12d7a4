"""What can be done to the articles? `deskbell knowledge sync|status|verify|preview|eval|gaps`."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from bot.commands import knowledge_editors as editors
from bot.commands.ask import add_reader, close, open_library_for, read_audience, show_progress
from knowledge.asking import Found
from knowledge.evaluation import Asked, Figures, by_part, read_questions, summary, try_one
from knowledge.library import Library
from knowledge.plots import draw
from knowledge.sync import Quarantined, Report
from store.settings import read_settings

TOO_MANY_GONE = 3
"""Exit code."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    sync = verbs.add_parser("sync", help="bring the folder's changes in")
    sync.add_argument("--yes", action="store_true", help="also when many articles are gone at once")
    sync.add_argument("--again", action="store_true", help="read every file, changed or not")
    status = verbs.add_parser("status", help="every file: readers, use, review date, conflicts; worst first")
    editors.add_status(status)
    verify = verbs.add_parser("verify", help="compare folder, rows, full text and index")
    preview = verbs.add_parser("preview", help="which answers a change would change, before it is made")
    editors.add_preview(preview)
    measure = verbs.add_parser("eval", help="answer a file of questions, and count")
    measure.add_argument(
        "file", type=Path, metavar="FILE", help='lines {"id", "question", "gold": ["path.md"]}'
    )
    measure.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw recall, calibration and kept/refused"
    )
    add_reader(measure)
    gaps = verbs.add_parser("gaps", help="what was asked and not answered, grouped")
    editors.add_gaps(gaps)
    runs = {sync: run_sync, verify: run_verify, measure: run_eval}
    runs |= {status: editors.run_status, preview: editors.run_preview, gaps: editors.run_gaps}
    for verb, function in runs.items():
        verb.add_argument("--json", action="store_true", help="for programs")
        verb.set_defaults(run=function)


def run_sync(options: argparse.Namespace) -> int:
    library = open_library_for(read_settings(), None)
    try:
        report = library.sync(
            confirmed=options.yes, again=options.again, progress=show_progress("reading articles")
        )
        library.load(progress=show_progress("embedding texts"))
        behind = library.count_to_embed()
    finally:
        close(library)
    print(json.dumps(report_json(report, behind), indent=2) if options.json else report_text(report, behind))
    return TOO_MANY_GONE if report.refused else 0


def report_json(report: Report, behind: int) -> dict[str, object]:
    return asdict(report) | {"to_embed": behind}


def report_text(report: Report, behind: int) -> str:
    lines = [f"added    {path}" for path in report.added]
    lines += [f"changed  {path}" for path in report.changed]
    lines += [f"moved    {old} → {new}" for old, new in report.moved]
    lines += [f"removed  {path}" for path in report.removed]
    lines += quarantine_lines(report.quarantined)
    if report.folder_missing:
        lines.append(
            "The folder of articles is not there; nothing was taken away. Is DESKBELL_KNOWLEDGE_DIR right?"
        )
    elif report.refused:
        lines.append(
            f"{len(report.refused)} articles are gone from the folder; they stay on the shelf until"
            " you confirm with `deskbell knowledge sync --yes`."
        )
    counts = f"{len(report.added)} added, {len(report.changed)} changed, {len(report.moved)} moved"
    lines.append(f"{counts}, {len(report.removed)} removed, {report.unchanged} unchanged.")
    if behind:
        lines.append(
            f"{behind} texts still get their vectors, from another process; full text finds them already."
        )
    return "\n".join(lines)


def quarantine_lines(quarantined: tuple[Quarantined, ...]) -> list[str]:
    return [f"not read {one.path}, line {one.line}: {one.reason}" for one in quarantined]


def run_verify(options: argparse.Namespace) -> int:
    library = open_library_for(read_settings(), None)
    try:
        faults = library.verify()
    finally:
        close(library)
    if options.json:
        print(json.dumps({"ok": not faults, "faults": faults}, indent=2))
    else:
        print("\n".join(faults) or "Folder, rows, full text and vectors agree.")
    return 1 if faults else 0


def run_eval(options: argparse.Namespace) -> int:
    settings = read_settings()
    audience = read_audience(options.audience)
    questions = list(read_questions(options.file))
    library = open_library_for(settings, options.knowledge or settings.knowledge_dir)
    bar = show_progress("asking")
    try:
        library.sync(progress=show_progress("reading articles"))
        library.load(progress=show_progress("embedding texts"))
        outcomes = []
        for number, asked in enumerate(questions, start=1):
            outcomes.append(try_one(asked, lambda asked: find(library, asked, audience)))
            bar(number, len(questions))
    finally:
        close(library)
    if options.plots:
        for path in draw(outcomes, options.plots):
            print(path, file=sys.stderr)
    whole, parts = summary(outcomes), by_part(outcomes)
    print(json.dumps({**whole, "by": parts}, indent=2) if options.json else figures_text(whole, parts))
    return 0


def find(library: Library, asked: Asked, audience: str) -> Found:
    return library.find(
        asked.question, history=asked.before(), audience=asked.audience or audience, language=""
    )


def figures_text(whole: Figures, parts: Mapping[str, Figures]) -> str:
    columns = {"all": whole, **parts}
    rows = [f"{'':18}" + "".join(f"{name[:12]:>14}" for name in columns)]
    rows += [
        f"{name:18}" + "".join(f"{shown(part[name]):>14}" for part in columns.values()) for name in whole
    ]
    return "\n".join(rows)


def shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
