"""Is a shop behind signed HTTP changed as the sample shop is, and once, whatever the line does?"""

import base64
from collections.abc import Iterator

import pytest

from store.backend_records import Order, Written
from store.clock import StandingClock
from store.errors import Misconfigured, Overtaken, Unavailable
from tests.ledgers import NOON
from tests.tools.far_shop import SECRET, FarShop, far_shop
from tests.tools.shop import Shop, asked, back
from tools.actions.running import run_action, undo_action
from tools.backend_http import HttpBackend, open_http_backend

WORD = "whsec_" + base64.b64encode(SECRET).decode()


@pytest.fixture
def far(shop: Shop) -> Iterator[FarShop]:
    with far_shop(shop.backend) as far:
        yield far


@pytest.fixture
def line(far: FarShop) -> Iterator[HttpBackend]:
    backend = open_http_backend(far.address, WORD, StandingClock(NOON))
    yield backend
    backend.client.close()


def order_of(shop: Shop, status: str) -> Order:
    return shop.backend.list_of(Order, "status", status)[0]


def cancel(line: HttpBackend, order: Order, key: str = "key") -> Written:
    wanted = asked("cancel_order", order.person_id, {"order_id": order.order_id})
    return run_action(line, wanted, key=key, now=NOON)


def test_an_action_changes_the_far_shop_and_is_taken_back(shop: Shop, line: HttpBackend) -> None:
    order, before = order_of(shop, "received"), shop.hash()

    cancel(line, order)

    assert line.find(Order, order.order_id) == order.model_copy(update={"status": "cancelled"})
    undo_action(line, "key")
    assert shop.hash() == before


def test_what_is_not_there_is_none(line: HttpBackend) -> None:
    assert line.find(Order, "HR-0") is None
    assert line.find_write("never") is None
    assert line.list_of(Order, "status", "nowhere") == ()


def test_an_answer_that_is_lost_is_no_second_write(shop: Shop, far: FarShop, line: HttpBackend) -> None:
    order, far.loses_answers = order_of(shop, "received"), 1
    with pytest.raises(Unavailable, match="does not answer"):
        cancel(line, order)
    once = shop.hash()

    again = cancel(line, order)

    assert (again.key, shop.hash()) == ("key", once)


def test_what_others_changed_meanwhile_is_not_written_over(shop: Shop, line: HttpBackend) -> None:
    done = cancel(line, order_of(shop, "received"))
    stale = Written(key="late", action="meddle", edits=(back(done),))
    line.write(stale)

    with pytest.raises(Overtaken):
        line.write(stale.model_copy(update={"key": "later"}))


def test_a_call_with_another_secret_or_at_another_time_is_refused(shop: Shop, far: FarShop) -> None:
    before = shop.hash()
    for secret, hours in ((b"x" * 32, 0), (SECRET, 1)):
        clock = StandingClock(NOON)
        clock.forward(hours=hours)
        line = HttpBackend(far.address, secret, clock)
        with pytest.raises(Unavailable, match="answered 401"):
            cancel(line, order_of(shop, "received"))
        line.client.close()
    assert shop.hash() == before


@pytest.mark.parametrize(
    "says",
    [
        (200, b"<html>"),
        (200, b"{}"),
        (200, b'{"record": {"order_id": 5}}'),
        (200, b"[]"),
        (302, b""),
        (500, b"{}"),
        (200, b'{"record": "' + b"x" * 2_000_000 + b'"}'),
    ],
)
def test_an_answer_that_nobody_understands_is_tried_later(
    far: FarShop, line: HttpBackend, says: tuple[int, bytes]
) -> None:
    far.says = says

    with pytest.raises(Unavailable, match="answered"):
        line.find(Order, "HR-1")


def test_a_record_of_another_is_not_taken(shop: Shop, far: FarShop, line: HttpBackend) -> None:
    other = order_of(shop, "received").model_dump_json()
    far.says = (200, b'{"record": %s, "records": [%s]}' % (other.encode(), other.encode()))

    with pytest.raises(Unavailable, match="was asked for order 'HR-1'"):
        line.find(Order, "HR-1")
    with pytest.raises(Unavailable, match="whose person_id is not 'per_x'"):
        line.list_of(Order, "person_id", "per_x")


@pytest.mark.parametrize(
    ("address", "secret", "says"),
    [
        ("shop.example/desk", WORD, "is no address of a shop"),
        ("https://me:pass@shop.example", WORD, "is no address of a shop"),
        ("http://shop.example/desk", WORD, "is not encrypted: write https://"),
        ("https://shop.example/desk", "whsec_short", "write whsec_ and 24 bytes or more"),
        ("https://shop.example/desk", "not base64!", "write whsec_ and 24 bytes or more"),
    ],
)
def test_a_wrong_setting_says_what_to_write(address: str, secret: str, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        open_http_backend(address, secret, StandingClock(NOON))
