"""How do reports about the articles read in a terminal?"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from knowledge.conflicts import Conflict, Statement
from knowledge.gaps import Gap
from knowledge.probes import Change, Preview, Said
from knowledge.report import FileReport, Overview

STATES = {
    "disagrees": "disagrees",
    "overdue": "review overdue",
    "fails": "does not help",
    "doubled": "said twice",
    "answers": "answers",
    "silent": "never cited",
    "redirect": "redirect",
}
LONGEST_QUOTE = 160


def overview_json(overview: Overview) -> dict[str, object]:
    return {
        "articles": [file_json(one) for one in overview.files],
        "quarantined": [asdict(one) for one in overview.quarantined],
        "generation": overview.generation,
        "to_embed": overview.to_embed,
        "embedder": overview.embedder,
        "days": overview.days,
    }


def file_json(report: FileReport) -> dict[str, object]:
    listed = asdict(report.file) | {"review_by": str(report.file.review_by or "")}
    return {
        **listed,
        **asdict(report.use),
        "overdue": report.is_overdue,
        "state": report.state,
        "conflicts": [asdict(one) for one in report.conflicts],
        "duplicates": [asdict(one) for one in report.twins],
    }


def overview_lines(overview: Overview) -> Iterator[str]:
    yield (
        f"{'article':44} {'version':12} {'reader':10} {'lang':4} {'pieces':>6} {'cited':>6}"
        f" {'up':>4} {'down':>4} {'tickets':>7} {'review by':10} state"
    )
    for one in overview.files:
        file, use = one.file, one.use
        review = f"{file.review_by or ''!s}"
        yield (
            f"{file.path:44} {file.version:12} {file.audience:10} {file.language:4} {file.pieces:>6}"
            f" {use.cited:>6} {use.up:>4} {use.down:>4} {use.tickets:>7} {review:10} {STATES[one.state]}"
        )
    conflicts = dict.fromkeys(found for one in overview.files for found in one.conflicts)
    twins = dict.fromkeys(found for one in overview.files for found in one.twins)
    for found in (*conflicts, *twins):
        yield from conflict_lines(found)
    for aside in overview.quarantined:
        yield f"not read {aside.path}, line {aside.line}: {aside.reason}"
    yield ""
    embedder = overview.embedder or "none installed, full text alone answers"
    yield (
        f"{len(overview.files)} articles, {sum(one.needs_somebody for one in overview.files)} need somebody,"
        f" {len(overview.quarantined)} not read; counted over {overview.days} days; embedder: {embedder}"
    )
    if overview.to_embed:
        yield f"{overview.to_embed} texts have no vector yet."


def conflict_lines(found: Conflict) -> Iterator[str]:
    told = {
        "figures": "different figures",
        "denial": "one denies what the other says",
        "twin": "the same text twice",
    }[found.kind]
    yield ""
    yield f"{told}:"
    yield statement_line(found.one)
    yield statement_line(found.other)


def statement_line(one: Statement) -> str:
    return f"  {one.article}:{one.first}  {shortened(one.text)}"


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def preview_lines(preview: Preview) -> Iterator[str]:
    for one in preview.files:
        readers = one.audience_after or "nobody"
        was = f" (was {one.audience_before})" if one.audience_before not in ("", one.audience_after) else ""
        yield f"{one.kind:8} {one.path}, read by {readers}{was}"
        if one.reason:
            yield f"  would be set aside: line {one.line}: {one.reason}"
    for change in preview.changes:
        yield ""
        yield from change_lines(change)
    yield ""
    yield (
        f"{preview.golden} golden and {preview.real} recent questions asked before and after in"
        f" {preview.seconds} s: {preview.count('gained')} gained, {preview.count('lost')} lost,"
        f" {preview.count('changed')} changed, {preview.count('moved')} from other lines,"
        f" {preview.same} the same."
    )
    if not preview.is_whole:
        left = preview.golden + preview.real - preview.asked
        yield f"{left} more rest on nothing that changes and were not asked; without --quick they are."


def change_lines(change: Change) -> Iterator[str]:
    probe = change.probe
    of = f"golden question of {probe.article}" if probe.article else f"asked {probe.count} times"
    yield f"{change.kind.upper()}  {probe.question}  ({of})"
    yield f"  before: {said_line(change.before)}"
    yield f"  after:  {said_line(change.after)}"
    if change.kind == "lost":
        for gone in change.lines_gone:
            yield f"  line {gone.lines[0]} of {gone.article} is gone: {shortened(gone.quote)}"


def said_line(said: Said) -> str:
    if not said.answered:
        return "no answer"
    places = ", ".join(f"{one.article}:{one.lines[0]}" for one in said.cites)
    return f"“{shortened(said.text)}” ({places})"


def gap_lines(gaps: Sequence[Gap]) -> Iterator[str]:
    for gap in gaps:
        languages = ", ".join(f"{name} {count}" for name, count in gap.languages)
        reasons = ", ".join(f"{count} {name}" for name, count in gap.reasons)
        yield f"{gap.count:>4} × {gap.title}  ({languages}; {reasons})"
        for question, count in gap.questions[1:4]:
            yield f"       {count} × {question}"
        if gap.replies:
            yield f"       a person answered: {shortened(gap.replies[0])}"
    yield f"{len(gaps)} gaps, {sum(gap.count for gap in gaps)} questions."
