"""How does a saying become a fact on the timeline and a letter to the customer?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import interview
from bot.moments import say_length, say_promise
from bot.wording import has_text, say
from escalation.explanation import Explained
from knowledge.answer import Answer
from store import events as e
from store.messages import Choice, Citation, Line, Say
from store.tickets import Session
from tools.outcome import Option, Saying

MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class Hour:
    """What time it is where the desk works."""

    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Written:
    event: e.AnswerGiven | e.ReplySent
    letter: Say


def write_letter(
    saying: Saying, session: Session, *, letter_id: str, ticket_id: str, name: str, hour: Hour
) -> Written:
    """In the language that the session has at this point of the turn. `name` is the staff member's."""
    language = session.language
    choices = tuple(write_choice(option, language) for option in saying.options)
    event: e.AnswerGiven | e.ReplySent
    citations: tuple[Citation, ...] = ()
    if saying.answer is not None:
        event = answer_event(saying, saying.answer, letter_id, choices, language)
        lines, citations = event.lines, event.citations
    else:
        lines = saying_lines(saying, language, hour)
        event = e.ReplySent(
            letter_id=letter_id,
            speaker=saying.speaker,
            person_id=saying.person_id,
            about=saying.about,
            lines=lines,
            choices=choices or None,
            files=saying.files or None,
        )
    letter = Say(
        letter_id=letter_id,
        session_id=session.session_id,
        ticket_id=ticket_id,
        channel=session.channel,
        thread=session.thread,
        speaker=saying.speaker,
        speaker_name=name,
        lines=lines,
        citations=citations,
        choices=choices,
        files=saying.files,
        needs_owner="assistant" if saying.speaker == "assistant" else None,
    )
    return Written(event, letter)


def write_choice(option: Option, language: str) -> Choice:
    """A label may itself be named by a text key, e.g. of the answer that a button changes."""
    is_named = bool(option.key) and "." in option.label
    label = say(option.label, language) if is_named else option.label
    text = say(option.key, language, label=label) if option.key else label
    return Choice(label=text, command=option.command, style=option.style)


def saying_lines(saying: Saying, language: str, hour: Hour) -> tuple[Line, ...]:
    if not saying.about:
        return saying.lines
    session = saying.values.get("session")
    head = Line(text=say(saying.about, language, **in_language(saying.values, language)))
    summary = summary_lines(session, language) if isinstance(session, Session) else ()
    promised = promise_lines(saying, language, hour)
    return (head, *summary, *promised, *explained_lines(saying, language, hour), *saying.lines)


def explained_lines(saying: Saying, language: str, hour: Hour) -> tuple[Line, ...]:
    """A line for each deadline that waits: by when, and by which clock."""
    waiting = saying.values.get("explained")
    found = [one for one in waiting if isinstance(one, Explained)] if isinstance(waiting, tuple) else []
    return tuple(Line(text=explained_line(one, language, hour), form="list") for one in found)


def explained_line(one: Explained, language: str, hour: Hour) -> str:
    def moment(at: datetime | None) -> str:
        return say_promise(at, hour.now, language, hour.zone) if at else ""

    values = {
        "what": say(f"ticket.deadline.{one.timer}", language),
        "length": say_length(one.target_minutes, language),
        "by": moment(one.due_at),
        "since": moment(one.started_at),
    }
    clock = "business" if one.in_business_hours else "always"
    state = one.state if one.state in ("paused", "breached") else clock
    return say(f"ticket.deadline.{state}", language, **values)


def promise_lines(saying: Saying, language: str, hour: Hour) -> tuple[Line, ...]:
    """By when a person answers, where that was worked out."""
    by = saying.values.get("by_moment")
    if not isinstance(by, datetime):
        return ()
    told = say_promise(by, hour.now, language, hour.zone)
    return (Line(text=say("ticket.promise", language, by=told)),)


def in_language(values: Mapping[str, object], language: str) -> dict[str, object]:
    """`queue_key: orders` becomes `queue: Orders` in the customer's language."""
    keys = {name.removesuffix("_key"): value for name, value in values.items() if name.endswith("_key")}
    return {**values, **{name: say(named(name, str(key)), language) for name, key in keys.items()}}


def named(name: str, key: str) -> str:
    """A queue that the desk's own policy made up is its team."""
    return f"{name}.{key}" if name != "queue" or has_text(f"queue.{key}") else "queue.general"


def summary_lines(session: Session, language: str) -> tuple[Line, ...]:
    topic = say(f"category.{session.category or 'other'}", language)
    details = {
        name: interview.show_value(name, value, language)
        for name, value in interview.known_details(session).items()
    }
    filled_in = {name: told for name in ("page", "browser") if (told := getattr(session.context, name))}
    rows = {"category": topic, **details, **filled_in}
    return tuple(
        Line(
            text=say("interview.line", language, label=say(f"slot.{name}", language), value=value),
            form="list",
        )
        for name, value in rows.items()
    )


def answer_event(
    saying: Saying, answer: Answer, letter_id: str, choices: tuple[Choice, ...], language: str
) -> e.AnswerGiven:
    lines, citations = cited_lines(answer) if answer.answered else (refusal_lines(answer, language), ())
    if answer.disagrees:
        lines = (Line(text=say("disagree", language)), *lines)
    return e.AnswerGiven(
        letter_id=letter_id,
        answered=answer.answered,
        question=saying.question,
        missing=answer.missing or None,
        confidence=answer.confidence,
        language=answer.language,
        source=answer.source,
        near=tuple(near.article for near in answer.near[:MOST_NEAR]),
        lines=lines,
        citations=citations,
        choices=choices,
    )


def cited_lines(answer: Answer) -> tuple[tuple[Line, ...], tuple[Citation, ...]]:
    """Sentences of the same lines share a number."""
    citations: dict[tuple[str, tuple[int, int]], Citation] = {}
    lines = []
    for sentence in answer.sentences:
        source = sentence.citation
        place = (source.article, source.lines)
        if place not in citations:
            citations[place] = Citation(
                number=len(citations) + 1,
                article=source.article,
                title=source.title,
                version=source.version,
                heading=source.heading,
                lines=source.lines,
                quote=source.quote,
            )
        lines.append(Line(text=sentence.text, cites=citations[place].number, form=sentence.form))
    return tuple(lines), tuple(citations.values())


def refusal_lines(answer: Answer, language: str) -> tuple[Line, ...]:
    """What was found near it, what is missing, and one question."""
    said = [say("refusal.head", language)]
    if answer.is_foreign:
        said.append(say("refusal.language", language))
    titles = list(dict.fromkeys(near.title for near in answer.near))[:MOST_NEAR]
    if titles:
        quoted = ", ".join(say("refusal.title", language, title=title) for title in titles)
        said.append(say("refusal.near", language, titles=quoted))
    if answer.missing:
        said.append(say("refusal.missing", language, missing=answer.missing))
    said.append(say("refusal.question", language))
    return tuple(Line(text=text) for text in said)
