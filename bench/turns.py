"""How long does one turn of the interview take to decide and to write, without search and model?"""

import tempfile
from pathlib import Path
from time import perf_counter

from bench.table import Figure, median, percentile, print_table
from bot.wiring import open_desk
from store.commands import Command, FillSlot, SkipQuestion, StartTicket
from store.messages import CustomerSaid
from store.settings import read_settings

PEOPLE = 100
LIMIT_MS = 15.0
PRESSED: tuple[Command, ...] = (
    StartTicket(category="billing"),
    FillSlot(name="problem", value="The invoice shows an old address"),
    SkipQuestion(),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        took = measure(Path(folder))
    print_table(
        "One interview turn: read, decide, write (SQLite, synchronous=FULL)",
        [Figure("p50", median(took), "ms"), Figure("p95", percentile(took, 0.95), "ms", LIMIT_MS)],
    )


def measure(folder: Path) -> list[float]:
    """Milliseconds of each turn, from the claim to the commit."""
    desk = open_desk(read_settings(data_dir=folder, knowledge_dir=folder / "none", _env_file=None))
    took = []
    for person in range(PEOPLE):
        for number, command in enumerate(PRESSED):
            said = CustomerSaid(
                key=f"{person}-{number}",
                at=desk.clock.now(),
                person_id=f"per_{person}",
                channel="web",
                thread=f"per_{person}",
                text="pressed",
                command=command,
            )
            lane = desk.receive(said).lane
            began = perf_counter()
            desk.handler.work(lane)
            took.append((perf_counter() - began) * 1000)
    desk.stop()
    return took
