"""How do staff read the deadlines of a ticket on its page?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.deadlines import spell
from bot.judged import Judged, judge
from bot.moments import say_moment
from bot.web.door import Visit
from bot.wording import say
from escalation.explanation import Explained
from escalation.risk import warning_time
from store.tickets import Ticket

Tone = Literal["", "good", "soon", "late"]
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Deadline:
    explained: Explained
    words: str
    """Where it stands, in a word or two."""
    tone: Tone
    target: str


def read_judged(visit: Visit, ticket: Ticket) -> Judged:
    desk = visit.door.desk
    return judge(desk.database, desk.rules, ticket, desk.clock.now())


def show_deadlines(visit: Visit, judged: Judged) -> tuple[Deadline, ...]:
    return tuple(
        show_deadline(one, visit) for one in judged.explained if one.started_at and one.state != "idle"
    )


def show_deadline(one: Explained, visit: Visit) -> Deadline:
    clock = "business" if one.in_business_hours else "always"
    target = say(f"desk.deadline.{clock}", visit.language, length=spell(one.target_minutes))
    return Deadline(one, words_of(one, visit), tone_of(one), target)


def words_of(one: Explained, visit: Visit) -> str:
    def when(at: datetime | None) -> str:
        return say_moment(at, visit.door.desk.clock.now(), visit.language, visit.door.zone) if at else ""

    match one.state:
        case "breached" if one.done_at:
            return say("desk.deadline.done_late", visit.language)
        case "breached":
            return say("desk.deadline.late", visit.language, when=when(one.breached_at))
        case "paused":
            return say("desk.deadline.paused", visit.language, left=spell(max(0, one.left_minutes)))
        case "running":
            return say("desk.deadline.due", visit.language, when=when(one.due_at))
        case _:
            return say(f"desk.deadline.{one.state}", visit.language)


def tone_of(one: Explained) -> Tone:
    if one.state == "breached":
        return "late"
    if one.state == "met":
        return "good"
    is_near = one.left_minutes * MINUTE_US <= warning_time(one.target_minutes * MINUTE_US)
    return "soon" if one.state == "running" and is_near else ""
