"""Is the sample shop written once per key, whole or not at all, and does its fingerprint show it?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from store.backend import KEPT_IN, SampleBackend, find_record, forget_customer, state_hash
from store.backend_records import (
    BY_KIND,
    RECORDS,
    Address,
    Block,
    Edit,
    Order,
    Part,
    Post,
    Slot,
    Written,
    edit,
)
from store.backend_seed import SAMPLE_CUSTOMERS, fill_backend
from store.backend_tables import writes
from store.database import Database
from store.errors import BadAnswer, Overtaken
from tests.ledgers import NOON


@pytest.fixture
def shop(database: Database) -> SampleBackend:
    database.write(lambda connection: fill_backend(connection, NOON))
    return SampleBackend(database)


def hash_of(database: Database) -> str:
    with database.read() as connection:
        return state_hash(connection)


def written(key: str, *edits: Edit, action: str = "paint 1 ab") -> Written:
    return Written(key=key, action=action, edits=edits)


def hidden(post: Post) -> Edit:
    return edit(post, post.model_copy(update={"status": "hidden"}))


def post_of(shop: SampleBackend, key: str = "PST-1") -> Post:
    found = shop.find(Post, key)
    assert found
    return found


def test_every_record_has_a_table_with_the_same_columns() -> None:
    assert {one: tuple(table.c.keys()) for one, table in KEPT_IN.items()} == {
        one: tuple(one.model_fields) for one in RECORDS
    }
    assert len(BY_KIND) == len(RECORDS)


def test_the_same_seed_is_the_same_world(database: Database, shop: SampleBackend) -> None:
    before = hash_of(database)

    shop.write(written("a", hidden(post_of(shop))))
    changed = hash_of(database)
    database.write(lambda connection: fill_backend(connection, NOON))

    assert changed != before
    assert hash_of(database) == before


def test_another_moment_or_other_customers_are_another_world(database: Database) -> None:
    worlds = {hash_of(database)}
    for now, people in (
        (NOON, SAMPLE_CUSTOMERS),
        (NOON + timedelta(1), SAMPLE_CUSTOMERS),
        (NOON, ("per_x", "per_y")),
    ):
        database.write(partial(fill_backend, now=now, customers=people))
        worlds.add(hash_of(database))

    assert len(worlds) == 4


def test_a_record_comes_back_as_it_was_written(shop: SampleBackend) -> None:
    slot = shop.find(Slot, "SLT-3")

    assert slot == Slot(
        slot_id="SLT-3",
        workshop="Bicester",
        begins=datetime(2026, 3, 15, 12, tzinfo=UTC),
        places=2,
        taken=1,
    )


def test_twice_under_one_key_is_once(database: Database, shop: SampleBackend) -> None:
    first = shop.write(written("a", hidden(post_of(shop))))
    after = hash_of(database)
    # Decided anew on the changed world, as after a crash: what the first wrote is given back.
    again = shop.write(written("a", hidden(post_of(shop))))

    assert again == first == shop.find_write("a")
    assert hash_of(database) == after


def test_a_key_of_another_action_is_refused(database: Database, shop: SampleBackend) -> None:
    shop.write(written("a", hidden(post_of(shop))))
    before = hash_of(database)

    with pytest.raises(BadAnswer, match="give burn 1 cd one of its own"):
        shop.write(written("a", hidden(post_of(shop, "PST-2")), action="burn 1 cd"))

    assert hash_of(database) == before


def test_nothing_is_written_when_one_record_has_changed(database: Database, shop: SampleBackend) -> None:
    seen, other = post_of(shop), post_of(shop, "PST-2")
    shop.write(written("a", hidden(other)))
    before = hash_of(database)

    with pytest.raises(Overtaken, match="post PST-2 has changed meanwhile"):
        shop.write(written("b", hidden(seen), hidden(other)))

    assert hash_of(database) == before
    assert shop.find_write("b") is None


def test_what_only_has_to_stay_is_held_to_it(shop: SampleBackend) -> None:
    seen, other = post_of(shop), post_of(shop, "PST-2")
    shop.write(written("a", hidden(other)))

    with pytest.raises(Overtaken):
        shop.write(written("b", hidden(seen), edit(other, other)))


def test_records_come_and_go(database: Database, shop: SampleBackend) -> None:
    before = hash_of(database)
    block = Block(block_id="BLK-9", person_id="per_ada", blocked_id="shop", status="standing")

    shop.write(written("a", edit(None, block)))
    with pytest.raises(Overtaken, match="BLK-9 is there already"):
        shop.write(written("b", edit(None, block)))
    assert block in shop.list_of(Block, "person_id", "per_ada")
    shop.write(written("c", edit(block, None)))

    assert hash_of(database) == before
    with pytest.raises(Overtaken):
        shop.write(written("d", edit(block, None)))


def test_of_many_at_once_under_one_key_one_writes(database: Database, shop: SampleBackend) -> None:
    part = shop.find(Part, "GSK-101")
    assert part
    gate = threading.Barrier(4)

    def sell(_: int) -> Written:
        gate.wait()
        fewer = part.model_copy(update={"on_hand": part.on_hand - 1})
        return shop.write(written("sale", edit(part, fewer)))

    with ThreadPoolExecutor(4) as pool:
        sold = list(pool.map(sell, range(4)))

    with database.read() as connection:
        left = find_record(connection, Part, "GSK-101")
    assert left
    assert left.on_hand == part.on_hand - 1
    assert all(one == sold[0] for one in sold)


def test_where_a_customer_lives_is_forgotten(database: Database, shop: SampleBackend) -> None:
    home = shop.find(Address, "ADR-1")
    assert home
    secret = {"name": "Canary", "street": "7 Canary Row", "city": "Canaryton", "postcode": "CANARY"}
    shop.write(written("a", edit(home, home.model_copy(update=secret))))
    shop.write(written("b", edit(None, home.model_copy(update={**secret, "address_id": "ADR-9"}))))

    database.write(partial(forget_customer, person_id="per_ada"))

    with database.read() as connection:
        rows = [connection.execute(select(table)).all() for table in (writes, KEPT_IN[Address])]
    assert "canary" not in str(rows).lower()
    assert [one.city for one in shop.list_of(Address, "person_id", "per_ben")] == ["Ludlow"]
    known = shop.find_write("b")
    assert known
    shop.write(written("b:undo", *(one.turned() for one in known.edits)))
    assert shop.find(Address, "ADR-9") is None


def test_an_edit_is_of_one_record(shop: SampleBackend) -> None:
    with pytest.raises(ValidationError, match="with the same key"):
        edit(post_of(shop), post_of(shop, "PST-2"))
    with pytest.raises(ValidationError, match="with the same key"):
        Edit(kind="post")
    with pytest.raises(ValidationError, match="'mountain' is no record"):
        Edit(kind="mountain", before={})
    with pytest.raises(ValidationError, match="cannot sit on 2 places"):
        Slot(slot_id="S", workshop="W", begins=NOON, places=2, taken=3)


def test_every_status_of_an_order_is_in_the_shop(shop: SampleBackend) -> None:
    for person_id in SAMPLE_CUSTOMERS:
        assert {one.status for one in shop.list_of(Order, "person_id", person_id)} == {
            "received", "waiting", "packed", "dispatched", "delivered", "cancelled",
        }  # fmt: skip
