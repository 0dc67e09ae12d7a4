"""Does a fact stand on its timeline as it was decided, once and in order?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

import pytest

from store import events as e
from store.database import Database
from store.errors import Overtaken
from store.queries import TicketFilter, list_tickets
from store.timelines import Addition, append, commit_to, find_session, find_ticket, read_timeline
from tests.ledgers import NOON, add_facts, open_ticket, salts, ticket_opened


def test_what_is_appended_is_read_back(database: Database) -> None:
    note = e.NoteAdded(person_id="per_mara", text="hm")
    open_ticket(database, 1, e.HandedOver(queue="first", reason="asked"), note)

    with database.read() as connection:
        recorded = read_timeline(connection, "T-1")

    assert [fact.version for fact in recorded] == [1, 2, 3]
    assert recorded[0].event == ticket_opened(1)
    assert recorded[2].event == note
    assert {fact.at for fact in recorded} == {NOON}


def test_the_snapshot_is_what_the_facts_fold_to(database: Database) -> None:
    open_ticket(database, 7, e.StatusChanged(status="open", by="per_mara"))

    with database.read() as connection:
        ticket = find_ticket(connection, "T-7")

    assert ticket is not None
    assert (ticket.status, ticket.version, ticket.issue_summary) == ("open", 2, "Parcel 7 is late")


def test_a_session_is_kept_the_same_way(database: Database) -> None:
    opened = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="de")
    add_facts(database, "ses_1", opened, e.MessageReceived(delivery="d1", text="Hallo"))

    with database.read() as connection:
        session = find_session(connection, "ses_1")

    assert session is not None
    assert (session.language, session.recent, session.version) == ("de", ("Hallo",), 2)


def test_who_decided_on_an_older_version_is_overtaken(database: Database) -> None:
    open_ticket(database)
    note = Addition("T-1", 0, (e.NoteAdded(person_id="p", text="late"),), salts(1))

    with pytest.raises(Overtaken):
        database.write(lambda connection: append(connection, note, NOON))

    with database.read() as connection:
        assert len(read_timeline(connection, "T-1")) == 1


def test_of_two_who_write_the_same_version_one_is_overtaken(database: Database) -> None:
    open_ticket(database)

    def note(text: str) -> str:
        addition = Addition("T-1", 1, (e.NoteAdded(person_id="p", text=text),), salts(1))
        try:
            database.write(lambda connection: append(connection, addition, NOON))
        except Overtaken:
            return "overtaken"
        return "written"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(note, "abcdefgh"))

    assert sorted(outcomes) == ["overtaken"] * 7 + ["written"]


def test_no_facts_write_nothing(database: Database) -> None:
    database.write(lambda connection: append(connection, Addition("T-1", 0, (), ()), NOON))

    with database.read() as connection:
        assert find_ticket(connection, "T-1") is None


def test_the_same_moment_in_another_zone_is_the_same_moment(database: Database) -> None:
    open_ticket(database, at=NOON.astimezone(timezone(timedelta(hours=5, minutes=45))))

    with database.read() as connection:
        assert read_timeline(connection, "T-1")[0].at == NOON


def test_letters_that_no_database_column_takes_do_not_stop_a_ticket(database: Database) -> None:
    add_facts(database, "T-3", ticket_opened(3, issue_summary="half \ud83d and zero \0 of STRASSE"))

    with database.read() as connection:
        found = list_tickets(connection, TicketFilter(text="strasse"))

    assert [line.ticket_id for line in found.lines] == ["T-3"]


def test_without_the_salt_a_commitment_cannot_be_guessed_back() -> None:
    personal = {"text": "yes"}

    assert commit_to(personal, b"0" * 16) != commit_to(personal, b"1" * 16)
    assert commit_to({}, None) == ""
