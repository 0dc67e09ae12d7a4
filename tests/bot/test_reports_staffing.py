"""Does the staffing report say what comes, who is needed, who is there, and how little it knows?"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from bot.__main__ import main
from bot.crew import as_agent
from bot.people import Wanted, read_staff
from bot.reports_shown import show
from bot.reports_staffing import (
    AHEAD,
    Assumed,
    QueueNeed,
    Sources,
    StaffingReport,
    need_of_all,
    need_of_queue,
    report_staffing,
)
from escalation.rulebook import open_rulebook
from escalation.staffing import Work, people_for
from store.agents import AgentRow
from store.database import Database
from store.events import TicketMerged
from store.settings import Settings
from store.staff import save_many
from store.volume import Opened
from tests.databases import KEY, copied, opened
from tests.ledgers import add_facts, ticket_opened

RULES = open_rulebook(None)
LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ticket(day: int, hour: int = 10, channel: str = "web", queue: str = "orders", **more: object) -> Opened:
    """So many days before that Monday."""
    at = datetime(2026, 3, 2, hour, tzinfo=UTC) - timedelta(days=day)
    given = {"queue": queue, "channel": channel, "category": "delivery", "priority": 2, "opened_at": at}
    return Opened(**{**given, **more})  # type: ignore[arg-type]  # the fields by their names


def agent(name: str = "Owen", **words: str) -> AgentRow:
    _, row = read_staff(Wanted(name, hours="mon-fri 09:00-17:00", **words), f"per_{name.lower()}", NOON)  # type: ignore[arg-type]  # only texts are given
    assert row is not None
    return replace(row, presence="active")


def sources(history: Sequence[Opened], *people: AgentRow, waiting: int = 0, **assumed: float) -> Sources:
    begin = min((one.opened_at.date() for one in history), default=MONDAY)
    agents = [(row, as_agent(row, NOON, "")) for row in people]
    return Sources(RULES, LONDON, agents, history, {"orders": waiting}, begin, MONDAY, Assumed(**assumed))


def orders(history: Sequence[Opened], *people: AgentRow, **more: float) -> QueueNeed:
    return need_of_queue("orders", sources(history, *people, **more))  # type: ignore[arg-type]  # numbers by name


EVERY_DAY = [ticket(day) for day in range(1, 29)]


def test_the_same_number_each_day_is_expected_to_go_on() -> None:
    assert {(one.day, one.count) for one in orders(EVERY_DAY).weekdays} == {
        (day, 1.0) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }


def test_a_busy_weekday_is_busy_again() -> None:
    history = EVERY_DAY + [ticket(7 * week) for week in (1, 2, 3, 4) for _ in range(9)]

    found = {one.day: one for one in orders(history).weekdays}

    assert found["mon"].count == 10
    assert found["tue"].count == 1
    assert found["mon"].low < 10 < found["mon"].high


def test_a_day_without_a_ticket_counts_as_one() -> None:
    found = {one.day: one.count for one in orders([ticket(28), ticket(14)]).weekdays}

    assert found["mon"] == 0.5
    assert found["tue"] == 0


def test_less_than_a_week_is_no_ground_for_a_forecast() -> None:
    found = orders([ticket(day) for day in range(1, 7)], agent(), waiting=4)

    assert (found.weekdays, found.chats, found.mail) == ((), None, None)
    assert found.seen == 6


def test_chats_need_who_erlang_says_in_their_busiest_hour() -> None:
    history = [ticket(day, 15 if copy % 2 else 9 + copy % 7) for day in range(1, 29) for copy in range(40)]
    within = RULES.deadlines.targets["standard"]["first_response"][2].length / 60_000_000

    chats = orders(history).chats

    assert chats is not None
    assert not chats.is_spread_evenly
    at_three = sum(1 for one in history if one.opened_at.hour == 15) / 28
    assert chats.an_hour == pytest.approx(at_three)
    by_hand = people_for(Work(at_three, 60, 15), within=within, level=0.9, most_busy=0.85, shrinkage=0.3)
    assert (chats.present, chats.needed) == (by_hand.present, by_hand.rostered)


def test_what_is_promised_sooner_needs_no_fewer_people() -> None:
    later = [ticket(day, priority=2) for day in range(1, 29) for _ in range(30)]
    sooner = [replace(one, priority=0) for one in later]

    slow, quick = orders(later).chats, orders(sooner).chats

    assert slow is not None
    assert quick is not None
    assert (slow.within, quick.within) == (240, 15)
    assert quick.present >= slow.present


def test_few_chats_are_spread_over_the_hours_of_the_desk() -> None:
    chats = orders(EVERY_DAY).chats

    assert chats is not None
    assert chats.is_spread_evenly
    assert chats.an_hour == pytest.approx(1 / 8.5)


def test_mail_needs_the_work_that_waits_and_comes_by_the_hours_that_are_left_for_it() -> None:
    history = [ticket(day, channel="email") for day in range(1, 29) for _ in range(5)]

    found = orders(history, agent(), waiting=60)

    assert found.chats is None
    assert found.mail is not None
    # Seven days of five come on five open days: 7 a day, 35 a week, and 60 wait; a quarter of an hour each,
    # by 8 hours a day of which 0.7 are left.
    assert (found.mail.waiting, found.mail.a_day, found.mail.needed) == (60, 7, 1)
    assert orders(history, agent(), waiting=300).mail == replace(found.mail, waiting=300, needed=3)


@given(st.integers(0, 2000), st.integers(0, 2000), st.floats(1, 60))
def test_more_waiting_or_more_work_never_needs_fewer(waiting: int, more: int, minutes: float) -> None:
    history = [ticket(day, channel="email") for day in range(1, 15)]

    few = orders(history, agent(), waiting=waiting, minutes=minutes).needed

    assert orders(history, agent(), waiting=waiting + more, minutes=minutes).needed >= few
    assert orders(history, agent(), waiting=waiting, minutes=minutes * 2).needed >= few


def test_only_those_whom_the_rules_reach_are_planned_for_a_queue() -> None:
    history = [ticket(day, queue="billing") for day in range(1, 29)]
    people = (agent("Owen", skills="billing"), agent("Ravi", skills="fitting"))

    billing = need_of_queue("billing", sources(history, *people))

    assert (billing.reach, billing.people) == ("skill billing", ("Owen",))
    assert need_of_queue("orders", sources(history, *people)).people == ("Owen", "Ravi")


def test_planned_are_the_hours_of_who_works_and_is_not_on_leave() -> None:
    back = datetime(2026, 3, 16, tzinfo=UTC)

    there, away = orders(EVERY_DAY, agent()), orders(EVERY_DAY, replace(agent(), on_leave_until=back))

    assert (there.hours, away.hours) == (40, 20)
    assert {one.day: one.planned for one in away.weekdays} == {
        **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), 0.5), "sat": 0, "sun": 0
    }  # fmt: skip


def test_all_queues_as_one_need_no_more_than_each_by_itself() -> None:
    history = [ticket(day, queue=name) for day in range(1, 29) for name in ("orders", "accounts", "general")]
    known = sources(history, agent())

    alone = sum(need_of_queue(name, known).needed for name in ("orders", "accounts", "general"))

    assert 0 < need_of_all(known).needed <= alone


NASTY = "=1+1|<script>alert(1)</script>"


@pytest.fixture
def report() -> StaffingReport:
    history = [ticket(day, queue=NASTY) for day in range(1, 15)]
    known = sources(history, replace(agent(), name="<b>Owen</b> | *Price*"))
    queues = (need_of_queue(NASTY, known),)
    return StaffingReport(NOON, MONDAY, 14, known.assumed, queues, need_of_all(known))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.text = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def test_on_the_page_names_are_text_and_never_markup(report: StaffingReport) -> None:
    page = Tags()
    page.feed(show(report, "html"))

    assert not {"script", "b"} & page.seen
    assert NASTY in page.text
    assert "<b>Owen</b> | *Price*" in page.text


def test_in_the_text_a_name_breaks_no_table_and_is_no_markup(report: StaffingReport) -> None:
    shown = show(report, "md")

    rows = [line for line in shown.splitlines() if line.startswith("| =1")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 10
    assert "\\<b\\>Owen\\</b\\> \\| \\*Price\\*" in shown


def test_in_the_table_no_name_is_worked_out_as_a_formula(report: StaffingReport) -> None:
    rows = list(csv.DictReader(io.StringIO(show(report, "csv"))))

    assert [row["weekday"] for row in rows] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert {row["queue"] for row in rows} == {f"'{NASTY}"}


def test_little_history_is_said(report: StaffingReport) -> None:
    shown = show(report, "md")

    assert "History: 14 days. Every weekday was seen 2 times at least." in shown
    assert "With less than 42 days the intervals show what chance alone does" in shown
    assert "less than 42" not in show(replace(report, history=42), "md")


@pytest.fixture
def settings(empty_tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    with copied(empty_tables, tmp_path / "desk") as settings:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DESKBELL_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("DESKBELL_SECRET_KEY", KEY)
        if settings.database_url:
            monkeypatch.setenv("DATABASE_URL", settings.database_url)
        yield settings


@pytest.fixture
def desk(settings: Settings) -> Iterator[Database]:
    database = opened(settings)
    yield database
    database.close()


def test_the_desk_counts_its_own_tickets_but_not_those_of_today_nor_merged_ones(desk: Database) -> None:
    for number in range(1, 15):
        at = NOON - timedelta(days=number)
        channel = "email" if number % 2 else "chat"
        add_facts(desk, f"T-{number}", ticket_opened(number, queue="orders", channel=channel), at=at)
    add_facts(desk, "T-20", ticket_opened(20, queue="orders", channel="email"), at=NOON)
    merged = TicketMerged(into="T-1", by="per_owen")
    add_facts(desk, "T-21", ticket_opened(21, queue="orders"), merged, at=NOON - timedelta(days=3))
    desk.write(
        lambda connection: save_many(
            connection, [read_staff(Wanted("Owen"), "per_owen", NOON)], by="x", at=NOON
        )
    )

    found = report_staffing(desk, RULES, LONDON, NOON, days=365, assumed=Assumed())

    assert (found.history, found.first) == (14, MONDAY)
    assert [(one.queue, one.seen, one.people) for one in found.queues] == [("orders", 14, ("Owen",))]
    assert found.queues[0].mail is not None
    assert found.queues[0].mail.waiting == 8
    assert sum(one.count for one in found.queues[0].weekdays) * 4 == AHEAD
    assert report_staffing(desk, RULES, LONDON, NOON, days=7, assumed=Assumed()).queues[0].seen == 7


@pytest.mark.usefixtures("settings")
def test_a_desk_without_history_says_so_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "staffing"]) == 0
    assert "There is no history yet" in capsys.readouterr().out
    assert main(["report", "staffing", "--format", "html"]) == 0
    assert "There is no history yet" in capsys.readouterr().out
    assert main(["report", "staffing", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["queues"] == []
    assert main(["report", "staffing", "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("queue,reach,weekday,")


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--days", "3"], "deskbell: --days is 3: give 7 to 3650\n"),
        (["--minutes", "0"], "deskbell: --minutes is 0: give more than 0, and 480 at most\n"),
        (["--minutes", "nan"], "deskbell: --minutes is nan: give more than 0, and 480 at most\n"),
        (["--level", "100"], "deskbell: --level is 100: give a percentage from 1 to 99.9\n"),
    ],
)
def test_what_cannot_be_is_refused_with_one_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "staffing", *words]) == 1
    assert capsys.readouterr().err == complaint
