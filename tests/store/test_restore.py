"""Is a desk that was backed up while it worked the same again after a restore?"""

import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import text

from store import events as e
from store.backup import Backup, backup
from store.database import Database, open_database
from store.erasure import erase_person
from store.errors import BadAnswer, Misconfigured
from store.files import file_path, read_upload, record_file, write_file
from store.heads import HeadBook
from store.inbox import accept
from store.migrate import HEAD, prepare
from store.presence import alone, enter, is_wanted, wait_until_free
from store.restore import Restored, restore
from store.settings import Settings
from store.timelines import read_timeline
from store.verify import verify
from tests.databases import KEY, fresh, settings_of
from tests.ledgers import NOON, add_facts, open_ticket, said

NOTE = e.NoteAdded(person_id="per_mara", text="Called the carrier")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with fresh() as name:
        yield settings_of(tmp_path / "desk", name)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Settings]:
    """An empty machine."""
    with fresh() as name:
        yield settings_of(tmp_path / "other", name)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Database]:
    with ExitStack() as stack:
        database = open_database(settings.database, synchronous="OFF")
        stack.callback(database.close)
        prepare(database, settings)
        for number in range(1, 30):
            open_ticket(database, number, NOTE)
        attachment = read_upload("note.txt", b"written by Ada", "fil_1")
        write_file(settings.data_dir, attachment, b"written by Ada")
        database.write(partial(record_file, attachment=attachment, person_id="per_ada", now=NOON))
        (settings.data_dir / "secret.key").write_text(KEY)
        HeadBook(settings.data_dir / "heads", KEY).record(database, NOON)
        yield database


def back_up(
    desk: Database, settings: Settings, name: str = "backup.tar.gz", *, with_key: bool = True
) -> Backup:
    target = settings.data_dir.parent / name
    return backup(desk, settings, target, now=NOON, with_key=with_key)


def bring_back(settings: Settings, source: Path, *, force: bool = False) -> Restored:
    return restore(settings, source, now=NOON, fresh_key="f" * 43, force=force)


def read_back(settings: Settings) -> tuple[int, tuple[object, ...]]:
    database = open_database(settings.database)
    try:
        report = verify(database, HeadBook(settings.data_dir / "heads", KEY))
    finally:
        database.close()
    return report.timelines, report.findings


@pytest.mark.parametrize("name", ["backup.tar.gz", "backup.tgz", "folder"])
def test_a_restored_desk_verifies_and_goes_on(
    desk: Database, settings: Settings, other: Settings, name: str
) -> None:
    made = back_up(desk, settings, name)

    done = bring_back(other, made.path)

    assert (made.timelines, made.files) == (29, 1)
    assert (done.report.timelines, done.report.findings, done.kept) == (29, (), None)
    assert file_path(other.data_dir, "fil_1").read_bytes() == b"written by Ada"
    database = open_database(other.database)
    prepare(database, other)
    open_ticket(database, 30, NOTE)
    add_facts(database, "T-1", NOTE)
    database.write(partial(accept, inbound=said("d1"), fresh_session="ses_1"))
    with database.read() as connection:
        assert len(read_timeline(connection, "T-1")) == 3
    database.close()
    assert read_back(other) == (30, ())


def test_a_backup_is_whole_while_others_go_on_writing(
    desk: Database, settings: Settings, other: Settings
) -> None:
    stop = threading.Event()

    def go_on() -> None:
        number = 100
        while not stop.is_set():
            open_ticket(desk, number, NOTE, NOTE)
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        made = [back_up(desk, settings, f"backup{number}.tar.gz") for number in range(3)]
    finally:
        stop.set()
        writer.join()

    done = bring_back(other, made[-1].path)

    assert done.report.findings == ()
    assert 29 < done.report.timelines == made[-1].timelines


def test_only_its_owner_can_read_a_backup(desk: Database, settings: Settings) -> None:
    packed, folder = back_up(desk, settings), back_up(desk, settings, "folder")

    assert packed.path.stat().st_mode & 0o077 == 0
    assert folder.path.stat().st_mode & 0o077 == 0


def test_the_key_can_be_left_out(desk: Database, settings: Settings, other: Settings) -> None:
    made = back_up(desk, settings, with_key=False)

    with tarfile.open(made.path) as archive:
        assert "secret.key" not in archive.getnames()
    assert bring_back(other, made.path).report.findings == ()


def test_what_the_desk_has_learned_comes_along(desk: Database, settings: Settings, other: Settings) -> None:
    (settings.data_dir / "breach.yml").write_text("weights: own\n")
    source = back_up(desk, settings).path

    bring_back(other, source)

    assert (other.data_dir / "breach.yml").read_text() == "weights: own\n"


def test_nothing_is_written_over(desk: Database, settings: Settings) -> None:
    made = back_up(desk, settings)

    with pytest.raises(BadAnswer, match="is there already"):
        back_up(desk, settings)
    with pytest.raises(BadAnswer, match="holds a desk already: --force"):
        bring_back(settings, made.path)


def test_by_force_the_old_desk_gives_way_and_is_kept(desk: Database, settings: Settings) -> None:
    made = back_up(desk, settings)
    open_ticket(desk, 99)
    HeadBook(settings.data_dir / "heads", KEY).record(desk, NOON)
    desk.close()

    done = bring_back(settings, made.path, force=True)

    assert done.kept is not None
    assert list(done.kept.rglob("*.jsonl"))
    assert read_back(settings) == (29, ())


def test_who_was_erased_since_does_not_come_back(desk: Database, settings: Settings) -> None:
    made = back_up(desk, settings)
    desk.write(partial(erase_person, person_id="per_ada", by="per_mara", at=NOON))
    desk.close()

    done = bring_back(settings, made.path, force=True)

    assert (done.erased, done.report.findings) == (1, ())
    assert not file_path(settings.data_dir, "fil_1").exists()
    database = open_database(settings.database)
    with database.read() as connection:
        assert (
            connection.execute(text("SELECT count(*) FROM events WHERE personal IS NOT NULL")).scalar() == 0
        )
    database.close()


def test_nothing_is_restored_under_a_desk_that_does_not_make_way(
    desk: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.presence.PATIENCE", 0.2)
    made = back_up(desk, settings)
    present = enter(settings.data_dir)

    with pytest.raises(Misconfigured, match="goes on working"):
        bring_back(settings, made.path, force=True)

    present.leave()
    assert not list(settings.data_dir.glob("replaced-*"))


def test_two_restores_at_once_are_one_too_many(desk: Database, settings: Settings) -> None:
    made = back_up(desk, settings)
    desk.close()

    with alone(settings.data_dir), pytest.raises(Misconfigured, match="another restore"):
        bring_back(settings, made.path, force=True)


def test_a_desk_that_makes_way_comes_back_after_the_restore(desk: Database, settings: Settings) -> None:
    made = back_up(desk, settings)
    desk.close()
    present = enter(settings.data_dir)
    came_back = threading.Event()

    def make_way() -> None:
        while not is_wanted(settings.data_dir):
            sleep(0.01)
        present.leave()
        wait_until_free(settings.data_dir)
        came_back.set()

    neighbour = threading.Thread(target=make_way)
    neighbour.start()
    done = bring_back(settings, made.path, force=True)
    neighbour.join(5)

    assert came_back.is_set()
    assert done.report.findings == ()
    assert not is_wanted(settings.data_dir)


@pytest.mark.parametrize("kind", ["text", "torn", "empty folder", "evil"])
def test_what_is_no_backup_is_refused_and_changes_nothing(
    desk: Database, settings: Settings, other: Settings, tmp_path: Path, kind: str
) -> None:
    source = tmp_path / "strange.tar.gz"
    match kind:
        case "text":
            source.write_text("hello")
        case "torn":
            whole = back_up(desk, settings).path.read_bytes()
            source.write_bytes(whole[: len(whole) // 2])
        case "empty folder":
            source.mkdir()
        case _:
            with tarfile.open(source, "w:gz") as archive:
                archive.add(__file__, arcname="../../outside.py")

    with pytest.raises(BadAnswer, match="is no backup of Deskbell"):
        bring_back(other, source)

    assert not (tmp_path / "outside.py").exists()
    assert not list(other.data_dir.glob("*.part"))


def test_a_backup_of_a_newer_release_is_refused(desk: Database, settings: Settings, other: Settings) -> None:
    made = back_up(desk, settings, "folder")
    manifest = made.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"{HEAD}"', '"9999"'))

    with pytest.raises(Misconfigured, match="newer release"):
        bring_back(other, made.path)


def test_a_desk_that_grows_brings_its_rows_to_another_database(tmp_path: Path, other: Settings) -> None:
    """On SQLite this is only a restore; on Postgres the rows of a laptop move to the server."""
    laptop = settings_of(tmp_path / "laptop", "")
    database = open_database(laptop.database, synchronous="OFF")
    prepare(database, laptop)
    open_ticket(database, 1, NOTE)
    database.write(partial(accept, inbound=said("d1"), fresh_session="ses_1"))
    HeadBook(laptop.data_dir / "heads", KEY).record(database, NOON)
    made = backup(database, laptop, tmp_path / "laptop.tar.gz", now=NOON)
    database.close()

    done = bring_back(other, made.path)

    assert (done.report.timelines, done.report.findings) == (1, ())
    moved = open_database(other.database)
    prepare(moved, other)
    moved.write(partial(accept, inbound=said("d2"), fresh_session="ses_2"))
    open_ticket(moved, 2)
    moved.close()
    assert read_back(other) == (2, ())


def test_a_backup_of_a_damaged_database_is_refused(desk: Database, settings: Settings) -> None:
    if not settings.is_sqlite:
        pytest.skip("the pages of SQLite are one file")
    desk.close()
    path = settings.data_dir / "desk.db"
    whole = bytearray(path.read_bytes())
    whole[8192 : 8192 + 20_000] = b"\xff" * 20_000
    path.write_bytes(whole)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    broken = open_database(settings.database)

    with pytest.raises(Misconfigured, match="damaged"):
        back_up(broken, settings)

    broken.close()
    shutil.rmtree(settings.data_dir)
