"""How does `deskbell run` start the desk, and stop it?"""

import argparse
import gc
import logging
import signal
import socket
from datetime import timedelta
from pathlib import Path
from types import FrameType

import uvicorn

from bot.desk import Desk
from bot.web.app import build_app
from bot.web.server import PageServer
from bot.wiring import open_desk
from bot.worker import Ticker
from store.access import admit_admin
from store.errors import Misconfigured
from store.presence import is_wanted, wait_until_free
from store.settings import Settings, read_settings

LINK_LIVES = timedelta(hours=12)
DRAIN_SECONDS = 10
STOP_SECONDS = 5.0
WAITING_CALLS = 512
WAY_SECONDS = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")
    parser.add_argument("--no-worker", action="store_true", help="doors only; others do the work")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    given = {name: getattr(options, name) for name in ("host", "port") if getattr(options, name) is not None}
    settings = read_settings(**given)
    if options.no_worker and settings.is_sqlite:
        raise Misconfigured("run --no-worker needs a database for many processes: set DATABASE_URL")
    logging.getLogger("deskbell").setLevel(settings.log_level.upper())
    listener = listen(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    # Once it has closed its doors, uvicorn sends itself the signal again: unheard, that would end the process
    # before the belts have stopped.
    signal.signal(signal.SIGTERM, leave)
    while serve(settings, listener, with_workers=not options.no_worker):
        wait_until_free(settings.data_dir)
    return 0


def serve(settings: Settings, listener: socket.socket, *, with_workers: bool) -> bool:
    """Until a signal ends it. True: a restore wants the folder; who calls meanwhile waits at the door."""
    desk = open_desk(settings)
    server = PageServer(
        uvicorn.Config(
            build_app(desk),
            log_config=None,
            access_log=False,
            lifespan="off",
            backlog=WAITING_CALLS,
            # A call that hangs must not hold the stop for ever.
            timeout_graceful_shutdown=DRAIN_SECONDS,
            server_header=False,
        ),
        desk.notifier,
    )
    way = MakingWay(settings.data_dir, server)
    watcher = Ticker("restore", WAY_SECONDS, way)
    if with_workers:
        desk.start()
    desk.library.warm()
    print_welcome(settings, make_admin_link(desk))
    watcher.start()
    # What is loaded by now stays. A full collection would look it all through, 0.1 s between two questions.
    gc.freeze()
    try:
        server.run(sockets=[listener.dup()])
    finally:
        gc.unfreeze()
        watcher.stop(STOP_SECONDS)
        desk.stop(STOP_SECONDS)
    return way.is_made


class MakingWay:
    """Ends the server when a restore wants the folder."""

    def __init__(self, data_dir: Path, server: PageServer) -> None:
        self._data_dir, self._server = data_dir, server
        self.is_made = False

    def __call__(self) -> bool:
        if not self.is_made and is_wanted(self._data_dir):
            self.is_made = True
            self._server.should_exit = True
        return False


def leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        raise Misconfigured(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}."
            " Set DESKBELL_PORT to a free one, or 0"
        ) from error
    listener.listen(WAITING_CALLS)
    return listener


def make_admin_link(desk: Desk) -> str:
    """Opens the admin pages once; a new start prints a new one."""
    now, secret, key_id = desk.clock.now(), desk.clock.new_secret(), desk.clock.new_id("key")
    until = now + LINK_LIVES
    desk.database.write(
        lambda connection: admit_admin(connection, secret=secret, key_id=key_id, now=now, expires_at=until)
    )
    return f"{desk.settings.address}/signin/{secret}"


def print_welcome(settings: Settings, link: str) -> None:
    print(f"Customers ask here:      {settings.address}/support/assistant")
    print(f"Their requests:          {settings.address}/support/ticket")
    print(f"Sign in as admin, once:  {link}")
    print("Stop with Ctrl-C.", flush=True)
