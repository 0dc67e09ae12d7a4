"""How does a test drive the pages? With the machine's own chromium, against a server on this machine."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, expect, sync_playwright

from bot.web.server import PageServer
from tests.bot.web.conftest import articles, filled_tables, make_house
from tests.browsers import House

__all__ = ["articles", "filled_tables", "make_house"]

CHROMIUM = Path("/usr/bin/chromium")
# Several browsers and a database on two cores: what is slow is not wrong.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """Of one file only: while it runs, its event loop is in the way of others."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield browser
            browser.close()
    except Error as error:
        pytest.skip(f"chromium does not start: {error.message.splitlines()[0]}")


@dataclass
class Site:
    """A house with its door open, and windows to look at it. No slots: playwright marks who listens to it."""

    house: House
    chromium: Chromium
    address: str
    faults: list[str] = field(default_factory=list)

    def window(self, *, width: int = 1280, height: int = 900, **wanted: Any) -> Page:
        """A browser of its own: nobody there has been here before."""
        wanted = {"locale": "en-GB", "viewport": {"width": width, "height": height}} | wanted
        context = self.chromium.new_context(base_url=self.address, **wanted)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", self.note_error)
        page.on("dialog", self.note_dialog)
        return page

    def note_error(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(said.text)

    def note_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def staff_window(self, **wanted: Any) -> Page:
        page = self.window(**wanted)
        page.goto(self.house.make_link())
        page.locator("main .btn.do").click()
        page.locator("h1").wait_for()
        return page


@contextmanager
def opened(house: House, chromium: Chromium) -> Iterator[Site]:
    server = PageServer(
        uvicorn.Config(house.app, port=0, log_config=None, access_log=False, lifespan="off"),
        house.office.desk.notifier,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Site(house, chromium, f"http://127.0.0.1:{port}")
    finally:
        for context in chromium.contexts:
            context.close()
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def site(make_house: Callable[..., House], chromium: Chromium) -> Iterator[Site]:
    """No script may break, and nothing may be refused by our own rules, on any page of any test."""
    with opened(make_house(), chromium) as site:
        yield site
        assert site.faults == []
