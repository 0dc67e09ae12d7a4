"""Where do the indexes of vectors come from that a test compares: two in this process, two servers?"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from store.database import Database, open_database
from store.pgvector import is_offered
from tests.databases import POSTGRES, fresh, settings_of

PATIENCE = 60.0
CHROMA = Path(sys.executable).with_name("chroma")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """Its address."""
    if not CHROMA.exists():
        pytest.skip("the command `chroma` is not installed")
    port = free_port()
    command = [str(CHROMA), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}; the server ended with {server.poll()}")


@contextmanager
def postgres_with_vectors() -> Iterator[Database]:
    """The server of this run when it has pgvector, else one out of a wheel."""
    with fresh() as name:
        if name:
            database = open_database(settings_of(Path(), name).database)
            with database.read() as connection:
                offered = is_offered(connection)
            if offered:
                yield database
                database.close()
                return
            database.close()
    with bundled_postgres() as address:
        database = open_database(address)
        yield database
        database.close()


@contextmanager
def bundled_postgres() -> Iterator[str]:
    """Started and stopped by its own programs, as a user who may: Postgres refuses to run as root."""
    spec = find_spec("pgserver")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(
            "no Postgres with pgvector: TEST_DATABASE_URL has none, and the wheel `pgserver` is missing"
        )
    package = Path(spec.submodule_search_locations[0])
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        if user:
            os.chmod(folder, 0o777)  # noqa: S103, PTH101 - of this moment's own server, and gone with it
            package = readable_copy(package, folder)
        programs = package / "pginstall" / "bin"
        port = free_port()
        make = [
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
        ]
        try:
            done = subprocess.run(make, user=user, cwd="/", capture_output=True, text=True, check=False)
        except PermissionError as error:
            pytest.skip(f"the Postgres of `pgserver` may not be run here as {user}: {error}")
        if done.returncode:
            pytest.skip(f"the Postgres of `pgserver` cannot be made here: {done.stderr[-200:]}")
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *options],
            user=user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port, server)
            address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            wait_until_it_answers(address)
            yield address
        finally:
            # Also where somebody is still connected.
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)


def readable_copy(package: Path, folder: Path) -> Path:
    """Another user cannot look into the folders of root."""
    for part in (package, package.with_name("pgserver.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name


def wait_until_it_answers(address: str) -> None:
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        with suppress(Exception), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            break
        time.sleep(0.05)
    engine.dispose()


__all__ = ["POSTGRES", "bundled_postgres", "chroma_server", "free_port", "postgres_with_vectors"]
