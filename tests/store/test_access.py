"""Does a link open once, a key until its end, and a guess never?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from store.access import (
    Key,
    Person,
    Role,
    Use,
    add_person,
    drop_expired_keys,
    find_key,
    get_person,
    list_keys,
    list_staff,
    make_key,
    revoke,
    revoke_all,
    use_link,
)
from store.database import Database
from store.errors import Expired, NotFound
from store.tokens import create_token, revoke_token
from tests.ledgers import NOON

HOUR = timedelta(hours=1)
SECRET = "s3cret-of-at-least-thirty-two-characters"


def meet(database: Database, person_id: str = "per_mara", role: Role = "agent", name: str = "Mara") -> None:
    database.write(partial(add_person, person=Person(person_id, name, "", role, NOON)))


def give(
    database: Database,
    use: Use = "session",
    secret: str = SECRET,
    key_id: str = "key_1",
    lives: timedelta = HOUR,
) -> None:
    key = {"person_id": "per_mara", "key_id": key_id, "expires_at": NOON + lives, "scopes": ("write", "read")}
    database.write(partial(make_key, use=use, secret=secret, now=NOON, **key))  # type: ignore[arg-type]  # a dict of mixed types


def find(database: Database, use: Use = "session", secret: str = SECRET, now: datetime = NOON) -> Key | None:
    with database.read() as connection:
        return find_key(connection, use, secret, now)


def test_a_key_opens_for_its_person_until_it_expires(database: Database) -> None:
    give(database)

    found = find(database)

    assert found
    assert (found.person_id, found.scopes) == ("per_mara", ("read", "write"))
    assert find(database, now=NOON + HOUR - timedelta(seconds=1))
    assert find(database, now=NOON + HOUR) is None


def test_a_key_opens_only_what_it_is_for(database: Database) -> None:
    give(database, "session")

    assert find(database, "token") is None
    assert find(database, "link") is None


def test_another_secret_opens_nothing(database: Database) -> None:
    give(database)

    assert [find(database, secret=guess) for guess in ("", SECRET[:-1], SECRET + "x", "\ud83d")] == [None] * 4


def test_the_secret_is_nowhere_in_the_rows(database: Database) -> None:
    give(database)

    with database.read() as connection:
        rows = connection.execute(text("SELECT * FROM access_keys")).all()
    assert SECRET not in str(rows)


def test_a_secret_that_could_be_guessed_is_not_taken(database: Database) -> None:
    with pytest.raises(ValueError, match="can be guessed"):
        give(database, secret="short")


def test_a_revoked_key_opens_nothing(database: Database) -> None:
    give(database)

    assert database.write(partial(revoke, key_id="key_1")) is True
    assert database.write(partial(revoke, key_id="key_1")) is False
    assert find(database) is None


def test_a_person_can_be_signed_out_everywhere(database: Database) -> None:
    give(database, "session", SECRET + "1", "key_1")
    give(database, "session", SECRET + "2", "key_2")
    give(database, "token", SECRET + "3", "key_3")

    closed = database.write(partial(revoke_all, person_id="per_mara", uses=("session",)))

    assert closed == 2
    assert find(database, "token", SECRET + "3")


def test_a_link_signs_in_once(database: Database) -> None:
    give(database, "link")

    assert database.write(partial(use_link, secret=SECRET, now=NOON)) == "per_mara"
    with pytest.raises(Expired):
        database.write(partial(use_link, secret=SECRET, now=NOON))
    assert find(database, "link") is None


def test_of_many_clicks_at_once_one_signs_in(database: Database) -> None:
    give(database, "link")

    def click(_: int) -> bool:
        try:
            database.write(partial(use_link, secret=SECRET, now=NOON))
        except Expired:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(click, range(20))) == 1


@pytest.mark.parametrize("case", ["too old", "revoked", "unknown", "for something else"])
def test_a_link_that_opens_nothing_always_says_the_same(database: Database, case: str) -> None:
    give(database, "session" if case == "for something else" else "link")
    if case == "revoked":
        database.write(partial(revoke, key_id="key_1"))
    now = NOON + HOUR if case == "too old" else NOON
    secret = "x" * 40 if case == "unknown" else SECRET

    with pytest.raises(Expired, match="was used before, is too old, or was never given out"):
        database.write(partial(use_link, secret=secret, now=now))


def test_expired_keys_are_thrown_away(database: Database) -> None:
    give(database, lives=HOUR)
    give(database, secret=SECRET + "2", key_id="key_2", lives=HOUR * 3)

    assert database.write(partial(drop_expired_keys, before=NOON + HOUR * 2)) == 1
    with database.read() as connection:
        assert [key.key_id for key in list_keys(connection, ("session",))] == ["key_2"]


def test_people_keep_their_first_day_and_get_a_new_role(database: Database) -> None:
    meet(database, role="agent")
    database.write(partial(add_person, person=Person("per_mara", "Mara L", "m@x.org", "lead", NOON + HOUR)))

    with database.read() as connection:
        person = get_person(connection, "per_mara")

    assert person == Person("per_mara", "Mara L", "m@x.org", "lead", NOON)


def test_the_staff_are_all_but_customers(database: Database) -> None:
    for number, role in enumerate(("customer", "agent", "admin")):
        meet(database, f"per_{number}", role, f"N{number}")  # type: ignore[arg-type]  # a tuple of plain text

    with database.read() as connection:
        assert [person.role for person in list_staff(connection)] == ["agent", "admin"]
        with pytest.raises(NotFound):
            get_person(connection, "per_nobody")


def test_a_token_belongs_to_somebody_who_is_there(database: Database) -> None:
    wanted = {"label": "status page", "scopes": ("read",), "secret": SECRET, "key_id": "key_1"}
    create = partial(create_token, now=NOON, expires_at=NOON + HOUR, **wanted)  # type: ignore[arg-type]  # a dict of mixed types

    with pytest.raises(NotFound):
        database.write(partial(create, person_id="per_nobody"))
    meet(database)
    database.write(partial(create, person_id="per_mara"))

    assert find(database, "token")


def test_only_a_token_is_revoked_as_a_token(database: Database) -> None:
    give(database, "session")

    with pytest.raises(NotFound, match="no open token"):
        database.write(partial(revoke_token, key_id="key_1", by="per_mara", now=NOON))
    assert find(database)
