"""Does a letter leave once, in its order, and not after its time?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store import outbox
from store.database import Database
from store.lanes import LEASE, Claimed
from store.messages import Line, Say
from store.replays import list_waiting, replay
from tests.ledgers import NOON

LANE = "ses_1|web:per_ada"
LATER = NOON + outbox.ANSWER_LIVES + timedelta(seconds=1)


def letter(letter_id: str, **fields: object) -> Say:
    given = {"letter_id": letter_id, "session_id": "ses_1", "channel": "web", "thread": "per_ada"}
    lines = (Line(text="It leaves today."),)
    return Say.model_validate({**given, "speaker": "assistant", "lines": lines, **fields})


def post(database: Database, *letters: Say, lives: timedelta = outbox.ANSWER_LIVES) -> None:
    pairs = [(one, lives) for one in letters]
    database.write(lambda connection: outbox.post(connection, pairs, NOON))


def claim(database: Database, lane: str = LANE, now: datetime = NOON) -> Claimed | None:
    return database.write(lambda connection: outbox.claim_letter(connection, lane, now))


def states(database: Database) -> dict[str, str]:
    with database.read() as connection:
        every = ("ready", "sending", "done", "dead", "expired")
        return {row.key: row.state for row in list_waiting(connection, "outbox", every)}


def test_letters_of_one_conversation_leave_one_after_the_other(database: Database) -> None:
    post(database, letter("l1"), letter("l2"))
    first = claim(database)
    assert first
    while_sending = claim(database)

    database.write(lambda connection: outbox.finish(connection, first, NOON, "ts-1"))
    second = claim(database)

    assert (first.key, while_sending) == ("l1", None)
    assert second is not None
    assert second.key == "l2"


def test_a_letter_that_fails_holds_no_other_destination(database: Database) -> None:
    post(database, letter("l1", channel="mail", thread="ada@example.org"), letter("l2"))

    mail = claim(database, "ses_1|mail:ada@example.org")

    assert mail
    database.write(
        lambda connection: outbox.fail(connection, mail, now=NOON, error="421", wait=timedelta(seconds=9))
    )
    with database.read() as connection:
        assert outbox.due(connection, NOON) == [LANE]


def test_the_same_letter_is_not_posted_twice(database: Database) -> None:
    post(database, letter("l1"))

    with pytest.raises(IntegrityError):
        post(database, letter("l1"))


def test_sending_is_committed_before_the_call(database: Database) -> None:
    post(database, letter("l1"))
    claim(database)

    assert states(database) == {"l1": "sending"}


def test_after_a_crash_while_sending_it_is_claimed_again(database: Database) -> None:
    post(database, letter("l1"))
    first = claim(database)
    assert first

    again = claim(database, now=NOON + LEASE + timedelta(seconds=1))

    assert again
    assert (again.key, again.attempts) == ("l1", 2)
    assert database.write(lambda connection: outbox.finish(connection, first, NOON, "")) is False


def test_an_answer_that_lived_too_long_expires_and_is_handed_to_a_person(database: Database) -> None:
    post(
        database,
        letter("l1", needs_owner="assistant"),
        letter("l2", speaker="desk"),
        lives=outbox.ANSWER_LIVES,
    )

    assert claim(database, now=LATER) is None
    assert states(database) == {"l1": "expired", "l2": "expired"}
    with database.read() as connection:
        assert [row.key for row in list_waiting(connection, "inbox", ("ready",))] == ["unsent:l1"]


def test_a_letter_that_cannot_leave_in_its_time_is_dead(database: Database) -> None:
    post(database, letter("l1"))
    claimed = claim(database)
    assert claimed

    state = database.write(
        lambda connection: outbox.fail(connection, claimed, now=NOON, error="503", wait=timedelta(hours=1))
    )

    assert state == "dead"
    assert states(database) == {"l1": "dead"}


def test_a_dead_letter_leaves_under_its_own_id_when_it_is_replayed(database: Database) -> None:
    post(database, letter("l1"))
    claimed = claim(database)
    assert claimed
    database.write(
        lambda connection: outbox.fail(connection, claimed, now=NOON, error="503", wait=timedelta(hours=1))
    )

    database.write(lambda connection: replay(connection, "outbox", "l1", by="per_mara", at=LATER))
    again = claim(database, now=LATER)

    assert again
    assert again.payload["letter_id"] == "l1"


def test_words_that_may_not_leave_any_more_are_dropped_with_a_reason(database: Database) -> None:
    post(database, letter("l1"))
    claimed = claim(database)
    assert claimed

    database.write(lambda connection: outbox.drop(connection, claimed, NOON, "a person took over"))

    with database.read() as connection:
        dropped = list_waiting(connection, "outbox")
    assert [(row.state, row.error) for row in dropped] == [("expired", "a person took over")]


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"), [(1, 0, 1), (2, 0, 2), (5, 0, 16), (40, 0, 600), (1, 30, 30)]
)
def test_a_retry_waits_twice_as_long_each_time_and_never_less_than_asked(
    attempts: int, asked: float, seconds: float
) -> None:
    assert outbox.retry_wait(attempts, 1.0, asked) == timedelta(seconds=seconds)


def test_retries_are_spread_by_dice() -> None:
    assert outbox.retry_wait(3, 0.0) == timedelta(seconds=2)
