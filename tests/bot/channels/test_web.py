"""Is what a page posts read as it was meant?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web import (
    LONGEST_TEXT,
    Posted,
    Sender,
    bare_address,
    browser_family,
    delivery_key,
    read_command,
    read_did,
    read_said,
    read_text,
)
from store.commands import Confirm
from store.errors import BadAnswer, TooLarge
from store.messages import SystemContext

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = Sender("per_ada", "en", SystemContext(page="https://shop.example/cart"))


def test_words_become_a_message_in_the_visitors_own_thread() -> None:
    said = read_said(Posted("key-1", "hello"), ADA, at=NOON)

    assert (said.channel, said.thread, said.person_id, said.text) == ("web", "per_ada", "per_ada", "hello")
    assert said.context.page == "https://shop.example/cart"


def test_the_same_form_with_the_same_words_is_the_same_delivery() -> None:
    one = delivery_key("per_ada", Posted("key-1", "hello"))

    assert delivery_key("per_ada", Posted("key-1", "hello")) == one
    others = {
        delivery_key("per_boris", Posted("key-1", "hello")),
        delivery_key("per_ada", Posted("key-2", "hello")),
        delivery_key("per_ada", Posted("key-1", "hello!")),
        delivery_key("per_ada", Posted("key-1", "hello", Confirm(yes=True))),
    }
    assert one not in others
    assert len(others) == 4


@pytest.mark.parametrize("key", ["", "abc", "x" * 101, "a b c d", "../../x", "per_boris:x"])
def test_a_key_that_no_form_of_ours_has_is_refused(key: str) -> None:
    with pytest.raises(BadAnswer):
        read_said(Posted(key, "hello"), ADA, at=NOON)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(BadAnswer):
        read_said(Posted("key-1"), ADA, at=NOON)


def test_a_note_without_words_is_refused_and_a_take_over_is_not() -> None:
    act = {"action": "note", "ticket_id": "T-1001", "value": "", "reason": ""}
    with pytest.raises(BadAnswer):
        read_did(Posted("key-1"), act, person_id="per_mara", at=NOON)

    did = read_did(Posted("key-1"), act | {"action": "take_over"}, person_id="per_mara", at=NOON)
    assert did.action == "take_over"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("  a\r\nb\rc \n", "a\nb\nc"),
        ("a\x00\x1b\x7f\x85b", "ab"),
        ("\u202eexe.gnp", "exe.gnp"),
        ("👩‍🔧 ‌نمی‌خواهم", "👩‍🔧 ‌نمی‌خواهم"),
        ("tab\there", "tab\there"),
    ],
)
def test_text_is_read_as_people_see_it(given: str, read: str) -> None:
    assert read_text(given) == read


@given(st.text(max_size=300))
def test_whatever_is_written_can_be_read_twice_alike(text: str) -> None:
    once = read_text(text)

    assert read_text(once) == once
    assert "\x00" not in once


def test_a_text_that_is_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge) as refused:
        read_text("x" * (LONGEST_TEXT + 1))

    assert refused.value.values == {"limit": LONGEST_TEXT}


def test_a_command_is_read_strictly() -> None:
    assert read_command('{"kind":"confirm","yes":true}') == Confirm(yes=True)
    assert read_command("") is None
    for bad in ("{", '{"kind":"confirm"}', '{"kind":"confirm","yes":true,"as":"admin"}'):
        with pytest.raises(BadAnswer):
            read_command(bad)


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://shop.example/cart?token=1#x", "https://shop.example/cart"),
        ("http://user:secret@shop.example:8080/a", "http://shop.example:8080/a"),
        ("javascript:alert(1)", ""),
        ("//shop.example/cart", ""),
        ("https://[broken", ""),
        ("https://shop.example:99999/", ""),
        ("https://shöp.example/käse;x", "https://sh%C3%B6p.example/k%C3%A4se%3Bx"),
        ("", ""),
    ],
)
def test_an_address_keeps_only_its_place(address: str, bare: str) -> None:
    assert bare_address(address) == bare


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox"),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36 Edg/128.0", "Edge"),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", "Safari"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_known_by_its_family(agent: str, family: str) -> None:
    assert browser_family(agent) == family
