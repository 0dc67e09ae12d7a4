"""Is a delivery kept once, in the right place, and tried again until it is done or dead?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from store import events as e
from store import inbox
from store.database import Database
from store.errors import NotFound
from store.inbox import Accepted
from store.lanes import LEASE, Claimed
from store.messages import CustomerSaid, StaffDid, TimerDue
from store.replays import list_waiting, replay
from tests.ledgers import NOON, add_facts, open_ticket, said

OPENED = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")


def accept(
    database: Database, message: CustomerSaid | StaffDid | TimerDue, fresh: str = "ses_new"
) -> Accepted:
    return database.write(lambda connection: inbox.accept(connection, message, fresh))


def claim(database: Database, lane: str, now: datetime = NOON) -> list[Claimed]:
    return database.write(lambda connection: inbox.claim_turn(connection, lane, now))


def fail(database: Database, claimed: Claimed, now: datetime) -> str:
    return database.write(lambda connection: inbox.fail(connection, claimed, now, "broken"))


def due(database: Database, now: datetime = NOON) -> list[str]:
    with database.read() as connection:
        return inbox.due(connection, now)


def test_a_first_message_begins_a_session(database: Database) -> None:
    accepted = accept(database, said("d1"), "ses_1")

    assert accepted == Accepted("ses_1", "ses_1", is_new=True)
    assert due(database) == ["ses_1"]


def test_the_next_message_of_the_thread_belongs_to_the_same_session(database: Database) -> None:
    accept(database, said("d1"), "ses_1")

    assert accept(database, said("d2"), "ses_2") == Accepted("ses_1", "ses_1", is_new=True)


def test_the_same_delivery_twice_is_kept_once(database: Database) -> None:
    accept(database, said("d1"), "ses_1")

    assert accept(database, said("d1"), "ses_2") == Accepted("ses_1", "ses_1", is_new=False)
    assert [row.key for row in claim(database, "ses_1")] == ["d1"]


def test_the_same_delivery_many_times_at_once_is_kept_once(database: Database) -> None:
    with ThreadPoolExecutor(16) as pool:
        accepted = list(pool.map(lambda number: accept(database, said("d1"), f"ses_{number}"), range(64)))

    assert sum(one.is_new for one in accepted) == 1
    assert len({one.session_id for one in accepted}) == 1


def test_many_first_messages_at_once_begin_one_session(database: Database) -> None:
    with ThreadPoolExecutor(16) as pool:
        accepted = list(
            pool.map(lambda number: accept(database, said(f"d{number}"), f"ses_{number}"), range(32))
        )

    assert len({one.session_id for one in accepted}) == 1
    assert all(one.is_new for one in accepted)


def test_while_a_ticket_is_open_messages_wait_on_its_lane(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    add_facts(database, "ses_1", OPENED, e.TicketAttached(ticket_id="T-1"))

    assert accept(database, said("d2")).lane == "T-1"


def test_what_waits_for_the_session_moves_to_its_ticket(database: Database) -> None:
    for key in ("d1", "d2", "d3"):
        accept(database, said(key), "ses_1")

    database.write(lambda connection: inbox.move_lane(connection, "ses_1", "T-1"))

    assert claim(database, "ses_1") == []
    assert [row.key for row in claim(database, "T-1")] == ["d1", "d2", "d3"]


def test_a_named_session_must_be_ones_own(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    add_facts(database, "ses_1", OPENED)

    assert accept(database, said("d2", session_id="ses_1")).lane == "ses_1"
    for session_id in ("ses_1", "ses_unknown"):
        with pytest.raises(NotFound):
            accept(database, said("d3", person="per_eve", session_id=session_id))


def test_a_named_ticket_must_be_ones_own(database: Database) -> None:
    open_ticket(database, 1)

    assert accept(database, said("d1", ticket_id="T-1")) == Accepted("ses_1", "T-1", is_new=True)
    with pytest.raises(NotFound):
        accept(database, said("d2", person="per_eve", ticket_id="T-1"))


def test_who_left_an_interview_open_goes_on_in_another_place(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    add_facts(database, "ses_1", OPENED, e.ModeChanged(mode="ticket", category="order"))

    elsewhere = accept(database, said("d2", channel="slack", thread="D1"), "ses_2")

    assert elsewhere.session_id == "ses_1"


def test_a_thread_can_turn_to_another_session(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    database.write(lambda connection: inbox.turn_thread(connection, "ses_1", "ses_2"))

    assert accept(database, said("d2")).session_id == "ses_2"


def test_a_burst_is_claimed_as_one_and_in_order(database: Database) -> None:
    for number in range(12):
        accept(database, said(f"d{number}"), "ses_1")

    claimed = claim(database, "ses_1")

    assert [row.key for row in claimed] == [f"d{number}" for number in range(inbox.TOGETHER)]


def test_while_one_works_on_a_lane_nobody_else_gets_it(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    claim(database, "ses_1")
    accept(database, said("d2"), "ses_1")

    assert claim(database, "ses_1") == []
    assert due(database) == []


def test_of_many_who_claim_at_once_one_gets_the_lane(database: Database) -> None:
    accept(database, said("d1"), "ses_1")

    with ThreadPoolExecutor(12) as pool:
        claims = list(pool.map(lambda _: claim(database, "ses_1"), range(24)))

    assert sorted(len(one) for one in claims) == [0] * 23 + [1]


def test_after_its_lease_another_may_claim_and_the_first_ones_result_is_refused(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    slow = claim(database, "ses_1")[0]
    later = NOON + LEASE + timedelta(seconds=1)

    quick = claim(database, "ses_1", later)[0]

    assert database.write(lambda connection: inbox.finish(connection, slow, later)) is False
    assert database.write(lambda connection: inbox.finish(connection, quick, later)) is True
    assert database.write(lambda connection: inbox.finish(connection, quick, later)) is False


def test_a_failing_delivery_is_tried_after_1_5_and_30_seconds_and_then_dead(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    now, states, waits = NOON, [], []

    for _ in range(4):
        states.append(fail(database, claim(database, "ses_1", now)[0], now))
        began = now
        while not due(database, now) and now - began < timedelta(minutes=1):
            now += timedelta(seconds=1)
        waits.append(round((now - began).total_seconds()))

    assert states == ["ready", "ready", "ready", "dead"]
    assert waits == [1, 5, 30, 60]


def test_a_failing_delivery_holds_its_lane_and_no_other(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    accept(database, said("d2"), "ses_1")
    accept(database, said("d3", person="per_ben"), "ses_2")
    first, second = claim(database, "ses_1")
    fail(database, first, NOON)
    database.write(lambda connection: inbox.release(connection, [second]))

    assert claim(database, "ses_1") == []
    assert [row.key for row in claim(database, "ses_2")] == ["d3"]
    assert [row.key for row in claim(database, "ses_1", NOON + timedelta(seconds=1))] == ["d1", "d2"]


def test_after_a_dead_delivery_the_next_goes_on(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    accept(database, said("d2"), "ses_1")
    first, second = claim(database, "ses_1")
    database.write(lambda connection: inbox.bury(connection, first, "no sense"))
    database.write(lambda connection: inbox.release(connection, [second]))

    assert [row.key for row in claim(database, "ses_1")] == ["d2"]


def test_a_dead_delivery_is_listed_and_can_be_tried_again(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    claimed = claim(database, "ses_1")[0]
    database.write(lambda connection: inbox.bury(connection, claimed, "no sense"))
    with database.read() as connection:
        dead = list_waiting(connection, "inbox")

    database.write(lambda connection: replay(connection, "inbox", "d1", by="per_mara", at=NOON))

    assert [(row.key, row.state, row.error) for row in dead] == [("d1", "dead", "no sense")]
    assert [row.key for row in claim(database, "ses_1")] == ["d1"]
    with pytest.raises(NotFound):
        database.write(lambda connection: replay(connection, "inbox", "d1", by="per_mara", at=NOON))


def test_a_released_delivery_waits_as_if_it_had_not_been_claimed(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    claimed = claim(database, "ses_1")

    database.write(lambda connection: inbox.release(connection, claimed))

    again = claim(database, "ses_1")
    assert [(row.key, row.attempts) for row in again] == [(row.key, row.attempts) for row in claimed]


def test_a_worker_that_lost_its_lease_settles_nothing_even_after_a_release(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    slow = claim(database, "ses_1")[0]
    later = NOON + LEASE + timedelta(seconds=1)
    quick = claim(database, "ses_1", later)
    database.write(lambda connection: inbox.release(connection, quick))

    assert database.write(lambda connection: inbox.finish(connection, slow, later)) is False


def test_a_newer_message_is_noticed_while_one_decides(database: Database) -> None:
    accept(database, said("d1"), "ses_1")
    claimed = claim(database, "ses_1")
    with database.read() as connection:
        before = inbox.has_newer(connection, claimed)
    accept(database, said("d2"), "ses_1")

    with database.read() as connection:
        assert (before, inbox.has_newer(connection, claimed)) == (False, True)


def test_what_was_done_long_ago_loses_its_words_and_keeps_its_key(database: Database) -> None:
    accept(database, said("d1", text_said="my secret"), "ses_1")
    claimed = claim(database, "ses_1")[0]
    database.write(lambda connection: inbox.finish(connection, claimed, NOON))

    emptied = database.write(lambda connection: inbox.empty_old(connection, NOON + timedelta(days=7)))

    assert emptied == 1
    assert accept(database, said("d1"), "ses_9").is_new is False


def test_work_of_the_staff_and_of_the_clock_waits_on_the_same_lane(database: Database) -> None:
    open_ticket(database, 1)
    accept(database, said("d1", ticket_id="T-1"))
    reply = StaffDid(key="d2", at=NOON, ticket_id="T-1", person_id="per_mara", action="reply", text="Hello")
    timer = TimerDue(key="d3", at=NOON, ticket_id="T-1", timer="remind")

    assert {accept(database, reply).lane, accept(database, timer).lane} == {"T-1"}
    assert [row.key for row in claim(database, "T-1")] == ["d1", "d2", "d3"]
