"""Which email address, order number, number, choice, or yes and no stands in a turn?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.reader.hearing import fold
from bot.reader.situation import Question
from bot.reader.turn import Turn, listen

EMAIL = re.compile(
    r"[\w.+'-]{1,64}(?:\s(?:dot|punkt|punto|point|ponto)\s[\w.+'-]{1,64}){0,2}\s?(?:@|\(at\)|\[at\]|\s(?:at|arroba|arobase)\s)\s?[\w-]{1,63}"
    r"(?:\s?(?:\.|\(dot\)|\[dot\]|\s(?:dot|punkt|punto|point|ponto)\s)\s?[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)
EMAIL_SIGN = re.compile(r"@|[(\[]at[)\]]|\s(?:at|arroba|arobase)\s", re.IGNORECASE)
EMAIL_WORDS = re.compile(
    r"\s?(?:\((?P<at1>at)\)|\[(?P<at2>at)\]|\((?P<dot1>dot)\)|\[(?P<dot2>dot)\])\s?"
    r"|\s(?P<at3>at|arroba|arobase)\s|\s(?P<dot3>dot|punkt|punto|point|ponto)\s|\s",
    re.IGNORECASE,
)
TICKET = re.compile(r"(?<![\w-])t\s?[-–_ #]?\s?(\d{3,7})(?![\w-])", re.IGNORECASE)
TIMES = re.compile(r"(?<![\w.,-])(?:x\s?(\d{1,3})|(\d{1,3})\s?(?:x|×|pcs?|stk|uds?|pz|pcs)\b)", re.IGNORECASE)
CLASS = re.compile(r"\[([^\]]+)\]|\\d|\\w|\.|([^\\^$(){}?*+|])|\\(.)")
COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}|([+*?])")
ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True, slots=True)
class Found:
    value: str
    first: int
    last: int
    """Words of the turn, `last` not among them."""


def words_at(turn: Turn, start: int, end: int) -> tuple[int, int]:
    """The words that touch these letters."""
    sounds = turn.heard.sounds
    touched = [at for at, sound in enumerate(sounds) if sound.start < end and start < sound.end]
    return (touched[0], touched[-1] + 1) if touched else (0, 0)


def find_emails(turn: Turn) -> Iterator[Found]:
    if not EMAIL_SIGN.search(turn.text):
        return
    for match in EMAIL.finditer(turn.text):
        written = match.group()
        if "@" not in written and not re.search(r"\b(?:at|arroba|arobase)\b", written, re.IGNORECASE):
            continue
        address = EMAIL_WORDS.sub(spoken_sign, written).strip(".'-")
        domain = address.partition("@")[2]
        if address.count("@") == 1 and re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[^\W\d]{2,}", domain):
            yield Found(address, *words_at(turn, match.start(), match.end()))


def spoken_sign(match: re.Match[str]) -> str:
    names = {name[:-1] for name, part in match.groupdict().items() if part}
    return "@" if "at" in names else "." if "dot" in names else ""


def find_ticket(text: str) -> str:
    match = TICKET.search(text)
    return f"T-{match.group(1)}" if match else ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A format and a looser one in which people write it."""

    strict: re.Pattern[str]
    loose: re.Pattern[str]
    parts: tuple[str, ...]
    """`#` a digit, `A` a letter, `*` either, and signs as they stand: one for each group of `loose`."""


@lru_cache(maxsize=64)
def read_shape(pattern: str) -> Shape | None:
    """None for a format that is more than letters, digits and signs in a row."""
    try:
        strict = re.compile(pattern)
    except re.error:
        return None
    inner = pattern.removeprefix("^").removesuffix("$")
    parts: list[str] = []
    loose: list[str] = []
    at = 0
    while at < len(inner):
        piece = CLASS.match(inner, at)
        if piece is None:
            return None
        at = piece.end()
        count = COUNT.match(inner, at)
        at = count.end() if count else at
        sign, body = loose_piece(piece, count)
        parts.append(sign)
        loose.append(body)
    joined = r"[\s\-–—_./:#]{0,3}".join(loose)
    return Shape(strict, re.compile(rf"(?<![^\W_]){joined}(?![^\W_])", re.IGNORECASE), tuple(parts))


def loose_piece(piece: re.Match[str], count: re.Match[str] | None) -> tuple[str, str]:
    least, most = repeats(count)
    written, inside = piece.group(), piece.group(1) or ""
    if written == r"\d" or inside in ("0-9", r"\d"):
        return "#", rf"(\d(?:[ .]?\d){{{max(least - 1, 0)},{most - 1}}})"
    if inside and not re.search(r"\d", inside):
        return "A", rf"([^\W\d_](?:[ .]?[^\W\d_]){{{max(least - 1, 0)},{most - 1}}})"
    if inside or written in (r"\w", "."):
        return "*", rf"([^\W_]{{{least},{most}}})"
    literal = piece.group(2) or piece.group(3)
    return literal, f"({re.escape(literal)})?" if not literal.isalnum() else f"({re.escape(literal)})"


def repeats(count: re.Match[str] | None) -> tuple[int, int]:
    if count is None:
        return 1, 1
    if count.group(3):
        return {"+": (1, 30), "*": (0, 30), "?": (0, 1)}[count.group(3)]
    least = int(count.group(1))
    most = int(count.group(2) or 30) if "," in count.group() else least
    return least, most


def find_orders(turn: Turn, pattern: str) -> Iterator[Found]:
    """Order numbers as the format has them, whatever spaces, signs and small letters were written."""
    shape = read_shape(pattern) if pattern else None
    if shape is None:
        yield from find_exact(turn, pattern)
        return
    for match in shape.loose.finditer(turn.text):
        pieces = (
            re.sub(r"[ .]", "", group or part)
            for group, part in zip(match.groups(), shape.parts, strict=True)
        )
        joined = "".join(pieces)
        for value in (joined.upper(), joined, joined.lower()):
            if shape.strict.fullmatch(value):
                yield Found(value, *words_at(turn, match.start(), match.end()))
                break


def find_exact(turn: Turn, pattern: str) -> Iterator[Found]:
    for match in re.finditer(r"[\w#/.-]{3,40}", turn.text) if pattern else ():
        for value in (match.group().strip("."), match.group().strip(".").upper()):
            try:
                fits = re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value)
            except re.error:
                return
            if fits:
                yield Found(value, *words_at(turn, match.start(), match.end()))
                break


def find_numbers(turn: Turn, table: Mapping[str, int] | None = None) -> Iterator[Found]:
    """Whole numbers in digits, as `2x`, and in words of the table; the longest words first."""
    table = turn.lexicon.numbers if table is None else table
    taken: set[int] = set()
    for match in TIMES.finditer(turn.text):
        first, last = words_at(turn, match.start(), match.end())
        taken.update(range(first, last))
        yield Found(match.group(1) or match.group(2), first, last)
    at = 0
    while at < len(turn.heard.sounds):
        found = None if at in taken else number_at(turn, at, table)
        if found:
            yield found
        at = found.last if found else at + 1


def number_at(turn: Turn, at: int, table: Mapping[str, int]) -> Found | None:
    sound = turn.heard.sounds[at]
    if sound.word.isdecimal() and len(sound.word) <= 4:
        return Found(str(int(sound.word)), at, at + 1)
    for length in (4, 3, 2, 1):
        words = turn.words(at, at + length)
        if len(words) == length and " ".join(words) in table:
            return Found(str(table[" ".join(words)]), at, at + length)
    return None


def find_choice(turn: Turn, question: Question, *, is_asked: bool) -> Found | None:
    """By its own words or what it stands for; when asked, by its place in the list or nearly its words."""
    finders = (by_own_words, by_meaning, by_place, by_likeness) if is_asked else (by_own_words, by_meaning)
    for find in finders:
        found = find(turn, question.choices)
        if found:
            return found
    return None


def by_own_words(turn: Turn, choices: tuple[str, ...]) -> Found | None:
    best: Found | None = None
    denied = {hit.last for hit in turn.find("not_word", "not_that", "instead")}
    signs = frozenset(hit.signal for hit in turn.hits if hit.signal.startswith("choice:"))
    for choice in choices:
        row = list(turn.lexicon.ear.row(choice))
        for first in range(len(turn.heard.sounds) - len(row) + 1):
            if row and turn.words(first, first + len(row)) == row:
                meant_otherwise = any(
                    hit.first <= first < hit.last and hit.last - hit.first > len(row)
                    for hit in turn.hits
                    if hit.signal in signs
                )
                if (
                    not meant_otherwise
                    and first not in denied
                    and (best is None or len(row) > best.last - best.first)
                ):
                    best = Found(choice, first, first + len(row))
    return best


def by_meaning(turn: Turn, choices: tuple[str, ...]) -> Found | None:
    """`not urgent` is longer than `urgent` and wins; of two that stand apart the first does."""
    hits = [hit for hit in turn.hits if hit.signal.startswith("choice:")]
    hits = [hit for hit in hits if not any(other.covers(hit) and not hit.covers(other) for other in hits)]
    denied = {hit.last for hit in turn.find("not_word", "not_that", "instead")}
    for hit in sorted(hits, key=lambda hit: hit.first in denied):
        choice = choice_for(turn, hit.signal, choices)
        if choice:
            return Found(choice, hit.first, hit.last)
    return None


def choice_for(turn: Turn, signal: str, choices: tuple[str, ...]) -> str:
    from_list = meanings(turn.lexicon.language, choices)
    if signal == "choice:other_browser":
        return (
            from_list.get("choice:other", "")
            if "choice:chrome" in from_list or "choice:firefox" in from_list
            else ""
        )
    return from_list.get(signal, "")


@lru_cache(maxsize=256)
def meanings(language: str, choices: tuple[str, ...]) -> dict[str, str]:
    """What the choices themselves mean: `Hoch` is `choice:high`."""
    found: dict[str, str] = {}
    for choice in choices:
        for hit in listen(choice, language).hits:
            if hit.signal.startswith("choice:"):
                found.setdefault(hit.signal, choice)
    return found


def by_place(turn: Turn, choices: tuple[str, ...]) -> Found | None:
    for hit in turn.hits:
        at = place(hit.signal, len(choices))
        if 0 <= at < len(choices):
            return Found(choices[at], hit.first, hit.last)
    content = turn.uncovered()
    if len(content) == 1:
        word = turn.word(content[0])
        at = int(word) - 1 if word.isdecimal() else ord(word) - ord("a") if len(word) == 1 else -1
        if 0 <= at < len(choices):
            return Found(choices[at], content[0], content[0] + 1)
    return None


def place(signal: str, count: int) -> int:
    if signal == "last":
        return count - 1
    if signal == "middle":
        return count // 2 if count % 2 else -1
    return ORDINALS.index(signal) if signal in ORDINALS else -1


def by_likeness(turn: Turn, choices: tuple[str, ...]) -> Found | None:
    """One word that begins a choice or is one slip away from it."""
    for at in turn.uncovered():
        word = turn.word(at)
        for choice in choices:
            for own in choice.split():
                target = fold(own, umlauts=turn.lexicon.ear.umlauts)
                if len(word) >= 3 and (target.startswith(word) or is_near(word, target)):
                    return Found(choice, at, at + 1)
    return None


def is_near(word: str, other: str) -> bool:
    """One letter missing, added, changed or swapped; two in a long word."""
    if abs(len(word) - len(other)) > 1 or min(len(word), len(other)) < 4:
        return False
    head = 0
    while head < min(len(word), len(other)) and word[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(word), len(other)) - head and word[-1 - tail] == other[-1 - tail]:
        tail += 1
    left = word[head : len(word) - tail], other[head : len(other) - tail]
    return max(map(len, left)) <= 1 or left[0] == left[1][::-1]
