"""Do all indexes find the same, each in its own way?"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import GRAPH, MeaningAway, Vectors
from knowledge.index import VectorEngine, VectorIndex, Wanted, ending_of, open_engine
from knowledge.index_pgvector import PgvectorEngine
from store import pgvector
from store.database import Database, open_database
from store.errors import Misconfigured
from store.shelf import Hash
from tests.engines import chroma_server, free_port, postgres_with_vectors

IDS = [Hash(f"{number:032x}") for number in range(50)]
# Each starts a server.
starts_server = pytest.mark.slow
ENGINES = (
    "numpy",
    "chroma",
    pytest.param("chroma server", marks=starts_server),
    pytest.param("pgvector", marks=starts_server),
)


def directions(seed: int = 0, width: int = 384) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(len(IDS), width)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as address:
        yield address


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    with postgres_with_vectors() as database:
        yield database


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Database]:
    """Nothing of it is asked by the engines that keep their vectors elsewhere."""
    database = open_database(f"sqlite:///{tmp_path / 'rows.db'}")
    yield database
    database.close()


def hold(folder: Path, rows: Database) -> VectorEngine:
    """As the running desk does."""
    return open_engine(Wanted("chroma"), folder, rows, held=True)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path, rows: Database) -> Iterator[VectorEngine]:
    if request.param == "pgvector":
        engine: VectorEngine = PgvectorEngine(request.getfixturevalue("postgres"))
    elif request.param == "chroma server":
        address = f"{request.getfixturevalue('server')}/{tmp_path.name.lower().strip('_')}"
        engine = open_engine(Wanted("auto", address), tmp_path, rows, held=False)
    else:
        engine = open_engine(Wanted(request.param), tmp_path, rows, held=True)
    assert request.param.startswith(engine.name)
    yield engine
    engine.keep_only("nobody")
    engine.close()


@pytest.fixture
def index(engine: VectorEngine) -> Iterator[VectorIndex]:
    index = engine.open(GRAPH)
    yield index
    index.close()


class TestEveryIndex:
    def test_the_nearest_comes_first_with_its_cosine(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS, rows)
        index.settle()

        near = index.nearest(["public"], rows[7], 5)

        assert len(near) == 5
        assert next(iter(near)) == IDS[7]
        assert near[IDS[7]] == pytest.approx(1.0, abs=1e-3)
        assert list(near.values()) == sorted(near.values(), reverse=True)

    def test_all_engines_give_the_cosines_themselves(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS, rows)
        asked = directions(1)[0]

        near = index.nearest(["public"], asked, len(IDS))

        exact = {name: float(row @ asked) for name, row in zip(IDS, rows, strict=True)}
        assert near == pytest.approx(exact, abs=1e-3)

    def test_one_audience_is_not_found_by_another(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS[:10], rows[:10])
        index.add("team:billing", IDS[10:], rows[10:])

        assert index.nearest(["public"], rows[20], 50).keys() == set(IDS[:10])
        assert next(iter(index.nearest(["public", "team:billing"], rows[20], 50))) == IDS[20]
        assert index.audiences() == {"public", "team:billing"}

    def test_the_same_text_may_stand_in_two_drawers(self, index: VectorIndex) -> None:
        rows = directions()
        index.add("public", IDS[:2], rows[:2])
        index.add("staff", IDS[:2], rows[:2])
        index.drop("public", IDS[:1])

        assert index.nearest(["public"], rows[0], 5).keys() == {IDS[1]}
        assert next(iter(index.nearest(["public", "staff"], rows[0], 5))) == IDS[0]

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

    def test_another_embedder_has_drawers_and_a_width_of_its_own(self, engine: VectorEngine) -> None:
        first, other = engine.open(GRAPH), engine.open("openai:Some/Model:v2:16:1")
        first.add("public", IDS, directions())
        other.add("public", IDS[:5], directions(width=16)[:5])

        assert other.ids("public") == set(IDS[:5])
        assert first.ids("public") == set(IDS)
        assert next(iter(other.nearest(["public"], directions(width=16)[3], 2))) == IDS[3]

    def test_what_another_embedder_left_is_dropped_when_told(self, engine: VectorEngine) -> None:
        first, other = engine.open(GRAPH), engine.open("another-embedder-1")
        first.add("public", IDS, directions())
        other.add("public", IDS, directions())

        engine.keep_only("another-embedder-1")

        assert other.ids("public") == set(IDS)
        if engine.name != "numpy":
            assert engine.open(GRAPH).audiences() == set()


def test_chroma_keeps_what_it_was_given_over_a_restart(tmp_path: Path, rows: Database) -> None:
    first = hold(tmp_path, rows)
    first.open(GRAPH).add("public", IDS, directions())
    first.close()

    again = hold(tmp_path, rows)

    assert again.open(GRAPH).ids("public") == set(IDS)
    again.close()


def test_only_one_holds_chroma_and_the_other_searches_without_it(tmp_path: Path, rows: Database) -> None:
    holder = hold(tmp_path, rows)
    other = hold(tmp_path, rows)

    assert (holder.name, other.name) == ("chroma", "numpy")
    holder.close()


def test_a_folder_that_cannot_be_read_is_made_anew(tmp_path: Path, rows: Database) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"this is no database" * 100)

    engine = hold(tmp_path, rows)
    index = engine.open(GRAPH)
    index.add("public", IDS, directions())

    assert len(index.ids("public")) == len(IDS)
    engine.close()


@starts_server
def test_two_desks_share_a_server_under_two_names(tmp_path: Path, rows: Database, server: str) -> None:
    one = open_engine(Wanted("auto", f"{server}/one"), tmp_path, rows, held=True)
    two = open_engine(Wanted("auto", f"{server}/two"), tmp_path, rows, held=True)
    one.open(GRAPH).add("public", IDS, directions())

    two.keep_only("nobody")

    assert two.open(GRAPH).audiences() == set()
    assert one.open(GRAPH).ids("public") == set(IDS)
    one.close()
    two.close()


def test_a_server_that_is_away_is_said_and_no_crash(tmp_path: Path, rows: Database) -> None:
    with pytest.raises(MeaningAway, match="no Chroma answers there"):
        open_engine(Wanted("auto", f"http://127.0.0.1:{free_port()}"), tmp_path, rows, held=True)


@starts_server
def test_a_server_that_goes_away_is_said_too(tmp_path: Path, rows: Database) -> None:
    with chroma_server(tmp_path / "server") as address:
        engine = open_engine(Wanted("chroma", address), tmp_path, rows, held=True)
        index = engine.open(GRAPH)
        index.add("public", IDS, directions())

    with pytest.raises(MeaningAway, match="cannot be asked"):
        index.nearest(["public"], directions()[0], 5)
    engine.close()


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_stops_the_start(tmp_path: Path, rows: Database, address: str) -> None:
    with pytest.raises(Misconfigured, match="write http://HOST:8000"):
        open_engine(Wanted("auto", address), tmp_path, rows, held=True)


def test_pgvector_without_postgres_stops_the_start(tmp_path: Path, rows: Database) -> None:
    with pytest.raises(Misconfigured, match="DESKBELL_INDEX is 'pgvector'"):
        open_engine(Wanted("pgvector"), tmp_path, rows, held=True)


@starts_server
def test_postgres_that_has_it_is_asked_by_itself(tmp_path: Path, postgres: Database) -> None:
    assert open_engine(Wanted(), tmp_path, postgres, held=True).name == "pgvector"
    assert open_engine(Wanted("numpy"), tmp_path, postgres, held=True).name == "numpy"


@starts_server
def test_a_large_drawer_gets_a_graph_that_finds_nearly_all(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgvector, "LARGE", 40)
    engine = PgvectorEngine(postgres)
    index = engine.open("wide-enough-1")
    index.add("public", IDS, directions())
    index.settle()
    index.settle()

    with postgres.read() as connection:
        drawer = pgvector.list_drawers(connection, "wide-enough-1")["public"]
        assert pgvector.has_graph(connection, drawer)
    assert next(iter(index.nearest(["public"], directions()[7], 5))) == IDS[7]
    engine.keep_only("nobody")


@starts_server
def test_vectors_too_wide_for_a_graph_are_compared_one_by_one(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgvector, "LARGE", 40)
    engine = PgvectorEngine(postgres)
    index = engine.open("very-wide-1")
    index.add("public", IDS, directions(width=3_072))
    index.settle()

    assert next(iter(index.nearest(["public"], directions(width=3_072)[7], 5))) == IDS[7]
    engine.keep_only("nobody")


@pytest.mark.parametrize(
    "embedder", [GRAPH, "openai:text-embedding-3-small:1536:1", "openai:" + "x" * 300 + ":8:1"]
)
def test_the_name_of_a_drawer_is_one_that_chroma_takes(embedder: str) -> None:
    assert ending_of(embedder).lstrip("-").replace("-", "").isalnum()
    assert len(ending_of(embedder)) < 90
    assert ending_of(embedder) != ending_of(embedder + "2")
