"""How soon is the desk ready, how fast is its first answer, and what does it cost while it waits?"""

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from time import perf_counter, sleep

from bench.table import Figure, median, percentile, print_table

QUESTIONS = (
    "Where is my order?",
    "How long does a refund take?",
    "How much is shipping to France?",
    "My fuel pump hums but does not pump",
    "The sign-in code has expired",
    "Can I move my workshop booking?",
    "The upload of my photos stops at 90 %",
    "How do I cancel the parts club?",
)
ROUNDS = 5
IDLE_SECONDS = 10.0
PATIENCE_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


class Running:
    """A desk in a process of its own, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "DESKBELL_DATA_DIR": str(folder), "DESKBELL_PORT": "0"}
        began = perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self.process.kill)
        self.address = self.read_address()
        while not self.is_ready():
            if perf_counter() - began > PATIENCE_SECONDS:
                raise TimeoutError(f"{self.address}/readyz stayed red for {PATIENCE_SECONDS} s")
            sleep(0.02)
        self.ready_seconds = perf_counter() - began
        self.token = self.create_token()

    def read_address(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://[\d.]+:\d+", line):
                return found[0]
        raise RuntimeError("the desk ended before it said its address")

    def create_token(self) -> str:
        command = [sys.executable, "-m", "bot", "token", "create", "bench", "--scope", "write", "--json"]
        made = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return str(json.loads(made.stdout)["token"])

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz") as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except OSError:
            return False

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def ask(self, question: str) -> float:
        """Milliseconds from the post to the answer, over the API."""
        body = json.dumps({"question": question}).encode()
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.address}/api/v1/ask",
            body,
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        began = perf_counter()
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
            json.load(answer)
        return (perf_counter() - began) * 1000

    def stop(self) -> float:
        """Seconds until the process has ended."""
        began = perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cold = Running(Path(folder))
        cold.ask(QUESTIONS[0])
        sleep(IDLE_SECONDS)
        cold.stop()
        figures = measure_warm(Path(folder))
    print_table(
        "The running desk (SQLite, sample articles)",
        [Figure("first start until ready, nothing built yet", cold.ready_seconds, "s"), *figures],
    )


def measure_warm(folder: Path) -> list[Figure]:
    desk = Running(folder)
    ready_mb = desk.resident_mb()
    sleep(2)
    first = desk.ask(QUESTIONS[0])
    took = [desk.ask(question) for _ in range(ROUNDS) for question in QUESTIONS]
    answered_mb = desk.resident_mb()
    before = desk.cpu_seconds()
    sleep(IDLE_SECONDS)
    idle = (desk.cpu_seconds() - before) / IDLE_SECONDS * 100
    return [
        Figure("start until ready, warm", desk.ready_seconds, "s", 3.0),
        Figure("first question, 2 s after ready", first, "ms", 150.0),
        Figure("question p50", median(took), "ms"),
        Figure("question p95", percentile(took, 0.95), "ms", 150.0),
        Figure("memory when ready", ready_mb, "MB", 250.0),
        Figure("memory after the answers", answered_mb, "MB", 400.0),
        Figure("idle CPU", idle, "%", 1.0),
        Figure("stop after SIGTERM", desk.stop(), "s"),
    ]
