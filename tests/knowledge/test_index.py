"""Do all indexes find the same, each in its own way?"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import GRAPH, Vectors
from knowledge.index import ExactIndex, VectorIndex, open_index
from store.shelf import Hash

IDS = [Hash(f"{number:032x}") for number in range(50)]


def directions(seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(len(IDS), 384)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.fixture(params=["numpy", "chroma"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    index = ExactIndex() if request.param == "numpy" else open_index(tmp_path, GRAPH)
    assert index.name == request.param
    yield index
    index.close()


class TestEveryIndex:
    def test_the_nearest_comes_first_with_its_cosine(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS, rows)

        near = index.nearest(["public"], rows[7], 5)

        assert len(near) == 5
        assert next(iter(near)) == IDS[7]
        assert near[IDS[7]] == pytest.approx(1.0, abs=1e-3)
        assert list(near.values()) == sorted(near.values(), reverse=True)

    def test_one_audience_is_not_found_by_another(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS[:10], rows[:10])
        index.add("team:billing", IDS[10:], rows[10:])

        assert index.nearest(["public"], rows[20], 50).keys() == set(IDS[:10])
        assert next(iter(index.nearest(["public", "team:billing"], rows[20], 50))) == IDS[20]
        assert index.audiences() == {"public", "team:billing"}

    def test_what_is_dropped_is_gone(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS, rows)

        index.drop("public", IDS[:20])

        assert index.ids("public") == set(IDS[20:])
        assert not index.nearest(["public"], rows[3], 50).keys() & set(IDS[:20])

    def test_adding_again_replaces(self, index: VectorIndex) -> None:
        index.add("public", IDS, directions())
        index.add("public", IDS[:1], directions(1)[:1])

        assert len(index.ids("public")) == len(IDS)
        assert next(iter(index.nearest(["public"], directions(1)[0], 3))) == IDS[0]

    def test_equal_vectors_are_all_found(self, index: VectorIndex) -> None:
        same = np.full((len(IDS), 384), 384**-0.5, np.float32)
        index.add("public", IDS, same)

        assert len(index.nearest(["public"], same[0], 20)) == 20

    def test_an_unknown_audience_and_an_empty_index_find_nothing(self, index: VectorIndex) -> None:
        assert index.nearest(["public", "staff"], directions()[0], 5) == {}
        assert index.ids("staff") == set()
        index.drop("staff", IDS[:1])


def test_chroma_keeps_what_it_was_given_over_a_restart(tmp_path: Path) -> None:
    first = open_index(tmp_path, GRAPH)
    first.add("public", IDS, directions())
    first.close()

    again = open_index(tmp_path, GRAPH)

    assert again.ids("public") == set(IDS)
    again.close()


def test_only_one_holds_chroma_and_the_other_searches_without_it(tmp_path: Path) -> None:
    holder = open_index(tmp_path, GRAPH)
    other = open_index(tmp_path, GRAPH)

    assert (holder.name, other.name) == ("chroma", "numpy")
    holder.close()


def test_another_embedder_has_drawers_of_its_own(tmp_path: Path) -> None:
    first = open_index(tmp_path, GRAPH)
    first.add("public", IDS, directions())
    first.close()

    other = open_index(tmp_path, "another-embedder-1")

    assert other.ids("public") == set()
    other.close()


def test_a_folder_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"this is no database" * 100)

    index = open_index(tmp_path, GRAPH)
    index.add("public", IDS, directions())

    assert len(index.ids("public")) == len(IDS)
    index.close()
