"""Does a customer get the tier that the shop's record gives them, and nobody else's?"""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from store.access import Person, add_person, find_key, find_person, list_staff
from store.agents import AgentRow, find_agent
from store.audit import read_audit
from store.clock import StandingClock
from store.database import Database
from store.erasure import erase_person
from store.errors import BadAnswer, NotFound
from store.people import BATCH, CustomerRecord, Imported, import_customers, order_value_of, tier_of
from store.rotations import (
    OverrideRow,
    add_override,
    drop_override,
    find_rotation,
    list_overrides,
    save_rotation,
)
from store.staff import (
    dismiss,
    find_by_words,
    go_on_leave,
    invite,
    is_first_visit,
    open_links,
    save_many,
    save_staff,
    shut_out,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARA = Person("per_mara", "Mara", "mara@shop.example", "lead", NOON)
TOM = Person("per_tom", "Tom", "", "agent", NOON)


def take_in(database: Database, *records: CustomerRecord, broken: bool = False) -> Imported:
    """Whoever is new gets the next number after those who are there."""
    with database.read() as connection:
        count = sum(find_person(connection, f"per_new{number}") is not None for number in range(1, 4))
    ids = (f"per_new{number}" for number in itertools.count(count + 1))
    given = told(records, broken=broken)
    unit = partial(import_customers, records=given, new_id=lambda: next(ids), by="per_admin", at=NOON)
    return database.write(unit)


def told(records: Iterable[CustomerRecord], *, broken: bool) -> Iterator[CustomerRecord]:
    yield from records
    if broken:
        raise BadAnswer("the rest cannot be read")


def ada(**changes: object) -> CustomerRecord:
    given = {"external_id": "c-1", "email": "ada@x.example", "name": "Ada", "tier": "vip"}
    return CustomerRecord(**{**given, "order_value": 5200, **changes})  # type: ignore[arg-type]  # a test's own words


def worth(database: Database, person_id: str) -> tuple[str, int]:
    with database.read() as connection:
        return tier_of(connection, person_id), order_value_of(connection, person_id)


def add(database: Database, *people: Person) -> None:
    for person in people:
        database.write(partial(add_person, person=person))


def test_whom_no_record_knows_is_a_standard_customer(database: Database) -> None:
    add(database, Person("per_ada", "", "", "customer", NOON))

    assert [worth(database, name) for name in ("per_ada", "per_nobody")] == [("standard", 0)] * 2


def test_a_record_makes_a_customer_that_is_there_before_they_write(database: Database) -> None:
    assert take_in(database, ada()) == Imported(added=1)
    assert worth(database, "per_new1") == ("vip", 5200)


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    take_in(database, ada(), ada(external_id="c-2"))

    assert take_in(database, ada(), ada(external_id="c-2")) == Imported(same=2)


def test_what_the_record_does_not_say_stays(database: Database) -> None:
    take_in(database, ada())

    poorer = ada(email="", name="", order_value=None, tier="standard")
    assert take_in(database, poorer) == Imported(changed=1)

    assert worth(database, "per_new1") == ("standard", 5200)
    with database.read() as connection:
        person = find_person(connection, "per_new1")
    assert person
    assert (person.name, person.email) == ("Ada", "ada@x.example")


def test_whom_we_know_by_e_mail_gets_the_shops_id(database: Database) -> None:
    add(database, Person("per_ada", "A.", "ada@x.example", "customer", NOON))

    assert take_in(database, ada()) == Imported(changed=1)
    assert take_in(database, ada(email="new@x.example")) == Imported(changed=1)

    assert worth(database, "per_ada") == ("vip", 5200)


def test_an_e_mail_of_another_id_is_another_customer(database: Database) -> None:
    take_in(database, ada())

    assert take_in(database, ada(external_id="c-2", tier="standard")) == Imported(added=1)
    assert worth(database, "per_new1")[0] == "vip"


def test_two_with_one_e_mail_do_not_take_the_same_person(database: Database) -> None:
    add(database, Person("per_ada", "", "ada@x.example", "customer", NOON))

    assert take_in(database, ada(), ada(external_id="c-2")) == Imported(added=1, changed=1)


def test_more_than_one_batch_is_taken_in_whole_or_not_at_all(database: Database) -> None:
    many = [ada(external_id=f"c-{number}", email="") for number in range(BATCH + 10)]

    with pytest.raises(BadAnswer, match="cannot be read"):
        take_in(database, *many, broken=True)
    assert take_in(database, *many) == Imported(added=BATCH + 10)


def test_an_import_is_in_the_audit(database: Database) -> None:
    take_in(database, ada())

    with database.read() as connection:
        assert read_audit(connection)[0].facts == {"added": 1, "changed": 0, "same": 0}


def test_an_erased_customer_is_not_known_to_the_shop_any_more(database: Database) -> None:
    take_in(database, ada())

    database.write(partial(erase_person, person_id="per_new1", by="per_admin", at=NOON))

    assert worth(database, "per_new1") == ("standard", 0)
    with database.read() as connection:
        gone = find_person(connection, "per_new1")
    assert gone
    assert (gone.name, gone.email) == ("", "")


def hire(database: Database, person: Person, **fields: object) -> None:
    agent = AgentRow(person.person_id, **fields)  # type: ignore[arg-type]  # a test's own words
    database.write(partial(save_staff, person=person, agent=agent, by="per_admin", at=NOON))


def link(database: Database, person_id: str) -> str:
    secret, clock = StandingClock(NOON).new_secret(), StandingClock(NOON, seed=len(person_id))
    unit = partial(
        invite,
        person_id=person_id,
        secret=secret,
        key_id=f"{clock.new_id('key')}{secret[:4]}",
        by="per_admin",
        now=NOON,
        expires_at=NOON + timedelta(days=3),
    )
    database.write(unit)
    return secret


def opens(database: Database, secret: str) -> bool:
    with database.read() as connection:
        return find_key(connection, "link", secret, NOON) is not None


def test_two_of_the_staff_cannot_have_one_e_mail(database: Database) -> None:
    hire(database, MARA)

    with pytest.raises(BadAnswer, match=r"is the e-mail of Mara \(per_mara\): give another one"):
        hire(database, Person("per_tom", "Tom", "Mara@shop.example", "agent", NOON))


def test_a_change_keeps_who_is_there_and_who_is_on_leave(database: Database) -> None:
    hire(database, MARA)
    until = NOON + timedelta(days=2)
    database.write(partial(go_on_leave, person_id="per_mara", until=until, by="per_admin", at=NOON))

    hire(database, MARA, capacity=3)

    with database.read() as connection:
        row = find_agent(connection, "per_mara")
    assert row
    assert (row.capacity, row.on_leave_until) == (3, until)


def test_many_are_taken_on_or_none(database: Database) -> None:
    double = Person("per_x", "X", "mara@shop.example", "agent", NOON)
    twice: list[tuple[Person, AgentRow | None]] = [(MARA, None), (double, None)]

    with pytest.raises(BadAnswer):
        database.write(partial(save_many, given=twice, by="per_admin", at=NOON))

    with database.read() as connection:
        assert list_staff(connection) == []


def test_a_person_is_found_by_id_e_mail_and_name(database: Database) -> None:
    hire(database, MARA)
    hire(database, TOM)

    with database.read() as connection:
        found = [find_by_words(connection, words) for words in ("per_mara", "MARA@shop.example", " mara ")]
        assert [one.person_id for one in found] == ["per_mara"] * 3
        with pytest.raises(NotFound, match="nobody of the staff is 'Mar': give an id, an e-mail or a name"):
            find_by_words(connection, "Mar")


def test_a_name_that_two_have_is_not_guessed(database: Database) -> None:
    hire(database, TOM)
    hire(database, Person("per_tom2", "Tom", "", "agent", NOON))

    with database.read() as connection, pytest.raises(BadAnswer, match="one of the ids per_tom, per_tom2"):
        find_by_words(connection, "tom")


def test_leave_that_is_over_is_refused(database: Database) -> None:
    hire(database, MARA)

    with pytest.raises(BadAnswer, match="which is over: give a later day"):
        database.write(partial(go_on_leave, person_id="per_mara", until=NOON, by="per_admin", at=NOON))


def test_a_new_link_closes_the_one_before(database: Database) -> None:
    hire(database, MARA)
    first, second = link(database, "per_mara"), link(database, "per_mara")

    assert [opens(database, first), opens(database, second)] == [False, True]
    with database.read() as connection:
        assert open_links(connection, NOON) == {"per_mara": NOON + timedelta(days=3)}
        assert open_links(connection, NOON + timedelta(days=4)) == {}


def test_who_is_shut_out_needs_a_new_link(database: Database) -> None:
    hire(database, MARA)
    secret = link(database, "per_mara")

    assert database.write(partial(shut_out, person_id="per_mara", by="per_admin", at=NOON)) == 1
    assert not opens(database, secret)
    assert opens(database, link(database, "per_mara"))


def test_who_is_taken_off_the_desk_comes_in_nowhere(database: Database) -> None:
    hire(database, MARA)
    secret = link(database, "per_mara")

    database.write(partial(dismiss, person_id="per_mara", by="per_admin", at=NOON))

    with database.read() as connection:
        assert (list_staff(connection), find_agent(connection, "per_mara")) == ([], None)
        assert find_person(connection, "per_mara")
    assert not opens(database, secret)
    with pytest.raises(NotFound):
        link(database, "per_mara")


def test_who_is_taken_off_the_desk_is_not_on_call_in_turn_either(database: Database) -> None:
    hire(database, MARA)
    hire(database, TOM)
    rotation = {"people": ["per_tom", "per_mara", "per_tom"], "starts": "2026-03-02"}
    database.write(partial(save_rotation, rotation=rotation, by="per_admin", at=NOON))

    database.write(partial(dismiss, person_id="per_tom", by="per_admin", at=NOON))

    with database.read() as connection:
        assert find_rotation(connection) == {"people": ["per_mara"], "starts": "2026-03-02"}


def test_nobody_takes_the_administrator_or_themselves_off(database: Database) -> None:
    admin = Person("per_admin", "Admin", "", "admin", NOON)
    add(database, admin)
    hire(database, MARA)

    for person_id in ("per_admin", "per_mara"):
        with pytest.raises(BadAnswer, match="neither the desk's own administrator nor you yourself"):
            database.write(partial(dismiss, person_id=person_id, by="per_mara", at=NOON))
    with pytest.raises(BadAnswer, match="stays one"):
        hire(database, Person("per_admin", "Admin", "", "agent", NOON))


def test_the_first_visit_is_the_one_of_who_is_alone(database: Database) -> None:
    add(database, Person("per_admin", "Admin", "", "admin", NOON))
    with database.read() as connection:
        assert is_first_visit(connection, "per_admin")

    hire(database, MARA)
    with database.read() as connection:
        assert not is_first_visit(connection, "per_admin")


def test_a_rotation_is_read_as_it_was_saved_last(database: Database) -> None:
    for people in (["per_mara"], ["per_tom", "per_mara"]):
        rotation = {"people": people, "starts": "2026-03-02"}
        database.write(partial(save_rotation, rotation=rotation, by="per_admin", at=NOON))

    with database.read() as connection:
        assert find_rotation(connection) == {"people": ["per_tom", "per_mara"], "starts": "2026-03-02"}


def test_who_stands_in_is_listed_until_it_is_over_or_taken_back(database: Database) -> None:
    rows = [
        OverrideRow(f"sub_{day}", "per_mara", NOON + timedelta(days=day), NOON + timedelta(days=day + 1))
        for day in (2, 0, -2)
    ]
    for row in rows:
        database.write(partial(add_override, row=row, by="per_admin", at=NOON))
    with database.read() as connection:
        assert list_overrides(connection, NOON) == [rows[1], rows[0]]

    database.write(partial(drop_override, override_id="sub_0", by="per_admin", at=NOON))

    with database.read() as connection:
        assert list_overrides(connection, NOON) == [rows[0]]
    with pytest.raises(NotFound):
        database.write(partial(drop_override, override_id="sub_0", by="per_admin", at=NOON))
