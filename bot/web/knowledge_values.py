"""What stands on the pages about the articles, for the one who looks?"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request
from markupsafe import Markup, escape

from bot.web.door import Visit
from bot.web.knowledge_work import find_comparison, is_compared
from knowledge.answer import Answer
from knowledge.comparing import Comparison
from knowledge.disputes import Dispute, list_disputes, without_dismissed
from knowledge.health import Health
from knowledge.report import ORDER, FileReport, Overview, make_overview
from store.articles import readable_by
from store.dismissals import list_dismissed
from store.knowledge_use import count_uses, read_given
from store.shelf import Listed
from store.shelf_listing import read_pulse

EDITING = ("editor", "admin")
DAYS = 30
PAGE = 100
SORTS = ("state", "cited", "down", "tickets", "review", "path")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    audience: str
    language: str
    state: str
    owner: str
    text: str
    sort: str
    start: int

    def is_narrowed(self) -> bool:
        return any((self.audience, self.language, self.state, self.owner, self.text))

    def lets_through(self, one: FileReport) -> bool:
        file = one.file
        exact = (
            (self.audience, file.audience),
            (self.language, file.language),
            (self.state, one.state),
            (self.owner, file.owner),
        )
        said = f"{file.path} {file.title} {file.owner}".casefold()
        words = self.text.casefold().split()
        return all(not asked or asked == has for asked, has in exact) and all(word in said for word in words)


def read_wanted(request: Request) -> Wanted:
    """What is not understood lets everything through."""
    asked = request.query_params
    start = asked.get("from", "")
    return Wanted(
        audience=asked.get("audience", ""),
        language=asked.get("language", ""),
        state=asked.get("state", "") if asked.get("state", "") in ORDER else "",
        owner=asked.get("owner", ""),
        text=asked.get("text", "")[:200],
        sort=asked.get("sort", "") if asked.get("sort", "") in SORTS else "state",
        start=int(start) if start.isdecimal() and len(start) < 7 else 0,
    )


def may_edit(visit: Visit) -> bool:
    return visit.person.role in EDITING


def may_read(visit: Visit, audience: str) -> bool:
    """Who edits sees every file; the others of the staff what they may be answered from."""
    return may_edit(visit) or audience in readable_by("staff")


@dataclass(frozen=True, slots=True)
class Looked:
    """The whole shelf as this person may see it."""

    overview: Overview
    health: Health
    disputes: Sequence[Dispute] = ()
    """Between files that this person may read: the open ones first."""

    @property
    def open_disputes(self) -> list[Dispute]:
        return [one for one in self.disputes if one.dismissal is None]

    @property
    def settled(self) -> list[Dispute]:
        return [one for one in self.disputes if one.dismissal]

    @property
    def mark(self) -> str:
        over, health = self.overview, self.health
        counts = (over.generation, health.to_embed, len(over.quarantined))
        states = (health.mode, health.is_behind, over.is_compared, len(self.open_disputes))
        return ".".join(map(str, counts + states))


def look(visit: Visit) -> Looked:
    desk = visit.door.desk
    now = desk.clock.now()
    with desk.database.read() as connection:
        uses = count_uses(read_given(connection, now - timedelta(days=DAYS)))
        dismissed = list_dismissed(connection)
    today = now.astimezone(visit.door.zone).date()
    status = desk.library.status()
    compared = seen_by(visit, find_comparison(desk), status.articles)
    still = without_dismissed(compared, dismissed) if compared else None
    overview = make_overview(status, uses, still, today=today, days=DAYS)
    disputes = list_disputes(compared, dismissed) if compared else []
    return Looked(only_readable(visit, overview), desk.library.health(), disputes)


def pulse(visit: Visit) -> tuple[object, ...]:
    """Enough to see that the page would be another one, at a hundredth of the price of drawing it."""
    desk = visit.door.desk
    with desk.database.read() as connection:
        moved = read_pulse(connection), sorted(list_dismissed(connection))
    library = desk.library
    return moved, library.count_to_embed(), library.embedder is None, is_compared(desk)


def seen_by(visit: Visit, compared: Comparison | None, listed: Sequence[Listed]) -> Comparison | None:
    audiences = {one.audience for one in listed if may_read(visit, one.audience)}
    return compared.seen_by(sorted(audiences)) if compared else None


def only_readable(visit: Visit, overview: Overview) -> Overview:
    files = tuple(one for one in overview.files if may_read(visit, one.file.audience))
    return Overview(
        files,
        overview.quarantined,
        overview.generation,
        overview.to_embed,
        overview.embedder,
        overview.days,
        overview.is_compared,
    )


def list_values(visit: Visit, looked: Looked) -> dict[str, Any]:
    wanted = read_wanted(visit.request)
    files = in_order([one for one in looked.overview.files if wanted.lets_through(one)], wanted.sort)
    every = [one.file for one in looked.overview.files]
    return {
        "wanted": wanted,
        "looked": looked,
        "files": files[wanted.start : wanted.start + PAGE],
        "total": len(files),
        "next": wanted.start + PAGE if len(files) > wanted.start + PAGE else 0,
        "menus": {
            "audiences": sorted({one.audience for one in every}),
            "languages": sorted({one.language for one in every}),
            "owners": sorted({one.owner for one in every if one.owner}),
            "folders": sorted({one.path.rpartition("/")[0] for one in every} - {""}),
        },
        "states": ORDER,
        "sorts": SORTS,
        "may_edit": may_edit(visit),
        "query": f"?{visit.request.url.query}" if visit.request.url.query else "",
        "error": None,
    }


def in_order(files: list[FileReport], sort: str) -> list[FileReport]:
    """`state` is how they come: worst first."""
    keys: dict[str, Any] = {
        "cited": lambda one: -one.use.cited,
        "down": lambda one: (-one.use.down, one.use.up),
        "tickets": lambda one: -one.use.tickets,
        "review": lambda one: (one.file.review_by is None, one.file.review_by or 0),
        "path": lambda one: one.file.path,
    }
    return sorted(files, key=keys[sort]) if sort in keys else files


@dataclass(frozen=True, slots=True)
class Promise:
    """A golden question, and what the desk answers to it now."""

    question: str
    answer: Answer
    is_kept: bool
    """Answered from its own article."""


def promises_of(visit: Visit, file: Listed) -> list[Promise]:
    kept = []
    for question in file.questions:
        answer = visit.door.desk.library.answer(
            question, history=(), audience=file.audience, language=file.language
        )
        cited = {one.citation.article for one in answer.sentences}
        kept.append(Promise(question, answer, answer.answered and file.path in cited))
    return kept


@dataclass(frozen=True, slots=True)
class Line:
    sign: str
    """+ comes, - goes, empty stays, @ what lies between is left out."""
    number: int
    text: str


HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)")


def difference(before: str, after: str) -> list[Line]:
    """Changed lines with two around them; numbers are those of the side on which the line stands."""
    lines: list[Line] = []
    old = new = 0
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    for text in list(diff)[2:]:
        if hunk := HUNK.match(text):
            old, new = int(hunk.group(1)), int(hunk.group(2))
            lines += [Line("@", 0, "")] if lines else []
            continue
        sign = text[0].strip()
        lines.append(Line(sign, old if sign == "-" else new, text[1:]))
        old, new = old + (sign != "+"), new + (sign != "-")
    return lines


GONE, COME = Markup("<del>{}</del>"), Markup("<ins>{}</ins>")


def marked(text: str, other: str, mark: Markup) -> Markup:
    """The words of `text` that `other` does not have are marked."""
    mine, its = text.split(), other.split()
    parts = []
    for kind, begin, end, _, _ in difflib.SequenceMatcher(None, mine, its, autojunk=False).get_opcodes():
        words = escape(" ".join(mine[begin:end]))
        if begin != end:
            parts.append(words if kind == "equal" else mark.format(words))
    return Markup(" ").join(parts)
