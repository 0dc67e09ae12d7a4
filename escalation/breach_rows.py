"""What was known of a promise at a moment, and was it broken in the end?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from escalation.breach import open_timer, values_of
from escalation.risk import Signs
from escalation.sla import Acts, Target, Timer, TimerName, past_responses, timers


@dataclass(frozen=True, slots=True)
class Row:
    """A snapshot with its label."""

    at: int
    """Microseconds of UTC."""
    ticket_id: str
    values: tuple[float, ...]
    """In the order of breach.FACTORS."""
    is_breached: bool


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a ticket by now."""

    acts: Acts
    targets: Mapping[TimerName, Sequence[Target]]
    until: int


def label(signs: Signs, ticket_id: str, story: Story) -> Row | None:
    """None when nothing was waited for then, or when it is not decided yet."""
    timer = open_timer(signs.timers)
    broken = None if timer is None else became_late(timer, story)
    if timer is None or broken is None:
        return None
    return Row(signs.now, ticket_id, values_of(signs, timer), broken)


def became_late(timer: Timer, story: Story) -> bool | None:
    """None while it is open and not late, and when nobody waits for it any more."""
    states = {one.state for one in endings(story) if one.name == timer.name and same(one, timer)}
    if "breached" in states:
        return True
    return False if "met" in states else None


def endings(story: Story) -> tuple[Timer, ...]:
    answered = past_responses(story.acts, story.targets["next_response"], story.until)
    return (*timers(story.acts, story.targets, story.until), *answered)


def same(one: Timer, other: Timer) -> bool:
    return one.started_at == other.started_at
