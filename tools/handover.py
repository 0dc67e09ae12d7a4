"""How does a person take over from the assistant?"""

from typing import Literal

from store import events as e
from store.commands import AskMeanwhile
from tools.outcome import Case, Desk, Option, Outcome, Saying, UsesTicket, on_session, on_ticket, outcome
from tools.tickets import open_ticket

MEANWHILE = (Option("choice.meanwhile", AskMeanwhile()),)


def hand_over(
    case: Case,
    desk: Desk,
    *,
    queue: str,
    priority: int,
    tags: tuple[str, ...],
    reason: Literal["asked", "filed"],
    about: str,
) -> Outcome:
    """Opens the ticket, says its number and queue, and from then on the assistant is silent."""
    opened = open_ticket(case, desk, queue=queue, priority=priority, tags=tags)
    ticket_id = next(step.ticket_id for step in opened.steps if isinstance(step, UsesTicket))
    values = {"ticket_id": ticket_id, "queue_key": queue}
    return outcome(
        opened,
        on_ticket(e.HandedOver(queue=queue, reason=reason)),
        on_session(e.ModeChanged(mode="human")),
        Saying(about, values, MEANWHILE, speaker="desk"),
    )
