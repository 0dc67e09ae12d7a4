"""How does a test of a road get an office of its own?"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.clock import StandingClock
from tests.furnishing import MONDAY, lent_database, settings_for
from tests.office import Office, open_office


@pytest.fixture
def office(furnished: Path, furnished_database: str, tmp_path: Path) -> Iterator[Office]:
    data = tmp_path / "data"
    shutil.copytree(furnished, data)
    with lent_database(furnished_database) as name:
        office = open_office(settings_for(data, name), StandingClock(MONDAY))
        yield office
        office.desk.stop()
