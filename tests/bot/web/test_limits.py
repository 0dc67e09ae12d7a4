"""Is who asks too often asked to wait, and nobody else?"""

import pytest

from bot.web import limits
from bot.web.limits import Limits, Rate, network_of
from store.errors import TooMany

SLOW = Rate(burst=3, per_second=0.5)


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_through_and_then_no_more() -> None:
    ours = Limits(Watch())
    for _ in range(3):
        ours.take("ada", SLOW)

    with pytest.raises(TooMany) as refused:
        ours.take("ada", SLOW)

    assert refused.value.values == {"seconds": 2}


def test_waiting_as_long_as_was_said_helps() -> None:
    watch = Watch()
    ours = Limits(watch)
    for _ in range(3):
        ours.take("ada", SLOW)

    watch.now += 2
    ours.take("ada", SLOW)

    with pytest.raises(TooMany):
        ours.take("ada", SLOW)


def test_one_does_not_use_up_what_another_has() -> None:
    ours = Limits(Watch())
    for _ in range(3):
        ours.take("ada", SLOW)

    ours.take("boris", SLOW)


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_NAMES", 10)
    ours = Limits(Watch())
    for place in range(100):
        ours.take(f"visitor {place}", SLOW)

    assert len(ours._buckets) == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_household_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network
