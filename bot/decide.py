"""Who decides on a delivery: the assistant, the interview, the waiting desk, staff or the clock?"""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot import interview
from bot.assistant import PERSON, REQUEST, decide_idle
from bot.clockwork import decide_session_timer, decide_ticket_timer
from bot.guided import decide_interview, go_on, reask
from bot.language import detect_language
from bot.reader.reader import read_commands
from bot.reader.situation import Kind, Situation
from bot.staff import decide_staff
from bot.turn import Turn
from bot.waiting import decide_waiting
from bot.wording import LANGUAGES
from store import commands as c
from store import events as e
from store.errors import NotFound
from store.messages import CustomerSaid, StaffDid, TimerDue
from store.timers import LOOK
from tools.outcome import Desk, Outcome, Saying, outcome

LONGEST_READ = 8000
"""Characters of a turn that are read; all of it is kept."""


def decide_customer(turn: Turn, desk: Desk, said: Sequence[CustomerSaid]) -> None:
    """One turn: a burst of messages that nobody has answered is understood as one."""
    first = said[0]
    if turn.session.version == 0:
        open_session(turn, desk, first)
    elif (first.channel, first.thread) != (turn.session.channel, turn.session.thread):
        turn.fact_on_session(e.SessionResumed(channel=first.channel, thread=first.thread))
    text = "\n".join(message.text for message in said if message.text).strip()
    turn.told, turn.files = text, tuple(file for message in said for file in message.files)
    notice_language(turn, text)
    asked = read_turn(turn, desk, said, text)
    for message in said:
        keep_message(turn, message, asked)
    if turn.ticket is not None:
        turn.take(decide_waiting(turn.case(), desk, turn.ticket, asked))
        return
    decide_open(turn, desk, asked)


def open_session(turn: Turn, desk: Desk, first: CustomerSaid) -> None:
    told = first.language if first.language in LANGUAGES else desk.settings.language
    turn.fact_on_session(
        e.SessionOpened(
            person_id=first.person_id,
            channel=first.channel,
            thread=first.thread,
            language=told,
            context=first.context,
        )
    )


def notice_language(turn: Turn, text: str) -> None:
    """People are answered in the language that they write; a word or two does not change it."""
    found = detect_language(text, turn.session.language) if text else turn.session.language
    if found in LANGUAGES and found != turn.session.language:
        turn.fact_on_session(e.LanguageChanged(language=found))


def keep_message(turn: Turn, message: CustomerSaid, asked: tuple[c.Command, ...]) -> None:
    kinds = tuple(command.kind for command in asked)
    if message.text or message.command or not message.files:
        turn.fact(e.MessageReceived(delivery=message.key, text=message.text or None, commands=kinds))
    for file in message.files:
        turn.fact(
            e.FileAdded(file_id=file.file_id, media_type=file.media_type, size=file.size, name=file.name)
        )


def read_turn(turn: Turn, desk: Desk, said: Sequence[CustomerSaid], text: str) -> tuple[c.Command, ...]:
    """Buttons say what they mean; words are read."""
    pressed = tuple(message.command for message in said if message.command)
    if pressed or not text:
        return pressed
    return read_commands(text[:LONGEST_READ], situation_of(turn, desk))


def situation_of(turn: Turn, desk: Desk) -> Situation:
    session = turn.session
    today = turn.now.astimezone(ZoneInfo(desk.settings.timezone)).date()
    if turn.ticket is not None:
        return Situation("handed_over", session.language, today)
    if session.mode == "ticket":
        return interview_situation(turn, today)
    return Situation("answered" if session.last_answer else "idle", session.language, today)


def interview_situation(turn: Turn, today: date) -> Situation:
    session = turn.session
    asked = interview.next_question(session)
    slots = interview.slots_for(session)
    shown = {
        name: interview.show_value(name, value, session.language) for name, value in session.slots.items()
    }
    if asked:
        question = interview.question_for(asked.name, session.language)
        return Situation("asked", session.language, today, question, {asked.name: question, **slots}, shown)
    kind: Kind = "answered" if session.phase == "self_help" else "confirming"
    return Situation(kind, session.language, today, None, slots, shown)


def decide_open(turn: Turn, desk: Desk, asked: tuple[c.Command, ...]) -> None:
    """While no person owns the conversation. What already asks for a press needs no further question."""
    if not asked:
        turn.take(nothing_asked(turn))
    # Who asks for a person gets one, whatever else was said in the same breath.
    asked = tuple(command for command in asked if isinstance(command, c.TalkToPerson))[:1] or asked
    for command in asked:
        decide = decide_interview if turn.session.mode == "ticket" else decide_idle
        turn.take(decide(turn.case(), desk, command))
        if turn.ticket is not None:
            return
    if turn.session.mode == "ticket" and not turn.waits_for_press():
        note_photo(turn)
        turn.take(go_on(turn.case(), desk))


def nothing_asked(turn: Turn) -> Outcome:
    """Files alone, blanks alone, or words that no rule reads as a wish."""
    if turn.files:
        names = ", ".join(file.name for file in turn.files)
        return outcome(Saying("file_received", {"names": names}))
    if not turn.told:
        return outcome(Saying("nothing_said", options=(REQUEST, PERSON)))
    if turn.session.mode == "ticket":
        return reask(turn.case())
    return outcome(Saying("nothing_read", options=(REQUEST, PERSON)))


def note_photo(turn: Turn) -> None:
    """Who sends a file need not be asked whether there is a photo."""
    asked = interview.questions_of(turn.session) if turn.session.category else []
    if turn.files and "photo_available" in asked and "photo_available" not in turn.session.slots:
        turn.fact_on_session(e.SlotFilled(name="photo_available", value="yes"))


def decide_by_staff(turn: Turn, desk: Desk, did: StaffDid) -> None:
    if turn.ticket is None:
        raise NotFound(f"no ticket {did.ticket_id!r}")
    turn.take(decide_staff(turn.case(), desk, turn.ticket, did))


def decide_by_clock(turn: Turn, desk: Desk, due: TimerDue) -> None:
    if due.timer == LOOK:
        # Every turn of a ticket reckons; this one does nothing else.
        return
    if due.ticket_id and turn.ticket is not None:
        turn.take(decide_ticket_timer(turn.case(), desk, turn.ticket, due))
    elif not due.ticket_id:
        turn.take(decide_session_timer(turn.case(), desk, due))
