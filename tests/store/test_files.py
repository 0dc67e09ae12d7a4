"""Does a sent file lie safely, and is it shown to those alone whom it concerns?"""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from store import events as e
from store.access import Person, Role
from store.database import Database
from store.errors import NotFound, TooMany
from store.files import (
    MOST_FILES,
    allowed_file,
    drop_strays,
    file_path,
    known_files,
    own_files,
    place_files,
    read_file,
    read_upload,
    record_file,
    write_file,
)
from store.messages import Attachment
from tests.ledgers import NOON, add_facts, open_ticket


def send(database: Database, data_dir: Path, person: str = "per_ada", file_id: str = "fil_1") -> Attachment:
    content = f"written by {person}".encode()
    attachment = read_upload("note.txt", content, file_id)
    write_file(data_dir, attachment, content)
    database.write(partial(record_file, attachment=attachment, person_id=person, now=NOON))
    return attachment


def reader(person_id: str, role: Role = "customer") -> Person:
    return Person(person_id, "", "", role, NOON)


def may_read(database: Database, person: Person, file_id: str = "fil_1") -> bool:
    with database.read() as connection:
        try:
            allowed_file(connection, file_id, person)
        except NotFound:
            return False
    return True


def test_what_was_sent_is_read_back(database: Database, tmp_path: Path) -> None:
    sent = send(database, tmp_path)

    with database.read() as connection:
        found = allowed_file(connection, "fil_1", reader("per_ada"))

    assert found == sent
    assert read_file(tmp_path, found) == b"written by per_ada"


def test_it_lies_under_its_random_id_and_for_this_user_alone(database: Database, tmp_path: Path) -> None:
    send(database, tmp_path)

    path = tmp_path / "files" / "fil_1"
    assert [one.name for one in (tmp_path / "files").iterdir()] == ["fil_1"]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("file_id", ["../secret.key", "/etc/passwd", "a/b", "", "fil_1\0", "..", "FIL_1"])
def test_an_id_is_no_path(tmp_path: Path, file_id: str) -> None:
    with pytest.raises(NotFound):
        file_path(tmp_path, file_id)


def test_the_sender_and_the_staff_may_read_it_and_nobody_else(database: Database, tmp_path: Path) -> None:
    send(database, tmp_path)

    assert may_read(database, reader("per_ada"))
    assert may_read(database, reader("per_mara", "agent"))
    assert not may_read(database, reader("per_eve"))
    assert not may_read(database, reader("per_ada"), "fil_unknown")


def test_the_customer_may_read_what_the_staff_sent_on_their_ticket(
    database: Database, tmp_path: Path
) -> None:
    open_ticket(database, 1)
    send(database, tmp_path, "per_mara")
    before = may_read(database, reader("per_ada"))

    for _ in range(2):
        database.write(partial(place_files, timeline="T-1", file_ids=("fil_1", "fil_1")))

    assert (before, may_read(database, reader("per_ada"))) == (False, True)
    assert not may_read(database, reader("per_eve"))


def test_the_customer_may_read_what_was_sent_in_their_session(database: Database, tmp_path: Path) -> None:
    opened = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")
    add_facts(database, "ses_1", opened)
    send(database, tmp_path, "per_mara")
    database.write(partial(place_files, timeline="ses_1", file_ids=("fil_1",)))

    assert may_read(database, reader("per_ada"))


def test_nobody_sends_on_what_another_has_sent(database: Database, tmp_path: Path) -> None:
    send(database, tmp_path, "per_ada", "fil_1")
    send(database, tmp_path, "per_ada", "fil_2")

    with database.read() as connection:
        assert [one.file_id for one in own_files(connection, ["fil_2", "fil_1", "fil_2"], "per_ada")] == [
            "fil_2",
            "fil_1",
        ]
        with pytest.raises(NotFound):
            own_files(connection, ["fil_1"], "per_eve")


def test_a_message_carries_five_files_at_most(database: Database) -> None:
    with database.read() as connection, pytest.raises(TooMany) as refused:
        own_files(connection, [f"fil_{number}" for number in range(MOST_FILES + 1)], "per_ada")

    assert refused.value.values == {"limit": 5}


def test_a_file_that_is_gone_from_the_disk_is_not_found(database: Database, tmp_path: Path) -> None:
    sent = send(database, tmp_path)
    (tmp_path / "files" / "fil_1").unlink()

    with pytest.raises(NotFound):
        read_file(tmp_path, sent)


def test_files_without_a_row_are_swept_when_they_are_old(database: Database, tmp_path: Path) -> None:
    send(database, tmp_path)
    old, young = tmp_path / "files" / "fil_old", tmp_path / "files" / "fil_young.part"
    for path, age in ((old, 2), (young, 0)):
        path.write_bytes(b"x")
        moment = (NOON - timedelta(hours=age)).timestamp()
        os.utime(path, (moment, moment))
    os.utime(tmp_path / "files" / "fil_1", (0, 0))

    with database.read() as connection:
        known = known_files(connection)
    swept = drop_strays(tmp_path, known, NOON - timedelta(hours=1))

    assert swept == 1
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == ["fil_1", "fil_young.part"]
