"""Which commands does the customer's own writing ask for? Word tables and rules, no model."""

from collections.abc import Iterable

from bot.reader.corrections import LABELS, Sentence, read_corrections, sentences
from bot.reader.extract import Finds, find_strict
from bot.reader.hearing import HEAD, TAIL, clean
from bot.reader.pieces import inside, open_roles, role_of, split_text
from bot.reader.situation import Situation
from bot.reader.turn import Turn, listen
from bot.reader.values import Found, find_ticket
from store.commands import (
    Ask,
    Cancel,
    Command,
    Confirm,
    FillSlot,
    Rate,
    SetLanguage,
    SkipQuestion,
    SmallTalk,
    StartTicket,
    TalkToPerson,
    TicketStatus,
    Topic,
)

LONGEST_QUESTION = 2000
LONGEST_ANSWER = 4000
MOST_BESIDE_SKIP = 4
"""Words with a meaning in the clause that says `no idea`."""
CHOICES = tuple(f"choice:{name}" for name in ("high", "low", "normal", "chrome", "firefox", "safari", "edge"))
STARS = ("1", "2", "3", "4", "5")
TOPICS: tuple[tuple[str, Topic], ...] = (
    ("goodbye", "goodbye"),
    ("thanks", "thanks"),
    ("greeting", "greeting"),
)
Commands = tuple[Command, ...]


def read_commands(text: str, situation: Situation) -> Commands:
    """Nothing at all for a turn without a word; a question to be answered for one that says nothing known."""
    turn = listen(text, situation.language)
    if not turn.heard.sounds:
        return ()
    match situation.kind:
        case "idle":
            return read_idle(turn)
        case "asked":
            return in_full(text, read_asked(turn, situation), situation)
        case "confirming":
            return read_confirming(turn, situation)
        case "answered":
            return read_answered(turn)
        case "handed_over":
            return read_handed_over(turn)


def in_full(text: str, commands: Commands, situation: Situation) -> Commands:
    """Of a long text the beginning and the end are read, but what the customer tells is kept whole."""
    asked = situation.asked
    if asked is None or asked.kind != "text" or len(text) <= HEAD + TAIL:
        return commands
    others = tuple(one for one in commands if not isinstance(one, Ask) and not fills(one, asked.name))
    if len(others) == len(commands):
        return commands
    return (FillSlot(name=asked.name, value=clean(text)[:LONGEST_ANSWER]), *others)


def fills(command: Command, name: str) -> bool:
    return isinstance(command, FillSlot) and command.name == name


def ask(turn: Turn) -> Ask:
    return Ask(question=turn.text[:LONGEST_QUESTION])


def read_wish(turn: Turn) -> Command | None:
    """What is heard in every situation: a person, another language."""
    if turn.has("person", "no_bot"):
        return TalkToPerson()
    codes = [hit.signal.removeprefix("language:") for hit in turn.hits if hit.signal.startswith("language:")]
    return SetLanguage(code=codes[0]) if codes else None


def read_status(turn: Turn, *, is_certain: bool) -> TicketStatus | None:
    """A ticket's number asks for its state when nothing else is said of it."""
    ticket = find_ticket(turn.text)
    if turn.has("ticket_status") or (ticket and is_certain):
        return TicketStatus(ticket_id=ticket)
    return None


def read_small_talk(turn: Turn, *, words_left: int = 0) -> SmallTalk | None:
    """Only when hardly anything else is said."""
    rest = turn.uncovered("greeting", "thanks", "goodbye", "other", "smile", "wave", "grateful", "tick")
    is_more = has_question(turn) or turn.has("symptom", "part", "vehicle")
    begins = any(hit.first == 0 for hit in turn.find("greeting")) and not turn.has("thanks")
    for signal, topic in reversed(TOPICS) if begins else TOPICS:
        left = words_left if signal != "greeting" else 0
        if turn.has(signal) and len(rest) <= (0 if is_more else left):
            return SmallTalk(topic=topic)
    if (turn.has("other") and not rest) or (turn.has("laugh") and not is_more and words_left > 2):
        return SmallTalk(topic="other")
    return None


def has_question(turn: Turn) -> bool:
    return turn.has("question") or any(clause.mark == "?" for clause in turn.clauses)


def read_idle(turn: Turn) -> Commands:
    wish = read_wish(turn)
    if wish:
        return (wish,)
    status = read_status(turn, is_certain=True)
    if status and (status.ticket_id or not turn.has("start_ticket")):
        return (status,)
    talk = read_small_talk(turn, words_left=4)
    if talk:
        return (talk,)
    if turn.has("yes", "no") and not turn.uncovered("yes", "no"):
        return ()
    return (StartTicket(reason=turn.text[:LONGEST_QUESTION]),) if turn.has("start_ticket") else (ask(turn),)


def read_answered(turn: Turn) -> Commands:
    rate = read_rate(turn)
    failed = rate if rate and rate.value == "not_solved" else None
    wish = read_wish(turn) or (TalkToPerson() if turn.has("soft_person") else None)
    if wish:
        return (failed, wish) if failed and isinstance(wish, TalkToPerson) else (wish,)
    if turn.has("start_ticket"):
        start = StartTicket(reason=turn.text[:LONGEST_QUESTION])
        return (failed, start) if failed else (start,)
    status = read_status(turn, is_certain=True)
    if status:
        return (status,)
    if rate and not is_next_question(turn):
        return (rate,)
    talk = read_small_talk(turn, words_left=4)
    return (talk,) if talk else (ask(turn),)


def is_next_question(turn: Turn) -> bool:
    """`worked, but how do I …`: the new question is what is to be answered."""
    return turn.has("question")


def read_rate(turn: Turn) -> Rate | None:
    for star in STARS:
        if turn.has(f"stars_{star}"):
            return Rate.model_validate({"value": star})
    failed = turn.find("not_solved")
    solved = [hit for hit in turn.find("solved") if not any(other.overlaps(hit) for other in failed)]
    if failed and not (solved and solved[-1].first > failed[-1].first):
        is_all_down = turn.has("down") and not [
            hit for hit in failed if not any(d.covers(hit) for d in turn.find("down"))
        ]
        return Rate(value="down" if is_all_down else "not_solved")
    if turn.has("up") and not [hit for hit in solved if not any(up.covers(hit) for up in turn.find("up"))]:
        return Rate(value="up")
    if solved:
        return Rate(value="solved")
    return Rate(value="down") if turn.has("down") else None


def read_handed_over(turn: Turn) -> Commands:
    """A person owns the conversation: only what the desk itself can tell is read."""
    status = read_status(turn, is_certain=True)
    if status:
        return (status,)
    talk = read_small_talk(turn, words_left=4)
    return (talk,) if talk and talk.topic != "other" else ()


def read_confirming(turn: Turn, situation: Situation) -> Commands:
    wish = read_wish(turn) or (TalkToPerson() if turn.has("soft_person") else None)
    if wish:
        return (wish,)
    corrections = read_corrections(turn, situation, find_strict(turn, situation))
    is_given_up = any(hit.last - hit.first > 1 for hit in turn.find("cancel"))
    if corrections.commands and not (is_given_up and not turn.has("meant", "wrong", "instead")):
        return corrections.commands
    if turn.has("cancel"):
        return (Cancel(),)
    is_told = begins_with_yes_or_no(turn, 0) and not any(clause.mark == "?" for clause in turn.clauses)
    if has_question(turn) and not is_told and not is_polite_yes(turn):
        return (ask(turn),)
    said = turn.find("yes", "no") or turn.find("yes_word", "no_word")
    if said:
        # `No objections` begins with a no; the longer phrase is what was meant.
        first = max((hit for hit in said if hit.first == said[0].first), key=lambda hit: hit.last)
        return (Confirm(yes=first.signal.startswith("yes")),)
    return read_aside(turn)


def read_aside(turn: Turn) -> Commands:
    """A courtesy, or nothing yet (`one moment`), or something to be answered before going on."""
    talk = read_small_talk(turn, words_left=2)
    if turn.has("stall") and (talk is None or talk.topic == "other"):
        return ()
    if talk:
        return (talk,)
    return (ask(turn),) if len(turn.uncovered()) > 1 else ()


def is_polite_yes(turn: Turn) -> bool:
    return turn.has("yes", "no") and not turn.has("question")


def read_asked(turn: Turn, situation: Situation) -> Commands:
    wish = read_wish(turn) or (TalkToPerson() if turn.has("soft_person") else None)
    if wish:
        return (wish,)
    finds = find_strict(turn, situation)
    if turn.has("stall") and not finds and not told_beside(turn, "stall"):
        return ()
    corrections = read_corrections(turn, situation, finds)
    questions = question_words(turn, set(corrections.used), finds, situation)
    answers = read_fills(turn, situation, finds, set(corrections.used) | questions)
    commands: Commands = (*corrections.commands, *answers)
    asked_name = situation.asked.name if situation.asked else ""
    is_answered = any(fills(answer, asked_name) for answer in answers)
    if is_cancelled(turn) and not is_answered and not corrections.commands:
        return (Cancel(),)
    if questions:
        first, last = min(questions), max(questions) + 1
        return (*commands, Ask(question=turn.said(first, last)[:LONGEST_QUESTION]))
    if not is_answered and turn.has("skip"):
        return (*commands, SkipQuestion())
    return commands or read_beside(turn, situation)


def is_cancelled(turn: Turn) -> bool:
    """`Pass` may mean the question alone: a phrase for both skips."""
    skips = turn.find("skip")
    return any(not any(skip.covers(hit) for skip in skips) for hit in turn.find("cancel"))


def told_beside(turn: Turn, signal: str) -> bool:
    """Whether something that could be an answer stands outside these phrases."""
    covered = turn.covered(signal)
    return bool(turn.covered("yes", "no", "vehicle", "part", "symptom") - covered)


def read_beside(turn: Turn, situation: Situation) -> Commands:
    """No answer: the state of a ticket, a courtesy, or something to be answered before going on."""
    status = read_status(turn, is_certain=True)
    if status:
        return (status,)
    is_refused = turn.has("no") and situation.asked is not None and situation.asked.kind != "yesno"
    return (SkipQuestion(),) if is_refused else read_aside(turn)


def question_words(turn: Turn, used: set[int], finds: Finds, situation: Situation) -> set[int]:
    """Words of questions put back to us; an answer with a question mark of doubt is none."""
    answers = {at for several in finds.values() for one in several for at in range(one.first, one.last)}
    found: set[int] = set()
    for sentence in sentences(turn):
        words = set(range(sentence.first, sentence.last)) - used
        if inside(turn, ("skip",), sentence.first, sentence.last):
            continue
        starts = [
            hit.first
            for hit in inside(turn, ("question",), sentence.first, sentence.last)
            if hit.first in words
        ]
        if starts and (sentence.mark == "?" or not tells(turn, sentence, answers, situation)):
            found.update(range(min(starts), sentence.last))
        elif sentence.mark == "?":
            found.update(doubted(turn, sentence.first, sentence.last, answers))
    return found - used


def tells(turn: Turn, sentence: Sentence, answers: set[int], situation: Situation) -> bool:
    """Without a question mark, what holds an answer or begins with yes or no is told and not asked."""
    begins = begins_with_yes_or_no(turn, sentence.first)
    role = role_of(situation.asked) if situation.asked else ""
    label = next((signal for signal, labelled in LABELS if labelled == role and role != "problem"), "")
    is_label = bool(label) and bool(inside(turn, (label,), sentence.first, sentence.last))
    return begins or is_label or bool(answers & set(range(sentence.first, sentence.last)))


def begins_with_yes_or_no(turn: Turn, first: int) -> bool:
    said = turn.find("yes", "no", "yes_word", "no_word")
    empty = turn.lexicon.fillers
    return any(
        hit.first >= first and all(word in empty for word in turn.words(first, hit.first)) for hit in said
    )


def doubted(turn: Turn, first: int, last: int, answers: set[int]) -> Iterable[int]:
    """The last clause before the question mark, unless it is short or an answer itself."""
    clauses = [clause for clause in turn.clauses if first <= clause.first and clause.last <= last]
    words = set(range(clauses[-1].first, clauses[-1].last))
    return words if len(words) > 3 and not words & answers else ()


def read_fills(turn: Turn, situation: Situation, finds: Finds, used: set[int]) -> list[FillSlot]:
    fills: dict[str, str] = {}
    taken = set(used)
    for name, several in finds.items():
        one = next((found for found in several if not used & set(range(found.first, found.last))), None)
        is_open = name not in situation.filled or (
            situation.asked is not None and situation.asked.name == name
        )
        if one and is_open:
            fills[name] = one.value
        for found in several:
            taken.update(with_lead(turn, found))
        if several and situation.slots[name].kind == "choice":
            taken.update(turn.covered(*CHOICES))
    if is_skipped(turn, taken):
        return [FillSlot(name=name, value=value) for name, value in fills.items()]
    free = set(range(len(turn.heard.sounds))) - taken
    starts = {clause.first for clause in turn.clauses}
    free -= {at for hit in turn.find("mean") if hit.first in starts for at in range(hit.first, hit.last)}
    free -= turn.covered("courtesy", "stall", "greeting", "thanks", "goodbye", "smile", "wave", "grateful")
    if open_roles(situation) or (situation.asked and situation.asked.kind == "text"):
        fills.update(split_text(turn, free, situation, is_listing=bool(fills)))
    return [FillSlot(name=name, value=value[:LONGEST_ANSWER]) for name, value in fills.items()]


def is_skipped(turn: Turn, taken: set[int]) -> bool:
    """Nothing is left to be an answer beside `no idea what it is called`."""
    if not turn.has("skip", "cancel") or turn.has("vehicle", "part", "symptom"):
        return False
    rest = set(turn.uncovered("skip", "cancel", "courtesy", "greeting", "thanks", "mean")) - taken
    given_up = turn.covered("skip", "cancel")
    for clause in turn.clauses:
        words = set(range(clause.first, clause.last))
        if words & given_up and len(words & rest) <= MOST_BESIDE_SKIP:
            rest -= words
    return len(rest) <= 2


def with_lead(turn: Turn, found: Found) -> set[int]:
    """The answer and the words that lead to it: `since`, `my email is`."""
    first, last = found.first, found.last
    moved = True
    while moved and first > 0:
        moved = False
        for hit in turn.hits:
            is_lead = hit.signal in (
                "since",
                "span",
                "ago",
                "is_that",
                "mean",
                "meant",
            ) or hit.signal.startswith("slot:")
            if is_lead and hit.last == first and hit.first < first:
                first, moved = hit.first, True
                break
    return set(range(first, last))
