"""How does a test type a command? In this process, on a desk of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from store.settings import Settings
from tests.databases import KEY, copied
from tests.engines import free_port
from tests.office import ARTICLES

Terminal = Callable[..., tuple[int, str, str]]
"""Exit code, what was printed, and what went to the errors."""


@pytest.fixture
def settings(empty_tables: str, tmp_path: Path) -> Iterator[Settings]:
    with copied(empty_tables, tmp_path / "desk") as settings:
        yield settings


@pytest.fixture
def terminal(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESKBELL_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DESKBELL_SECRET_KEY", KEY)
    monkeypatch.setenv("DESKBELL_KNOWLEDGE_DIR", str(ARTICLES))
    monkeypatch.setenv("DESKBELL_PORT", str(free_port()))
    if settings.database_url:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run
