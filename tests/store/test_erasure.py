"""Is everything of a person gone, and does the ledger still verify?"""

from functools import partial

from sqlalchemy import text

from store import events as e
from store import inbox, outbox, timers
from store.access import Person, add_person, make_key
from store.backend import add_records
from store.backend_records import Address
from store.database import Database
from store.erasure import erase_person, list_erasures, replay_erasures
from store.files import read_upload, record_file
from store.heads import HeadBook
from store.messages import Line, Say, SetTimer
from store.requests import keep_answer
from store.shelf_tables import articles
from store.timelines import find_session, find_ticket, read_timeline
from store.verify import verify
from tests.ledgers import NOON, add_facts, open_ticket, said

SECRET = "canary7f3a"
LETTER = Say(
    letter_id="let_1",
    session_id="ses_1",
    ticket_id="T-1",
    channel="mail",
    thread=f"{SECRET}@example.org",
    speaker="person",
    lines=(Line(text=f"Dear {SECRET}"),),
)


def fill(database: Database) -> None:
    """The word stands wherever a person's words can stand."""
    opened = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")
    database.write(partial(inbox.accept, inbound=said("d1", text_said=SECRET), fresh_session="ses_1"))
    add_facts(database, "ses_1", opened, e.MessageReceived(delivery="d1", text=SECRET))
    add_facts(database, "ses_1", e.SlotFilled(name="order", value=SECRET), e.TicketAttached(ticket_id="T-1"))
    reply = e.ReplySent(letter_id="l", speaker="person", person_id="p", lines=(Line(text=f"Dear {SECRET}"),))
    open_ticket(
        database, 1, reply, e.NoteAdded(person_id="p", text=SECRET), e.RatingGiven(value=5, comment=SECRET)
    )
    open_ticket(database, 2)
    database.write(lambda connection: outbox.post(connection, [(LETTER, outbox.NOTICE_LIVES)], NOON))
    database.write(partial(inbox.accept, inbound=said("d2", text_said=SECRET), fresh_session=""))
    timer = SetTimer(timeline="T-1", timer="remind", due=NOON)
    database.write(lambda connection: timers.set_timers(connection, [timer]))
    attachment = read_upload(f"{SECRET}.txt", b"x", "fil_1")
    database.write(partial(record_file, attachment=attachment, person_id="per_ada", now=NOON))
    known = Person("per_ada", SECRET, f"{SECRET}@example.org", "customer", NOON)
    database.write(partial(add_person, person=known))
    database.write(
        partial(
            make_key,
            use="session",
            person_id="per_ada",
            secret=SECRET * 4,
            key_id="key_1",
            now=NOON,
            label=SECRET,
        )
    )
    words = dict.fromkeys(("name", "street", "city", "postcode"), SECRET)
    address = Address(address_id="adr_1", person_id="per_ada", country="GB", **words)
    database.write(lambda connection: add_records(connection, [address]))
    answer = {"session_id": "ses_1", "text": SECRET}
    database.write(partial(keep_answer, key="call", body_hash="x", answer=answer, now=NOON))


def everything(database: Database) -> str:
    with database.read() as connection:
        rows = [
            connection.execute(text(f"SELECT * FROM {name}")).all()  # noqa: S608 - our own names
            for name in articles.metadata.tables
        ]
    return str(rows)


def erase(database: Database) -> list[str]:
    return database.write(partial(erase_person, person_id="per_ada", by="per_mara", at=NOON))


def test_the_words_are_in_no_row_any_more(database: Database) -> None:
    fill(database)
    assert SECRET in everything(database)

    files = erase(database)

    assert SECRET not in everything(database)
    assert files == ["fil_1"]


def test_the_ledger_still_verifies_against_heads_of_before(database: Database, book: HeadBook) -> None:
    fill(database)
    book.record(database, NOON)

    erase(database)

    assert verify(database, book).findings == ()


def test_facts_stay_and_words_read_as_erased(database: Database) -> None:
    fill(database)
    erase(database)

    with database.read() as connection:
        ticket, session = find_ticket(connection, "T-1"), find_session(connection, "ses_1")
        events = [fact.event for fact in read_timeline(connection, "T-1")]

    assert ticket
    assert session
    assert (ticket.issue_summary, ticket.rating, ticket.category) == ("", 5, "order")
    assert (session.slots, session.recent, session.ticket_id) == ({}, (), "T-1")
    assert e.RatingGiven(value=5, comment=None) in events
    assert events[-1] == e.SubjectErased(by="per_mara")


def test_nothing_of_theirs_is_worked_on_or_sent_any_more(database: Database) -> None:
    fill(database)
    erase(database)

    with database.read() as connection:
        assert inbox.due(connection, NOON) == []
        assert outbox.due(connection, NOON) == []
        assert timers.count_timers(connection) == 0


def test_other_people_keep_what_is_theirs(database: Database) -> None:
    fill(database)
    database.write(partial(erase_person, person_id="per_ben", by="per_mara", at=NOON))

    assert SECRET in everything(database)


def test_what_was_erased_since_a_backup_is_erased_again_after_it(database: Database, book: HeadBook) -> None:
    fill(database)

    files = database.write(partial(replay_erasures, wanted={"per_ada": NOON}, at=NOON))
    again = database.write(partial(replay_erasures, wanted={"per_ada": NOON}, at=NOON))

    assert (files, again) == (["fil_1"], [])
    assert SECRET not in everything(database)
    assert verify(database, book).findings == ()
    with database.read() as connection:
        assert list_erasures(connection) == {"per_ada": NOON}
