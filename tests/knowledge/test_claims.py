"""Are figures and denials read out of a sentence as a reader takes them?"""

import pytest

from knowledge.claims import read_claims

DAY = 1_440


@pytest.mark.parametrize(
    ("text", "unit", "values"),
    [
        ("You can return it within 30 days.", "minutes", {30 * DAY}),
        ("Returns take two weeks.", "minutes", {14 * DAY}),
        ("within 24 hours", "minutes", {DAY}),
        ("3 to 5 working days", "minutes", {3 * DAY, 5 * DAY}),
        ("3–5 Werktage", "minutes", {3 * DAY, 5 * DAY}),
        ("innerhalb von vierzehn, höchstens 14 Tagen", "minutes", {14 * DAY}),
        ("dans les 15 jours", "minutes", {15 * DAY}),
        ("one year of warranty", "months", {12}),
        ("24 Monate Garantie", "months", {24}),
        ("It costs £4.50.", "gbp", {4.5}),
        ("up to 40 pounds", "gbp", {40}),
        ("1.200,50 €", "eur", {1200.5}),
        ("1,200.50 EUR", "eur", {1200.5}),
        ("between £4 and £6", "gbp", {4, 6}),
        ("20 % off", "percent", {20}),
        ("at most 10 MB", "mb", {10}),
    ],
)
def test_figures_are_read_with_their_unit(text: str, unit: str, values: set[float]) -> None:
    assert {float(value) for value in read_claims(text).values[unit]} == values


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("open from 09:30", "clock", "09:30"),
        ("until 2026-03-02", "date", "2026-03-02"),
        ("on 3 March", "date", "3 3"),
        ("am 3 März", "date", "3 3"),
    ],
)
def test_dates_and_times_of_day_are_read(text: str, unit: str, value: str) -> None:
    assert read_claims(text).values[unit] == {value}


@pytest.mark.parametrize(
    "text", ["Part GX-4410 and an M8 bolt.", "Call 0800-123.", "One person looks at it.", "No figure at all"]
)
def test_what_counts_nothing_is_no_figure(text: str) -> None:
    assert read_claims(text).values == {}


@pytest.mark.parametrize(
    "text", ["We do not refund it.", "You can’t.", "Das geht nicht.", "Ce n'est pas possible.", "Nunca."]
)
def test_a_denial_is_heard(text: str) -> None:
    assert read_claims(text).denies


@pytest.mark.parametrize("text", ["Mail from no-reply@shop.example", "We accept it.", "a note", "Know it"])
def test_what_only_looks_like_one_denies_nothing(text: str) -> None:
    assert not read_claims(text).denies


def test_a_range_that_holds_the_other_figure_is_not_against_it() -> None:
    assert read_claims("3 to 5 days").against(read_claims("after 5 days")) == ()
    assert read_claims("two weeks").against(read_claims("14 days")) == ()
    assert read_claims("30 days").against(read_claims("two weeks")) == ("minutes",)
    assert read_claims("30 days").against(read_claims("£4")) == ()
