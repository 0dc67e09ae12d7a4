"""What do editors ask in a terminal: how does every file do, what would a change change, what is missing?"""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.commands.ask import close, open_library_for, show_progress
from bot.commands.knowledge_lines import gap_lines, overview_json, overview_lines, preview_lines
from bot.gathering import find_gaps
from bot.rehearsal import rehearse
from knowledge.comparing import Compared
from knowledge.embedding import open_embedder
from knowledge.gaps import Gap, draft_article
from knowledge.library import Library
from knowledge.proposal import Proposal, read_git, read_paths
from knowledge.report import Overview, make_overview
from store.errors import Misconfigured
from store.knowledge_use import count_uses, read_given
from store.settings import Settings, read_settings
from store.shelf_listing import list_standing

LOST = 4
"""Exit code of a preview in which an answer is lost."""


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
    compared = Compared(library.database, settings.data_dir / "cache" / "compared")
    known = compared.find() or compared.get(open_embedder(library.models_dir))
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    return make_overview(library.status(), uses, known, today=today, days=days)


def add_preview(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="edited files, or a folder of them"
    )
    parser.add_argument("--git", default="", metavar="A..B", help="two states of the folder, or a branch")


def run_preview(options: argparse.Namespace) -> int:
    """Exit code 4 when an answer would be lost or a file set aside: a merge can be held by it."""
    with opened() as (settings, library):
        library.sync(progress=show_progress("reading articles")) if library.is_bare() else None
        proposal = read_proposal(options, library)
        preview = rehearse(settings, library, proposal, show_progress("asking before and after"))
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
    with opened() as (_, library):
        gaps = find_gaps(library, options.days)
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
