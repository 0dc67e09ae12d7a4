"""How does a test come in by the web door? With a browser of its own, into a whole desk."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot.desk import Desk
from bot.web.app import build_app, open_door
from knowledge.library import Library, open_library
from store.clock import StandingClock
from store.database import Database, open_database
from tests.browsers import Browser, House
from tests.databases import POSTGRES, copied
from tests.office import open_office

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

RETURNS = """---
title: Return a part
audience: public
questions: ["How long can I return a part?"]
---
# Return a part

## How long do I have?

You can return a part within **30 days** of delivery. Members have 60 days.

1. Open your order.
2. Choose *Return*.
"""
SECRET = """---
title: Goodwill limits
audience: staff
---
# Goodwill limits

An agent may refund up to 40 pounds without asking.
"""


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "returns.md").write_text(RETURNS)
    (folder / "goodwill.md").write_text(SECRET)
    return folder


@pytest.fixture(scope="session")
def filled_tables(empty_tables: str, tmp_path_factory: pytest.TempPathFactory, articles: Path) -> str:
    """With the articles already taken in; on Postgres they are taken in anew for each test."""
    if POSTGRES:
        return empty_tables
    folder = tmp_path_factory.mktemp("tables")
    shutil.copy(empty_tables.removeprefix("sqlite:///"), folder / "desk.db")
    database = open_database(f"sqlite:///{folder}/desk.db")
    make_library(database, folder, articles, StandingClock(MONDAY)).sync()
    database.close()
    return f"sqlite:///{folder}/desk.db"


def make_library(database: Database, folder: Path, articles: Path, clock: StandingClock) -> Library:
    return open_library(
        database, data_dir=folder, articles_dir=articles, clock=clock, default_audience="public"
    )


APPS: dict[bool, FastAPI] = {}
"""With https and without. Routes are worked out at an app's first call; each house only gets its own door."""


def app_of(desk: Desk) -> FastAPI:
    door = open_door(desk)
    if door.is_https not in APPS:
        APPS[door.is_https] = build_app(desk)
    APPS[door.is_https].state.door = door
    return APPS[door.is_https]


@contextmanager
def furnished(filled: str, articles: Path, folder: Path) -> Iterator[Callable[..., House]]:
    """Makes a desk with two articles that are searched by words, its belts running."""
    houses: list[House] = []
    with copied(filled, folder) as settings:

        def make(**changes: object) -> House:
            mine = settings.model_copy(update={"knowledge_dir": articles, **changes})
            clock = StandingClock(MONDAY)
            database = open_database(mine.database, synchronous="OFF")
            library = make_library(database, mine.data_dir, articles, clock)
            if not mine.is_sqlite:
                library.sync()
            library.is_loaded = True
            office = open_office(mine, clock, library)
            office.desk.inbox_belt.start()
            office.desk.outbox_belt.start()
            houses.append(House(office, app_of(office.desk)))
            return houses[-1]

        yield make
        for house in houses:
            house.office.desk.stop(2)
            house.office.desk.library.database.close()


@pytest.fixture
def make_house(filled_tables: str, articles: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    with furnished(filled_tables, articles, tmp_path / "data") as make:
        yield make


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture
def customer(house: House) -> Browser:
    return house.browser()


@pytest.fixture
def staff(house: House) -> Browser:
    return house.staff_browser()
