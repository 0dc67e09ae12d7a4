"""Which answers of a strict kind stand in a turn, whichever question is asked?"""

from collections.abc import Iterator

from bot.reader.dates import find_dates
from bot.reader.hearing import fold
from bot.reader.pieces import TOPICS, slot_named
from bot.reader.situation import Question, Situation
from bot.reader.turn import Hit, Turn
from bot.reader.values import Found, find_choice, find_emails, find_numbers, find_orders

Finds = dict[str, list[Found]]


def find_strict(turn: Turn, situation: Situation) -> Finds:
    """By the name of the question; several where several were named, for one may be said to be wrong."""
    finds: Finds = {}
    for question in situation.slots.values():
        found = find_answers(turn, situation, question)
        if found:
            finds[question.name] = found
    return without_overlaps(finds, situation)


def find_answers(turn: Turn, situation: Situation, question: Question) -> list[Found]:
    is_asked = situation.asked is not None and situation.asked.name == question.name
    headed = () if is_asked else headings(turn, question, situation)
    match question.kind:
        case "email":
            return list(find_emails(turn))
        case "order":
            return list(find_orders(turn, question.pattern))
        case "date":
            return find_dates(turn, situation.today, is_asked=is_asked)
        case "yesno":
            return find_yesno(turn, question, is_asked=is_asked) or list(yesno_beside(turn, headed))
        case "choice":
            return find_choices(turn, question, is_asked=is_asked or bool(headed))
        case "number":
            counts = find_counts(turn)
            return counts if is_asked else [one for one in counts for hit in headed if follows(one, hit)]
        case "text":
            return []


def headings(turn: Turn, question: Question, situation: Situation) -> tuple[Hit, ...]:
    """Where the question is called by its name: `Photos?`, `quantity:`."""
    return tuple(hit for hit in turn.slots if slot_named(hit, situation) == question.name)


def follows(found: Found | Hit, heading: Hit) -> bool:
    return heading.last <= found.first <= heading.last + 1 or found.last == heading.first


def yesno_beside(turn: Turn, headed: tuple[Hit, ...]) -> Iterator[Found]:
    for hit in turn.find("yes", "no", "yes_word", "no_word"):
        if any(follows(hit, heading) for heading in headed):
            yield answer_of(hit)


def find_choices(turn: Turn, question: Question, *, is_asked: bool) -> list[Found]:
    """Beside the point only what cannot be mistaken counts: the name of a browser, `urgent`, `no rush`."""
    found = find_choice(turn, question, is_asked=is_asked)
    if found is None or is_asked:
        return [found] if found else []
    words = set(range(found.first, found.last))
    clear = turn.covered("aside", *(f"choice:{name}" for name in ("chrome", "firefox", "safari", "edge")))
    is_named = turn.has("meant") and fold(turn.said(found.first, found.last)) == fold(found.value)
    # Minor is a car before it is a grade.
    return [found] if (words & clear or is_named) and not words & turn.covered("vehicle") else []


def without_overlaps(finds: Finds, situation: Situation) -> Finds:
    """Figures of an order number, an address or a date are no number and no choice."""
    finds = without_parts(finds, situation)
    firm = [
        found
        for name, several in finds.items()
        for found in several
        if situation.slots[name].kind in ("email", "order", "date")
    ]
    kept: Finds = {}
    for name, several in finds.items():
        if situation.slots[name].kind in ("number", "choice", "date"):
            several = [
                one for one in several if not any(other is not one and overlap(one, other) for other in firm)
            ]
        if several:
            kept[name] = several
    return kept


def without_parts(finds: Finds, situation: Situation) -> Finds:
    """`Yesterday` is no date in `for yesterday` where this is how urgent it is."""
    asked = situation.asked
    answers = finds.get(asked.name, []) if asked and asked.kind == "choice" else []
    return {
        name: [one for one in several if not any(is_part(one, whole) for whole in answers)]
        for name, several in finds.items()
    }


def is_part(one: Found, whole: Found) -> bool:
    is_inside = whole.first <= one.first and one.last <= whole.last
    return is_inside and one.last - one.first < whole.last - whole.first


def overlap(one: Found, other: Found) -> bool:
    return one.first < other.last and other.first < one.last


def find_counts(turn: Turn) -> list[Found]:
    """`a pair` before `one`: longer words first, then in the order of the text."""
    counts = list(find_numbers(turn, turn.lexicon.counts))
    wordy = [found for found in counts if not turn.word(found.first).isdecimal()]
    plain = [one for one in find_numbers(turn) if not any(overlap(one, other) for other in wordy)]
    return sorted([*wordy, *plain], key=lambda found: found.first)


def find_yesno(turn: Turn, question: Question, *, is_asked: bool) -> list[Found]:
    if any(word in question.name for word in TOPICS["photo_available"]):
        found = named(turn, "photo_no", "no") or named(turn, "photo_yes", "yes")
        if found:
            return [found]
    return [answer for answer in [find_plain_yesno(turn)] if answer] if is_asked else []


def named(turn: Turn, signal: str, value: str) -> Found | None:
    hits = turn.find(signal)
    return Found(value, hits[0].first, hits[0].last) if hits else None


def find_plain_yesno(turn: Turn) -> Found | None:
    """The first plain word counts, then what says it in other words; in doubt it is a no."""
    plain = turn.find("yes", "no") or turn.find("yes_word", "no_word")
    if plain:
        return answer_of(longest(plain[0], plain))
    other = turn.find("have_no") or turn.find("have_yes")
    return answer_of(other[0]) if other else None


def longest(first: Hit, hits: tuple[Hit, ...]) -> Hit:
    return max((hit for hit in hits if hit.first == first.first), key=lambda hit: hit.last)


def answer_of(hit: Hit) -> Found:
    return Found("yes" if "yes" in hit.signal else "no", hit.first, hit.last)
