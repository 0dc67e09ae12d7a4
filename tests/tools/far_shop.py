"""What does a real shop answer, on this machine? The sample shop, behind signed HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from typing_extensions import override

from store.backend import SampleBackend
from store.backend_records import BY_KIND, Written
from store.errors import BadAnswer, Overtaken
from tests.ledgers import NOON
from tools.backend_http import signature

SECRET = b"0123456789abcdef0123456789abcdef"
TOLERANCE = 300


class FarShop:
    def __init__(self, backend: SampleBackend) -> None:
        self.backend = backend
        self.address = ""
        self.loses_answers = 0
        """So many writes happen, and their answer never arrives."""
        self.says: tuple[int, bytes] | None = None
        """In place of the answer."""

    def answer(self, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
        if verb == "find":
            record = self.backend.find(BY_KIND[asked["kind"]], asked["key"])
            return {"record": record and record.model_dump(mode="json")}
        if verb == "list":
            found = self.backend.list_of(BY_KIND[asked["kind"]], asked["field"], asked["value"])
            return {"records": [one.model_dump(mode="json") for one in found]}
        if verb == "find-write":
            known = self.backend.find_write(asked["key"])
            return {"written": known and known.model_dump(mode="json")}
        done = self.backend.write(Written.model_validate_json(json.dumps(asked)))
        return {"written": done.model_dump(mode="json")}


class Quiet(ThreadingHTTPServer):
    """Who hangs up is no fault of it, and none of what others print."""

    @override
    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def far_shop(backend: SampleBackend) -> Iterator[FarShop]:
    class Answering(BaseHTTPRequestHandler):
        shop: ClassVar[FarShop]

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            verb = self.path.rpartition("/")[2]
            status, raw = self.shop.says or self.work(verb, body)
            if verb == "write" and self.shop.loses_answers:
                self.shop.loses_answers -= 1
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def work(self, verb: str, body: bytes) -> tuple[int, bytes]:
            at, call_id = int(self.headers["webhook-timestamp"]), self.headers["webhook-id"]
            right = f"v1,{signature(SECRET, call_id, at, body)}"
            if self.headers["webhook-signature"] != right or abs(at - NOON.timestamp()) > TOLERANCE:
                return 401, b"{}"
            try:
                return 200, json.dumps(self.shop.answer(verb, json.loads(body))).encode()
            except Overtaken as error:
                return 409, json.dumps({"detail": str(error)}).encode()
            except BadAnswer as error:
                return 422, json.dumps({"detail": str(error)}).encode()

        @override
        def log_message(self, *_: Any) -> None:
            pass

    Answering.shop = FarShop(backend)
    server = Quiet(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    Answering.shop.address = f"http://127.0.0.1:{server.server_port}/desk"
    try:
        yield Answering.shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
