"""What stands on the page of one ticket, as staff read it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot import interview
from bot.staff import LOWEST_RANK, SETTABLE
from bot.view import Turn
from bot.web.bubbles import Bubble, make_bubble, with_files
from bot.web.deadlines import read_judged, show_deadlines
from bot.web.door import Visit
from bot.web.scenes import MOST_TURNS
from bot.wording import LANGUAGES, has_text, say
from store import events as e
from store.access import Person, find_person
from store.queries import TicketLine, tickets_of
from store.tickets import Session, Ticket

ACTING = ("agent", "lead", "operations", "admin")
"""The other roles of the staff read only."""

SILENT = {
    "mode_changed",
    "slot_filled",
    "slot_corrected",
    "question_skipped",
    "interview_moved",
    "ticket_attached",
    "ticket_detached",
    "rating_asked",
}
"""Facts that the words around them say already."""

MOST_OTHERS = 6
Voice = Literal["customer", "assistant", "person", "desk", "note", "fact"]


@dataclass(frozen=True, slots=True)
class Entry:
    voice: Voice
    name: str
    bubble: Bubble
    words: str
    """For a fact."""
    new_day: bool


@dataclass(frozen=True, slots=True)
class Case:
    ticket: Ticket
    session: Session | None
    before: tuple[Entry, ...]
    """What was said until the ticket was opened."""
    earlier: int
    """Entries before these, which are shown when asked for."""
    entries: tuple[Entry, ...]
    customer: str
    assigned: str
    others: tuple[TicketLine, ...]
    """The customer's other tickets."""
    names: Mapping[str, str]

    def named(self, reason: str) -> str:
        """A reason of the rules says ids; staff know each other by name."""
        return " ".join(self.names.get(word, word) for word in reason.split(" "))

    @property
    def mark(self) -> str:
        return f"{self.ticket.version}.{self.session.version if self.session else 0}"


def read_case(visit: Visit, ticket_id: str) -> Case:
    desk = visit.door.desk
    ticket, session, turns = desk.merged(ticket_id)
    with desk.database.read() as connection:
        ids = {person_id for turn in turns for person_id in people_in(turn)} | {ticket.assigned_to}
        found = (find_person(connection, name) for name in sorted(ids - {"", "desk"}))
        people = {person.person_id: person for person in found if person}
        customer = find_person(connection, ticket.person_id)
        others = tickets_of(connection, ticket.person_id, limit=MOST_OTHERS + 1)
    names = {person_id: person.name or person.email for person_id, person in people.items()}
    names[ticket.person_id] = name_of_customer(customer, ticket, visit.language)
    entries = entries_of(visit, turns, names, ticket)
    opened = next((n for n, entry in enumerate(entries) if entry.bubble.turn.kind == "ticket_opened"), 0)
    since = entries[opened:]
    shown = since if visit.request.query_params.get("all") else since[-MOST_TURNS:]
    return Case(
        ticket=ticket,
        session=session,
        before=tuple(entries[:opened]),
        earlier=len(since) - len(shown),
        entries=tuple(shown),
        customer=names[ticket.person_id],
        assigned=names.get(ticket.assigned_to, ticket.assigned_to),
        others=tuple(line for line in others if line.ticket_id != ticket_id)[:MOST_OTHERS],
        names=names,
    )


def people_in(turn: Turn) -> set[str]:
    acted = {getattr(turn.fact, name, "") for name in ("by", "person_id", "assigned_to")}
    return {turn.person_id, *acted, *getattr(turn.fact, "alternatives", ())} - {""}


def name_of_customer(person: Person | None, ticket: Ticket, language: str) -> str:
    """Most never say their name; then an address, or the end of their id, tells them apart."""
    told = (person.name or person.email) if person else ""
    return told or ticket.details.get("email", "") or say("desk.visitor", language, id=ticket.person_id[-4:])


def entries_of(visit: Visit, turns: Sequence[Turn], names: Mapping[str, str], ticket: Ticket) -> list[Entry]:
    entries: list[Entry] = []
    day: date | None = None
    for place, turn in enumerate(with_files(turns)):
        if turn.kind in SILENT:
            continue
        there = turn.at.astimezone(visit.door.zone).date()
        name = names.get(turn.person_id or (ticket.person_id if turn.voice == "customer" else ""), "")
        words = fact_words(turn.fact, names, visit.language) if turn.voice == "fact" and turn.fact else ""
        bubble = make_bubble(turn, place, speaker=name, choices=())
        entries.append(Entry(turn.voice, name, bubble, words, new_day=there != day))
        day = there
    return entries


def fact_words(event: e.Event, names: Mapping[str, str], language: str) -> str:
    key = f"fact.{event.kind}"
    if not has_text(key):
        return event.kind.replace("_", " ")
    return say(key, language, **fact_values(event, names, language))


def fact_values(event: e.Event, names: Mapping[str, str], language: str) -> dict[str, str]:
    """The fields of the event, each in the reader's words where the texts have some."""
    facts = event.model_dump()
    values = {name: show_fact(name, value, names, language) for name, value in facts.items()}
    values["spoken"] = values.pop("language", "")
    given = {f"{name}_given": f": {facts[name]}" if facts.get(name) else "" for name in ("reason", "comment")}
    return values | given


def show_fact(name: str, value: object, names: Mapping[str, str], language: str) -> str:
    if name == "assigned_to" and not value:
        return say("desk.filter.nobody", language)
    if value is None or value == "":
        return say("desk.nothing", language)
    if name == "priority":
        return f"P{value}"
    if name in ("by", "person_id", "assigned_to"):
        return names.get(str(value), say("desk.the_desk", language))
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or say("desk.nothing", language)
    key = f"{WORDS.get(name, name)}.{value}"
    return say(key, language) if has_text(key) else str(value)


WORDS = {
    "language": "desk.language",
    "outcome": "desk.outcome",
    "queue": "desk.queue",
    "reason": "desk.reason",
    "resolution": "desk.resolution",
    "status": "desk.status",
    "cause": "desk.cause",
    "timer": "desk.deadline",
    "value": "rating",
    "state": "desk.work",
    "verdict": "desk.verdict",
}
"""Where the words of a field stand, when not under its own name."""


def why_routed(case: Case) -> tuple[str, ...]:
    """Reasons of the decision that holds."""
    routed = [e_.bubble.turn.fact for e_ in (*case.before, *case.entries)]
    found = [fact for fact in routed if isinstance(fact, e.TicketRouted)]
    return found[-1].reasons if found and not case.ticket.overridden_by else ()


def case_values(visit: Visit, case: Case) -> dict[str, Any]:
    ticket, language = case.ticket, visit.language
    judged = read_judged(visit, ticket)
    order = interview.category_row(ticket.category).ask
    told = sorted(
        ticket.details.items(), key=lambda detail: order.index(detail[0]) if detail[0] in order else 99
    )
    details = [
        (say(f"slot.{name}", language), interview.show_value(name, value, language))
        for name, value in told
        if has_text(f"slot.{name}")
    ]
    return {
        "case": case,
        "deadlines": show_deadlines(visit, judged),
        "judged": judged,
        "why_routed": why_routed(case),
        "agents": visit.door.desk.handler.reading.agents(),
        "ticket": ticket,
        "details": details,
        "settable": tuple(status for status in SETTABLE if status != ticket.status),
        "ranks": range(LOWEST_RANK + 1),
        "may_act": visit.person.role in ACTING,
        "speaks": ticket.language if ticket.language in LANGUAGES else "",
    }
