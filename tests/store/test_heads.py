"""Do the signed heads note every change once, and can nobody forge them?"""

import json

import pytest
from sqlalchemy import Connection

from store import events as e
from store.audit import write_audit
from store.database import Database
from store.heads import HeadBook
from store.verify import verify
from tests.ledgers import NOON, add_facts, open_ticket, ticket_opened, write_facts

NOTE = e.NoteAdded(person_id="per_mara", text="hm")
LATER = NOON.replace(month=4)


def lines(book: HeadBook) -> list[str]:
    return [line for path in sorted(book.folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def told(database: Database, book: HeadBook) -> list[str]:
    return [one.detail for one in verify(database, book).findings if one.what == "heads"]


@pytest.fixture
def noted(database: Database, book: HeadBook) -> Database:
    open_ticket(database, 1)
    book.record(database, NOON)
    open_ticket(database, 2)
    book.record(database, NOON)
    add_facts(database, "T-1", NOTE)
    book.record(database, LATER)
    return database


def test_an_entry_names_what_has_changed_since_the_one_before(noted: Database, book: HeadBook) -> None:
    entries = [json.loads(line) for line in lines(book)]

    assert [set(entry["heads"]) for entry in entries] == [{"T-1"}, {"T-2"}, {"T-1"}]
    assert [entry["count"] for entry in entries] == [1, 2, 2]
    assert entries[2]["heads"]["T-1"][0] == 2
    assert sorted(path.name for path in book.folder.glob("*.jsonl")) == ["2026-03.jsonl", "2026-04.jsonl"]
    assert told(noted, book) == []


def test_nothing_is_noted_when_nothing_changed(noted: Database, book: HeadBook) -> None:
    assert book.record(noted, LATER) == 0
    assert len(lines(book)) == 3


def test_a_new_line_of_the_audit_is_noted(noted: Database, book: HeadBook) -> None:
    noted.write(lambda connection: write_audit(connection, "p", "a", "s", facts={}, at=NOON))
    book.record(noted, LATER)

    assert json.loads(lines(book)[-1])["audit"][0] == 1


def test_a_process_that_starts_anew_goes_on_where_the_last_one_stopped(
    noted: Database, book: HeadBook
) -> None:
    again = HeadBook(book.folder, book.key)
    open_ticket(noted, 3)

    again.record(noted, LATER)

    assert "T-3" in json.loads(lines(book)[-1])["heads"]
    assert told(noted, again) == []


def test_a_changed_entry_is_told(noted: Database, book: HeadBook) -> None:
    path = book.folder / "2026-03.jsonl"
    path.write_text(path.read_text().replace('"count": 2', '"count": 1'))

    assert told(noted, book) == [
        "2026-03.jsonl:2 was changed, or signed with another secret key",
        "2026-04.jsonl:1 does not follow the entry before it: one was taken away",
    ]


def test_a_missing_entry_is_told(noted: Database, book: HeadBook) -> None:
    path = book.folder / "2026-03.jsonl"
    path.write_text(path.read_text().splitlines(keepends=True)[0])

    assert told(noted, book) == ["2026-04.jsonl:1 does not follow the entry before it: one was taken away"]


def test_another_key_signs_otherwise(noted: Database, book: HeadBook) -> None:
    assert len(told(noted, HeadBook(book.folder, "another key of at least 32 bytes"))) == 3


def test_a_line_that_is_no_entry_is_told(noted: Database, book: HeadBook) -> None:
    with (book.folder / "2026-04.jsonl").open("a") as file:
        file.write("{}\n")

    assert told(noted, book) == ["heads/2026-04.jsonl:2 cannot be read"]


def test_a_line_that_a_power_cut_tore_is_written_over(noted: Database, book: HeadBook) -> None:
    with (book.folder / "2026-04.jsonl").open("a") as file:
        file.write('{"at": 1, "heads": {"T-')
    assert told(noted, book) == []
    open_ticket(noted, 3)

    book.record(noted, LATER)

    assert told(noted, book) == []
    assert "T-3" in json.loads(lines(book)[-1])["heads"]


def test_a_long_entry_is_found_again(database: Database, book: HeadBook) -> None:
    def open_many(connection: Connection) -> None:
        for number in range(1, 1_001):
            write_facts(connection, f"T-{number}", ticket_opened(number))

    database.write(open_many)
    book.record(database, NOON)
    open_ticket(database, 1_001)

    HeadBook(book.folder, book.key).record(database, NOON)

    assert (book.folder / "2026-03.jsonl").stat().st_size > 65_536
    assert told(database, book) == []
