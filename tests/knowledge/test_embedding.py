"""Does the embedder say that alike is alike, whoever builds it?"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import DRAWING, MiniLM, find_model, open_embedder
from knowledge.minilm import read_weights


def test_vectors_have_length_one_and_like_meets_like(embedder: MiniLM) -> None:
    parcel, tracking, cup = embedder.embed(
        ["Where is my parcel?", "I want to track my parcel.", "Who won the world cup?"]
    )

    assert np.linalg.norm(parcel) == pytest.approx(1.0, abs=1e-3)
    assert float(parcel @ tracking) > 0.4 > float(parcel @ cup)


def test_a_text_has_the_same_vector_alone_and_in_company(embedder: MiniLM) -> None:
    texts = ["Where is my order?", "A much longer text. " * 30, "Short."]

    together = embedder.embed(texts)

    for text, vector in zip(texts, together, strict=True):
        assert float(embedder.embed([text])[0] @ vector) > 0.9999


def test_no_text_is_no_vector(embedder: MiniLM) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_the_weights_are_whole() -> None:
    model = find_model()
    assert model

    weights = read_weights(model / "model.safetensors")

    assert weights["embeddings.word_embeddings.weight"].shape == (30522, 384)


@pytest.mark.slow
def test_two_processes_that_start_at_once_build_one_graph(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from knowledge.embedding import open_embedder;"
        f" open_embedder(Path({str(tmp_path)!r}))"
    )
    house = Path(__file__).parents[2]
    both = [subprocess.Popen([sys.executable, "-c", code], cwd=house) for _ in range(2)]

    assert [one.wait() for one in both] == [0, 0]
    assert [place.name for place in tmp_path.glob("*.onnx")] == [f"{DRAWING}.onnx"]
    assert open_embedder(tmp_path)


def test_without_weights_there_is_no_embedder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.embedding.PACKAGE", "a_package_that_is_not_there")

    assert open_embedder(tmp_path) is None
