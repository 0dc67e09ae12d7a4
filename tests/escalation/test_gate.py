"""Does nothing that matters pass without a click, whatever a model says?"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.gate import (
    PLAYBOOK,
    WAITING,
    Asked,
    Decider,
    Evidence,
    GatePolicy,
    Money,
    Principal,
    Ruling,
    expiry_rule,
    judge,
    open_gate,
    reason_said,
)
from escalation.policy_file import SHIPPED, parse_policy
from store.access import STAFF
from store.errors import Misconfigured
from tools.catalogue import TOOLS

POLICY = open_gate()
TEXT = (SHIPPED / "gate.yml").read_text()
CREW: Mapping[str, str] = {
    "per_mara": "lead",
    "per_tom": "lead",
    "per_agent": "agent",
    "per_boss": "executive",
}
ALONE = {"per_admin": "admin"}
FIRST_SET = """search_knowledge ticket_status list_tickets open_ticket add_detail explain_deadline ticket_risk
    route_ticket reassign_ticket escalate_ticket set_priority request_approval list_playbooks propose_playbook
    join_incident hand_over draft_reply rate_answer""".split()
REFUND = Asked(
    PLAYBOOK + "refund_payment", "assistant", "per_ada", declared="T3", amounts=(Money(1250, "EUR"),)
)
REPLY = Asked("send_reply", "assistant", "per_ada", evidence=Evidence(2, 2))


def ruled(asked: Asked, staff: Mapping[str, str] = CREW) -> Ruling:
    return judge(POLICY, asked, staff)


def codes(ruling: Ruling) -> list[str]:
    return [one.code for one in ruling.reasons]


def test_every_tool_is_ruled_and_every_tool_of_the_first_set() -> None:
    assert set(FIRST_SET) <= POLICY.actions.keys()
    assert {name: tool.risk for name, tool in TOOLS.items()} == {
        name: POLICY.actions[name].risk for name in TOOLS
    }


def test_who_may_call_a_tool_may_also_ask_for_it() -> None:
    for name, tool in TOOLS.items():
        ask = POLICY.actions[name].ask
        assert ("customer" in ask) == ("customer" in tool.roles), name
        assert ("staff" in ask) == bool(tool.roles & set(STAFF)), name


def test_who_decides_works_here() -> None:
    assert set(get_args(Decider)) < set(STAFF)


@pytest.mark.parametrize("name", [name for name, rule in POLICY.actions.items() if rule.risk == "read"])
def test_to_look_never_waits(name: str) -> None:
    ruling = ruled(Asked(name, "assistant", "per_ada", priority=0))

    assert (ruling.effect, ruling.tier, codes(ruling)) == ("run", "T0", ["read"])


EVIDENCE = {
    "its sources lie in the reader's own audience": (Evidence(2, 2), "run", "T1", "cited"),
    "one lies elsewhere": (Evidence(2, 1), "wait", "T2", "outside_audience"),
    "it has none": (Evidence(0, 0), "wait", "T2", "no_source"),
}


@pytest.mark.parametrize(("evidence", "effect", "tier", "reason"), EVIDENCE.values(), ids=EVIDENCE.keys())
def test_a_reply_sends_itself_only_if(evidence: Evidence, effect: str, tier: str, reason: str) -> None:
    ruling = ruled(replace(REPLY, evidence=evidence))

    assert (ruling.effect, ruling.tier, codes(ruling)) == (effect, tier, [reason])


def test_staff_reply_without_asking_anybody() -> None:
    own = Asked("send_reply", "staff", "per_agent", role="agent")

    assert (ruled(own).effect, codes(ruled(own))) == ("run", ["direct"])


@pytest.mark.parametrize("name", ["set_priority", "reassign_ticket"])
def test_staff_with_the_role_do_it_and_the_assistant_asks(name: str) -> None:
    assert ruled(Asked(name, "staff", "per_agent", role="agent")).effect == "run"
    assert ruled(Asked(name, "staff", "per_boss", role="executive")).effect == "wait"
    asked = ruled(Asked(name, "assistant", "per_ada"))
    assert (asked.effect, asked.tier, asked.needed) == ("wait", "T2", 1)


def test_what_the_file_of_a_playbook_says_of_itself_counts() -> None:
    ruling = ruled(REFUND)

    assert (ruling.effect, ruling.tier, ruling.needed) == ("wait", "T3", 1)
    assert ruling.approvers == ("lead", "operations", "admin")
    assert codes(ruling) == ["change", "declared"]


def test_a_playbook_without_a_tier_is_refused() -> None:
    for declared in (None, "T0", "T1"):
        ruling = ruled(replace(REFUND, declared=declared))
        assert (ruling.effect, codes(ruling)) == ("refuse", ["no_tier"])


def test_what_nobody_has_ruled_is_refused() -> None:
    assert codes(ruled(Asked("drop_tables", "staff", "per_mara", role="lead"))) == ["unknown_action"]
    assert codes(ruled(Asked("ticket_risk", "customer", "per_ada"))) == ["not_for"]


LIFTS: dict[str, tuple[dict[str, Any], str]] = {
    "much money": ({"amounts": (Money(50_001, "EUR"),)}, "large_amount"),
    "much money beside little": ({"amounts": (Money(1, "EUR"), Money(50_001, "GBP"))}, "large_amount"),
    "money of another kind": ({"amounts": (Money(1, "XAU"),)}, "large_amount"),
    "less than nothing": ({"amounts": (Money(-1, "EUR"),)}, "large_amount"),
    "privacy": ({"category": "privacy"}, "privacy"),
    "no way back": ({"is_reversible": False}, "irreversible"),
    "its own file": ({"declared": "T4"}, "declared"),
}


@pytest.mark.parametrize(("changed", "reason"), LIFTS.values(), ids=LIFTS.keys())
def test_two_people_have_to_agree_to(changed: dict[str, Any], reason: str) -> None:
    ruling = ruled(replace(REFUND, **changed))

    assert (ruling.effect, ruling.tier, ruling.needed) == ("wait", "T4", 2)
    assert reason in codes(ruling)


def test_up_to_the_limit_one_person_is_enough() -> None:
    assert ruled(replace(REFUND, amounts=(Money(50_000, "EUR"),))).tier == "T3"


def test_one_person_alone_decides_what_the_assistant_proposes_but_nothing_for_two() -> None:
    assert ruled(REFUND, ALONE).effect == "wait"

    ruling = ruled(replace(REFUND, declared="T4"), ALONE)

    assert (ruling.effect, ruling.tier) == ("refuse", "T4")
    assert (ruling.reasons[-1].code, ruling.reasons[-1].said) == ("too_few_people", "1 of 2")


def test_who_is_alone_cannot_ask_themselves() -> None:
    own = replace(REFUND, by="staff", requester="per_admin", role="admin")

    assert codes(ruled(own, ALONE))[-1] == "too_few_people"
    assert ruled(own, {**ALONE, "per_mara": "lead"}).effect == "wait"


asked = st.builds(
    Asked,
    action=st.sampled_from([*POLICY.actions, PLAYBOOK + "refund_payment", "unheard_of"]),
    by=st.sampled_from(get_args(Principal)),
    requester=st.sampled_from(["per_ada", *CREW]),
    role=st.sampled_from(["", *STAFF]),
    amounts=st.lists(st.builds(Money, st.integers(-5, 10**6), st.sampled_from(("EUR", "XAU")))).map(tuple),
    evidence=st.integers(0, 4).flatmap(lambda n: st.builds(Evidence, st.just(n), st.integers(0, n))),
    category=st.sampled_from(("order", "privacy")),
    priority=st.integers(0, 3),
    declared=st.sampled_from((None, "T0", "T1", "T2", "T3", "T4")),
    is_reversible=st.booleans(),
)


@given(asked)
def test_no_change_that_is_not_a_persons_own_runs_without_a_click(one: Asked) -> None:
    ruling = ruled(one)
    rule = POLICY.actions.get(one.action)
    is_change = one.action.startswith(PLAYBOOK) or (rule is not None and rule.risk == "change")

    if is_change and ruling.effect == "run":
        assert codes(ruling) == ["direct"]
        assert one.by == "staff"
    if ruling.effect == "wait":
        assert ruling.tier in WAITING
        assert (ruling.needed >= 2) == (ruling.tier == "T4")
        assert ruling.expiry == expiry_rule(POLICY, one.priority)
    said = [reason_said(POLICY, reason) for reason in ruling.reasons]
    assert said
    assert not any("{" in sentence for sentence in said)


@given(asked, st.data())
def test_more_money_never_makes_it_weigh_less(one: Asked, drawn: st.DataObject) -> None:
    more = replace(one, amounts=(*one.amounts, Money(drawn.draw(st.integers(0, 10**9)), "EUR")))

    assert ruled(more).tier >= ruled(one).tier


def test_no_word_and_no_confidence_of_a_model_is_asked() -> None:
    assert {one.name for one in fields(Asked)} == {
        "action",
        "by",
        "requester",
        "role",
        "amounts",
        "evidence",
        "category",
        "customer_tier",
        "priority",
        "declared",
        "is_reversible",
    }


def test_what_is_urgent_does_not_wait_for_the_morning() -> None:
    assert [expiry_rule(POLICY, rank).is_urgent for rank in range(4)] == [True, True, False, False]
    assert expiry_rule(POLICY, 0).steps == (timedelta(minutes=5), timedelta(minutes=15))
    assert (expiry_rule(POLICY, 3).within, expiry_rule(POLICY, 3).longest) == (
        timedelta(hours=4),
        timedelta(hours=72),
    )


WRONG = {
    "one person for T4": ("needed: 2}", "needed: 1}", "needs two people: write `needed: 2` for T4"),
    "a change without a tier": (
        "set_priority: {risk: change, ask: [assistant, staff], tier: T2,",
        "set_priority: {risk: change, ask: [assistant, staff],",
        "a change needs its tier",
    ),
    "a role that decides nothing": (
        "approvers: [agent,",
        "approvers: [executive,",
        "Input should be 'agent'",
    ),
    "a tier without people": (
        "  T3: {approvers: [lead, operations, admin], needed: 1}\n",
        "",
        "who approves T3",
    ),
    "a tier that never waits": ("least: T2", "least: T1", "Input should be 'T2'"),
    "a reason of its own twice": ("code: privacy", "code: cited", "'cited' is a reason of the desk itself"),
    "a misspelt line": ("cites: true", "cite: true", "this word is not known here"),
    "a length that is none": ("within: 4h", "within: soon", "'soon' is no target"),
    "more than three days": ("longest: 72h", "longest: 73h", "never longer than 72h"),
}


@pytest.mark.parametrize(("old", "new", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_policy_stops_the_start_with_its_line(old: str, new: str, told: str) -> None:
    assert old in TEXT

    with pytest.raises(Misconfigured, match=r"gate\.yml, line \d+.*" + told.replace("(", r"\(")):
        parse_policy(TEXT.replace(old, new), GatePolicy, "gate.yml")


def test_a_desk_may_have_its_own_rules(tmp_path: Path) -> None:
    (tmp_path / "gate.yml").write_text(TEXT.replace("lifted: {}", "lifted: {refund_payment: T4}"))

    ruling = judge(open_gate(tmp_path), REFUND, CREW)

    assert (ruling.tier, ruling.reasons[-1].said) == ("T4", "T4")
