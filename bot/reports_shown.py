"""How does a staffing report look as text, as a page, as a table and for programs?"""

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Literal

from bot.reports_staffing import QueueNeed, StaffingReport, Weekday, count

Format = Literal["md", "html", "csv", "json"]
Rows = Sequence[Sequence[str]]
WEEK_HEAD = ("day", "expected", "four in five days", "people planned")
NEED_HEAD = (
    "queue",
    "whom it reaches",
    "a week",
    "chats",
    "mail",
    "needed",
    "planned",
    "hours a week",
    "missing",
)
CSV_HEAD = (
    "queue",
    "reach",
    "weekday",
    "expected",
    "low",
    "high",
    "people_that_day",
    "needed_chats",
    "needed_mail",
    "planned_people",
    "planned_hours_a_week",
    "places",
    "history_days",
)
TITLE = "Staffing"


def show(report: StaffingReport, form: Format) -> str:
    return SHOWN[form](report)


def need_rows(report: StaffingReport) -> list[list[str]]:
    return [
        [
            one.queue,
            one.reach,
            number(sum(day.count for day in one.weekdays)) if one.weekdays else "?",
            str(one.chats.needed) if one.chats else "–",
            str(one.mail.needed) if one.mail else "–",
            str(one.needed) if one.weekdays else "?",
            str(len(one.people)),
            number(one.hours),
            str(one.missing) if one.weekdays else "?",
        ]
        for one in report.queues
    ]


def total_line(report: StaffingReport) -> str:
    needed = sum(one.needed for one in report.queues)
    return (
        f"Each queue is worked out as if its people did nothing else: that makes {needed} in all."
        f" If everybody did everything, {report.whole.needed} would do;"
        f" {len(report.whole.people)} take tickets."
    )


def week_rows(days: Iterable[Weekday]) -> list[list[str]]:
    return [
        [one.day, number(one.count), f"{number(one.low)} – {number(one.high)}", number(one.planned)]
        for one in days
    ]


def details(one: QueueNeed) -> list[str]:
    """Where the needed people come from."""
    people = ", ".join(one.people) or "nobody"
    said = [f"{count(one.seen, 'ticket')} in the history; {people} can hold {one.places}."]
    if chats := one.chats:
        hour = "an average hour" if chats.is_spread_evenly else "the busiest hour"
        said.append(
            f"Chats: {number(chats.an_hour)} in {hour} on {chats.day}. With {chats.present} at work,"
            f" {chats.answered:.1%} are answered within {chats.within:g} min (Erlang C) and"
            f" {chats.leaving:.1%} leave before (Erlang A)."
        )
    if mail := one.mail:
        said.append(f"Mail: {mail.waiting} wait, {number(mail.a_day)} come on a day of work.")
    return said


def assumptions(report: StaffingReport) -> str:
    assumed = report.assumed
    return (
        f"Assumed, as the desk does not measure it: {assumed.minutes:g} min of work for a ticket,"
        f" {assumed.productive:.0%} of the hours for tickets, {assumed.level:.0%} of chats answered in time,"
        f" {assumed.patience:g} min of patience in a chat. A backlog of mail is to be gone in five days."
    )


def as_markdown(report: StaffingReport) -> str:
    lines = [f"# {TITLE}, four weeks from {report.first}", "", *report.told(), ""]
    if report.queues:
        lines += [*markdown_table(NEED_HEAD, need_rows(report)), ""]
    if report.can_forecast:
        lines += [total_line(report), "", assumptions(report), ""]
    for one in report.queues if report.can_forecast else ():
        lines += [f"## {plain(one.queue)}", "", *(plain(said) for said in details(one)), ""]
        lines += [*markdown_table(WEEK_HEAD, week_rows(one.weekdays)), ""]
    return "\n".join(lines).rstrip()


def markdown_table(head: Sequence[str], rows: Rows) -> list[str]:
    every = [head, ["---"] * len(head), *([plain(cell) for cell in row] for row in rows)]
    return ["| " + " | ".join(row) + " |" for row in every]


def plain(text: str) -> str:
    """Names that people gave are never markup."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def as_html(report: StaffingReport) -> str:
    """One page that stands alone."""
    title = f"{TITLE}, four weeks from {report.first}"
    parts = [tag("h1", title), *(tag("p", said) for said in report.told())]
    if report.queues:
        parts.append(html_table(NEED_HEAD, need_rows(report)))
    if report.can_forecast:
        parts += [tag("p", total_line(report)), tag("p", assumptions(report))]
    for one in report.queues if report.can_forecast else ():
        parts += [tag("h2", one.queue), *(tag("p", said) for said in details(one))]
        parts.append(html_table(WEEK_HEAD, week_rows(one.weekdays)))
    head = f'<meta charset="utf-8">{tag("title", title)}<style>{STYLE}</style>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>'


STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;padding:.3rem .8rem;"
    "border-bottom:1px solid #8884}div{overflow-x:auto}"
)


def html_table(head: Sequence[str], rows: Rows) -> str:
    top = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
    body = "\n".join(f"<tr>{''.join(tag('td', cell) for cell in row)}</tr>" for row in rows)
    return f"<div><table><thead><tr>{top}</tr></thead><tbody>\n{body}\n</tbody></table></div>"


def tag(name: str, text: str) -> str:
    return f"<{name}>{html.escape(text)}</{name}>"


def as_csv(report: StaffingReport) -> str:
    """One line for each queue and weekday; a queue without a forecast has one line without figures."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for one in report.queues:
        planned = [len(one.people), number(one.hours), one.places, report.history]
        needed = [one.chats.needed if one.chats else "", one.mail.needed if one.mail else ""]
        for day in week_cells(one):
            writer.writerow([harmless(one.queue), harmless(one.reach), *day, *needed, *planned])
    return file.getvalue().rstrip("\n")


def week_cells(one: QueueNeed) -> list[list[str]]:
    found = [
        [day.day, *(f"{figure:.2f}" for figure in (day.count, day.low, day.high, day.planned))]
        for day in one.weekdays
    ]
    return found or [[""] * 5]


def harmless(text: str) -> str:
    """A spreadsheet would work out what begins like a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def as_json(report: StaffingReport) -> str:
    queues = [asdict(one) | {"needed": one.needed, "missing": one.missing} for one in report.queues]
    everything = asdict(report) | {"queues": queues, "told": report.told()}
    return json.dumps(everything, default=lambda moment: moment.isoformat(), ensure_ascii=False, indent=2)


def number(figure: float) -> str:
    return f"{figure:.1f}".removesuffix(".0")


SHOWN: dict[Format, Callable[[StaffingReport], str]] = {
    "md": as_markdown,
    "html": as_html,
    "csv": as_csv,
    "json": as_json,
}
