"""Is what staff want to do to a ticket something that can be done? Checked before it is taken down."""

from dataclasses import dataclass
from datetime import datetime

from bot.staff import ACTIONS, LOWEST_RANK, SETTABLE, are_tags
from bot.web.door import Visit
from store.errors import BadAnswer
from store.tickets import ENDED
from store.timelines import find_ticket


@dataclass(frozen=True, slots=True)
class Wish:
    action: str
    value: str
    reason: str = ""
    until: str = ""
    """As the field of a browser writes it, by the clock of the desk."""


def check_wish(visit: Visit, ticket_id: str, wish: Wish) -> None:
    """Raises BadAnswer in the words of the page."""
    check_value(wish)
    check_move(visit, ticket_id, wish)


def check_value(wish: Wish) -> None:
    if wish.action not in ACTIONS:
        raise BadAnswer(f"{wish.action!r} is nothing that can be done", text_key="page.error.form")
    if wish.action == "status" and wish.value not in SETTABLE:
        raise BadAnswer(f"{wish.value!r} is no status", text_key="page.error.status")
    if wish.action == "reply" and wish.value not in ("", *SETTABLE):
        raise BadAnswer(f"{wish.value!r} is no status", text_key="page.error.status")
    if wish.action != "priority":
        return
    if wish.value not in [str(rank) for rank in range(LOWEST_RANK + 1)]:
        raise BadAnswer(f"{wish.value!r} is no priority", text_key="page.error.priority")
    if not wish.reason:
        raise BadAnswer("a priority without a reason", text_key="page.error.reason")


def check_move(visit: Visit, ticket_id: str, wish: Wish) -> None:
    """Who does it, its tags, and what it is joined with."""
    if wish.action in ("assign", "merge", "escalate") and not wish.reason:
        raise BadAnswer(f"{wish.action} without a reason", text_key="page.error.reason")
    known = {agent.person_id for agent in visit.door.desk.handler.reading.agents()}
    if wish.action == "assign" and wish.value and wish.value not in known:
        raise BadAnswer(f"{wish.value!r} takes no tickets", text_key="page.error.assignee")
    if wish.action == "tags" and not are_tags(wish.value):
        raise BadAnswer("too many tags, or too long", text_key="page.error.tags")
    if wish.action == "merge" and not is_joinable(visit, ticket_id, wish.value):
        raise BadAnswer(f"{wish.value!r} cannot be joined", text_key="page.error.merge")


def is_joinable(visit: Visit, ticket_id: str, other: str) -> bool:
    with visit.door.desk.database.read() as connection:
        mine, target = find_ticket(connection, ticket_id), find_ticket(connection, other)
    if mine is None or target is None or other == ticket_id:
        return False
    return mine.person_id == target.person_id and target.status not in ENDED


def read_until(given: str, visit: Visit) -> str:
    """By the clock of the desk, as the field of a browser writes it: 2026-03-04T09:00."""
    if not given.strip():
        return ""
    try:
        at = datetime.fromisoformat(given.strip()).replace(tzinfo=visit.door.zone)
    except ValueError as error:
        raise BadAnswer(f"{given[:40]!r} is no time", text_key="page.error.until") from error
    if at <= visit.door.desk.clock.now():
        raise BadAnswer(f"{given} has passed", text_key="page.error.until")
    return at.isoformat()
