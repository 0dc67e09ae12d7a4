"""Is every deed in the audit, in order, also when many are done at once?"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from store.audit import broken_audit, read_audit, write_audit
from store.database import Database
from tests.ledgers import NOON


def do(database: Database, subject: str) -> None:
    facts = {"scopes": ["read"], "days": 7}
    database.write(
        partial(
            write_audit, person_id="per_mara", action="token_created", subject=subject, facts=facts, at=NOON
        )
    )


def test_a_deed_is_read_back_newest_first(database: Database) -> None:
    do(database, "key_1")
    do(database, "key_2")

    with database.read() as connection:
        lines = read_audit(connection)
        of_one = read_audit(connection, "key_1")

    assert [line.subject for line in lines] == ["key_2", "key_1"]
    assert [(line.person_id, line.action, line.facts["days"], line.at) for line in of_one] == [
        ("per_mara", "token_created", 7, NOON)
    ]


def test_deeds_at_the_same_moment_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: do(database, f"key_{number}"), range(60)))

    with database.read() as connection:
        assert list(broken_audit(connection)) == []
        assert len(read_audit(connection)) == 60
