"""How many messages a second are kept for good before their senders are told?"""

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import uvicorn

from bench.table import Figure, percentile, print_table
from bot.web.app import build_app
from bot.wiring import open_desk
from store import inbox
from store.access import ADMIN
from store.clock import SystemClock
from store.database import Database, open_database
from store.messages import CustomerSaid
from store.migrate import prepare
from store.settings import read_settings
from store.tokens import create_token

CALLERS = 32
EACH = 200
EACH_BY_HTTP = 25
THREADS_OF_ONE = 20
PER_SECOND = 1_500.0
P99_MS = 50.0
HTTP_PER_SECOND = 400.0
CLOCK = SystemClock()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = measure_accept(Path(folder))
    print_table(
        f"Durable ack at the inbox call: {CALLERS} callers, SQLite, synchronous=FULL",
        [
            Figure("kept", len(kept[1]) / kept[0], "/s", PER_SECOND, more_is_better=True),
            Figure("p50", percentile(kept[1], 0.5), "ms"),
            Figure("p99", percentile(kept[1], 0.99), "ms", P99_MS),
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        told = measure_http(Path(folder))
    print_table(
        f"The same by the JSON API over loopback HTTP, {CALLERS} callers",
        [
            Figure("accepted", len(told[1]) / told[0], "/s", HTTP_PER_SECOND, more_is_better=True),
            Figure("p50", percentile(told[1], 0.5), "ms"),
            Figure("p99", percentile(told[1], 0.99), "ms"),
        ],
    )


def measure_accept(folder: Path) -> tuple[float, list[float]]:
    """Seconds in all, and milliseconds of each."""
    settings = read_settings(data_dir=folder, _env_file=None)
    database = open_database(settings.database)
    prepare(database, settings)
    accept_some(database, caller=CALLERS, each=20)
    done = run_callers(partial(accept_some, database), EACH)
    database.close()
    return done


def accept_some(database: Database, caller: int, each: int) -> list[float]:
    took = []
    for number in range(each):
        began = perf_counter()
        said = CustomerSaid(
            key=f"{caller}-{number}",
            at=CLOCK.now(),
            person_id=f"per_{caller}",
            channel="web",
            thread=f"{caller}-{number % THREADS_OF_ONE}",
            text="Where is my order HR-20417? It was to arrive on Tuesday.",
        )
        fresh = CLOCK.new_id("ses")
        database.write(partial(inbox.accept, inbound=said, fresh_session=fresh))
        took.append((perf_counter() - began) * 1000)
    return took


def measure_http(folder: Path) -> tuple[float, list[float]]:
    """By the JSON API, in a process of its own whose belts stand still."""
    door = subprocess.Popen(
        [sys.executable, "-m", "bench.acks", str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert door.stdout is not None
    address = door.stdout.readline().strip()
    try:
        token = make_token(folder)
        post_some(address, token, CALLERS, 10)
        return run_callers(partial(post_some, address, token), EACH_BY_HTTP)
    finally:
        door.terminate()
        door.wait(30)
        door.stdout.close()


def serve(folder: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = listener.getsockname()[1]
    desk = open_desk(read_settings(data_dir=folder, knowledge_dir=folder / "none", port=port, _env_file=None))
    print(desk.settings.address, flush=True)
    config = uvicorn.Config(build_app(desk), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
    desk.stop()


def make_token(folder: Path) -> str:
    settings = read_settings(data_dir=folder, _env_file=None)
    database = open_database(settings.database)
    now, secret = CLOCK.now(), CLOCK.new_secret()
    database.write(
        partial(
            create_token,
            person_id=ADMIN,
            label="bench",
            scopes=("read", "write"),
            secret=secret,
            key_id=CLOCK.new_id("key"),
            now=now,
            expires_at=now + timedelta(hours=1),
        )
    )
    database.close()
    return secret


def post_some(address: str, token: str, caller: int, each: int) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    took = []
    for number in range(each):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        body = json.dumps({"text": f"Where is my order? {caller}-{number}"})
        began = perf_counter()
        connection.request("POST", "/api/v1/sessions", body, headers)
        answer = connection.getresponse()
        answer.read()
        took.append((perf_counter() - began) * 1000)
        if answer.status != http.client.CREATED:
            raise RuntimeError(f"the desk answered {answer.status}")
    connection.close()
    return took


def run_callers(call: Callable[[int, int], list[float]], each: int) -> tuple[float, list[float]]:
    took: list[float] = []

    def work(caller: int) -> None:
        took.extend(call(caller, each))

    callers = [threading.Thread(target=work, args=(caller,)) for caller in range(CALLERS)]
    began = perf_counter()
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    return perf_counter() - began, took


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
