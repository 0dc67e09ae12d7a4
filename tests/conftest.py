"""What may no test do? Reach anything but this machine, or use a secret of the person who runs it."""

import gc
import os
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from tests.databases import POSTGRES
from tests.furnishing import empty_tables, furnished

__all__ = ["empty_tables", "furnished"]

# A slow moment of the machine is not a bug of the code. Every run tries other examples; `make test-all` many.
hypothesis.settings.register_profile("house", deadline=None, max_examples=20)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=200)

SECRETS = "CHATWOOT_ CHROMA_ DATABASE_URL DESKBELL_ GITHUB_ IMAP_ INTERCOM_ OPENAI_ SLACK_ SMTP_ ZENDESK_"
for name in [name for name in os.environ if name.startswith(tuple(SECRETS.split()))]:
    del os.environ[name]

connect, look_up = socket.socket.connect, socket.getaddrinfo


def stay_here(host: str | bytes | None) -> None:
    place = host.decode() if isinstance(host, bytes) else host or "localhost"
    if place not in ("localhost", "::1", "0.0.0.0") and not place.startswith("127."):  # noqa: S104 - this machine
        raise RuntimeError(f"a test tried to reach {place!r}: tests stay on this machine")


def connect_here(self: socket.socket, address: Any, /) -> None:
    if isinstance(address, tuple):
        stay_here(address[0])
    connect(self, address)


def look_up_here(host: str | bytes | None, *rest: Any, **named: Any) -> Any:
    stay_here(host)
    return look_up(host, *rest, **named)


socket.getaddrinfo = look_up_here
socket.socket.connect = connect_here  # type: ignore[assignment, method-assign]  # every client written in Python passes here


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("house" if config.option.markexpr else "thorough")


def pytest_collection_finish() -> None:
    """What is imported by now stays: to look it through for waste again and again takes a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: while one test waits for a page or a process, another works."""
    return (os.cpu_count() or 1) + 1


FIRST = (
    "test_house.py",
    "test_look.py",
    "test_golden_questions.py",
    "test_staff_pages.py",
    "test_routing.py",
    "test_deadlines.py",
    "test_with_a_person.py",
    "test_index.py",
    "test_conversation.py",
)
"""Files that take longest. A file stays with one worker, which opens its browser or its shelf once."""


WITHOUT_ROWS = (
    "tests/escalation/",
    "tests/bot/test_reader",
    "tests/bot/test_wording",
    "tests/bot/test_moments",
)
"""Say the same on any database, so the quick run on Postgres leaves them to the one on SQLite."""


WHOLE_DESKS = ("tests/bot/web/", "tests/knowledge/", "tests/roads/")
EXAMPLES = 1 if POSTGRES else 3
"""Where each example takes a desk or a shelf of its own, the quick run tries so many of a test."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """In random order, but what takes longest first, so that no worker is left alone with it at the end."""
    seen: Counter[str] = Counter()
    for item in items:
        place = item.nodeid.partition("[")[0]
        seen[place] += 1
        many = item.nodeid.startswith(WHOLE_DESKS) and seen[place] > EXAMPLES
        if many or (POSTGRES and item.nodeid.startswith(WITHOUT_ROWS)):
            item.add_marker(pytest.mark.slow)
    yield
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))
