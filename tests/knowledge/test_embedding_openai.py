"""Do vectors come from a server that speaks like OpenAI, and what if it does not answer?"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge import embedders, embedding_openai
from knowledge.embedders import EmbedderChoice, Rested
from knowledge.embedding import GRAPH, MeaningAway
from knowledge.embedding_openai import Account, OpenAIEmbedder, identity_of, open_openai, read_identity
from store.errors import Misconfigured
from tests.bag import Bag
from tests.engines import free_port
from tests.openai_twin import Twin, openai_twin

MODEL = "BAAI/bge-m3"
SECRET = "sk-told-to-nobody"


@pytest.fixture
def twin() -> Iterator[Twin]:
    with openai_twin() as twin:
        yield twin


@pytest.fixture
def embedder(twin: Twin) -> Iterator[OpenAIEmbedder]:
    embedder = opened(twin)
    yield embedder
    embedder.close()


def opened(twin: Twin, *known: str) -> OpenAIEmbedder:
    return open_openai(MODEL, Account(twin.address, SECRET), known)


def test_vectors_have_length_one_and_stand_in_the_order_of_their_texts(embedder: OpenAIEmbedder) -> None:
    texts = ["Where is my parcel?", "I track my parcel.", "Who won the cup?"]

    vectors = embedder.embed(texts)

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)
    assert vectors == pytest.approx(Bag().embed(texts), abs=1e-5)


def test_many_texts_go_in_parts_and_long_ones_are_cut(twin: Twin, embedder: OpenAIEmbedder) -> None:
    twin.requests.clear()

    assert embedder.embed(["word " * 9_000] * 150).shape == (150, 48)

    assert [len(one["input"]) for one in twin.requests] == [64, 64, 22]
    assert {len(text) for text in twin.texts} == {embedding_openai.LONGEST}
    assert embedder.embed([]).shape == (0, 48)


def test_the_key_goes_where_it_belongs_and_nowhere_else(twin: Twin, embedder: OpenAIEmbedder) -> None:
    assert set(twin.keys) == {f"Bearer {SECRET}"}

    twin.failures = [401]
    with pytest.raises(MeaningAway) as refused:
        embedder.embed(["a"])

    assert SECRET not in str(refused.value) + repr(Account(twin.address, SECRET))


def test_a_server_that_stumbles_is_asked_again(twin: Twin, embedder: OpenAIEmbedder) -> None:
    twin.failures = [503, 429]

    assert embedder.embed(["a"]).shape == (1, 48)


def test_a_question_does_not_wait_for_a_second_try(twin: Twin, embedder: OpenAIEmbedder) -> None:
    twin.failures = [503]
    twin.requests.clear()

    with pytest.raises(MeaningAway, match=MODEL):
        embedder.hasty().embed(["a"])

    assert len(twin.requests) == 1


def test_a_question_does_not_wait_long(
    twin: Twin, embedder: OpenAIEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_openai, "HASTY_SECONDS", 0.1)
    twin.seconds = 1.0
    began = time.monotonic()

    with pytest.raises(MeaningAway, match="timed out"):
        embedder.hasty().embed(["a"])

    assert time.monotonic() - began < 0.9


def test_after_a_failure_questions_leave_it_alone_for_a_while(
    twin: Twin, embedder: OpenAIEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested = Rested(embedder)
    twin.is_away = True
    twin.requests.clear()
    for _ in range(3):
        with pytest.raises(MeaningAway):
            rested.embed(["a"])
    assert len(twin.requests) == 1
    assert rested.failed

    twin.is_away = False
    monkeypatch.setattr(embedders, "REST_SECONDS", 0.0)
    rested = Rested(embedder)

    assert rested.embed(["a"]).shape == (1, 48)
    assert not rested.failed


@pytest.mark.parametrize(
    "garbled",
    [[[1.0, 2.0], [1.0]], [[float("nan")] * 48], [[1.0] * 48] * 2, ["no vector"], [[]]],
    ids=["ragged", "not a number", "too many", "text", "empty"],
)
def test_what_is_no_vector_is_refused(twin: Twin, embedder: OpenAIEmbedder, garbled: object) -> None:
    twin.garbles = garbled

    with pytest.raises(MeaningAway):
        embedder.embed(["a"])


def test_a_model_that_changes_its_width_is_another_model(twin: Twin, embedder: OpenAIEmbedder) -> None:
    twin.width = 64

    with pytest.raises(MeaningAway, match="64 numbers, and gave 48 before"):
        embedder.embed(["a"])


def test_its_identity_holds_model_width_and_version(embedder: OpenAIEmbedder) -> None:
    assert embedder.identity == "openai:BAAI/bge-m3:48:1"
    assert read_identity(identity_of("nomic-embed-text:v1.5", 768)) == ("nomic-embed-text:v1.5", 768)


def test_a_known_width_is_not_asked_for(twin: Twin) -> None:
    embedder = opened(twin, GRAPH, "openai:other:12:1", identity_of(MODEL, 48))

    assert twin.requests == []
    assert embedder.embed(["a"]).shape == (1, 48)
    embedder.close()


def test_a_server_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_openai, "TRIES", 0)
    with pytest.raises(MeaningAway, match=r"no vectors from 'm' at 127\.0\.0\.1"):
        open_openai("m", Account(f"http://127.0.0.1:{free_port()}/v1"), ())


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (EmbedderChoice("word2vec"), "write minilm, or openai:MODEL"),
        (EmbedderChoice("openai:", Account(key="k")), "write minilm, or openai:MODEL"),
        (EmbedderChoice("openai:m"), "give OPENAI_API_KEY, or OPENAI_BASE_URL"),
    ],
)
def test_half_a_setting_stops_the_start(choice: EmbedderChoice, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        choice.check()


def test_whole_settings_are_taken() -> None:
    EmbedderChoice().check()
    EmbedderChoice("openai:m", Account(key="k")).check()
    EmbedderChoice("openai:m", Account("http://127.0.0.1:1/v1")).check()


@pytest.mark.slow
def test_without_it_nothing_of_it_is_loaded() -> None:
    code = "import sys, bot.wiring; sys.exit('openai' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode
        == 0
    )
