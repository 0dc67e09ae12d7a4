"""Which dates stand in a turn, in figures, in words, or counted back from today?"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.reader.turn import Hit, Turn
from bot.reader.values import Found, number_at, words_at

ISO = re.compile(r"(?<![\w-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\w-])")
FIGURES = re.compile(r"(?<![\w.,/-])(\d{1,2})\s?[./-]\s?(\d{1,2})(?:\s?[./-]\s?(\d{4}|\d{2}))?(?![\w/-])")
ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|ere|o|a|ro|do|to|e|eme)?")
YEARS = range(1990, 2100)
DAYS_AGO = "days_ago_"
MONTH, YEAR = 30, 365
GAP = 3
"""Words between the day and its month: 3 `de` marzo `de` 2026."""


def find_dates(turn: Turn, today: date, *, is_asked: bool) -> list[Found]:
    """In the order of the text. What could be something else is a date only when one is asked for."""
    found = [*in_figures(turn, today, is_asked=is_asked), *in_words(turn, today, is_asked=is_asked)]
    found += counted_back(turn, today, is_asked=is_asked)
    apart: list[Found] = []
    for one in found:
        if not any(one.first < other.last and other.first < one.last for other in apart):
            apart.append(one)
    return sorted(apart, key=lambda one: one.first)


def in_figures(turn: Turn, today: date, *, is_asked: bool) -> Iterator[Found]:
    for match in ISO.finditer(turn.text):
        year, month, day = map(int, match.groups())
        yield from dated(turn, match, day_of(year, month, day) or day_of(year, day, month))
    for match in FIGURES.finditer(turn.text):
        first, second, written_year = match.groups()
        if not written_year and not (is_asked or is_since(turn, match)):
            continue
        yield from dated(turn, match, figured(int(first), int(second), written_year, today))


def figured(day: int, month: int, written_year: str | None, today: date) -> date | None:
    """The day comes first unless it cannot be one."""
    year = full_year(int(written_year)) if written_year else 0
    if month > 12 >= day:
        day, month = month, day
    return day_of(year, month, day) if year else latest(month, day, today)


def is_since(turn: Turn, match: re.Match[str]) -> bool:
    first, _ = words_at(turn, match.start(), match.end())
    return bool(turn.words(first - 1, first)) and any(
        hit.last in (first, first - 1) for hit in turn.find("since", "span")
    )


def dated(turn: Turn, match: re.Match[str], day: date | None) -> Iterator[Found]:
    if day:
        yield Found(day.isoformat(), *words_at(turn, match.start(), match.end()))


def full_year(year: int) -> int:
    return year + 2000 if year < 100 else year


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def latest(month: int, day: int, today: date) -> date | None:
    """Without a year the last such day that has come is meant."""
    for year in (today.year, today.year - 1, today.year - 2, today.year - 3):
        found = day_of(year, month, day)
        if found and found <= today:
            return found
    return None


def in_words(turn: Turn, today: date, *, is_asked: bool) -> Iterator[Found]:
    for at, sound in enumerate(turn.heard.sounds):
        month = turn.lexicon.months.get(sound.word)
        if not month:
            continue
        day, first, last = day_beside(turn, at)
        year, last = year_after(turn, max(last, at + 1))
        if not day and not year and not (is_asked or led_by_since(turn, first)):
            continue
        if not day and not year and len(sound.word) <= 3 and not led_by_since(turn, first):
            continue
        found = day_of(year, month, day or 1) if year else latest(month, day or 1, today)
        if found:
            yield Found(found.isoformat(), first, last)


def led_by_since(turn: Turn, first: int) -> bool:
    return any(hit.last <= first <= hit.last + 2 for hit in turn.find("since", "span", "month_lead"))


def day_beside(turn: Turn, month: int) -> tuple[int, int, int]:
    """Day, and the words of day and month: `3rd of March`, `March the 3rd`. No day is 0."""
    for back in range(1, GAP + 1):
        at = month - back
        if at < 0 or (back > 1 and not is_link(turn, at + 1)):
            break
        day = day_number(turn, at)
        if day:
            return day, at, month + 1
    for ahead in range(1, GAP):
        at = month + ahead
        if at >= len(turn.heard.sounds) or (ahead > 1 and not is_link(turn, at - 1)):
            break
        day = day_number(turn, at)
        if day:
            return day, month, at + 1
    return 0, month, month + 1


def is_link(turn: Turn, at: int) -> bool:
    return turn.word(at) in ("of", "de", "the", "del", "do", "d", "le", "el", "den", "dem", "mes")


def day_number(turn: Turn, at: int) -> int:
    word = turn.word(at)
    match = ORDINAL.fullmatch(word)
    lexicon = turn.lexicon
    day = int(match.group(1)) if match else lexicon.ordinals.get(word, 0) or lexicon.numbers.get(word, 0)
    if at and not match:
        pair = f"{turn.word(at - 1)} {word}"
        day = lexicon.ordinals.get(pair, 0) or lexicon.numbers.get(pair, 0) or day
    return day if 1 <= day <= 31 else 0


def year_after(turn: Turn, at: int) -> tuple[int, int]:
    for ahead in range(GAP):
        if at + ahead >= len(turn.heard.sounds):
            break
        word = turn.word(at + ahead)
        if word.isdecimal() and len(word) == 4 and int(word) in YEARS:
            return int(word), at + ahead + 1
        if (
            word.isdecimal()
            and len(word) == 2
            and ahead == 0
            and turn.text[turn.heard.sounds[at].start - 1] in "'’ "
        ):
            return full_year(int(word)), at + 1
        if not is_link(turn, at + ahead):
            break
    return 0, at


def counted_back(turn: Turn, today: date, *, is_asked: bool) -> Iterator[Found]:
    for hit in turn.hits:
        if hit.signal.startswith(DAYS_AGO):
            days = int(hit.signal.removeprefix(DAYS_AGO))
            if days == 0 and not (is_asked or led_by_since(turn, hit.first)):
                continue
            yield Found(back_by(today, days, 1).isoformat(), hit.first, hit.last)
    yield from by_units(turn, today, is_asked=is_asked)
    yield from by_weekdays(turn, today, is_asked=is_asked)


def back_by(today: date, unit: int, count: int) -> date:
    if unit == YEAR:
        return day_of(today.year - count, today.month, min(today.day, 28)) or today
    if unit == MONTH:
        months = today.year * 12 + today.month - 1 - count
        year, month = divmod(months, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(today.day, last))
    return today - timedelta(days=unit * count)


def by_units(turn: Turn, today: date, *, is_asked: bool) -> Iterator[Found]:
    """`two weeks ago`, `for 3 days`."""
    marks = turn.find("ago", "span", "since")
    for at in range(1, len(turn.heard.sounds)):
        unit = turn.lexicon.units.get(turn.word(at))
        count = number_before(turn, at) if unit else None
        if not unit or not count or int(count.value) not in range(1, 100):
            continue
        first, last = count.first, at + 1
        touching = [mark for mark in marks if mark.last == first or mark.first == last]
        if touching or is_asked:
            edges = [first, last, *(mark.first for mark in touching), *(mark.last for mark in touching)]
            yield Found(back_by(today, unit, int(count.value)).isoformat(), min(edges), max(edges))


def number_before(turn: Turn, at: int) -> Found | None:
    for back in (3, 2, 1):
        if at - back >= 0:
            count = number_at(turn, at - back, turn.lexicon.numbers) or number_at(
                turn, at - back, turn.lexicon.counts
            )
            if count and count.last in (at, at - 1):
                return count
    return None


def by_weekdays(turn: Turn, today: date, *, is_asked: bool) -> Iterator[Found]:
    for at, sound in enumerate(turn.heard.sounds):
        weekday = turn.lexicon.weekdays.get(sound.word)
        if weekday is None or not (is_asked or led_by_since(turn, at) or is_last(turn, at)):
            continue
        days = (today.weekday() - weekday) % 7 or 7
        yield Found((today - timedelta(days=days)).isoformat(), at, at + 1)


def is_last(turn: Turn, at: int) -> bool:
    return any(near(hit, at) for hit in turn.find("last_day"))


def near(hit: Hit, at: int) -> bool:
    return hit.last == at or hit.first == at + 1
