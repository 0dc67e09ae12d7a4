"""How do the weights of MiniLM become a graph that runs without torch?"""

import json
import os
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Weights: TypeAlias = dict[str, NDArray[np.float32]]

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12


def load_onnx() -> ModuleType:
    import onnx  # noqa: PLC0415 - 0.3 s, and needed once in the life of a data directory

    return onnx


def read_weights(path: Path) -> Weights:
    """The safetensors layout: eight bytes of header length, a JSON header, raw little-endian numbers."""
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    numbers = memoryview(raw)[8 + length :]
    weights = {}
    for name, entry in header.items():
        if entry["dtype"] == "F32":
            first, last = entry["data_offsets"]
            weights[name] = np.frombuffer(numbers[first:last], np.float32).reshape(entry["shape"])
    return weights


@dataclass(slots=True)
class Sketch:
    """A graph while it is drawn: each call adds a node and names its result."""

    onnx: ModuleType
    nodes: list[object] = field(default_factory=list)
    constants: list[object] = field(default_factory=list)

    def constant(self, value: NDArray[np.generic]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(value, name))
        return name

    def many(self, kind: str, inputs: list[str], results: int, **settings: object) -> list[str]:
        names = [f"n{len(self.nodes)}_{number}" for number in range(results)]
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, names, **settings))
        return names

    def one(self, kind: str, *inputs: str, **settings: object) -> str:
        return self.many(kind, list(inputs), 1, **settings)[0]

    def product(self, rows: str, weight: NDArray[np.float32]) -> str:
        """rows @ weight.T with eight-bit integers: weights are rounded here, rows at run time.

        Each row by its own largest number, so that a text has one vector whatever stands beside it.
        """
        number, middle = np.float32, np.uint8(128)
        largest = self.one("ReduceMax", self.one("Abs", rows), self.constant(np.array([-1])), keepdims=1)
        largest = self.one("Max", largest, self.constant(np.array(1e-8, number)))
        step = self.one("Div", largest, self.constant(np.array(127, number)))
        steps = self.one("Round", self.one("Div", rows, step))
        whole = self.one("Add", steps, self.constant(np.array(middle, number)))
        whole = self.one("Cast", whole, to=self.onnx.TensorProto.UINT8)
        scale = np.maximum(np.abs(weight).max(axis=1), 1e-8) / 127
        weights = self.constant(np.ascontiguousarray(np.rint(weight / scale[:, None]).astype(np.int8).T))
        zero = self.constant(np.zeros(len(scale), np.int8))
        whole = self.one("MatMulInteger", whole, weights, self.constant(np.array(middle)), zero)
        # Not in one product: onnxruntime would join the nodes to a kernel that knows one step for all rows.
        result = self.one("Mul", cast(self, whole), step)
        return self.one("Mul", result, self.constant(scale.astype(number)))

    def plus(self, rows: str, value: NDArray[np.float32]) -> str:
        return self.one("Add", rows, self.constant(value))

    def norm(self, rows: str, weights: Weights, name: str) -> str:
        scale, shift = self.constant(weights[f"{name}.weight"]), self.constant(weights[f"{name}.bias"])
        return self.one("LayerNormalization", rows, scale, shift, axis=-1, epsilon=EPSILON)

    def dense(self, rows: str, weights: Weights, name: str) -> str:
        return self.plus(self.product(rows, weights[f"{name}.weight"]), weights[f"{name}.bias"])


def draw_embeddings(sketch: Sketch, weights: Weights) -> str:
    words = weights["embeddings.word_embeddings.weight"]
    scale = np.float32(np.abs(words).max() / 127)
    table = sketch.constant(np.rint(words / scale).astype(np.int8))
    word = sketch.one(
        "Mul", cast(sketch, sketch.one("Gather", table, "ids")), sketch.constant(np.array(scale))
    )
    # Every text is of type 0, so that row is part of the positions.
    places = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    zero, one = sketch.constant(np.array([0], np.int64)), sketch.constant(np.array([1], np.int64))
    length = sketch.one("Gather", sketch.one("Shape", "ids"), one)
    place = sketch.one("Slice", sketch.constant(places), zero, length, zero)
    return sketch.norm(sketch.one("Add", word, place), weights, "embeddings.LayerNorm")


def cast(sketch: Sketch, name: str) -> str:
    return sketch.one("Cast", name, to=sketch.onnx.TensorProto.FLOAT)


def draw_layer(sketch: Sketch, weights: Weights, name: str, rows: str) -> str:
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    together = np.concatenate([weights[f"{part}.weight"] for part in parts])
    query, key, value = sketch.many("Split", [sketch.product(rows, together)], 3, axis=-1, num_outputs=3)
    bias = sketch.constant(np.concatenate([weights[f"{part}.bias"] for part in parts]))
    # An operator of onnxruntime's own: one kernel in place of fourteen nodes.
    seen = sketch.one(
        "MultiHeadAttention", query, key, value, bias, "mask32", num_heads=HEADS, domain="com.microsoft"
    )
    seen = sketch.dense(seen, weights, f"{name}.attention.output.dense")
    rows = sketch.norm(sketch.one("Add", seen, rows), weights, f"{name}.attention.output.LayerNorm")
    wide = sketch.one("Gelu", sketch.dense(rows, weights, f"{name}.intermediate.dense"))
    wide = sketch.dense(wide, weights, f"{name}.output.dense")
    return sketch.norm(sketch.one("Add", wide, rows), weights, f"{name}.output.LayerNorm")


def draw_mean(sketch: Sketch, rows: str) -> str:
    """The mean over the words that are there, at length 1."""
    last, middle = sketch.constant(np.array([2], np.int64)), sketch.constant(np.array([1], np.int64))
    seen = sketch.one("Unsqueeze", cast(sketch, "mask"), last)
    total = sketch.one("ReduceSum", sketch.one("Mul", rows, seen), middle, keepdims=0)
    return sketch.one("LpNormalization", total, axis=-1, p=2)


def draw_graph(weights: Weights, draws: type[Sketch] = Sketch) -> bytes:
    onnx = load_onnx()
    sketch = draws(onnx)
    sketch.nodes.append(onnx.helper.make_node("Cast", ["mask"], ["mask32"], to=onnx.TensorProto.INT32))
    rows = draw_embeddings(sketch, weights)
    for layer in range(LAYERS):
        rows = draw_layer(sketch, weights, f"encoder.layer.{layer}", rows)
    sketch.nodes.append(onnx.helper.make_node("Identity", [draw_mean(sketch, rows)], ["vectors"]))
    sketch.nodes.append(onnx.helper.make_node("LpNormalization", [rows], ["each"], axis=-1, p=2))
    asked = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["texts", "words"])
        for name in ("ids", "mask")
    ]
    given = [
        onnx.helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, ["texts", WIDTH]),
        onnx.helper.make_tensor_value_info("each", onnx.TensorProto.FLOAT, ["texts", "words", WIDTH]),
    ]
    graph = onnx.helper.make_graph(sketch.nodes, "minilm", asked, given, sketch.constants)
    versions = [onnx.helper.make_opsetid("", 20), onnx.helper.make_opsetid("com.microsoft", 1)]
    model: bytes = onnx.helper.make_model(graph, opset_imports=versions, ir_version=9).SerializeToString()
    return model


def write_graph(model_dir: Path, out: Path) -> None:
    """Written aside and renamed, so that a reader finds the whole graph or none."""
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.with_suffix(f".{os.getpid()}")
    aside.write_bytes(draw_graph(read_weights(model_dir / "model.safetensors")))
    aside.replace(out)


if __name__ == "__main__":
    write_graph(Path(sys.argv[1]), Path(sys.argv[2]))
