"""What time is it, what is a fresh id, how do the dice fall?"""

import itertools
import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter is mistaken for a digit."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def new_id(self, prefix: str) -> str: ...

    def new_secret(self) -> str: ...

    def new_salt(self) -> bytes: ...

    def jitter(self) -> float: ...


def spell(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        letters.append(ALPHABET[digit])
    return "".join(reversed(letters))


@dataclass(frozen=True, slots=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def new_id(self, prefix: str) -> str:
        """Sorted by time: 9 letters of milliseconds, 11 of chance (55 bits)."""
        millis = int(self.now().timestamp() * 1000)
        return f"{prefix}_{spell(millis, 9)}{spell(secrets.randbits(55), 11)}"

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)

    def new_salt(self) -> bytes:
        return secrets.token_bytes(16)

    def jitter(self) -> float:
        """0.0 to 1.0."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing


class StandingClock:
    """Time moves only when told to; ids and dice are seeded. For tests and the demo desk."""

    def __init__(self, start: datetime, seed: int = 0) -> None:
        self._now = start
        self._dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._count = itertools.count(1)

    def now(self) -> datetime:
        return self._now

    def forward(self, **step: float) -> None:
        self._now += timedelta(**step)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{spell(int(self._now.timestamp() * 1000), 9)}{spell(next(self._count), 11)}"

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)

    def new_salt(self) -> bytes:
        return self._dice.randbytes(16)

    def jitter(self) -> float:
        return self._dice.random()
