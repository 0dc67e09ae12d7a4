"""How does an editor of a test work on the articles? On a folder that can be written to."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.access import Role
from tests.bot.web.conftest import furnished
from tests.browsers import Browser, House

HOME = "/admin/knowledge"
SHORTER = """---
title: Return a part
audience: public
questions: ["How long can I return a part?"]
---
# Return a part

## How long do I have?

You can return a part within **14 days** of delivery.
"""
EMPTIED = """---
title: Wheels
audience: public
---
# Wheels

Write to the workshop about wheels.
"""


@contextmanager
def writable_house(filled_tables: str, articles: Path, folder: Path) -> Iterator[House]:
    """With a copy of the articles below the folder."""
    shelf = Path(shutil.copytree(articles, folder / "shelf"))
    with furnished(filled_tables, shelf, folder / "data") as make:
        house = make()
        house.office.desk.library.sync()
        yield house


def signed_in(house: House, role: Role) -> Browser:
    house.add_person(f"per_{role}", role)
    return house.staff_browser(f"per_{role}")


def drops(browser: Browser, name: str, text: str | bytes, **fields: str) -> None:
    """Onto the page, and waits for the comparison."""
    browser.opens(HOME)
    raw = text.encode() if isinstance(text, str) else text
    answer = browser.posts(HOME, action="new", files={"files": (name, raw, "text/markdown")}, **fields)
    browser.path = answer.url.path
    waits(browser)


def edits(browser: Browser, path: str, text: str) -> None:
    browser.opens(f"{HOME}/file/{path}")
    answer = browser.posts(HOME, article=path, text=text, action="edit")
    browser.path = answer.url.path
    waits(browser)


def waits(browser: Browser) -> None:
    until = time.monotonic() + 20
    while 'id="progress">\n<section' in browser.page or "Asking:" in browser.text:
        assert time.monotonic() < until, "the comparison does not end"
        time.sleep(0.05)
        browser.opens(browser.path)
