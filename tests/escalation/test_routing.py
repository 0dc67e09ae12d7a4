"""Does every ticket go to the least busy of those who can do it, always the same way, and stay there?"""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.policy_file import SHIPPED, parse_policy, read_policy
from escalation.routing import Agent, Facts, RoutingPolicy, lint, route
from store.errors import Misconfigured

POLICY = read_policy(SHIPPED / "routing.yml", RoutingPolicy)
TEXT = (SHIPPED / "routing.yml").read_text("utf-8")
SALT = "pepper"
TEAM = (
    Agent("ada", 10, skills=frozenset({"billing", "general"})),
    Agent("ben", 5, skills=frozenset({"bugs", "general"})),
    Agent("cy", 8, skills=frozenset({"billing"}), is_lead=True),
    Agent("dee", 6, skills=frozenset({"general"}), is_on_call=True),
)


def facts(**known: Any) -> Facts:
    given_: dict[str, Any] = {"ticket_id": "T-1001", "priority": 2, "category": "other"} | known
    return Facts(**given_)


def chosen(ticket: Facts, agents: tuple[Agent, ...] = TEAM, **named: Any) -> tuple[str, str, str]:
    found = route(ticket, agents, POLICY, salt=SALT, **named)
    return found.rule[:2], found.queue, found.agent


def with_load(name: str, load: int) -> tuple[Agent, ...]:
    return tuple(replace(agent, load=load) if agent.person_id == name else agent for agent in TEAM)


def with_presence(name: str, presence: Any) -> tuple[Agent, ...]:
    return tuple(replace(agent, presence=presence) if agent.person_id == name else agent for agent in TEAM)


@pytest.mark.parametrize(
    ("ticket", "rule", "queue"),
    [
        (facts(priority=0), "R1", "outage"),
        (facts(tags=frozenset({"outage"}), category="billing"), "R1", "outage"),
        (facts(tier="enterprise", risk=80, category="billing"), "R2", "vip"),
        (facts(tier="enterprise", risk=79, category="billing"), "R3", "billing"),
        (facts(category="billing"), "R3", "billing"),
        (facts(tags=frozenset({"bug"}), risk=90), "R4", "bugs"),
        (facts(risk=50), "R5", "triage"),
        (facts(risk=85), "R5", "triage"),
        (facts(risk=49, queue="orders"), "R6", "orders"),
    ],
)
def test_the_first_rule_that_fits_decides(ticket: Facts, rule: str, queue: str) -> None:
    assert chosen(ticket)[:2] == (rule, queue)


def test_the_least_busy_of_those_with_the_skill_gets_it() -> None:
    assert chosen(facts(category="billing"), with_load("ada", 3))[2] == "cy"
    assert chosen(facts(category="billing"), with_load("cy", 3))[2] == "ada"


@pytest.mark.parametrize("agents", [with_presence("dee", "away"), with_load("dee", 6)], ids=["away", "full"])
def test_who_is_away_or_full_gets_nothing_and_the_queue_keeps_it(agents: tuple[Agent, ...]) -> None:
    found = route(facts(priority=0), agents, POLICY, salt=SALT)

    assert (found.queue, found.agent) == ("outage", "")
    assert "waits in the queue" in found.reasons[-1]


def test_who_has_it_keeps_it_even_when_others_are_less_busy() -> None:
    assert chosen(facts(category="billing"), with_load("ada", 10), holder="ada")[2] == "ada"


def test_who_leaves_or_lost_the_skill_does_not_keep_it() -> None:
    assert chosen(facts(category="billing"), with_presence("ada", "off"), holder="ada")[2] == "cy"
    assert chosen(facts(category="billing"), holder="ben")[2] in ("ada", "cy")


def test_a_new_point_of_risk_is_not_a_new_decision_and_a_new_band_is() -> None:
    calm, warmer, hot = (route(facts(risk=risk), TEAM, POLICY, salt=SALT) for risk in (10, 30, 60))

    assert calm.decision_id == warmer.decision_id != hot.decision_id


agents = st.lists(
    st.builds(
        Agent,
        st.sampled_from([f"agent{number}" for number in range(6)]),
        st.integers(1, 9),
        st.integers(0, 9),
        st.frozensets(st.sampled_from(["billing", "bugs", "general"])),
        st.sampled_from(["active", "away", "off"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda agent: agent.person_id,
).map(tuple)
tickets = st.builds(
    Facts,
    st.integers(1, 500).map("T-{}".format),
    st.integers(0, 3),
    st.sampled_from(["billing", "orders", "other"]),
    st.frozensets(st.sampled_from(["bug", "outage", "urgent"])),
    st.sampled_from(["standard", "enterprise"]),
    st.integers(0, 100),
)


@given(tickets, agents, st.randoms(use_true_random=False))
def test_the_order_of_the_people_changes_nothing(
    ticket: Facts, people: tuple[Agent, ...], dice: random.Random
) -> None:
    shuffled = dice.sample(people, len(people))

    assert route(ticket, shuffled, POLICY, salt=SALT) == route(ticket, people, POLICY, salt=SALT)


@given(tickets, agents)
def test_nobody_gets_what_they_cannot_take(ticket: Facts, people: tuple[Agent, ...]) -> None:
    found = route(ticket, people, POLICY, salt=SALT)

    takers = {agent.person_id: agent for agent in people if POLICY.rule_for(ticket).reaches(agent)}
    able = {name for name, agent in takers.items() if agent.can_take()}
    assert {found.agent, *found.alternatives} - {""} == able
    if found.agent:
        assert takers[found.agent].utilisation() == min(takers[name].utilisation() for name in able)


def test_work_is_shared_evenly() -> None:
    """Six thousand tickets that come and go; the shares are those of capacity."""
    dice = random.Random(7)  # noqa: S311 - chance that comes again
    capacities = {f"agent{number}": 5 + number for number in range(8)}
    load, held, given_ = Counter[str](), list[tuple[float, str]](), Counter[str]()
    for number in range(6_000):
        now = number / 10
        for entry in [entry for entry in held if entry[0] <= now]:
            held.remove(entry)
            load[entry[1]] -= 1
        people = [Agent(name, capacity, load[name]) for name, capacity in capacities.items()]
        name = route(facts(ticket_id=f"T-{number}"), people, POLICY, salt=SALT).agent
        if name:
            load[name] += 1
            given_[name] += 1
            held.append((now + dice.expovariate(1 / 4), name))

    shares = [given_[name] / capacity for name, capacity in capacities.items()]
    assert max(shares) / (sum(shares) / len(shares)) <= 1.20
    assert sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares)) >= 0.995


def test_rules_that_can_never_be_reached_are_named() -> None:
    text = TEXT.replace(
        "rules:", "rules:\n  - {name: R0 all of P0 to P3, any_of: [{priority: [0, 1, 2, 3]}], queue: q}"
    )
    policy = parse_policy(
        text.replace("[{priority: 0}, {tag: outage}]", "[{priority: 0}]"), RoutingPolicy, "r.yml"
    )

    assert lint(policy, TEAM) == [
        "R1 outage is never reached: R0 all of P0 to P3 takes everything that it would take"
    ]


def test_rules_that_are_partly_shadowed_or_reach_nobody_are_named() -> None:
    text = TEXT.replace("rules:", "rules:\n  - {name: R0, any_of: [{priority: [0, 1]}], queue: q}")
    nobody_on_call = tuple(replace(agent, is_on_call=False) for agent in TEAM)

    assert lint(parse_policy(text, RoutingPolicy, "r.yml"), nobody_on_call) == [
        "R1 outage is partly shadowed: R0 takes some of it before",
        "R1 outage reaches nobody: no person is on_call",
    ]


def test_the_shipped_rules_are_clean() -> None:
    assert lint(POLICY, TEAM) == []


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ("  - name: R6 everything else\n", "", "the last rule must take every ticket"),
        ("    skill: bugs\n", "", "line 18, rules.3: write `reach: skill` together with the skill"),
        ("risk_from: 80", "risk_from: 800", "line 10, rules.1.any_of.0.risk_from"),
        (
            "queue: vip",
            "que: vip",
            "line 12, rules.1.que: this word is not known here",
        ),
    ],
)
def test_a_wrong_rule_says_where_and_what_to_write(written: str, instead: str, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        parse_policy(TEXT.replace(written, instead, 1), RoutingPolicy, "routing.yml")
