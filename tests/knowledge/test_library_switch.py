"""Does another embedder come in beside the old one, and take over only when all its vectors are there?"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from knowledge import embedders, library, sync
from knowledge.embedders import EmbedderChoice
from knowledge.embedding import GRAPH, Embedder, MeaningAway
from knowledge.embedding_openai import Account
from knowledge.index import Choice, Wanted
from knowledge.library import Library, open_library
from store import shelf
from store.clock import StandingClock
from store.shelf import Hash
from tests.bag import Bag
from tests.knowledge.conftest import NOON, Room
from tests.knowledge.test_library import wait_until
from tests.openai_twin import Twin, openai_twin

SHIPPING = "# Shipping\n\nWe ship to Norway within 4 working days.\n"
OFFLINE = EmbedderChoice()


@pytest.fixture
def twin() -> Iterator[Twin]:
    with openai_twin() as twin:
        yield twin


@pytest.fixture
def filled(room: Room) -> Room:
    """Answered from with MiniLM; a text for each article, so that each has one vector."""
    room.write("shipping.md", SHIPPING)
    for number in range(5):
        room.write(f"a{number}.md", f"# Part {number}\n\nThe part {number} fits a car.\n")
    room.sync()
    return room


@contextmanager
def restarted(
    room: Room, choice: EmbedderChoice, engine: Choice = "numpy", given: Embedder | None = None
) -> Iterator[Library]:
    """The same desk after a restart with other settings."""
    opened = open_library(
        room.library.database,
        data_dir=room.library.data_dir,
        articles_dir=room.folder,
        clock=StandingClock(NOON),
        default_audience="public",
        models_dir=room.library.models_dir,
        engine=Wanted(engine),
        embedder=choice,
    )
    opened.embedder = given
    yield opened
    opened.close()


def by_openai(twin: Twin, model: str = "m") -> EmbedderChoice:
    return EmbedderChoice(f"openai:{model}", Account(twin.address))


def ask(library: Library) -> str:
    """Which article is found first; a bag of words makes no answer sure enough to be given."""
    hits = library.search("do you ship to Norway?", history=(), audience="public", language="en").hits
    return hits[0].chunk.text


def stored(room: Room) -> list[str]:
    with room.library.database.read() as connection:
        return sorted(shelf.list_embedders(connection))


@contextmanager
def aside(call: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield
    finally:
        thread.join(20)


@pytest.mark.parametrize("engine", ["numpy", "chroma"])
def test_the_old_index_answers_until_the_new_one_is_whole(filled: Room, twin: Twin, engine: Choice) -> None:
    with restarted(filled, OFFLINE, engine) as before:
        before.load(held=True)
    with restarted(filled, by_openai(twin), engine) as switching:
        switching.meaning.open(held=True, switching=True)
        switching.is_loaded = True
        twin.gate.clear()
        with aside(switching.meaning.embed):
            wait_until(lambda: len(twin.requests) > 1)

            health = switching.health()
            assert (health.mode, health.embedder, health.coming) == ("hybrid", GRAPH, "openai:m:48:1")
            assert (health.vectors, health.coming_vectors) == ((6, 6), (0, 6))
            assert "Norway" in ask(switching)
            twin.gate.set()

        health = switching.health()
        assert (health.embedder, health.coming, health.vectors) == ("openai:m:48:1", "", (6, 6))
        switching.follow()
        twin.requests.clear()
        assert "Norway" in ask(switching)
        assert twin.texts
        switching.meaning.clear_leftovers()
        assert switching.verify() == []
        if engine == "chroma":
            assert switching.meaning.engine
            assert switching.meaning.engine.open(GRAPH).audiences() == set()
    assert stored(filled) == ["openai:m:48:1"]


def test_a_desk_that_runs_switches_by_itself(filled: Room, twin: Twin) -> None:
    with restarted(filled, by_openai(twin), "chroma") as running:
        running.warm()
        wait_until(lambda: running.health().embedder == "openai:m:48:1")
        wait_until(lambda: stored(filled) == ["openai:m:48:1"])
        assert "Norway" in ask(running)

        filled.write("new.md", "# Trunk\n\nThe trunk opens with the small key.\n")
        wait_until(lambda: running.health().vectors == (7, 7))


def test_what_changes_meanwhile_is_found_in_both(filled: Room, twin: Twin) -> None:
    with restarted(filled, by_openai(twin)) as switching:
        switching.meaning.open(held=True, switching=True)
        filled.write("new.md", "# Trunk\n\nThe trunk opens with the small key.\n")
        switching.sync()
        switching.embed()
        switching.follow()

        assert switching.health().embedder == "openai:m:48:1"
        assert switching.health().vectors == (7, 7)


def test_a_switch_that_is_cut_off_leaves_the_old_one_and_goes_on_later(
    filled: Room, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "EMBED_AT_ONCE", 2)
    with restarted(filled, by_openai(twin)) as cut_off:
        cut_off.meaning.open(held=True, switching=True)
        cut_off.is_loaded = True
        answered = twin.answer

        def once(request: dict[str, object]) -> tuple[int, dict[str, object]]:
            twin.failures = [400] if len(twin.requests) == 2 else []
            return answered(request)

        twin.answer = once  # type: ignore[method-assign]  # it stumbles in the middle
        with pytest.raises(MeaningAway):
            cut_off.embed()
        assert cut_off.health().embedder == GRAPH
        assert "told to fail" in cut_off.health().trouble
        assert "Norway" in ask(cut_off)
        twin.answer = answered  # type: ignore[method-assign]  # as before

    assert stored(filled) == [GRAPH, "openai:m:48:1"]
    twin.requests.clear()
    with restarted(filled, by_openai(twin)) as again:
        again.load(held=True)
        assert again.health().embedder == "openai:m:48:1"
        assert again.health().trouble == ""
    assert len(twin.texts) == 4


@pytest.mark.slow
def test_a_command_beside_the_desk_answers_with_the_old_one_and_switches_nothing(
    filled: Room, twin: Twin
) -> None:
    with restarted(filled, by_openai(twin)) as command:
        assert "Norway" in ask(command)

        assert command.health().embedder == GRAPH
    assert stored(filled) == [GRAPH]


def test_another_process_goes_where_the_pointer_goes(filled: Room, twin: Twin) -> None:
    with restarted(filled, by_openai(twin)) as other, restarted(filled, by_openai(twin)) as switching:
        other.load(switching=False)
        assert other.health().embedder == GRAPH

        switching.load(held=True)
        other.follow()

        assert other.health().embedder == "openai:m:48:1"
        assert "Norway" in ask(other)


def test_an_embedder_that_cannot_be_asked_any_more_makes_way_at_once(filled: Room) -> None:
    """Its key is gone; words answer what has no new vector yet."""
    with restarted(filled, OFFLINE, given=Bag(48)) as first:
        first.load(held=True)
        assert first.health().embedder == Bag(48).identity
    with restarted(filled, OFFLINE, given=Bag(64)) as second:
        second.load(held=True)
        assert second.health().embedder == Bag(64).identity
        assert "Norway" in ask(second)
        second.meaning.clear_leftovers()
    assert stored(filled) == [Bag(64).identity]


def test_a_command_that_cannot_ask_the_old_one_answers_by_words_and_leaves_the_pointer(filled: Room) -> None:
    with restarted(filled, OFFLINE, given=Bag(48)) as desk:
        desk.load(held=True)
    with restarted(filled, OFFLINE) as command:
        assert "Norway" in ask(command)
        assert command.health().mode == "words"
        assert Bag(48).identity in command.health().trouble
        assert command.meaning.find_pointer() == Bag(48).identity


def test_questions_are_answered_by_words_while_the_server_is_away(
    filled: Room, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    with restarted(filled, by_openai(twin)) as desk:
        desk.load(held=True)
        assert desk.health().mode == "hybrid"
        twin.is_away = True

        assert "Norway" in ask(desk)
        assert desk.health().mode == "words"
        assert "no vectors from 'm'" in desk.health().trouble
        asked = len(twin.requests)
        assert "Norway" in ask(desk)
        assert len(twin.requests) == asked

        twin.is_away = False
        assert desk.meaning.standing
        monkeypatch.setattr(desk.meaning.standing.asked, "_until", time.monotonic())
        assert "Norway" in ask(desk)
        assert (desk.health().mode, desk.health().trouble) == ("hybrid", "")


def test_an_index_that_is_away_leaves_words_too(filled: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    assert filled.library.index

    def away(*_: object) -> dict[Hash, float]:
        raise MeaningAway("Chroma cannot be asked")

    monkeypatch.setattr(filled.library.index, "nearest", away)

    assert "Norway" in filled.ask("do you ship to Norway?").text


@pytest.mark.slow
def test_vectors_that_cannot_be_made_now_are_made_later(
    filled: Room, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "REST_SECONDS", 0.05)
    monkeypatch.setattr(embedders, "REST_SECONDS", 0.05)
    with restarted(filled, by_openai(twin)) as desk:
        desk.load(held=True)
        desk.warm()
        twin.is_away = True
        filled.write("new.md", "# Trunk\n\nThe trunk opens with the small key.\n")
        wait_until(lambda: "no vectors" in desk.health().trouble)
        found = desk.search("trunk key", history=(), audience="public", language="en")
        assert "small key" in found.hits[0].chunk.text

        twin.is_away = False
        wait_until(lambda: desk.health().vectors == (7, 7) and not desk.health().trouble)


@pytest.mark.slow
def test_a_server_that_is_away_at_the_start_is_asked_again(
    filled: Room, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "REST_SECONDS", 0.05)
    twin.is_away = True
    with restarted(filled, by_openai(twin)) as desk:
        desk.warm()
        wait_until(lambda: "no vectors" in desk.health().trouble)
        assert desk.health().embedder == GRAPH
        assert "Norway" in ask(desk)

        twin.is_away = False
        wait_until(lambda: desk.health().embedder == "openai:m:48:1")


@pytest.mark.slow
def test_health_tells_how_far_the_first_index_is(room: Room, twin: Twin) -> None:
    for number in range(30):
        room.write(f"a{number}.md", f"# Part {number}\n\nThe part {number} fits a car.\n")
    with restarted(room, by_openai(twin)) as desk:
        assert (desk.health().texts, desk.health().vectors) == ((0, 0), (0, 0))
        desk.warm()
        wait_until(lambda: len(twin.requests) > 0)
        twin.gate.clear()
        wait_until(lambda: desk.health().texts == (30, 30))

        assert (
            "part 7" in desk.search("part 7", history=(), audience="public", language="en").hits[0].chunk.text
        )
        twin.gate.set()
        wait_until(lambda: desk.health().vectors == (30, 30) and not desk.health().is_behind)
