"""Does a seal fit only what it was made for?"""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.web.seals import make_seals

SEALS = make_seals("0123456789abcdef0123456789abcdef")
TODAY = date(2026, 3, 2)


def test_a_visitor_is_known_again() -> None:
    cookie = SEALS.write_visitor("per_ada", TODAY)

    assert SEALS.read_visitor(cookie, TODAY) == ("per_ada", False)
    assert SEALS.read_visitor(cookie, TODAY + timedelta(days=40)) == ("per_ada", True)


def test_a_very_old_cookie_is_nobody() -> None:
    cookie = SEALS.write_visitor("per_ada", TODAY)

    assert SEALS.read_visitor(cookie, TODAY + timedelta(days=401)) == ("", False)


@given(st.text(max_size=80))
def test_what_is_not_ours_is_nobody(cookie: str) -> None:
    assert SEALS.read_visitor(cookie, TODAY) == ("", False)


@given(st.integers(min_value=0, max_value=60), st.characters())
def test_a_changed_letter_is_noticed(place: int, letter: str) -> None:
    cookie = SEALS.write_visitor("per_ada", TODAY)
    place %= len(cookie)
    changed = cookie[:place] + letter + cookie[place + 1 :]

    assert changed == cookie or SEALS.read_visitor(changed, TODAY) == ("", False)


def test_a_seal_fits_one_purpose_and_one_key() -> None:
    seal = SEALS.seal("form", "per_ada")
    other = make_seals("another key of the same length..")

    assert SEALS.fits(seal, "form", "per_ada")
    assert not SEALS.fits(seal, "visitor", "per_ada")
    assert not SEALS.fits(seal, "form", "per_boris")
    assert not other.fits(seal, "form", "per_ada")
    assert SEALS.seal("form", "a", "b") != SEALS.seal("form", "ab")
