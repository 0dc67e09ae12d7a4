"""By when must this ticket be answered, answered again and solved, and was it?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from escalation.calendar import Calendar
from escalation.schedule import to_us
from escalation.stopwatch import Stretch, active, due, stretches
from store import events as e

TimerName = Literal["first_response", "next_response", "resolution"]
State = Literal["idle", "running", "paused", "met", "breached", "cancelled"]
"""`idle`: nothing to wait for. `breached` also when it was done too late, and when it stands still since."""
MERGED = "merged"
ENDS: frozenset[str] = frozenset({"solved", "closed"})
ASKS_NOBODY = frozenset(
    "ask_meanwhile call_tool close_ticket rate set_language small_talk ticket_status".split()
)
"""Buttons, thanks and the like, which the desk itself answers: nobody waits for a person because of them."""
PAUSES: dict[TimerName, frozenset[str]] = {
    "first_response": frozenset(),
    "next_response": frozenset({"pending_internal", "on_hold"}),
    "resolution": frozenset({"pending_customer", "pending_internal", "on_hold"}),
}
STILL: dict[TimerName, frozenset[str]] = {
    "first_response": frozenset(),
    # Nobody waits for an answer from a desk that waits for theirs.
    "next_response": PAUSES["next_response"] | ENDS | {"pending_customer", MERGED},
    "resolution": PAUSES["resolution"] | ENDS | {MERGED},
}
"""Where a timer does not run, because it pauses or because nothing is left to wait for."""


@dataclass(frozen=True, slots=True)
class Target:
    """How long, and by which clock: the desk's hours, or around the clock."""

    length: int
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Acts:
    """What of a timeline moves a deadline. Microseconds of UTC, in order."""

    opened_at: int
    opened_by_customer: bool = True
    customer: tuple[int, ...] = ()
    """Messages of the customer; the one that opened the ticket is among them."""
    replies: tuple[int, ...] = ()
    """What a person said to the customer, or approved to be said. An automatic answer never counts."""
    statuses: tuple[tuple[int, str], ...] = ()
    priorities: tuple[tuple[int, int], ...] = ()
    """Ranks; the first is the one it was opened with."""


@dataclass(frozen=True, slots=True)
class Timer:
    name: TimerName
    state: State
    started_at: int | None = None
    due_at: int | None = None
    """None while nothing is due: idle, or standing still."""
    done_at: int | None = None
    breached_at: int | None = None
    """When it was due, not when somebody noticed."""
    used: int = 0
    """Time that counted, until now or until it was done."""
    target: Target | None = None
    running: tuple[Stretch, ...] = ()
    """When it ran."""
    paused: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """One thing that is waited for: since when, when it counts, and when it was done."""

    name: TimerName
    start: int
    running: tuple[Stretch, ...]
    paused: tuple[Stretch, ...]
    done_at: int | None = None


def read_acts(recorded: Iterable[e.Recorded]) -> Acts:  # noqa: C901 - a case per event
    """Of the ticket's own timeline."""
    opened_at, customer, replies = 0, [], []
    statuses: list[tuple[int, str]] = []
    priorities: list[tuple[int, int]] = []
    for fact in recorded:
        at = to_us(fact.at)
        match fact.event:
            case e.TicketOpened(priority=priority):
                opened_at = at
                customer.append(at)
                statuses.append((at, "new"))
                priorities.append((at, priority))
            case e.MessageReceived(commands=commands) if commands and ASKS_NOBODY.issuperset(commands):
                pass
            case e.MessageReceived() | e.TicketJoined(is_waiting=True):
                customer.append(at)
            case e.ReplySent(speaker="person"):
                replies.append(at)
            case e.StatusChanged(status=status):
                statuses.append((at, status))
            case e.TicketReopened():
                statuses.append((at, "open"))
            case e.TicketMerged():
                statuses.append((at, MERGED))
            case e.PriorityChanged(priority=priority) | e.TicketTriaged(priority=priority):
                priorities.append((at, priority))
    return Acts(opened_at, True, tuple(customer), tuple(replies), tuple(statuses), tuple(priorities))


def known_by(acts: Acts, now: int) -> Acts:
    """What had happened until then: a deadline never knows what comes after."""
    return Acts(
        acts.opened_at,
        acts.opened_by_customer,
        tuple(at for at in acts.customer if at <= now),
        tuple(at for at in acts.replies if at <= now),
        tuple(one for one in acts.statuses if one[0] <= now),
        tuple(one for one in acts.priorities if one[0] <= now),
    )


def timers(acts: Acts, targets: Mapping[TimerName, Sequence[Target]], now: int) -> tuple[Timer, Timer, Timer]:
    """`targets` by rank, P0 first."""
    known = known_by(acts, now)
    return (
        first_response(known, targets["first_response"], now),
        next_response(known, targets["next_response"], now),
        resolution(known, targets["resolution"], now),
    )


def first_response(acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    """Never stands still. Of a ticket that staff opened it starts with the customer's first words."""
    if not acts.opened_by_customer and not acts.customer:
        return Timer("first_response", "idle")
    start = acts.customer[0] if acts.customer else acts.opened_at
    done = next((at for at in acts.replies if at >= start), None)
    whole = (Stretch(start, None, "open"),)
    return unless_merged(settle(Watch("first_response", start, whole, (), done), acts, targets, now), acts)


def next_response(acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    """Of the oldest message that is not answered, once there was a first reply. A nudge changes nothing."""
    waiting = [at for at in acts.customer if acts.replies and at > acts.replies[-1]]
    if not waiting:
        return Timer("next_response", "idle")
    timer = settle(watch("next_response", acts, waiting[0], None), acts, targets, now)
    if status_of(acts) in STILL["next_response"] - PAUSES["next_response"] and timer.state != "breached":
        return replace(timer, state="idle", due_at=None)
    return unless_merged(timer, acts)


def past_responses(acts: Acts, targets: Sequence[Target], now: int) -> tuple[Timer, ...]:
    """Every further message that was answered, for the figures: each counts once."""
    found = []
    for before, reply in pairwise(acts.replies):
        asked = next((at for at in acts.customer if before < at <= reply), None)
        if asked is not None:
            found.append(settle(watch("next_response", acts, asked, reply), acts, targets, now))
    return tuple(found)


def resolution(acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    """Stands still while the desk cannot go on; a reopened ticket goes on where it was."""
    done = None
    for at, status in acts.statuses:
        done = (done or at) if status in ENDS else None
    return unless_merged(settle(watch("resolution", acts, acts.opened_at, done), acts, targets, now), acts)


def watch(name: TimerName, acts: Acts, start: int, done: int | None) -> Watch:
    known = tuple(stretches(acts.statuses, start)) or (Stretch(start, None, "new"),)
    running = tuple(one for one in known if one.state not in STILL[name])
    return Watch(name, start, running, tuple(one for one in known if one.state in PAUSES[name]), done)


def settle(watched: Watch, acts: Acts, targets: Sequence[Target], now: int) -> Timer:
    """Met when it was done by the very moment it was due; late from the next one on."""
    end = now if watched.done_at is None else watched.done_at
    target = targets[rank_at(acts, end)]
    # Done ends the last run; when it was due is asked as if it had gone on.
    running = watched.running if watched.done_at is None else [cut(one, end) for one in watched.running]
    breached_at = first_breach(watched, acts, targets, end)
    return Timer(
        watched.name,
        state_of(watched, breached_at),
        started_at=watched.start,
        due_at=due(target.calendar, running, target.length),
        done_at=watched.done_at,
        breached_at=breached_at,
        used=active(target.calendar, watched.running, end),
        target=target,
        running=watched.running,
        paused=watched.paused,
    )


def state_of(watched: Watch, breached_at: int | None) -> State:
    if breached_at is not None:
        return "breached"
    if watched.done_at is not None:
        return "met"
    return "running" if watched.running and watched.running[-1].end is None else "paused"


def first_breach(watched: Watch, acts: Acts, targets: Sequence[Target], end: int) -> int | None:
    """A change of priority brings another target from the same start; what was late before it stays so."""
    changes = [at for at, _ in acts.priorities if watched.start < at <= end]
    for since, until in pairwise([watched.start, *changes, end + 1]):
        target = targets[rank_at(acts, since)]
        # What happens after this change is not known yet when it is judged.
        running = [cut(one, until) for one in watched.running if one.start < until]
        due_at = due(target.calendar, running, target.length)
        if due_at is not None and due_at < min(until, end):
            return max(due_at, since)
    return None


def cut(one: Stretch, until: int) -> Stretch:
    return one if one.end is None or one.end < until else replace(one, end=None)


def rank_at(acts: Acts, at: int) -> int:
    ranks = [rank for changed, rank in acts.priorities if changed <= at]
    return ranks[-1] if ranks else acts.priorities[0][1]


def status_of(acts: Acts) -> str:
    return acts.statuses[-1][1] if acts.statuses else "new"


def unless_merged(timer: Timer, acts: Acts) -> Timer:
    """A ticket that was merged into another is judged there."""
    if status_of(acts) == MERGED and timer.state != "met":
        return replace(timer, state="cancelled", due_at=None)
    return timer
