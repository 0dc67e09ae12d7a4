"""Is every deadline what the rules say, row by row, and nothing that happens later changes it?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import sla
from escalation.calendar import Calendar, compile_schedule
from escalation.policy_file import SHIPPED, parse_policy
from escalation.schedule import DAYS, Schedule, from_us, to_us
from escalation.sla import Acts, Target, Timer, TimerName, known_by, past_responses
from escalation.sla_policy import SlaPolicy, open_policy
from store.errors import Misconfigured
from store.tickets import Ticket

HOUR = 3_600_000_000
OFFICE = compile_schedule(
    Schedule.model_validate({"tz": "UTC", "weekly": {day: [["09:00", "17:00"]] for day in DAYS[:5]}})
)
ALWAYS = compile_schedule(Schedule.model_validate({"weekly": {day: [["00:00", "24:00"]] for day in DAYS}}))
SHIPPED_TEXT = (SHIPPED / "sla.yml").read_text("utf-8")


def at(text: str) -> int:
    """`mon 10:30`, in the week of Monday 2 March 2026; `+1 mon 10:30` a week later."""
    weeks, text = (int(text[1]), text[3:]) if text.startswith("+") else (0, text)
    day, _, time = text.partition(" ")
    moment = datetime.fromisoformat(f"2026-03-{2 + 7 * weeks + DAYS.index(day):02}T{time}")
    return to_us(moment.replace(tzinfo=UTC))


def said(at_us: int | None) -> str:
    if at_us is None:
        return ""
    moment = from_us(at_us)
    weeks = (moment.day - 2) // 7
    return f"{f'+{weeks} ' if weeks else ''}{DAYS[moment.weekday()]} {moment:%H:%M}"


def targets(hours: float, calendar: Calendar = ALWAYS) -> list[Target]:
    return [Target(int(hours * HOUR), calendar)] * 4


def ticket(opened: str = "mon 10:00", **given: Any) -> Acts:
    """Statuses as `open mon 10:00`."""
    start = at(opened)
    statuses = [(at(one.partition(" ")[2]), one.partition(" ")[0]) for one in given.pop("statuses", ())]
    moments = {
        name: tuple(map(at, several)) for name, several in given.items() if name in ("customer", "replies")
    }
    ranks = tuple((at(when), rank) for when, rank in given.get("priorities", ()))
    return Acts(
        start,
        given.get("by_customer", True),
        moments.get("customer", (start,)),
        moments.get("replies", ()),
        ((start, "new"), *statuses),
        ((start, 2), *ranks),
    )


def first_response(acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    return sla.first_response(known_by(acts, now), targets, now)


def next_response(acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    return sla.next_response(known_by(acts, now), targets, now)


def resolution(acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    return sla.resolution(known_by(acts, now), targets, now)


def test_a_start_after_hours_counts_from_the_next_opening() -> None:
    timer = first_response(ticket("sat 12:00"), targets(2, OFFICE), at("sat 12:30"))

    assert (timer.state, said(timer.due_at)) == ("running", "+1 mon 11:00")


def test_due_exactly_at_closing_is_due_at_closing() -> None:
    timer = first_response(ticket("mon 15:00"), targets(2, OFFICE), at("mon 15:30"))

    assert said(timer.due_at) == "mon 17:00"


@pytest.mark.parametrize(("replied", "state"), [(0, "met"), (1, "breached")])
def test_it_is_met_on_the_very_moment_and_late_from_the_next_on(replied: int, state: str) -> None:
    acts = replace(ticket("mon 10:00"), replies=(at("mon 11:00") + replied,))

    timer = first_response(acts, targets(1), at("mon 12:00"))

    assert timer.state == state


@pytest.mark.parametrize(("late", "state"), [(0, "running"), (1, "breached")])
def test_it_is_breached_only_when_now_is_later_than_due(late: int, state: str) -> None:
    timer = first_response(ticket("mon 10:00"), targets(1), at("mon 11:00") + late)

    assert timer.state == state


def test_a_late_resolution_between_two_looks_is_late() -> None:
    timer = resolution(ticket(statuses=["solved mon 15:00"]), targets(4), at("mon 18:00"))

    assert (timer.state, said(timer.breached_at), said(timer.done_at)) == (
        "breached",
        "mon 14:00",
        "mon 15:00",
    )


def test_the_first_response_never_stands_still() -> None:
    acts = ticket(statuses=["pending_customer mon 10:10", "on_hold mon 10:20"])

    timer = first_response(acts, targets(1), at("mon 10:30"))

    assert (timer.state, said(timer.due_at)) == ("running", "mon 11:00")


def test_the_first_response_of_a_ticket_by_staff_waits_for_the_customer() -> None:
    silent = ticket(by_customer=False, customer=[])
    answered = ticket(by_customer=False, customer=["mon 13:00"], replies=["mon 10:05"])

    assert first_response(silent, targets(1), at("mon 12:00")).state == "idle"
    timer = first_response(answered, targets(1), at("mon 13:30"))
    assert (timer.state, said(timer.due_at)) == ("running", "mon 14:00")


def test_there_is_no_next_response_before_the_first() -> None:
    timer = next_response(ticket(customer=["mon 10:00", "mon 10:30"]), targets(1), at("mon 12:00"))

    assert (timer.state, timer.due_at) == ("idle", None)


def test_the_next_response_is_to_the_oldest_message_and_a_nudge_changes_nothing() -> None:
    acts = ticket(replies=["mon 10:05"], customer=["mon 10:00", "mon 11:00", "mon 11:40"])

    timer = next_response(acts, targets(1), at("mon 11:50"))

    assert (timer.state, said(timer.due_at)) == ("running", "mon 12:00")


@pytest.mark.parametrize("status", ["pending_internal", "on_hold"])
def test_the_next_response_stands_still_while_others_are_asked(status: str) -> None:
    acts = ticket(
        replies=["mon 10:05"],
        customer=["mon 10:00", "mon 11:00"],
        statuses=[f"{status} mon 11:15", "open mon 13:15"],
    )

    assert next_response(acts, targets(1), at("mon 12:30")).state == "paused"
    assert said(next_response(acts, targets(1), at("mon 13:20")).due_at) == "mon 14:00"


@pytest.mark.parametrize("status", ["pending_customer", "solved", "closed"])
def test_nobody_waits_for_a_next_response_from_whom_they_owe_one(status: str) -> None:
    acts = ticket(
        replies=["mon 10:05"], customer=["mon 10:00", "mon 11:00"], statuses=[f"{status} mon 11:15"]
    )

    timer = next_response(acts, targets(1), at("mon 14:00"))

    assert (timer.state, timer.due_at) == ("idle", None)


@pytest.mark.parametrize("status", ["pending_customer", "pending_internal", "on_hold"])
def test_the_resolution_stands_still_while_the_desk_cannot_go_on(status: str) -> None:
    acts = ticket(statuses=[f"{status} mon 11:00", "open mon 14:00"])

    standing, going = (
        resolution(acts, targets(4), at("mon 12:00")),
        resolution(acts, targets(4), at("mon 15:00")),
    )

    assert (standing.state, standing.due_at) == ("paused", None)
    assert (going.state, said(going.due_at)) == ("running", "mon 17:00")


def test_a_pause_over_a_weekend_adds_nothing() -> None:
    acts = ticket("fri 16:00", statuses=["on_hold fri 17:00", "open +1 mon 09:00"])

    assert said(resolution(acts, targets(4, OFFICE), at("+1 mon 10:00")).due_at) == "+1 mon 12:00"


def test_a_reopened_ticket_goes_on_where_it_was() -> None:
    acts = ticket(statuses=["solved mon 11:00", "open tue 10:00"])

    assert resolution(acts, targets(4), at("mon 12:00")).state == "met"
    timer = resolution(acts, targets(4), at("tue 11:00"))
    assert (timer.state, said(timer.due_at)) == ("running", "tue 13:00")


def test_a_breach_stays_when_a_ticket_is_reopened() -> None:
    acts = ticket(statuses=["solved mon 15:00", "open tue 10:00", "solved tue 10:30"])

    timer = resolution(acts, targets(4), at("tue 12:00"))

    assert (timer.state, said(timer.breached_at)) == ("breached", "mon 14:00")


def test_a_change_of_priority_brings_another_target_from_the_same_start() -> None:
    acts = ticket(priorities=[("mon 10:30", 0)])
    by_rank = [Target(HOUR, ALWAYS), *targets(4)[1:]]

    timer = first_response(acts, by_rank, at("mon 10:45"))

    assert said(timer.due_at) == "mon 11:00"


def test_a_breach_is_kept_and_not_doubled_when_the_priority_changes() -> None:
    acts = ticket(priorities=[("mon 12:00", 3)])
    by_rank = [*targets(1)[:3], Target(8 * HOUR, ALWAYS)]

    timer = first_response(acts, by_rank, at("mon 13:00"))

    assert (timer.state, said(timer.breached_at)) == ("breached", "mon 11:00")


def test_a_target_that_is_over_when_it_comes_is_breached_then() -> None:
    acts = ticket(priorities=[("mon 13:00", 0)])
    by_rank = [Target(HOUR, ALWAYS), *targets(8)[1:]]

    timer = first_response(acts, by_rank, at("mon 13:01"))

    assert (timer.state, said(timer.breached_at)) == ("breached", "mon 13:00")


def test_what_is_merged_is_judged_where_it_went() -> None:
    acts = ticket(statuses=["merged mon 10:30"])

    for judge in (first_response, resolution):
        timer = judge(acts, targets(1), at("mon 18:00"))
        assert (timer.state, timer.due_at) == ("cancelled", None)


def test_every_answer_counts_once_in_the_figures() -> None:
    acts = ticket(
        replies=["mon 10:05", "mon 12:30", "mon 14:00"],
        customer=["mon 10:00", "mon 11:00", "mon 11:10", "mon 13:30"],
    )

    states = [timer.state for timer in past_responses(acts, targets(1), at("mon 18:00"))]

    assert states == ["breached", "met"]


moments = st.integers(0, 14 * 24 * 4).map(lambda quarters: at("mon 00:00") + quarters * HOUR // 4)
statuses = st.sampled_from(
    ["open", "pending_customer", "pending_internal", "on_hold", "solved", "closed", "open", "merged"]
)


@st.composite
def lives(draw: st.DrawFn) -> Acts:
    opened = draw(moments)
    later = st.integers(1, 7 * 24 * 4).map(lambda quarters: opened + quarters * HOUR // 4)
    changes = sorted({draw(later): draw(statuses) for _ in range(draw(st.integers(0, 6)))}.items())
    ranks = sorted({draw(later): draw(st.integers(0, 3)) for _ in range(draw(st.integers(0, 2)))}.items())
    return Acts(
        opened,
        True,
        (opened, *sorted(draw(st.sets(later, max_size=4)))),
        tuple(sorted(draw(st.sets(later, max_size=4)))),
        ((opened, "new"), *changes),
        ((opened, 2), *ranks),
    )


BY_RANK = [
    Target(hours * HOUR, calendar)
    for hours, calendar in ((1, ALWAYS), (2, OFFICE), (4, OFFICE), (30, ALWAYS))
]
POLICY: dict[TimerName, list[Target]] = {
    "first_response": BY_RANK,
    "next_response": BY_RANK,
    "resolution": BY_RANK,
}


def judged(acts: Acts, now: int) -> Sequence[Timer]:
    return sla.timers(acts, POLICY, now)


@given(lives(), moments)
def test_what_happens_later_changes_nothing_that_was_judged(acts: Acts, now: int) -> None:
    now = max(now, acts.opened_at)

    assert judged(acts, now) == judged(known_by(acts, now), now)


@given(lives(), moments, moments)
def test_a_breach_of_first_response_or_resolution_never_goes_away(acts: Acts, one: int, two: int) -> None:
    earlier, later = sorted((max(one, acts.opened_at), max(two, acts.opened_at)))

    for before, after in zip(judged(acts, earlier)[::2], judged(acts, later)[::2], strict=True):
        if before.state == "breached":
            assert after.breached_at == before.breached_at
            assert after.state in ("breached", "cancelled")


@given(lives(), moments)
def test_what_is_due_has_its_target_left(acts: Acts, now: int) -> None:
    now = max(now, acts.opened_at)

    for timer in judged(acts, now):
        if timer.state == "running" and timer.due_at is not None and timer.target is not None:
            assert timer.due_at >= now
            assert timer.used + timer.target.calendar.elapsed(now, timer.due_at) == timer.target.length


def test_the_shipped_policy_holds_for_every_ticket() -> None:
    deadlines = open_policy()

    chosen = deadlines.for_ticket(Ticket(ticket_id="T-1", tier="whatever", channel="web"))

    assert [target.length // 60_000_000 for target in chosen["first_response"]] == [15, 15, 240, 240]
    assert [target.length // HOUR for target in chosen["resolution"]] == [4, 24, 72, 72]
    assert chosen["next_response"] == chosen["first_response"]


def test_three_lines_add_deadlines_for_some_tickets(tmp_path: Path) -> None:
    text = SHIPPED_TEXT.replace(
        "rules:\n",
        "  gold:\n    first_response: [5m, 10m, 1h, 2h]\n    resolution: [1h, 2h, 3h, 4h]\n"
        "rules:\n  - {use: gold, when: {tier: enterprise, channel: [slack, web]}}\n",
    )
    (tmp_path / "sla.yml").write_text(text)

    deadlines = open_policy(tmp_path)

    gold = Ticket(ticket_id="T-1", tier="enterprise", channel="web")
    assert deadlines.policy.rule_for(gold).use == "gold"
    assert deadlines.policy.rule_for(gold.model_copy(update={"channel": "email"})).use == "standard"


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        (
            "[15m, 15m,",
            "[15x, 15m,",
            r"line 15, targets.standard.first_response.0: '15x' is no target",
        ),
        ("[4h, 24h, 72h, 72h]", "[4h]", r"line 16, .*write four targets"),
        ("- use: standard", "- use: gold", r"line 17, rules: the targets 'gold' are not written"),
        ("- use: standard", "- {use: standard, when: {tier: x}}", r"the last rule must fit every ticket"),
        ("Europe/London", "London", r"line 5, hours.tz: 'London' is no time zone"),
        ("version: 1", "version: 1\nfoo: 2", r"line 4, foo: this word is not known here"),
        ("version: 1\n", "", r"version: this is missing"),
        ("mon: [", "mon [", r"sla.yml, line 8"),
    ],
)
def test_a_wrong_policy_says_where_and_what_to_write(written: str, instead: str, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        parse_policy(SHIPPED_TEXT.replace(written, instead, 1), SlaPolicy, "sla.yml")
