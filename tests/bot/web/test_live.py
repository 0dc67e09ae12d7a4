"""Does an open page hear what is new, and nothing that it may not read?"""

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest

from bot.notifier import Notifier
from bot.web import live
from bot.web.live import Frame, Watch, follow
from tests.browsers import Browser, House


def frames(watch: Watch, notifier: Notifier, *, mark: str = "", count: int = 1) -> list[str]:
    """What arrives, up to `count` frames or the end."""

    async def collect() -> list[str]:
        arrived: list[str] = []
        async for part in follow(watch, notifier, mark):
            if part.startswith("data:"):
                arrived.append(json.loads(part.removeprefix("data: "))["mark"])
            if len(arrived) == count:
                break
        return arrived

    return asyncio.run(collect())


def marks(*names: str) -> Watch:
    left: Iterator[str] = iter(names)
    last = names[-1]
    return Watch(("per_ada",), lambda: Frame(next(left, last), "<p>"))


def test_a_page_that_is_behind_is_brought_up_to_date_at_once() -> None:
    assert frames(marks("2"), Notifier(), mark="1") == ["2"]


def test_a_change_is_sent_when_it_happens() -> None:
    notifier = Notifier()
    timer = threading.Timer(0.2, notifier.tell, ("per_ada",))
    timer.start()

    assert frames(marks("1", "2"), notifier, mark="1") == ["2"]
    timer.join()


def test_silence_is_filled_so_that_the_line_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STILL_HERE", 0.01)

    async def collect() -> list[str]:
        arrived = []
        async for part in follow(marks("1"), Notifier(), "1"):
            arrived.append(part)
            if len(arrived) == 3:
                break
        return arrived

    assert asyncio.run(collect())[1:] == [": still here\n\n", ": still here\n\n"]


def test_a_desk_that_stops_lets_its_pages_go() -> None:
    notifier = Notifier()
    timer = threading.Timer(0.2, notifier.close)
    timer.start()

    assert frames(marks("1"), notifier, mark="1", count=9) == []
    assert notifier.count() == 0
    timer.join()


@pytest.mark.parametrize(
    "query",
    [
        "view=assistant&key=f_1",
        "view=request&ticket=T-9999&key=f_1",
        "view=case&ticket=T-1001&key=f_1",
        "view=assistant&key=%22%3E%3Cscript%3E",
    ],
)
def test_who_may_not_read_a_page_does_not_hear_of_it(house: House, query: str) -> None:
    assert house.browser().opens(f"/support/live?{query}").status_code in (403, 404)


def test_a_customer_does_not_hear_of_a_case(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer)

    assert customer.opens(f"/support/live?view=case&ticket={ticket}&key=f_1").status_code == 403
