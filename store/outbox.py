"""Which letters wait to leave, which left, and which could not?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from store import lanes
from store.inbox import accept
from store.lanes import Claimed
from store.messages import OUTBOUND, Outbound, TimerDue
from store.tables import outbox

ANSWER_LIVES = timedelta(minutes=15)
NOTICE_LIVES = timedelta(hours=27)
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=10)


def post(connection: Connection, letters: Sequence[tuple[Outbound, timedelta]], now: datetime) -> None:
    """With the decision's own transaction; a letter's id is its key, so deciding twice posts once."""
    rows = [
        {
            "key": letter.letter_id,
            "lane": lane_of(letter),
            "payload": letter.model_dump(mode="json"),
            "due": now,
            "created_at": now,
            "not_after": now + lives,
            "attempts": 0,
            "fence": 0,
            "state": "ready",
            "error": "",
            "receipt": "",
        }
        for letter, lives in letters
    ]
    if rows:
        connection.execute(insert(outbox), rows)


def lane_of(letter: Outbound) -> str:
    """Order is kept per conversation and destination, so that a mail that fails holds no other letter."""
    return f"{letter.ticket_id or letter.session_id}|{letter.channel}:{letter.thread}"


def claim_letter(connection: Connection, lane: str, now: datetime) -> Claimed | None:
    """Committed as `sending` before the channel is called; one that lived too long is `expired` instead."""
    claimed = lanes.claim(connection, outbox, lane, now, 1)
    if not claimed:
        return None
    late = select(outbox.c.not_after).where(outbox.c.seq == claimed[0].seq)
    if connection.execute(late).scalar_one() < now:
        lanes.settle(connection, outbox, claimed[0], state="expired", done_at=now)
        tell_expired(connection, claimed[0], now)
        return claim_letter(connection, lane, now)
    connection.execute(update(outbox).where(outbox.c.seq == claimed[0].seq).values(state="sending"))
    return claimed[0]


def tell_expired(connection: Connection, claimed: Claimed, now: datetime) -> None:
    """An answer that nobody got in time becomes a person's work."""
    letter = OUTBOUND.validate_python(claimed.payload, extra="ignore")
    if letter.needs_owner == "assistant" and not letter.ticket_id:
        unsent = TimerDue(key=f"unsent:{claimed.key}", at=now, session_id=letter.session_id, timer="unsent")
        accept(connection, unsent, "")


def finish(connection: Connection, claimed: Claimed, now: datetime, receipt: str) -> bool:
    return lanes.settle(connection, outbox, claimed, state="done", done_at=now, receipt=receipt, error="")


def drop(connection: Connection, claimed: Claimed, now: datetime, why: str) -> bool:
    """It may not leave any more, e.g. an assistant's words after a person took over."""
    return lanes.settle(connection, outbox, claimed, state="expired", done_at=now, error=why)


def fail(connection: Connection, claimed: Claimed, *, now: datetime, error: str, wait: timedelta) -> str:
    """The new state: `ready` to be tried again after `wait`, or `dead` when its time is over."""
    until = connection.execute(select(outbox.c.not_after).where(outbox.c.seq == claimed.seq)).scalar_one()
    if now + wait > until:
        lanes.settle(connection, outbox, claimed, state="dead", error=error)
        tell_expired(connection, claimed, now)
        return "dead"
    lanes.settle(connection, outbox, claimed, state="ready", due=now + wait, error=error)
    return "ready"


def retry_wait(attempts: int, jitter: float, asked: float = 0.0) -> timedelta:
    """Doubles with every try, never less than what the receiver asked for (seconds); `jitter` is 0–1."""
    doubled: timedelta = min(FIRST_RETRY * 2 ** min(attempts - 1, 12), LONGEST_RETRY)
    return max(timedelta(seconds=asked), doubled * (0.5 + jitter / 2))


def replay(connection: Connection, key: str, now: datetime) -> bool:
    return lanes.replay(connection, outbox, key, now, not_after=now + NOTICE_LIVES)


def due(connection: Connection, now: datetime) -> list[str]:
    """Lanes that may be worked on now."""
    return lanes.due_lanes(connection, outbox, now)


def empty_old(connection: Connection, before: datetime) -> int:
    return lanes.empty_payloads(connection, outbox, before)


def free_leases(connection: Connection) -> int:
    return lanes.free_leases(connection, outbox)
