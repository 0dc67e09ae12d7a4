"""Who answers on this machine when a test asks OpenAI for vectors? A server that speaks the same."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from typing_extensions import override

from tests.bag import bag_of

GOOD = 200
WIDTHS = {"narrow": 24, "wide": 96}
"""By model; of all others what the test says."""


class Twin:
    """What it was asked, and what it is told to do wrong."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.width = 48
        self.failures: list[int] = []
        """Statuses of the next answers; then all is well again."""
        self.is_away = False
        self.seconds = 0.0
        self.garbles: Any = None
        """What stands in place of the vectors."""
        self.gate = threading.Event()
        self.gate.set()

    @property
    def texts(self) -> list[str]:
        return [text for request in self.requests for text in request["input"]]

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(request)
        self.gate.wait(20)
        time.sleep(self.seconds)
        status = 503 if self.is_away else self.failures.pop(0) if self.failures else GOOD
        if status != GOOD:
            return status, {"error": {"message": "told to fail", "type": "twin", "code": None}}
        width = WIDTHS.get(request["model"], self.width)
        vectors = self.garbles or [bag_of(text, width).tolist() for text in request["input"]]
        rows = [
            {"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(vectors)
        ]
        # Not in order: the index says which is which.
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return GOOD, {"object": "list", "data": rows[::-1], "model": request["model"], "usage": usage}


@contextmanager
def openai_twin() -> Iterator[Twin]:
    class Answering(BaseHTTPRequestHandler):
        twin: ClassVar[Twin]

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.twin.keys.append(self.headers.get("authorization", ""))
            status, answer = self.twin.answer(body) if self.path.endswith("/embeddings") else (404, {})
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    twin = Twin(f"http://127.0.0.1:{server.server_address[1]}/v1")
    Answering.twin = twin
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield twin
    finally:
        twin.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
