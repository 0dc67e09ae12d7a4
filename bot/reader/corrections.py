"""Which answers given before does the customer take back, and what is said instead?"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.reader.extract import Finds, find_counts, overlap
from bot.reader.pieces import ROLES, inside, role_of, share_words, slot_named, trimmed, words_of
from bot.reader.situation import Question, Situation
from bot.reader.turn import Hit, Turn
from bot.reader.values import Found
from store.commands import CorrectSlot

MARKS = ("mean", "meant", "instead", "wrong", "not_that")
BEFORE_NEWS = ("mean", "meant", "yes", "no", "but", "thanks", "greeting", "wrong", "into", "is_that")
STRONG = ("meant", "wrong", "instead")
LABELS = (("vehicle", "vehicle"), ("part", "product"), ("symptom", "problem"))
"""What is heard, and what it is an answer to."""


@dataclass(frozen=True, slots=True)
class Corrections:
    commands: tuple[CorrectSlot, ...]
    used: frozenset[int]
    """Words that these corrections account for."""


@dataclass(frozen=True, slots=True)
class Sentence:
    first: int
    last: int
    mark: str


def read_corrections(turn: Turn, situation: Situation, finds: Finds) -> Corrections:
    commands: dict[str, CorrectSlot] = {}
    used: set[int] = set()
    for name in situation.filled:
        question = situation.slots.get(name)
        found = new_answer(turn, situation, question, finds) if question else None
        if found:
            commands[name] = CorrectSlot(name=name, value=found.value)
            used.update(range(found.first, found.last))
            used.update(at for other in finds.get(name, ()) for at in range(other.first, other.last))
            used.update(denied_after(turn, found))
            used.update(apology(turn))
    used |= answered_words(turn, situation, finds)
    for sentence in sentences(turn):
        asks = inside(turn, ("question",), sentence.first, sentence.last)
        is_asking = sentence.mark == "?" or (asks and not inside(turn, STRONG, sentence.first, sentence.last))
        if not is_asking and not used & set(range(sentence.first, sentence.last)):
            found_text = corrected_text(turn, situation, sentence, finds)
            if found_text:
                command, words = found_text
                commands.setdefault(command.name, command)
                used.update(words)
    return Corrections(tuple(commands.values()), frozenset(used - answered_words(turn, situation, finds)))


def answered_words(turn: Turn, situation: Situation, finds: Finds) -> set[int]:
    """`Make it 3 actually` answers the question that was asked and corrects nothing."""
    if situation.asked is None or situation.asked.kind == "text":
        return set()
    words = {at for one in finds.get(situation.asked.name, ()) for at in range(one.first, one.last)}
    whole = [range(sentence.first, sentence.last) for sentence in sentences(turn)]
    return {at for row in whole if words & set(row) for at in row}


def denied_after(turn: Turn, found: Found) -> Iterable[int]:
    """`HR-10424 not 10442`: what the new answer is set against belongs to it."""
    for hit in turn.find("instead", "not_that", "not_word"):
        if hit.first in (found.last, found.last + 1):
            return range(hit.first, next(clause.last for clause in turn.clauses if clause.last >= hit.last))
    return ()


def apology(turn: Turn) -> set[int]:
    """`I swapped two digits`: clauses that only say that there was a mistake."""
    told = turn.covered("vehicle", "part", "symptom")
    clauses = [set(range(clause.first, clause.last)) for clause in turn.clauses]
    marked = turn.covered("mean", "meant", "wrong")
    return {at for words in clauses for at in words if words & marked and not words & told}


def sentences(turn: Turn) -> list[Sentence]:
    found: list[Sentence] = []
    first = 0
    for clause in turn.clauses:
        if clause.mark != ",":
            found.append(Sentence(first, clause.last, clause.mark))
            first = clause.last
    return found


def new_answer(turn: Turn, situation: Situation, question: Question, finds: Finds) -> Found | None:
    """A strict answer that differs from the one that is known."""
    if situation.asked is not None and situation.asked.name == question.name:
        return None
    several = finds.get(question.name, [])
    if question.kind == "number":
        several = without_firm(changed_counts(turn, situation, question), situation, finds)
    known = situation.filled[question.name].casefold()
    other = [one for one in several if one.value.casefold() != known]
    fresh = [one for one in other if not is_negated(turn, one)] or other
    if not fresh or not is_meant(turn, situation, question):
        return None
    return fresh[0]


def without_firm(counts: list[Found], situation: Situation, finds: Finds) -> list[Found]:
    """The day of a date, the figures of an order number or an address count nothing."""
    kinds = ("date", "order", "email")
    firm = [one for name, several in finds.items() if situation.slots[name].kind in kinds for one in several]
    return [one for one in counts if not any(overlap(one, other) for other in firm)]


def is_negated(turn: Turn, found: Found) -> bool:
    return any(
        hit.last in (found.first, found.first - 1) for hit in turn.find("not_that", "instead", "not_word")
    )


def is_meant(turn: Turn, situation: Situation, question: Question) -> bool:
    """An address or an order number speaks for itself; what is milder needs a word of correction."""
    if question.kind in ("email", "order") or (question.kind == "number" and turn.has("total")):
        return True
    if names_slot(turn, question, situation) or turn.has(*MARKS):
        return True
    return situation.kind == "confirming" and not turn.has("yes")


def changed_counts(turn: Turn, situation: Situation, question: Question) -> list[Found]:
    """Figures of a year or a model are no count: only those beside a word for the amount, or alone."""
    vehicles = turn.covered("vehicle")
    near = vehicles | {at + 1 for at in vehicles}
    counts = [one for one in find_counts(turn) if int(one.value) < 1000 and one.first not in near]
    if names_slot(turn, question, situation):
        return counts
    of_them = turn.covered("pieces")
    beside = [one for one in counts if turn.has("total")] or [
        one
        for one in counts
        if {one.last, one.last + 1, one.first - 1} & of_them and turn.has(*MARKS, "not_word")
    ]
    if beside:
        return [one for one in counts if not is_negated(turn, one)]
    counted = {at for one in counts for at in range(one.first, one.last)}
    rest = set(turn.uncovered(*MARKS, "not_word", "no", "yes", "pieces")) - counted
    return counts if not rest else []


def names_slot(turn: Turn, question: Question, situation: Situation) -> bool:
    return any(slot_named(hit, situation) == question.name for hit in turn.slots)


def corrected_text(
    turn: Turn, situation: Situation, sentence: Sentence, finds: Finds
) -> tuple[CorrectSlot, Iterable[int]] | None:
    old, new = contrast(turn, sentence)
    name = target(turn, situation, sentence, old, new)
    if not name or not tells_something(turn, sentence):
        return None
    question = situation.slots[name]
    words = range(sentence.first, sentence.last)
    if question.kind != "text" or not new:
        is_taken_back = inside(turn, ("wrong", "not_that"), sentence.first, sentence.last)
        has_new = question.name in finds
        return (CorrectSlot(name=name, value=""), words) if is_taken_back and not has_new else None
    new = without_fault(turn, question, *new)
    value = trimmed(turn, *new)
    known = words_of(situation.filled[name], turn)
    if not value or words_of(value, turn) == known:
        return None
    return CorrectSlot(name=name, value=value), range(sentence.first, max(new[1], old[1] if old else 0))


def without_fault(turn: Turn, question: Question, first: int, last: int) -> tuple[int, int]:
    """`Not the pump, the gasket weeps`: the part ends where the fault begins."""
    symptoms = inside(turn, ("symptom",), first, last)
    is_thing = role_of(question) in ("product", "vehicle")
    return first, symptoms[0].first if is_thing and symptoms and symptoms[0].first > first else last


def tells_something(turn: Turn, sentence: Sentence) -> bool:
    """More than `no, there is a mistake`."""
    said = turn.uncovered("yes", "no", "yes_word", "no_word", "mean")
    named = turn.covered("wrong") if inside_slots(turn, sentence) else set()
    return any(sentence.first <= at < sentence.last for at in (*said, *named))


Span = tuple[int, int] | None


def contrast(turn: Turn, sentence: Sentence) -> tuple[Span, Span]:
    """What was meant before and what is meant now: `not the front, the rear`, `rear instead of front`."""
    first, last = sentence.first, sentence.last
    start = after_marks(turn, first, last)
    against = [hit for hit in inside(turn, ("instead",), first, last) if hit.first > start]
    denial = inside(turn, ("not_that",), first, last)
    if against:
        return (against[0].last, last), (start, against[0].first)
    if denial and denial[0].first <= start:
        return after_denial(turn, denial[0], last)
    later = [hit for hit in denial if hit.first > start and begins_clause(turn, hit.first)]
    if later:
        return (later[0].last, last), (start, later[0].first)
    return None, (start, last) if start < last else None


def after_denial(turn: Turn, denial: Hit, last: int) -> tuple[Span, Span]:
    start = denial.last
    cuts = [clause.last for clause in turn.clauses if start < clause.last < last]
    buts = [hit for hit in inside(turn, ("but",), start, last) if hit.first > start]
    if buts and (not cuts or buts[0].first <= cuts[0]):
        return (start, buts[0].first), (after_marks(turn, buts[0].last, last), last)
    if cuts:
        new = after_marks(turn, cuts[0], last)
        return (start, cuts[0]), (new, last) if new < last else None
    return (start, last), None


def begins_clause(turn: Turn, at: int) -> bool:
    return any(clause.first == at for clause in turn.clauses)


def after_marks(turn: Turn, first: int, last: int) -> int:
    """After `yes but`, `sorry`, `no, the car is`."""
    after: dict[int, int] = {}
    for hit in (*turn.find(*BEFORE_NEWS), *turn.slots):
        if hit.last <= last:
            after[hit.first] = max(hit.last, after.get(hit.first, 0))
    while first < last:
        if first in after:
            first = after[first]
        elif turn.word(first) in turn.lexicon.fillers:
            first += 1
        else:
            break
    return min(first, last)


def target(turn: Turn, situation: Situation, sentence: Sentence, old: Span, new: Span) -> str:
    """The answer given before that this sentence is about; empty when it is about none."""
    marks = inside(turn, MARKS, sentence.first, sentence.last)
    for hit in inside_slots(turn, sentence):
        is_told_anew = any(other.first in (hit.last, hit.last + 1) for other in turn.find("is_that"))
        name = slot_named(hit, situation)
        if name in situation.filled and (marks or (is_told_anew and fits(turn, situation, name, new))):
            return name
    texts = {
        name: words_of(value, turn) for name, value in situation.filled.items() if is_text(situation, name)
    }
    if old:
        said = set(turn.words(*old))
        for name, words in texts.items():
            if share_words(said, words):
                return name
    if not new or not is_taken_back(turn, situation, marks):
        return ""
    return by_content(turn, situation, new, texts)


def fits(turn: Turn, situation: Situation, name: str, new: Span) -> bool:
    """`The car is off the road` tells no other car."""
    role = role_of(situation.slots[name])
    signals = [signal for signal, labelled in LABELS if labelled == role]
    return not signals or (new is not None and bool(inside(turn, tuple(signals), *new)))


def is_taken_back(turn: Turn, situation: Situation, marks: list[Hit]) -> bool:
    """In the interview a mere `but` or `sorry` goes before many answers; when all is shown it does not."""
    if situation.kind == "confirming":
        return bool(marks) or not turn.has("yes")
    strong = any(hit.signal in ("meant", "not_that", "instead") for hit in marks)
    weak_ok = situation.asked is None or (
        situation.asked.kind != "yesno" and role_of(situation.asked) != "problem"
    )
    return strong or (bool(marks) and weak_ok)


def inside_slots(turn: Turn, sentence: Sentence) -> list[Hit]:
    return [hit for hit in turn.slots if sentence.first <= hit.first and hit.last <= sentence.last]


def is_text(situation: Situation, name: str) -> bool:
    return name in situation.slots and situation.slots[name].kind == "text"


def by_content(turn: Turn, situation: Situation, new: tuple[int, int], texts: dict[str, set[str]]) -> str:
    asked = situation.asked
    roles = [role for signal, role in LABELS if inside(turn, (signal,), *new)]
    if asked is not None and (
        role_of(asked) in roles or (asked.kind == "text" and role_of(asked) not in ROLES)
    ):
        return ""
    named = [name for role in roles for name in texts if role_of(situation.slots[name]) == role]
    if named:
        return named[0]
    said = set(turn.words(*new))
    sides = {turn.word(hit.first) for hit in turn.find("side")}
    for name, words in texts.items():
        if share_words(said, words) or (said & sides and words & turn.lexicon.sides):
            return name
    if asked is not None and inside(turn, ("meant",), 0, new[0]) and situation.filled:
        last = list(situation.filled)[-1]
        return last if is_text(situation, last) else ""
    return ""
