"""What stands on a customer's page, be it whole or sent live?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot import interview
from bot.view import Conversation, Turn
from bot.web.bubbles import Bubble, lay_out
from bot.web.door import Visit, in_language
from store.access import find_person
from store.commands import Confirm
from store.events import ReplySent
from store.queries import TicketLine, tickets_of
from store.tickets import ENDED, Ticket

Place = Literal["assistant", "ticket", "request"]
MOST_BESIDE = 4
MOST_TURNS = 120
"""On a page at once."""


@dataclass(frozen=True, slots=True)
class Scene:
    visit: Visit
    """In the language of the conversation, if the reader has not chosen one."""
    place: Place
    conversation: Conversation
    bubbles: tuple[Bubble, ...]
    earlier: int
    """Turns before these, which are shown when asked for."""
    exchange: tuple[Bubble, ...]
    """The last words of both sides, for a page that shows a form and not the whole conversation."""
    requests: tuple[TicketLine, ...]
    ticket_id: str

    @property
    def path(self) -> str:
        """Where the forms of this page go to."""
        return f"/support/ticket/{self.ticket_id}" if self.place == "request" else f"/support/{self.place}"

    @property
    def owner(self) -> str:
        """Who answers now: `assistant`, `person`, or `nobody` when the matter is closed."""
        ticket = self.conversation.ticket
        if ticket is None:
            return "assistant"
        return "nobody" if ticket.status in ("closed", "merged") else ticket.owner

    @property
    def is_settled(self) -> bool:
        ticket = self.conversation.ticket
        return ticket is not None and ticket.status in ENDED

    def values(self) -> dict[str, Any]:
        ticket = self.conversation.ticket
        return {
            "scene": self,
            "talk": self.conversation,
            "interview": self.conversation.interview,
            "ticket": ticket,
            "is_open": ticket is not None and ticket.status not in ENDED,
            "requests": self.requests,
            "beside": tuple(line for line in self.requests if line.status not in ENDED)[:MOST_BESIDE],
            "categories": interview.categories(self.visit.language),
        }


def read_scene(visit: Visit, place: Place, ticket_id: str = "") -> Scene:
    """Raises NotFound for a ticket that is not there or not theirs."""
    desk, person_id = visit.door.desk, visit.person.person_id
    talk = desk.conversation(person_id=person_id, ticket_id=ticket_id)
    with desk.database.read() as connection:
        requests = tuple(tickets_of(connection, person_id))
        speakers = {turn.person_id for turn in talk.turns if turn.voice == "person"}
        found = (find_person(connection, name) for name in sorted(speakers | assigned(talk.ticket)))
        names = {person.person_id: person.name for person in found if person}
    bubbles = lay_out(talk.turns, names)
    wants_all = bool(visit.request.query_params.get("all"))
    shown = bubbles if wants_all else bubbles[-MOST_TURNS:]
    return Scene(
        visit=in_language(visit, talk.language),
        place=place,
        conversation=talk,
        bubbles=shown,
        earlier=len(bubbles) - len(shown),
        exchange=last_exchange(bubbles, talk),
        requests=requests,
        ticket_id=ticket_id,
    )


def assigned(ticket: Ticket | None) -> set[str]:
    return {ticket.assigned_to} if ticket and ticket.taken_at else set()


def last_exchange(bubbles: Sequence[Bubble], talk: Conversation) -> tuple[Bubble, ...]:
    """What was said since the customer's last words, with them; without the question that the form asks."""
    shown: list[Bubble] = []
    if talk.interview is None and not any(is_about_form(bubble.turn) for bubble in bubbles[-2:]):
        return ()
    for bubble in reversed(bubbles):
        if not is_question(bubble.turn, talk):
            shown.append(bubble)
        if bubble.turn.voice == "customer":
            break
    if not talk.is_waiting and all(bubble.turn.voice == "customer" for bubble in shown):
        return ()
    return tuple(reversed(shown))


def is_about_form(turn: Turn) -> bool:
    """Has the form just ended, by being sent or left?"""
    about = turn.fact.about if isinstance(turn.fact, ReplySent) else ""
    return about.startswith(("interview.", "ticket.", "rated."))


def is_question(turn: Turn, talk: Conversation) -> bool:
    """What the form asks anyway: the open question, or whether the summary is right."""
    if talk.interview is None or turn.voice == "customer":
        return False
    if talk.interview.phase == "confirming":
        return any(isinstance(choice.command, Confirm) for choice in turn.choices)
    asked = talk.interview.question
    return bool(asked) and any(line.text == asked for line in turn.lines)


def topics_of(visit: Visit, talk: Conversation) -> tuple[str, ...]:
    """Whose changes this page wants to hear of."""
    ids = [visit.person.person_id]
    if talk.session:
        ids += [talk.session.session_id, *talk.session.tickets]
    if talk.ticket:
        ids.append(talk.ticket.ticket_id)
    return tuple(dict.fromkeys(ids))
