"""Is what a unit wrote kept whole, alone, and only after the commit?"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError

from store.database import Database, open_database, read_url
from store.errors import Misconfigured, NotFound, Unavailable
from store.settings import Settings
from store.tables import counters


def put(name: str, value: int = 1) -> Callable[[Connection], int]:
    def unit(connection: Connection) -> int:
        connection.execute(insert(counters), {"name": name, "value": value})
        return value

    return unit


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(counters)).scalar_one())


def test_a_unit_answers_with_what_it_returns(database: Database) -> None:
    assert database.write(put("a", 7)) == 7
    assert count(database) == 1


def test_what_a_unit_raises_is_raised_to_its_caller_and_nothing_of_it_is_kept(database: Database) -> None:
    def unit(connection: Connection) -> None:
        put("half")(connection)
        raise NotFound("the other half")

    with pytest.raises(NotFound, match="the other half"):
        database.write(unit)

    assert count(database) == 0


def test_a_refused_unit_takes_nothing_from_its_neighbours_in_the_group(database: Database) -> None:
    def work(number: int) -> str:
        def unit(connection: Connection) -> None:
            put(f"n{number}")(connection)
            if number % 3 == 0:
                raise NotFound(str(number))

        try:
            database.write(unit)
        except NotFound:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(24) as pool:
        outcomes = list(pool.map(work, range(120)))

    assert outcomes.count("refused") == 40
    assert count(database) == 80


def test_a_broken_rule_of_the_database_is_the_units_own_fault(database: Database) -> None:
    database.write(put("a"))

    with ThreadPoolExecutor(2) as pool:
        good = pool.submit(database.write, put("b"))
        with pytest.raises(DBAPIError):
            database.write(put("a"))
        good.result()

    assert count(database) == 2


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises((DBAPIError, Unavailable)), database.read() as connection:
        put("a")(connection)

    assert count(database) == 0


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as connection:
        before = connection.execute(select(func.count()).select_from(counters)).scalar_one()
        database.write(put("a"))
        after = connection.execute(select(func.count()).select_from(counters)).scalar_one()

    assert before == after == 0
    assert count(database) == 1


def test_a_unit_that_starts_another_is_told_so_instead_of_waiting_for_ever(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("only the one writer thread of SQLite could wait for itself")

    with pytest.raises(RuntimeError, match="may not start another"):
        database.write(lambda _: database.write(put("a")))


def test_a_closed_database_says_so(settings: Settings) -> None:
    database = open_database(settings.database)
    database.close()

    with pytest.raises(Unavailable):
        database.write(put("a"))


def test_whoever_waits_when_the_database_closes_gets_an_answer(settings: Settings) -> None:
    database = open_database(settings.database)
    started = threading.Event()

    def slow(connection: Connection) -> int:
        started.set()
        return put("slow")(connection)

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(database.write, slow)]
        waiting += [pool.submit(database.write, put(f"n{number}")) for number in range(40)]
        started.wait(5)
        database.close()
        ends = [one.exception(timeout=20) for one in waiting]

    assert {type(end) for end in ends} <= {type(None), Unavailable}


def test_a_writer_that_is_locked_out_is_unavailable_and_recovers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not settings.is_sqlite:
        pytest.skip("Postgres locks rows, not files")
    monkeypatch.setattr("store.database.BUSY_SECONDS", 0.05)
    database = open_database(settings.database)
    path = read_url(settings.database).database

    with closing(sqlite3.connect(path or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            database.write(put("a"))
        other.execute("ROLLBACK")

    assert database.write(put("a")) == 1
    database.close()


def test_a_full_disk_is_told_and_nothing_is_said_to_be_kept(settings: Settings) -> None:
    if not settings.is_sqlite:
        pytest.skip("the pages of SQLite can be counted out")
    database = open_database(settings.database)

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        for number in range(5_000):
            put(f"{number}" * 100)(connection)

    with pytest.raises(Unavailable, match="full"):
        database.write(fill)

    assert count(database) == 0
    database.close()


def test_several_that_open_a_new_file_at_once_all_may_read_it(tmp_path: Path) -> None:
    for attempt in range(20):
        gate = threading.Barrier(4)

        def look(file: Path = tmp_path / f"{attempt}.db", gate: threading.Barrier = gate) -> object:
            database = open_database(f"sqlite:///{file}")
            gate.wait()
            with database.read() as connection:
                one = connection.execute(select(1)).scalar_one()
            database.close()
            return one

        with ThreadPoolExecutor(4) as pool:
            assert [one.result() for one in [pool.submit(look) for _ in range(4)]] == [1] * 4


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://root@localhost/desk", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_work_says_what_to_write(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"sqlite:////path/desk\.db or postgresql://"):
        read_url(url)


def test_a_given_postgres_address_gets_the_driver_that_is_installed() -> None:
    assert read_url("postgres://ada@db/desk").drivername == "postgresql+psycopg"
