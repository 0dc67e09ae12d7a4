"""Does a desk that runs go on from a backup that is restored under it?"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from tests.databases import KEY, fresh, settings_of

BIN = Path(sys.executable).parent
ARTICLE = "---\ntitle: Delivery times\n---\n# Delivery times\n\nParcels to Spain take five working days.\n"


@contextmanager
def running(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a desk in a process of its own."""
    log = folder / "run.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [BIN / "deskbell", "run", "--port", "0"], cwd=folder, env=environment, stdout=said, stderr=said
        )
    try:
        address = ""
        while not address and process.poll() is None:
            lines = log.read_text().splitlines()
            address = next((line.split()[-1] for line in lines if line.startswith("Customers")), "")
            time.sleep(0.05)
        wait_until_ready(address := address.removesuffix("/support/assistant"))
        yield address
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0, log.read_text()


def wait_until_ready(address: str) -> None:
    latest = time.monotonic() + 60
    while time.monotonic() < latest:
        with suppress(httpx2.TransportError):
            if httpx2.get(f"{address}/readyz", timeout=20).is_success:
                return
        time.sleep(0.1)
    raise AssertionError("the desk does not become ready")


def deskbell(environment: dict[str, str], *words: str, said: str = "") -> str:
    done = subprocess.run(
        [BIN / "deskbell", *words],
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_running_desk_goes_on_from_what_was_restored(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "delivery.md").write_text(ARTICLE)
    with fresh() as name:
        settings = settings_of(tmp_path / "desk", name)
        environment = os.environ | {
            "DESKBELL_DATA_DIR": str(settings.data_dir),
            "DESKBELL_KNOWLEDGE_DIR": str(articles),
            "DESKBELL_SECRET_KEY": KEY,
            "DATABASE_URL": settings.database_url,
        }
        with running(tmp_path, environment) as address:
            talk = deskbell(environment, "chat", "--as", "ada", said="I want to talk to a person\n")
            assert "T-1001" in talk
            made = tmp_path / "monday.tar.gz"
            deskbell(environment, "backup", str(made))
            deskbell(environment, "reply", "T-1001", "This comes after the backup.")

            said = deskbell(environment, "restore", str(made), "--force")
            wait_until_ready(address)

            shown = deskbell(environment, "ticket", "show", "T-1001")
            assert "It verifies." in said
            assert "This comes after the backup." not in shown
            deskbell(environment, "reply", "T-1001", "And this after the restore.")
            assert "And this after the restore." in deskbell(environment, "ticket", "show", "T-1001")
        deskbell(environment, "verify")
