"""Does a click count only for exactly what it saw, and until exactly when?"""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.approvals import HINTS, SHORTEST, Card, ask_for, expiry, may_decide, may_follow, reminders
from escalation.calendar import compile_schedule
from escalation.gate import Asked, ExpiryRule, expiry_rule, judge, open_gate
from escalation.schedule import Schedule
from escalation.sla_policy import around_the_clock
from store.approval_clicks import Click, Deed, RefusalCode, Standing
from store.approval_words import (
    FOLLOWS,
    ApprovalContent,
    ApprovalRequest,
    ApprovalState,
    BasisFacts,
    CustomerMessages,
    basis_of,
    digest_of,
)
from store.canonical import canonical
from store.errors import NotAllowed
from tests.asked import CONTENT, MESSAGES, NOON, REQUEST

FACTS = BasisFacts(
    arguments=CONTENT.arguments,
    draft=CONTENT.draft,
    status="open",
    owner="person",
    assigned_to="per_agent",
    requester="per_ada",
    last_message=4,
    guards={"payment": {"paid": 1250, "refunded": 0}},
)
SHOWN = REQUEST.model_copy(update={"basis": basis_of(FACTS)})
CLICK = Click("apr_1", digest_of(SHOWN), "per_mara", "approve")
STANDING = Standing(
    request=SHOWN,
    state="pending",
    digest=digest_of(SHOWN),
    votes=(),
    role="lead",
    basis=basis_of(FACTS),
    decided_by="",
    replaced_by="",
    now=NOON,
)
PATHS = (
    *((name,) for name in ApprovalRequest.model_fields if name != "content"),
    *(("content", name) for name in ApprovalContent.model_fields if name != "messages"),
    *(("content", "messages", name) for name in CustomerMessages.model_fields),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside it
texts = st.text(max_size=30)
others: dict[str, st.SearchStrategy[Any]] = {
    "arguments": st.dictionaries(texts, json_values, max_size=4),
    "before": st.dictionaries(texts, json_values, max_size=4),
    "after": st.dictionaries(texts, json_values, max_size=4),
    "guards": st.dictionaries(texts, json_values, max_size=4),
    "reasons": st.lists(st.fixed_dictionaries({"code": texts, "said": texts}), max_size=3),
    "approvers": st.lists(texts, max_size=3),
    "reminders": st.lists(st.fixed_dictionaries({"at": moments}), max_size=3),
    "expires_at": moments,
    "revision": st.integers(),
    "action_version": st.integers(),
    "last_message": st.integers(),
    "needed": st.integers(1, 9),
    "tier": st.sampled_from(("T2", "T3", "T4")),
    "proposed_by": st.sampled_from(("assistant", "staff")),
}


def code(click: Click = CLICK, standing: Standing = STANDING) -> str:
    refusal = may_decide(click, standing)
    return refusal.code if refusal else ""


def test_what_was_shown_may_be_approved() -> None:
    assert code() == ""


@pytest.mark.parametrize("path", PATHS, ids=".".join)
@given(drawn=st.data())
def test_one_field_that_changed_after_the_card_was_shown_refuses(
    path: tuple[str, ...], drawn: st.DataObject
) -> None:
    whole = SHOWN.model_dump(mode="json")
    place = whole
    for name in path[:-1]:
        place = place[name]
    before = canonical(whole)
    place[path[-1]] = drawn.draw(others.get(path[-1], texts))
    moved = ApprovalRequest.model_validate(whole)
    if canonical(moved.model_dump(mode="json")) == before:
        return

    behind = replace(STANDING, request=moved)
    stored_too = replace(behind, digest=digest_of(moved))

    # With other approvers, who clicked may not be one of them any more.
    expected = {"changed", "not_a_decider"} if path == ("approvers",) else {"changed"}
    assert {code(standing=behind), code(standing=stored_too)} <= expected


@pytest.mark.parametrize("name", [one.name for one in fields(BasisFacts)])
@given(drawn=st.data())
def test_one_fact_that_moved_on_after_the_card_was_shown_refuses(name: str, drawn: st.DataObject) -> None:
    value = drawn.draw(others.get(name, texts))
    moved = replace(FACTS, **{name: value})
    if getattr(FACTS, name) == value:
        return

    assert code(standing=replace(STANDING, basis=basis_of(moved))) == "moved_on"


def test_the_card_holds_all_that_whoever_decides_has_to_see() -> None:
    assert len(PATHS) == len(ApprovalRequest.model_fields) + len(ApprovalContent.model_fields) + 3


@given(
    st.fixed_dictionaries(
        {
            "is_guest": st.booleans(),
            "is_foreign": st.booleans(),
            "role": st.sampled_from(("lead", "agent", "")),
        }
    ),
    st.sampled_from(get_args(ApprovalState)),
    st.sampled_from(get_args(Deed)),
    st.integers(-1, 1),
)
def test_a_click_counts_only_when_everything_fits(
    who: dict[str, Any], state: ApprovalState, deed: Deed, late: int
) -> None:
    click = replace(
        CLICK, deed=deed, reason="Not ours", is_guest=who["is_guest"], is_foreign=who["is_foreign"]
    )
    now = SHOWN.expires_at + timedelta(microseconds=late)
    standing = replace(STANDING, state=state, role=who["role"], now=now)

    fits = not who["is_guest"] and not who["is_foreign"] and who["role"] == "lead"
    assert (code(click, standing) == "") == (fits and state == "pending" and late < 0)


@pytest.mark.parametrize("state", get_args(ApprovalState))
def test_who_may_not_decide_learns_nothing_of_how_it_stands(state: ApprovalState) -> None:
    refusal = may_decide(CLICK, replace(STANDING, state=state, role="agent", decided_by="per_tom"))

    assert refusal
    assert (refusal.code, "per_tom" in refusal.hint) == ("not_a_decider", False)


def test_every_refusal_has_a_sentence_for_who_clicked() -> None:
    assert HINTS.keys() == set(get_args(RefusalCode))


def test_a_refusal_says_what_to_do() -> None:
    refusal = may_decide(CLICK, replace(STANDING, role="agent"))

    assert refusal
    assert refusal.hint == "This needs one of these roles: lead, operations, admin. Yours is now: agent."


def test_whoever_asked_is_the_person_and_not_the_account() -> None:
    own = SHOWN.model_copy(update={"requester": "per_mara"})
    standing = replace(STANDING, request=own, digest=digest_of(own))

    click = replace(CLICK, digest=digest_of(own))
    assert code(click, standing) == "own_request"
    assert code(replace(click, deed="reject", reason="Not needed"), standing) == ""
    assert code(replace(click, person_id="per_tom"), standing) == ""


def test_nobody_agrees_twice() -> None:
    assert code(standing=replace(STANDING, votes=("per_mara",))) == "voted_already"
    assert code(standing=replace(STANDING, votes=("per_tom",))) == ""


def paths_from(
    state: ApprovalState, so_far: tuple[ApprovalState, ...] = ()
) -> Iterator[tuple[ApprovalState, ...]]:
    here = (*so_far, state)
    yield here
    for following in FOLLOWS[state]:
        yield from paths_from(following, here)


def test_nothing_comes_back_to_where_it_was() -> None:
    assert FOLLOWS.keys() == set(get_args(ApprovalState))
    assert all(len(set(path)) == len(path) for path in paths_from("pending"))
    assert {path[-1] for path in paths_from("pending")} == set(get_args(ApprovalState))


def test_nothing_is_done_that_was_not_approved_first() -> None:
    pairs = [pair for pair in product(get_args(ApprovalState), repeat=2) if may_follow(*pair)]

    assert [pair for pair in pairs if pair[1] == "executing"] == [("approved", "executing")]
    assert [pair for pair in pairs if pair[1] == "approved"] == [("pending", "approved")]


WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
BUSINESS = compile_schedule(Schedule.model_validate({"tz": "Europe/Berlin", "weekly": WEEK}))
CALENDARS = (BUSINESS, around_the_clock())
RULE = expiry_rule(open_gate(), priority=2)
URGENT = expiry_rule(open_gate(), priority=0)
waits = st.lists(st.timedeltas(timedelta(days=-2), timedelta(days=9)), max_size=3)


@given(moments, waits, st.sampled_from((RULE, URGENT)), st.sampled_from(CALENDARS))
def test_it_runs_out_by_the_earliest_of_its_ends(
    now: datetime, left: list[timedelta], rule: ExpiryRule, calendar: Any
) -> None:
    ends = expiry(now, [now + one for one in left], rule, calendar)

    assert now < ends <= now + timedelta(hours=72)
    if rule.is_urgent:
        assert ends <= now + timedelta(hours=4)
    else:
        assert calendar.elapsed_at(now, ends) <= timedelta(hours=4)
    ahead = [one for one in left if one > SHORTEST]
    assert all(ends < now + one for one in ahead)
    if rule.is_urgent:
        assert ends == now + min([timedelta(hours=4), *(one / 2 for one in ahead)])


@given(moments, st.timedeltas(timedelta(minutes=2), timedelta(days=2)))
def test_half_of_the_open_time_is_left_when_it_runs_out(now: datetime, left: timedelta) -> None:
    deadline = now + left
    ends = expiry(now, [deadline], RULE, BUSINESS)
    whole = BUSINESS.elapsed_at(now, deadline)

    if whole >= SHORTEST and whole / 2 < timedelta(hours=4):
        assert abs(BUSINESS.elapsed_at(now, ends) - whole / 2) <= timedelta(microseconds=1)


@given(moments, waits, st.sampled_from((RULE, URGENT)), st.sampled_from(CALENDARS))
def test_reminders_come_before_it_runs_out_and_in_order(
    now: datetime, left: list[timedelta], rule: ExpiryRule, calendar: Any
) -> None:
    ends = expiry(now, [now + one for one in left], rule, calendar)
    said = [one.at for one in reminders(now, ends, rule, calendar)]

    assert said == sorted(set(said))
    assert all(now < one < ends for one in said)


def test_what_is_asked_on_friday_evening_waits_for_monday_unless_it_is_urgent() -> None:
    friday = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)

    assert expiry(friday, [], RULE, BUSINESS) == datetime(2026, 3, 9, 11, 30, tzinfo=UTC)
    assert expiry(friday, [], URGENT, BUSINESS) == friday + timedelta(hours=4)


def test_the_second_reminder_of_what_is_urgent_goes_to_who_is_on_call() -> None:
    said = reminders(NOON, NOON + timedelta(hours=4), URGENT, BUSINESS)

    assert [(one.at - NOON, one.to) for one in said] == [
        (timedelta(minutes=5), "approvers"),
        (timedelta(minutes=15), "on_call"),
    ]


ASKED = Asked("playbook:refund_payment", "assistant", "per_ada", declared="T3")
CARD = Card("apr_1", "T-1", "customers", CONTENT)


def test_what_waits_by_the_gate_becomes_a_request() -> None:
    ruling = judge(open_gate(), ASKED, {"per_mara": "lead"})

    made = ask_for(ruling, ASKED, CARD, now=NOON, deadlines=[NOON + timedelta(hours=2)], business=BUSINESS)

    assert (made.tier, made.needed, made.approvers) == ("T3", 1, ("lead", "operations", "admin"))
    assert (made.expires_at, made.reminders[0].at) == (
        NOON + timedelta(hours=1),
        NOON + timedelta(minutes=30),
    )
    assert (made.requester, made.proposed_by, made.content) == ("per_ada", "assistant", CONTENT)


def test_what_the_gate_refuses_or_lets_through_becomes_none() -> None:
    for asked in (ASKED, Asked("ticket_risk", "staff", "per_mara")):
        with pytest.raises(NotAllowed, match="does not wait for a click"):
            ask_for(judge(open_gate(), asked, {}), asked, CARD, now=NOON, deadlines=[], business=BUSINESS)


def test_the_messages_of_the_customer_are_part_of_what_is_shown() -> None:
    other = MESSAGES.model_copy(update={"done": "You get 1250 EUR back."})
    content = CONTENT.model_copy(update={"messages": other})

    assert digest_of(SHOWN.model_copy(update={"content": content})) != digest_of(SHOWN)
