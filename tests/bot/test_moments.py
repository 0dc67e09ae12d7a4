"""Is a moment said so that the reader need not count?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.moments import say_age, say_moment, say_size, say_value

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 8, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "language", "said"),
    [
        (timedelta(0), "en", "15:02"),
        (timedelta(hours=14), "en", "01:02"),
        (timedelta(hours=16), "en", "Tue 23:02"),
        (timedelta(days=3), "de", "So 15:02"),
        (timedelta(days=30), "en", "8 June 15:02"),
        (timedelta(days=30), "de", "8. Juni 15:02"),
        (timedelta(days=30), "es", "8 de junio 15:02"),
        (timedelta(days=400), "fr", "3 juin 2025"),
    ],
)
def test_a_moment_is_said_as_short_as_it_is_clear(ago: timedelta, language: str, said: str) -> None:
    assert say_moment(NOW - ago, NOW, language, LONDON) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-5), "1 min"),
        (timedelta(seconds=5), "1 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=9), "9 d"),
    ],
)
def test_an_age_is_one_figure(ago: timedelta, said: str) -> None:
    assert say_age(NOW - ago, NOW, "en") == said


def test_a_day_that_was_named_is_said_in_words() -> None:
    assert say_value("2026-03-03", "en") == "3 March 2026"
    assert say_value("2026-03-03", "pt") == "3 de março 2026"
    assert say_value("MGB 1972", "en") == "MGB 1972"


def test_a_size_is_said_in_round_figures() -> None:
    assert say_size(1) == "1 KB"
    assert say_size(340_000) == "332 KB"
    assert say_size(3_500_000) == "3.3 MB"
