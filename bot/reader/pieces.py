"""Which answers to open questions does free text hold: part, vehicle, fault, page?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.reader.situation import Question, Situation
from bot.reader.turn import Hit, Turn
from bot.reader.values import Found, number_at

ROLES: Mapping[str, tuple[str, ...]] = {
    "product": ("product", "item", "part", "article", "goods"),
    "vehicle": ("vehicle", "car", "model"),
    "problem": ("problem", "issue", "description", "symptom", "fault", "details", "summary"),
    "page": ("page", "url", "screen"),
}
NAMED_BY_KIND = {"order_number": "order", "since_when": "date", "quantity": "number", "email": "email"}
TOPICS = {
    "photo_available": ("photo", "picture", "image"),
    "urgency": ("urgency", "priority", "urgent"),
    "browser": ("browser",),
}
"""Words in the name of a question that tell what it is about."""
YEAR = re.compile(r"(?:19[0-9]|20[0-4])\d")
SHORT = 4
"""Words of a piece that may name a part nobody has heard of."""


@dataclass(frozen=True, slots=True)
class Piece:
    name: str
    """Of the question it answers. Empty: it could be the answer to anything."""
    first: int
    last: int


def role_of(question: Question) -> str:
    if question.kind != "text":
        return ""
    return next((role for role, names in ROLES.items() if any(name in question.name for name in names)), "")


def slot_named(hit: Hit, situation: Situation) -> str:
    """The question that `slot:email` means here, empty when there is none."""
    _, _, word = hit.signal.partition("slot:")
    if not word or word in situation.slots:
        return word
    for question in situation.slots.values():
        is_topic = any(part in question.name for part in TOPICS.get(word, ()))
        if question.kind == NAMED_BY_KIND.get(word) or word == role_of(question) or is_topic:
            return question.name
    return ""


def open_roles(situation: Situation) -> dict[str, str]:
    """Role → name of the question that still waits for it."""
    asked = situation.asked.name if situation.asked else ""
    waiting = (
        one for one in situation.slots.values() if one.name not in situation.filled or one.name == asked
    )
    return {role_of(one): one.name for one in waiting if role_of(one)}


def split_text(turn: Turn, free: set[int], situation: Situation, *, is_listing: bool) -> dict[str, str]:
    """Name of the question → the customer's words; `is_listing` when other answers stand beside them."""
    roles = open_roles(situation)
    pieces = list(all_pieces(turn, free, situation, roles))
    asked = situation.asked.name if situation.asked and situation.asked.kind == "text" else ""
    found: dict[str, list[str]] = {}
    for piece in pieces:
        name = piece.name or asked
        said = trimmed(turn, piece.first, piece.last)
        if name and said and (piece.name or has_content(turn, piece)):
            found.setdefault(name, []).append(said)
    if asked and asked == roles.get("problem") and asked in found:
        # What is wrong is kept as it was told, whatever else stands in it.
        told = [run for run in runs(turn, free) if has_content(turn, Piece("", *run))]
        found[asked] = [turn.said(*row) for row in joined(told)]
    product = roles.get("product", "")
    if product and product not in found and asked != product and (is_listing or found):
        clauses = {(clause.first, clause.last) for clause in turn.clauses}
        alone = [piece for piece in pieces if (piece.first, piece.last) in clauses]
        unheard = next((piece for piece in alone if is_unheard(turn, piece)), None)
        if unheard and not asked:
            found[product] = [trimmed(turn, unheard.first, unheard.last)]
    found.update(counted(turn, pieces, found, situation, product))
    return {name: ", ".join(several) for name, several in found.items()}


def joined(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Rows of words that follow each other are one."""
    whole: list[tuple[int, int]] = []
    for first, last in rows:
        if whole and whole[-1][1] == first:
            whole[-1] = whole[-1][0], last
        else:
            whole.append((first, last))
    return whole


def has_content(turn: Turn, piece: Piece) -> bool:
    empty = turn.lexicon.fillers | turn.lexicon.light
    return any(word not in empty and word[0].isalnum() for word in turn.words(piece.first, piece.last))


def is_unheard(turn: Turn, piece: Piece) -> bool:
    """In a list of answers a short piece that nothing else explains names the part."""
    is_short = piece.last - piece.first <= SHORT and not piece.name
    articles = turn.lexicon.articles.keys()
    is_name = not any(word in turn.lexicon.light - articles for word in turn.words(piece.first, piece.last))
    said = trimmed(turn, piece.first, piece.last)
    return is_short and is_name and bool(words_of(said, turn)) and said[:1].isalpha()


def counted(
    turn: Turn, pieces: list[Piece], found: dict[str, list[str]], situation: Situation, product: str
) -> dict[str, list[str]]:
    """`Two of the hub caps` holds the number as well."""
    number = next((one.name for one in situation.slots.values() if one.kind == "number"), "")
    if not number or number in situation.filled or not product or product not in found:
        return {}
    for piece in pieces:
        count = count_at_start(turn, piece) if piece.name == product or not piece.name else None
        if count and trimmed(turn, piece.first, piece.last) in found[product]:
            rest = trimmed(turn, count.last, piece.last)
            kept = [rest if one == trimmed(turn, piece.first, piece.last) else one for one in found[product]]
            return {number: [count.value], product: kept} if rest else {}
    return {}


def count_at_start(turn: Turn, piece: Piece) -> Found | None:
    lexicon = turn.lexicon
    at = piece.first
    count = number_at(turn, at, lexicon.counts) or number_at(turn, at, lexicon.numbers)
    if not count or int(count.value) not in range(1, 100) or count.last >= piece.last:
        return None
    is_article = count.value == "1" and not turn.word(at).isdecimal() and count.last == at + 1
    return None if is_article and turn.word(at) in lexicon.light else with_link(turn, count, piece.last)


def with_link(turn: Turn, count: Found, last: int) -> Found:
    """`two of the`, `2 x`."""
    after = count.last
    while after < last - 1 and (
        turn.word(after) in turn.lexicon.light or turn.word(after) in ("x", "stuck", "pcs", "uds")
    ):
        after += 1
    return Found(count.value, count.first, after)


def runs(turn: Turn, free: set[int]) -> Iterator[tuple[int, int]]:
    """Free words that follow each other inside one clause."""
    for clause in turn.clauses:
        first = None
        for at in range(clause.first, clause.last + 1):
            if at < clause.last and at in free:
                first = at if first is None else first
            elif first is not None:
                yield first, at
                first = None


def all_pieces(turn: Turn, free: set[int], situation: Situation, roles: Mapping[str, str]) -> Iterator[Piece]:
    """`Car: a Mini` is headed by the name of its question, in one clause or in the one before."""
    headed = named = ""
    asked = situation.asked.name if situation.asked and situation.asked.kind == "text" else ""
    for first, last in runs(turn, free):
        name, start = heading(turn, first, last, situation, set(roles.values()))
        if name and not has_content(turn, Piece("", start, last)):
            headed = name
            continue
        name, headed = name or headed, ""
        is_more = bool(named) and tells_more(turn, first, last)
        inner = without(roles, "product") if is_more else roles
        found = [Piece(name, start, last)] if name else list(label(turn, (first, last), inner, asked))
        if is_more and not asked:
            found = [
                Piece(piece.name or roles.get("problem", ""), piece.first, piece.last) for piece in found
            ]
        yield from found
        if "product" in roles and any(piece.name == roles["product"] for piece in found):
            named = roles["product"]
        if any(piece.name in ("", asked) and has_content(turn, piece) for piece in found):
            # The question that was asked is answered; what follows tells of something else.
            asked = ""


def without(roles: Mapping[str, str], role: str) -> dict[str, str]:
    return {key: name for key, name in roles.items() if key != role}


def tells_more(turn: Turn, first: int, last: int) -> bool:
    """After the part was named: `brake cylinder, pedal goes to the floor` tells what is wrong with it."""
    content = [at for at in turn.uncovered() if first <= at < last]
    return len(content) >= SHORT - 1 or bool(inside(turn, ("symptom",), first, last))


def heading(turn: Turn, first: int, last: int, situation: Situation, names: set[str]) -> tuple[str, int]:
    """The open question that the run begins with, and where its answer begins."""
    inner = (hit for hit in turn.slots if first <= hit.first and hit.last <= last)
    for hit in inner:
        name = slot_named(hit, situation)
        if name in names and all(one in turn.lexicon.light for one in turn.words(first, hit.first)):
            links = [
                other.last for other in turn.find("is_that") if other.first == hit.last and other.last <= last
            ]
            if links or hit.last == last or ends_clause(turn, hit.last):
                return name, max(links, default=hit.last)
    return "", first


def ends_clause(turn: Turn, at: int) -> bool:
    return any(clause.last == at for clause in turn.clauses)


def label(turn: Turn, run: tuple[int, int], roles: Mapping[str, str], asked: str) -> Iterator[Piece]:
    first, last = run
    span = vehicle_span(turn, first, last) if "vehicle" in roles else None
    if span is None:
        yield from label_plain(turn, run, roles, asked)
        return
    before, after = span
    lead = lead_before(turn, first, before)
    if asked == roles["vehicle"]:
        before = first if lead is None and not inside(turn, ("part",), first, before) else before
        after = after if inside(turn, ("part", "symptom", "and"), after, last) else last
    yield Piece(roles["vehicle"], before, after)
    yield from label_plain(turn, (first, before if lead is None else lead), roles, asked)
    yield from label_plain(turn, (after, last), roles, asked)


def label_plain(turn: Turn, run: tuple[int, int], roles: Mapping[str, str], asked: str) -> Iterator[Piece]:
    first, last = run
    if first >= last:
        return
    product, problem = roles.get("product", ""), roles.get("problem", "")
    parts = inside(turn, ("part",), first, last) if product else []
    symptoms = inside(turn, ("symptom",), first, last) if problem else []
    if symptoms and (parts or (asked and asked != problem)):
        yield from label_fault(
            turn, run, (parts[0] if parts else None, symptoms[0]), (product if parts else asked, problem)
        )
    else:
        yield Piece(product if parts else problem if symptoms else "", first, last)


def label_fault(
    turn: Turn, run: tuple[int, int], hits: tuple[Hit | None, Hit], names: tuple[str, str]
) -> Iterator[Piece]:
    """What it is stands before what is wrong with it (`the pump leaks`), or after (`a leaking pump`)."""
    (first, last), (part, symptom), (thing, problem) = run, hits, names
    start = part.first if part else first
    if start < symptom.first and has_content(turn, Piece("", first, symptom.first)):
        yield Piece(thing, first, symptom.first)
        yield Piece(problem, symptom.first, last)
    elif part:
        yield Piece(thing, part.first, last)
        yield Piece(problem, first, last)
    else:
        yield Piece(problem, first, last)


def inside(turn: Turn, signals: tuple[str, ...], first: int, last: int) -> list[Hit]:
    return [hit for hit in turn.find(*signals) if first <= hit.first and hit.last <= last]


def vehicle_span(turn: Turn, first: int, last: int) -> tuple[int, int] | None:
    """A make or model with the years beside it; years alone are no vehicle."""
    hits = inside(turn, ("vehicle",), first, last)
    if not hits:
        return None
    before, after = hits[0].first, max(hit.last for hit in hits)
    while before > first and is_year(turn, before - 1):
        before -= 1
    while after < last and (is_year(turn, after) or is_detail(turn, after, last)):
        after += 1
    return before, after


def is_year(turn: Turn, at: int) -> bool:
    word = turn.word(at)
    return bool(YEAR.fullmatch(word)) or (word.isdecimal() and len(word) == 2)


def is_detail(turn: Turn, at: int, last: int) -> bool:
    """Words between a model and its year, and letters of the model itself: GT, 1300 S."""
    word = turn.word(at)
    if any(is_year(turn, later) for later in range(at + 1, min(at + 4, last))):
        return not inside(turn, ("part", "symptom", "and"), at, at + 1)
    return any(mark.isdecimal() for mark in word) or (len(word) <= 3 and turn.said(at, at + 1).isupper())


def lead_before(turn: Turn, first: int, before: int) -> int | None:
    """Where `for my` begins that leads to the vehicle."""
    leads = [hit.first for hit in turn.find("leads") if first <= hit.first and hit.last == before]
    return min(leads) if leads else None


def trimmed(turn: Turn, first: int, last: int) -> str:
    """Without `it is a` before and `and` around it."""
    ands = {hit.first for hit in turn.find("and") if hit.last == hit.first + 1}
    moved = True
    while moved and first < last:
        moved = False
        if first in ands:
            first, moved = first + 1, True
            continue
        for article in turn.lexicon.articles.get(turn.word(first), ()):
            if tuple(turn.words(first, first + len(article))) == article and first + len(article) < last:
                first, moved = first + len(article), True
                break
    while last > first and (last - 1 in ands):
        last -= 1
    return turn.said(first, last)


def words_of(text: str, turn: Turn) -> set[str]:
    """Content words of a value, to compare it with what is said."""
    empty = turn.lexicon.fillers | turn.lexicon.light
    return {word for word in turn.lexicon.ear.row(text) if word not in empty}


def share_words(one: Iterable[str], other: Iterable[str]) -> bool:
    return bool(set(one) & set(other))
