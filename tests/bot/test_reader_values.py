"""Are dates, numbers, choices, addresses and order numbers read as people write them?"""

from datetime import date

import pytest

from bot.reader.dates import find_dates
from bot.reader.extract import find_counts
from bot.reader.situation import Question
from bot.reader.turn import listen
from bot.reader.values import find_choice, find_emails, find_orders, find_ticket, read_shape

TODAY = date(2026, 11, 21)
"""A Saturday."""
PATTERN = r"^[A-Z]{2}-\d{5}$"
LEVELS = ("Low", "Normal", "High")


def dates(text: str, language: str = "en", *, is_asked: bool = True) -> list[str]:
    return [found.value for found in find_dates(listen(text, language), TODAY, is_asked=is_asked)]


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "2026-09-14", "2026-09-14"),
        ("en", "03/11/2026", "2026-11-03"),
        ("en", "11/23/2025", "2025-11-23"),
        ("en", "since the 3rd of March", "2026-03-03"),
        ("en", "Dec 24th", "2025-12-24"),
        ("en", "28 October 2026", "2026-10-28"),
        ("en", "the fifth of october", "2026-10-05"),
        ("en", "yesterday", "2026-11-20"),
        ("en", "two weeks ago", "2026-11-07"),
        ("en", "last month", "2026-10-21"),
        ("en", "on Monday", "2026-11-16"),
        ("de", "seit dem 3. März 2026", "2026-03-03"),
        ("de", "am 14.9.", "2026-09-14"),
        ("de", "vor zehn Tagen", "2026-11-11"),
        ("de", "vorgestern", "2026-11-19"),
        ("es", "el 12 de enero de 2026", "2026-01-12"),
        ("es", "desde hace dos meses", "2026-09-21"),
        ("es", "anteayer", "2026-11-19"),
        ("fr", "le 1er mai", "2026-05-01"),
        ("fr", "il y a trois jours", "2026-11-18"),
        ("fr", "depuis le 8 février 2026", "2026-02-08"),
        ("pt", "desde 20 de abril de 2026", "2026-04-20"),
        ("pt", "faz três semanas", "2026-10-31"),
        ("pt", "anteontem", "2026-11-19"),
    ],
)
def test_a_day_is_read_as_people_write_it(language: str, text: str, day: str) -> None:
    assert dates(text, language) == [day]


@pytest.mark.parametrize("text", ["31.02.2026", "99/99/2026", "2026-13-45", "version 1.2", "10:30"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert dates(text, is_asked=False) == []


def test_a_day_that_has_not_come_this_year_was_last_year() -> None:
    assert dates("24 December") == ["2025-12-24"]


def test_may_is_a_month_only_beside_a_day() -> None:
    assert dates("it may leak", is_asked=False) == []
    assert dates("it leaks since 4 May", is_asked=False) == ["2026-05-04"]


@pytest.mark.parametrize(
    "text",
    ["SB-61124", "sb 61124", "SB61124", "s b 6 1 1 2 4", "order no. SB–61124.", "(sb_61124)", "Sb.61124"],
)
def test_an_order_number_is_brought_into_its_format(text: str) -> None:
    assert [found.value for found in find_orders(listen(text, "en"), PATTERN)] == ["SB-61124"]


@pytest.mark.parametrize("text", ["SB-611", "61124", "XSB-61124", "SB-611245", "a 12345"])
def test_what_does_not_fit_the_format_is_no_order_number(text: str) -> None:
    assert list(find_orders(listen(text, "en"), PATTERN)) == []


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        (r"\d{6}", "no 123 456", "123456"),
        (r"ORD-\d{4,6}", "ord 12345", "ORD-12345"),
        (r"[A-Z0-9]{8}", "ab12cd34", "AB12CD34"),
        (r"(?:A|B)\d{3}", "it is B123", "B123"),
    ],
)
def test_other_formats_are_read_too(pattern: str, text: str, value: str) -> None:
    assert [found.value for found in find_orders(listen(text, "en"), pattern)] == [value]


def test_a_broken_format_finds_nothing() -> None:
    assert read_shape("[") is None
    assert list(find_orders(listen("AB-12345", "en"), "[")) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Jo.Marsh+shop@example.co.uk.", "Jo.Marsh+shop@example.co.uk"),
        ("mailto:jo@example.org", "jo@example.org"),
        ("jo (at) example (dot) org", "jo@example.org"),
        ("jo dot marsh at example dot org", "jo.marsh@example.org"),
        ("jo @ example.org", "jo@example.org"),
    ],
)
def test_an_address_is_read_however_it_is_spelled(text: str, address: str) -> None:
    assert [found.value for found in find_emails(listen(text, "en"))] == [address]


@pytest.mark.parametrize("text", ["look at this dot", "meet me at noon", "a@b", "@handle"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert list(find_emails(listen(text, "en"))) == []


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "a pair", "2"),
        ("en", "just the one", "1"),
        ("en", "half a dozen of them", "6"),
        ("en", "x4", "4"),
        ("de", "zwei Stück", "2"),
        ("de", "ein halbes Dutzend", "6"),
        ("es", "un par nada más", "2"),
        ("fr", "une douzaine", "12"),
        ("pt", "meia dúzia", "6"),
    ],
)
def test_a_count_is_read_in_figures_and_in_words(language: str, text: str, count: str) -> None:
    assert find_counts(listen(text, language))[0].value == count


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("2", "Normal"),
        ("the second one", "Normal"),
        ("the last one", "High"),
        ("not urgent at all", "Low"),
        ("urgent!!", "High"),
        ("norml", "Normal"),
        ("HIGH", "High"),
        ("in the middle", "Normal"),
    ],
)
def test_a_choice_is_made_by_place_meaning_and_likeness(text: str, choice: str) -> None:
    found = find_choice(listen(text, "en"), Question("urgency", "choice", LEVELS), is_asked=True)

    assert found is not None
    assert found.value == choice


def test_a_choice_that_is_not_asked_for_is_not_made_by_its_place() -> None:
    assert (
        find_choice(listen("the second one", "en"), Question("urgency", "choice", LEVELS), is_asked=False)
        is None
    )


@pytest.mark.parametrize("text", ["T-1042", "t 1042", "ticket t1042?", "#T–1042"])
def test_a_ticket_is_found_by_its_number(text: str) -> None:
    assert find_ticket(text) == "T-1042"


@pytest.mark.parametrize("text", ["GT-1042", "t-shirt 42", "AT-1042x", "part 1042"])
def test_what_is_no_ticket_is_none(text: str) -> None:
    assert find_ticket(text) == ""
