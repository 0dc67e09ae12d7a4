"""Who asks too often?"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from store.errors import TooMany

MOST_NAMES = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    burst: int
    """At once."""
    per_second: float
    """And then."""


PERSON = Rate(40, 1.0)
ADDRESS = Rate(600, 30.0)
"""A whole office, or a whole phone network, can stand behind one."""
TOKEN = Rate(4000, 1000.0)
"""A program that was given a token is trusted to know what it does."""
DOOR = Rate(20, 0.2)
"""Sign-in links tried from one address."""


class Limits:
    """Buckets that fill up again. In process: several processes allow so many times more."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, rate: Rate) -> None:
        """Raises TooMany with the seconds to wait."""
        now = self._clock()
        with self._lock:
            left, seen = self._buckets.pop(name, (float(rate.burst), now))
            left = min(rate.burst, left + (now - seen) * rate.per_second)
            self._buckets[name] = (left - 1 if left >= 1 else left, now)
            while len(self._buckets) > MOST_NAMES:
                self._buckets.popitem(last=False)
        if left < 1:
            raise TooMany(f"{name} asks too often", seconds=ceil((1 - left) / rate.per_second))


def network_of(address: str) -> str:
    """One household has one IPv4 address, or a whole /64 of IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
