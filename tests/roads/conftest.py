"""How does a test of a road get an office of its own?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.clock import StandingClock
from tests.furnishing import MONDAY, Furnished
from tests.office import Office, open_office


@pytest.fixture
def office(furnished: Furnished, tmp_path: Path) -> Iterator[Office]:
    with furnished.lent(tmp_path / "data") as settings:
        office = open_office(settings, StandingClock(MONDAY))
        yield office
        office.desk.stop()
