"""How urgent is a ticket, what is it about, and which line of the policy says so?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from escalation.policy_file import SHIPPED, read_policy
from escalation.sla_policy import Names
from store.words import Word

HIGHEST, HIGH, LOWEST = 0, 1, 3
ENGLISH = "en"
GAP = 2
"""A word that denies may stand so many words before what it denies."""
TOKEN = re.compile(r"[\w'’]+")
Source = Literal["category", "words", "customer", "order", "channel"]
Phrases = Mapping[str, tuple[str, ...]]
"""By language."""


class PriorityPolicy(Word):
    version: Annotated[int, Field(ge=1)]
    first: Names
    """Tags that make a ticket a P0."""
    valued_tiers: Names = ()
    valued_order: Annotated[float, Field(gt=0)] = 5000
    """Value of an order above which its customer gets at least a P1."""
    urgent_channels: Names = ()
    """Where the word urgent lifts a ticket by one rank."""
    tags: Mapping[str, Phrases] = Field(default_factory=dict)
    urgent: Phrases = Field(default_factory=dict)
    denials: Phrases = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a ticket before anybody has read it. The tier never comes from the customer's text."""

    text: str
    language: str
    channel: str
    rank: int
    """Of its category."""
    tags: tuple[str, ...] = ()
    tier: str = "standard"
    order_value: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    source: Source
    said: str
    """The words, the tier or the value that it comes from."""
    rank: int


@dataclass(frozen=True, slots=True)
class Triage:
    priority: int
    tags: tuple[str, ...]
    grounds: tuple[Ground, ...]
    """In the order in which they were weighed; the last one that changed the rank decided."""
    policy_version: int


def triage(told: Told, policy: PriorityPolicy) -> Triage:
    words = tokens(told.text)
    found = {
        tag: hit for tag, phrases in policy.tags.items() if (hit := spoken(words, told, phrases, policy))
    }
    grounds = [Ground("category", "", told.rank)]
    grounds += weigh(told, policy, found, words)
    return Triage(
        priority=grounds[-1].rank,
        tags=tuple(dict.fromkeys((*told.tags, *found))),
        grounds=tuple(grounds),
        policy_version=policy.version,
    )


def weigh(
    told: Told, policy: PriorityPolicy, found: Mapping[str, str], words: tuple[str, ...]
) -> Iterator[Ground]:
    rank = told.rank
    if told.tier in policy.valued_tiers and rank > HIGH:
        rank = HIGH
        yield Ground("customer", told.tier, rank)
    if told.order_value > policy.valued_order and rank > HIGH:
        rank = HIGH
        yield Ground("order", f"{told.order_value:g}", rank)
    urgent = spoken(words, told, policy.urgent, policy)
    if urgent and told.channel in policy.urgent_channels and rank > HIGHEST:
        rank -= 1
        yield Ground("channel", urgent, rank)
    first = next((tag for tag in policy.first if tag in found or tag in told.tags), "")
    if first and rank > HIGHEST:
        yield Ground("words", found.get(first, first), HIGHEST)


def spoken(words: tuple[str, ...], told: Told, phrases: Phrases, policy: PriorityPolicy) -> str:
    """The phrase that is said and not denied, or empty."""
    languages = tuple(dict.fromkeys((told.language, ENGLISH)))
    denials = {tokens(one) for language in languages for one in policy.denials.get(language, ())}
    for phrase in (one for language in languages for one in phrases.get(language, ())):
        parts = tokens(phrase)
        for start in range(len(words) - len(parts) + 1):
            if words[start : start + len(parts)] == parts and not is_denied(words, start, denials):
                return phrase
    return ""


def is_denied(words: tuple[str, ...], start: int, denials: set[tuple[str, ...]]) -> bool:
    before = words[max(0, start - GAP) : start]
    return any(before[at : at + len(one)] == one for one in denials for at in range(len(before)))


@lru_cache(maxsize=4_096)
def tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(text.casefold().replace("’", "'")))


def open_priorities(folder: Path | None = None) -> PriorityPolicy:
    """The desk's own `priority.yml`, or the one that comes with it. Raises Misconfigured."""
    return read_policy((folder or SHIPPED) / "priority.yml", PriorityPolicy)
