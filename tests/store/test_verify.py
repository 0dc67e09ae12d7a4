"""Does `verify` find what somebody did to the rows, and name it?"""

import time
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import Connection, text

from store import events as e
from store.audit import write_audit
from store.database import Database
from store.heads import HeadBook
from store.settings import Settings
from store.verify import repair_snapshot, verify
from tests.ledgers import NOON, add_facts, open_ticket, tamper, ticket_opened, write_facts

NOTE = e.NoteAdded(person_id="per_mara", text="Called the carrier")
OPENED = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")


@pytest.fixture
def desk(database: Database, book: HeadBook) -> Database:
    for number in range(1, 4):
        open_ticket(database, number, e.HandedOver(queue="first", reason="asked"), NOTE, NOTE)
    add_facts(database, "ses_1", OPENED, e.MessageReceived(delivery="d1", text="Hello"))
    for key in ("key_1", "key_2", "key_3"):
        database.write(
            partial(write_audit, person_id="per_mara", action="token_created", subject=key, facts={}, at=NOON)
        )
    book.record(database, NOON)
    return database


@dataclass(frozen=True, slots=True)
class Crime:
    id: str
    found: str
    statements: tuple[str, ...]
    timeline: str = "T-2"


def change(assignment: str, version: int) -> str:
    return f"UPDATE events SET {assignment} WHERE timeline = 'T-2' AND version = {version}"  # noqa: S608 - ours


FORGED = """'{"kind": "note_added", "person_id": "per_eve"}'"""
CRIMES = (
    Crime("a fact is changed", "edit 3", (change(f"facts = {FORGED}", 3),)),
    Crime("a moment is changed", "edit 3", (change("at = at + 1", 3),)),
    Crime("a kind is changed", "edit 3", (change("kind = 'reply_sent'", 3),)),
    Crime("words are changed", "words 3", (change("""personal = '{"text": "Bribed"}'""", 3),)),
    Crime("words are erased in secret", "words 3", (change("personal = NULL, salt = NULL", 3),)),
    Crime("an event is deleted", "delete 2", ("DELETE FROM events WHERE timeline = 'T-2' AND version = 2",)),
    Crime(
        "two change places",
        "reorder 2",
        (change("version = 99", 2), change("version = 2", 3), change("version = 3", 99)),
    ),
    Crime("the tail is cut", "cut_tail 4", ("DELETE FROM events WHERE timeline = 'T-2' AND version = 4",)),
    Crime(
        "the tail is cut and the snapshot with it",
        "cut_tail 4",
        (
            "DELETE FROM events WHERE timeline = 'T-2' AND version = 4",
            "UPDATE tickets SET version = 3, hash ="
            " (SELECT hash FROM events WHERE timeline = 'T-2' AND version = 3) WHERE ticket_id = 'T-2'",
        ),
    ),
    Crime("a timeline is taken out", "missing 4", ("DELETE FROM events WHERE timeline = 'T-2'",)),
    Crime(
        "a timeline is taken out with its snapshot",
        "missing 4",
        ("DELETE FROM events WHERE timeline = 'T-2'", "DELETE FROM tickets WHERE ticket_id = 'T-2'"),
    ),
    Crime(
        "a snapshot is changed",
        "snapshot 4",
        ("UPDATE tickets SET status = 'solved' WHERE ticket_id = 'T-2'",),
    ),
    Crime("a snapshot is gone", "snapshot 4", ("DELETE FROM tickets WHERE ticket_id = 'T-2'",)),
    Crime(
        "a line of the audit is changed",
        "audit 2",
        ("UPDATE audit SET subject = 'x' WHERE seq = 2",),
        timeline="audit",
    ),
    Crime(
        "a line of the audit is deleted", "audit 3", ("DELETE FROM audit WHERE seq = 2",), timeline="audit"
    ),
    Crime("the audit is cut", "audit 3", ("DELETE FROM audit WHERE seq = 3",), timeline="audit"),
)


def test_an_honest_desk_verifies(desk: Database, book: HeadBook) -> None:
    report = verify(desk, book)

    assert report.findings == ()
    assert (report.timelines, report.events, report.audit_lines, report.head_entries) == (4, 14, 3, 1)


def test_what_was_written_after_the_last_head_is_nothing_wrong(desk: Database, book: HeadBook) -> None:
    add_facts(desk, "T-1", NOTE)
    open_ticket(desk, 9)

    assert verify(desk, book).findings == ()


@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: crime.id)
def test_it_is_found_and_named(desk: Database, book: HeadBook, settings: Settings, crime: Crime) -> None:
    tamper(settings, *crime.statements)

    found = [one for one in verify(desk, book).findings if one.what != "guard"]

    assert f"{found[0].what} {found[0].version}" == crime.found
    assert {one.timeline for one in found} == {crime.timeline}


def test_a_history_that_was_written_anew_as_a_whole_is_found_by_the_head(
    desk: Database, book: HeadBook, settings: Settings
) -> None:
    tamper(
        settings, "DELETE FROM events WHERE timeline = 'T-2'", "DELETE FROM tickets WHERE ticket_id = 'T-2'"
    )
    open_ticket(desk, 2, NOTE, NOTE, NOTE)

    found = [
        (one.what, one.timeline, one.version) for one in verify(desk, book).findings if one.what != "guard"
    ]

    assert found == [("edit", "T-2", 4)]


def test_a_guard_that_is_gone_is_told(desk: Database, book: HeadBook, settings: Settings) -> None:
    drop = "DROP TRIGGER events_update_guard" + ("" if settings.is_sqlite else " ON events")
    desk.write(lambda connection: connection.exec_driver_sql(drop))

    assert [(one.what, one.timeline) for one in verify(desk, book).findings] == [
        ("guard", "events_update_guard")
    ]


def test_a_snapshot_that_makes_no_sense_is_told(desk: Database, book: HeadBook) -> None:
    desk.write(
        lambda connection: connection.execute(text("UPDATE tickets SET state = '{}' WHERE ticket_id = 'T-1'"))
    )

    assert [one.what for one in verify(desk, book).findings] == ["unreadable"]


def test_a_snapshot_that_differs_is_repaired_from_the_events(desk: Database, book: HeadBook) -> None:
    wrong = text("UPDATE tickets SET status = 'solved', search_text = '' WHERE ticket_id = 'T-2'")
    desk.write(lambda connection: connection.execute(wrong))
    found = verify(desk, book).findings

    desk.write(lambda connection: repair_snapshot(connection, "T-2", by="per_mara", at=NOON))

    assert [(one.what, one.detail) for one in found] == [
        ("snapshot", "search_text, status differ from the events")
    ]
    assert verify(desk, book).findings == ()


@pytest.mark.slow
def test_ten_thousand_timelines_verify_in_seconds(database: Database, book: HeadBook) -> None:
    for first in range(1, 10_001, 500):

        def seed(connection: Connection, first: int = first) -> None:
            for number in range(first, first + 500):
                write_facts(connection, f"T-{number}", ticket_opened(number), NOTE, NOTE)

        database.write(seed)
    book.record(database, NOON)

    began = time.monotonic()
    report = verify(database, book)

    assert (report.timelines, report.findings) == (10_000, ())
    assert time.monotonic() - began < 15
