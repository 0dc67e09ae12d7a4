"""How does a desk learn from its own tickets how probable a broken promise is?"""

import argparse
import json
import sys
from datetime import timedelta
from pathlib import Path

from bot.refit import Refit, read_rows, take_over, try_refit
from bot.refit_file import read_rows_file
from escalation.breach_rows import Row
from escalation.calibration import as_svg
from escalation.rulebook import Rulebook, open_rulebook
from store.clock import SystemClock
from store.errors import BadAnswer
from store.opening import open_store
from store.settings import Settings, read_settings

LONGEST_DAYS = 3650


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    refit = verbs.add_parser(
        "refit",
        help="learn the weights anew; they are used only if they win on later days",
    )
    refit.add_argument("--days", type=int, default=180, help="how far back")
    refit.add_argument(
        "--from", type=Path, metavar="FILE.csv", dest="file", help="labelled snapshots instead"
    )
    refit.add_argument(
        "--plot", type=Path, metavar="FILE.svg", help="what was said and what came, as a picture"
    )
    refit.add_argument("--json", action="store_true", help="for programs")
    refit.set_defaults(run=run_refit)


def run_refit(options: argparse.Namespace) -> int:
    """Exit code 0 also when all stays as it is: the question is answered."""
    if not 1 <= options.days <= LONGEST_DAYS:
        raise BadAnswer(f"--days is {options.days}: give 1 to {LONGEST_DAYS}")
    settings = read_settings()
    rules = open_rulebook(settings.policies_dir, settings.data_dir)
    rows, source = wanted_rows(options, settings, rules)
    found = try_refit(rows, rules.breach, source)
    plot = draw(found, options.plot)
    path = None
    if found.fit and not found.fault:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        path = take_over(found.fit.weights, settings.data_dir)
    print(json.dumps(as_json(found, path, plot), indent=2) if options.json else as_text(found, path, plot))
    return 0


def wanted_rows(options: argparse.Namespace, settings: Settings, rules: Rulebook) -> tuple[list[Row], str]:
    """And what is told of where they come from."""
    now = SystemClock().now()
    if options.file:
        return read_rows_file(options.file), f"{options.file.name}, read on {now:%Y-%m-%d}"
    database = open_store(settings)
    try:
        rows = read_rows(database, rules, now - timedelta(days=options.days), now, show_progress)
    finally:
        database.close()
    return rows, f"this desk's tickets of {options.days} days until {now:%Y-%m-%d}"


def show_progress(done: int, total: int) -> None:
    """Where somebody looks on."""
    if sys.stderr.isatty() and (done % 50 == 0 or done == total):
        end = "\n" if done == total else ""
        print(f"\r{done} of {total} tickets read", end=end, file=sys.stderr, flush=True)


def draw(found: Refit, path: Path | None) -> Path | None:
    if path is None or found.fit is None:
        return None
    try:
        path.write_text(as_svg(found.fit.told, "Refitted weights on later days"), encoding="utf-8")
    except OSError as error:
        raise BadAnswer(f"--plot {path} cannot be written: {error.strerror}") from error
    return path


def as_json(found: Refit, path: Path | None, plot: Path | None) -> dict[str, object]:
    told: dict[str, object] = {
        "snapshots": found.snapshots,
        "taken_over": path is not None,
        "why_not": found.fault,
        "written": str(path) if path else None,
        "plot": str(plot) if plot else None,
    }
    if found.fit:
        told["brier_in_use"] = found.fit.brier_rival
        told["brier_average"] = found.fit.brier_average
        told["learned"] = found.fit.weights.model_dump(mode="json")
    return told


def as_text(found: Refit, path: Path | None, plot: Path | None) -> str:
    drawn = f"\nDrawn: {plot}" if plot else ""
    if path is None or found.fit is None:
        return f"All stays as it is: {found.fault}.{drawn}"
    weights = found.fit.weights
    return (
        f"Written: {path}, learned from {weights.rows} snapshots. On {weights.tested_rows} later ones"
        f" its Brier is {weights.brier}, that of the weights before {found.fit.brier_rival}.\n"
        f"The desk uses it from its next start.{drawn}"
    )
