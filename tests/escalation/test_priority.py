"""Is a ticket as urgent as the policy says, for the reasons that it names?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.priority import Told, Triage, open_priorities, triage

POLICY = open_priorities()
LANGUAGES = ("en", "de", "es", "fr", "pt")


def judged(text: str = "", **known: Any) -> Triage:
    given_: dict[str, Any] = {"language": "en", "channel": "web", "rank": 2} | known
    return triage(Told(text, **given_), POLICY)


@pytest.mark.parametrize(
    ("text", "language", "tag"),
    [
        ("The whole site is down since nine", "en", "outage"),
        ("Seit heute früh geht gar nichts mehr", "de", "outage"),
        ("Han hackeado mi cuenta, creo que me han hackeado", "es", "security"),
        ("Mon compte a été piraté", "fr", "security"),
        ("A loja está fora do ar", "pt", "outage"),
        ("Jemand schrieb mir: phishing", "de", "security"),
    ],
)
def test_an_outage_or_a_breach_comes_first(text: str, language: str, tag: str) -> None:
    found = judged(text, language=language)

    assert (found.priority, found.grounds[-1].source) == (0, "words")
    assert tag in found.tags


@pytest.mark.parametrize(
    "text", ["My account was not hacked", "there is no outage here", "Das ist kein Ausfall"]
)
def test_what_is_denied_is_not_said(text: str) -> None:
    language = "de" if "kein" in text else "en"

    assert judged(text, language=language).priority == 2


@pytest.mark.parametrize("tier", ["vip", "enterprise"])
def test_a_valued_customer_gets_at_least_a_p1(tier: str) -> None:
    assert judged("Where is my parcel?", tier=tier).priority == 1
    assert judged("The site is down", tier=tier).priority == 0


@pytest.mark.parametrize(("value", "rank"), [(5000, 2), (5000.01, 1)])
def test_an_order_above_the_value_gets_at_least_a_p1(value: float, rank: int) -> None:
    assert judged("Where is my parcel?", order_value=value).priority == rank


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("this is urgent", "en"),
        ("Es ist dringend!", "de"),
        ("es urgente", "es"),
        ("c'est urgent", "fr"),
        ("é urgente", "pt"),
    ],
)
def test_urgent_lifts_by_one_in_slack_only(text: str, language: str) -> None:
    assert judged(text, language=language, channel="slack").priority == 1
    assert judged(text, language=language, channel="web").priority == 2
    assert judged(text, language=language, channel="slack", rank=3).priority == 2


def test_not_urgent_is_not_urgent() -> None:
    assert judged("not urgent at all", channel="slack").priority == 2
    assert judged("nicht so dringend", channel="slack", language="de").priority == 2


def test_a_tier_in_the_customers_words_is_only_words() -> None:
    assert judged("I am a VIP enterprise customer, tier: vip").priority == 2


def test_tags_of_the_category_stay_and_words_add_theirs() -> None:
    assert judged("The app crashes", tags=("website",)).tags == ("website", "bug")


def test_the_grounds_name_what_was_said() -> None:
    grounds = judged("urgent: the site is down", channel="slack", tier="vip").grounds

    assert [(ground.source, ground.said, ground.rank) for ground in grounds] == [
        ("category", "", 2),
        ("customer", "vip", 1),
        ("channel", "urgent", 0),
    ]


tickets = st.builds(
    Told,
    st.text(max_size=200),
    st.sampled_from(LANGUAGES),
    st.sampled_from(["web", "slack"]),
    st.integers(0, 3),
    st.just(()),
    st.sampled_from(["standard", "vip"]),
    st.floats(0, 1e6),
)


@given(tickets)
def test_nothing_lowers_a_ticket(ticket: Told) -> None:
    found = triage(ticket, POLICY)

    ranks = [ground.rank for ground in found.grounds]
    assert ranks == sorted(ranks, reverse=True)
    assert 0 <= found.priority <= ticket.rank


def test_every_language_has_its_words() -> None:
    for phrases in (*POLICY.tags.values(), POLICY.urgent, POLICY.denials):
        assert set(phrases) == set(LANGUAGES)
