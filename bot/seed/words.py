"""What do people of the sample desk write, and what are they called?"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from store.words import Word

FOLDER = Path(__file__).parent
Language = Literal["en", "de"]


class Problem(Word):
    category: str
    language: Language
    problem: str
    parts: tuple[str, ...] = ()
    """Where only some fit."""
    reply: int = 0
    """Which of its category's replies answers it."""


class Stories(Word):
    cars: tuple[str, ...]
    """The year first."""
    parts: dict[Language, tuple[str, ...]]
    urgent: dict[Language, str]
    first: tuple[Problem, ...]
    """An outage, or a matter of security."""
    stories: tuple[Problem, ...]
    replies: dict[str, dict[Language, tuple[str, ...]]]
    later: dict[Language, tuple[str, ...]]
    """Answers to what is asked after the first reply."""
    more: dict[Language, tuple[str, ...]]
    asks: dict[Language, str]
    notes: tuple[str, ...]


class AgentWords(Word):
    id: str
    name: str
    role: str
    team: str
    skills: str
    capacity: str
    tz: str
    hours: str


class Names(Word):
    first: tuple[str, ...]
    last: tuple[str, ...]


class Cast(Word):
    agents: tuple[AgentWords, ...]
    customers: dict[Language, Names]


@lru_cache(maxsize=1)
def load_stories() -> Stories:
    return Stories.model_validate(yaml.safe_load((FOLDER / "stories.yml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def load_cast() -> Cast:
    return Cast.model_validate(yaml.safe_load((FOLDER / "people.yml").read_text(encoding="utf-8")))


def name_car(car: str, language: Language) -> str:
    year, name = car.split(" ", 1)
    return f"{name} von {year}" if language == "de" else car
