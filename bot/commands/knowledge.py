"""What can be done to the articles? `deskbell knowledge sync|status|verify|preview|eval|gaps`."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.commands.ask import add_reader, close, open_library_for, read_audience, show_progress
from bot.gathering import embedder_for, find_gaps
from bot.rehearsal import rehearse
from bot.shelf_lines import gap_lines, overview_json, overview_lines, preview_lines
from knowledge.asking import Found
from knowledge.comparing import Compared, Comparison
from knowledge.disputes import without_dismissed
from knowledge.embedding import MeaningAway
from knowledge.evaluation import Asked, Figures, by_part, read_questions, summary, try_one
from knowledge.gaps import Gap, draft_article
from knowledge.library import Library
from knowledge.plots import draw
from knowledge.proposal import Proposal, read_git, read_paths
from knowledge.report import Overview, make_overview
from knowledge.sync import Quarantined, Report
from store.dismissals import list_dismissed
from store.errors import Misconfigured
from store.knowledge_use import count_uses, read_given
from store.settings import Settings, read_settings
from store.shelf_listing import list_standing

TOO_MANY_GONE = 3
"""Exit code."""
LOST = 4
"""Exit code of a preview in which an answer is lost or a file set aside."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    sync = verbs.add_parser("sync", help="bring the folder's changes in")
    sync.add_argument("--yes", action="store_true", help="also when many articles are gone at once")
    sync.add_argument("--again", action="store_true", help="read every file, changed or not")
    status = verbs.add_parser("status", help="every file: readers, use, review date, conflicts; worst first")
    add_status(status)
    verify = verbs.add_parser("verify", help="compare folder, rows, full text and index")
    preview = verbs.add_parser("preview", help="which answers a change would change, before it is made")
    add_preview(preview)
    measure = verbs.add_parser("eval", help="answer a file of questions, and count")
    measure.add_argument(
        "file", type=Path, metavar="FILE", help='lines {"id", "question", "gold": ["path.md"]}'
    )
    measure.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw recall, calibration and kept/refused"
    )
    add_reader(measure)
    gaps = verbs.add_parser("gaps", help="what was asked and not answered, grouped")
    add_gaps(gaps)
    runs = {sync: run_sync, verify: run_verify, measure: run_eval}
    runs |= {status: run_status, preview: run_preview, gaps: run_gaps}
    for verb, function in runs.items():
        verb.add_argument("--json", action="store_true", help="for programs")
        verb.set_defaults(run=function)


def run_sync(options: argparse.Namespace) -> int:
    library = open_library_for(read_settings(), None)
    away = ""
    try:
        report = library.sync(
            confirmed=options.yes, again=options.again, progress=show_progress("reading articles")
        )
        try:
            library.load(progress=show_progress("embedding texts"))
        except MeaningAway as error:
            # The texts are in, and words find them: that is told, and nothing is lost.
            away = str(error)
        behind = library.count_to_embed() if library.embedder or not away else library.status().to_embed
    finally:
        close(library)
    shown = report_json(report, behind, away) if options.json else None
    print(json.dumps(shown, indent=2) if shown else report_text(report, behind, away))
    return TOO_MANY_GONE if report.refused else 0


def report_json(report: Report, behind: int, away: str) -> dict[str, object]:
    return asdict(report) | {"to_embed": behind, "meaning_away": away}


def report_text(report: Report, behind: int, away: str) -> str:
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
    if away:
        lines.append(
            f"The vectors of {behind} texts wait: {away}. Words find the texts already. A running desk makes"
            " the vectors as soon as it can; without one, run `deskbell knowledge sync` again."
        )
    elif behind:
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


@contextmanager
def opened() -> Iterator[tuple[Settings, Library]]:
    settings = read_settings()
    library = open_library_for(settings, None)
    try:
        yield settings, library
    finally:
        close(library)


def add_status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=30, help="back to which answers are counted (30)")


def run_status(options: argparse.Namespace) -> int:
    with opened() as (settings, library):
        overview = look_over(settings, library, options.days)
    print(
        json.dumps(overview_json(overview), indent=2) if options.json else "\n".join(overview_lines(overview))
    )
    return 0


def look_over(settings: Settings, library: Library, days: int) -> Overview:
    now = library.clock.now()
    with library.database.read() as connection:
        uses = count_uses(read_given(connection, now - timedelta(days=days)))
        dismissed = list_dismissed(connection)
    compared = Compared(library.database, settings.data_dir / "cache" / "compared")
    known = compared.find() or compare(settings, library, compared)
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    still = without_dismissed(known, dismissed) if known else None
    return make_overview(library.status(), uses, still, today=today, days=days)


def compare(settings: Settings, library: Library, compared: Compared) -> Comparison | None:
    """None while the embedder does not answer: words alone would find less, and that would be kept."""
    try:
        return compared.get(embedder_for(settings, library))
    except MeaningAway as away:
        print(f"Articles are not compared with each other: {away}", file=sys.stderr)
        return None


def add_preview(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="edited files, or a folder of them"
    )
    parser.add_argument(
        "--quick", action="store_true", help="ask only what the change can reach, not all the others after it"
    )
    parser.add_argument("--git", default="", metavar="A..B", help="two states of the folder, or a branch")


def run_preview(options: argparse.Namespace) -> int:
    """Exit code 4 when an answer would be lost or a file set aside: a merge can be held by it."""
    with opened() as (settings, library):
        library.sync(progress=show_progress("reading articles")) if library.is_bare() else None
        proposal = read_proposal(options, library)
        bar = show_progress("asking before and after")
        preview = rehearse(settings, library, proposal, bar, is_quick=options.quick)
    print(json.dumps(asdict(preview), indent=2) if options.json else "\n".join(preview_lines(preview)))
    return LOST if preview.count("lost") or preview.set_aside else 0


def read_proposal(options: argparse.Namespace, library: Library) -> Proposal:
    if bool(options.paths) == bool(options.git):
        raise Misconfigured("give either files and folders, or --git A..B")
    root = library.articles_dir
    if options.git:
        return read_git(root, options.git)
    with library.database.read() as connection:
        known = [one.path for one in list_standing(connection)]
    return read_paths(options.paths, root, known)


def add_gaps(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=30, help="back to which questions are looked at (30)")
    parser.add_argument(
        "--drafts", type=Path, metavar="DIR", help="also write a draft of an article for each"
    )


def run_gaps(options: argparse.Namespace) -> int:
    with opened() as (settings, library):
        gaps = find_gaps(settings, library, options.days)
    if options.drafts:
        write_drafts(gaps, options.drafts)
    print(json.dumps([asdict(gap) for gap in gaps], indent=2) if options.json else "\n".join(gap_lines(gaps)))
    return 0


def write_drafts(gaps: list[Gap], folder: Path) -> None:
    """What lies there already stays: somebody may be working on it."""
    folder.mkdir(parents=True, exist_ok=True)
    for gap in gaps:
        place = folder / f"{gap.name}.md"
        if gap.replies and not place.exists():
            place.write_text(draft_article(gap), encoding="utf-8")
