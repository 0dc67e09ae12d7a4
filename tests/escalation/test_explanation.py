"""Does an explanation name everything that was counted, and add up?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.deadlines import as_lines
from escalation.explanation import Explained, explain
from escalation.schedule import to_us
from escalation.sla import Acts
from escalation.sla_policy import SlaPolicy, compile_policy
from store.tickets import Ticket

TICKET = Ticket(ticket_id="T-1001", priority=2)
POLICY: dict[str, Any] = {
    "version": 3,
    "hours": {
        "tz": "Europe/Berlin",
        "weekly": {
            day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
        },
        "holidays": ["2026-03-04", "2026-03-07"],
    },
    "targets": {"standard": {"first_response": ["10h business"] * 4, "resolution": ["16h business"] * 4}},
    "rules": [{"use": "standard"}],
}
DEADLINES = compile_policy(SlaPolicy.model_validate(POLICY))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2026, Berlin's time."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


def explained(
    now: datetime, *statuses: tuple[datetime, str], replies: tuple[datetime, ...] = ()
) -> list[Explained]:
    opened = to_us(at(2, 18))
    changes = tuple((to_us(moment), status) for moment, status in statuses)
    answers = tuple(map(to_us, replies))
    acts = Acts(opened, True, (opened,), answers, ((opened, "new"), *changes), ((opened, 2),))
    return list(explain(TICKET, acts, DEADLINES, now))


def test_every_hour_that_counts_is_named() -> None:
    first = explained(at(3, 10))[0]

    assert first.due_at == at(5, 12)
    assert [(part.start, part.end) for part in first.counted] == [
        (at(3, 9), at(3, 12)),
        (at(3, 13), at(3, 17)),
        (at(5, 9), at(5, 12)),
    ]
    assert [str(day) for day in first.holidays] == ["2026-03-04"]
    assert first.starts_after_hours
    assert (first.used_minutes, first.left_minutes) == (60, 540)


def test_pauses_are_named_with_their_reason() -> None:
    solving = explained(at(5, 12), (at(3, 10), "pending_customer"), (at(5, 11), "open"))[2]

    assert [(part.start, part.end, part.why) for part in solving.paused] == [
        (at(3, 10), at(5, 11), "pending_customer")
    ]
    assert (solving.used_minutes, solving.target_minutes) == (120, 960)


def test_what_is_counted_adds_up_to_what_was_used() -> None:
    first = explained(at(5, 16), replies=(at(5, 15),))[0]

    whole = sum(((part.end - part.start).total_seconds() for part in first.counted), start=0.0)
    assert whole / 60 == first.used_minutes == 720
    assert (first.state, first.breached_at, first.left_minutes) == ("breached", at(5, 12), -120)


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (at(3, 10), "first response: running, due Thu 05 Mar 12:00, 9 h left"),
        (at(5, 14), "first response: breached, due Thu 05 Mar 12:00, late by 1 h"),
    ],
)
def test_a_terminal_reads_it_in_the_desks_own_time(hours: datetime, says: str) -> None:
    lines = as_lines(explained(hours))

    assert lines[0] == says
    assert "  target   10 h of business hours in Europe/Berlin; policy 3, standard" in lines
    assert "  started  Mon 02 Mar 18:00, outside the hours" in lines
    assert "  holiday  Wed 04 Mar 2026" in lines
    assert "next response: nothing is due" in lines


def test_a_timer_that_stands_still_says_what_is_left() -> None:
    lines = as_lines(explained(at(3, 12), (at(3, 10), "on_hold")))

    assert "resolution: paused, 15 h left when it goes on" in lines
    assert "  paused   Tue 03 Mar 10:00 – Tue 03 Mar 12:00, on hold" in lines
