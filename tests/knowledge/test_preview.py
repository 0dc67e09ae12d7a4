"""Does a preview show every answer that would change, and leave the live shelf alone?"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.embedding import MiniLM
from knowledge.library import open_library
from knowledge.preview import Stage, run_preview
from knowledge.probes import Preview, Probe, real_probes
from knowledge.proposal import Files, Proposal
from knowledge.rehearsed import Memory, steady
from knowledge.sync import Progress
from store import shelf
from store.clock import StandingClock
from store.database import open_database
from store.knowledge_use import Given
from store.migrate import prepare
from store.settings import read_settings
from tests.knowledge.conftest import NOON, Room

RETURN = """---
audience: public
questions: ["How long can I return a part?"]
---
# Return a part

You can return a part within 30 days of delivery.
"""
PUMP = "# Fuel pump\n\nThe fuel pump hums for two seconds when you turn the key.\n"


@pytest.fixture
def stage(room: Room, models: Path, embedder: MiniLM, tmp_path: Path) -> Iterator[Stage]:
    room.write("returns.md", RETURN)
    room.write("pump.md", PUMP)
    room.sync()
    settings = read_settings(data_dir=tmp_path / "stage", database_url="", _env_file=None)
    database = open_database(settings.database, synchronous="OFF")
    prepare(database, settings)
    library = open_library(
        database,
        data_dir=settings.data_dir,
        articles_dir=settings.data_dir / "articles",
        clock=StandingClock(NOON),
        default_audience="public",
        models_dir=models,
    )
    library.embedder = steady(embedder)
    yield Stage(library, room.library.database, Memory(tmp_path / "answers"))
    library.close()
    database.close()


def preview(
    stage: Stage, room: Room, after: Files, real: Sequence[Probe] = (), before: Files | None = None
) -> Preview:
    return run_preview(stage, Proposal(after, before or {}), room.folder, real)


def asked(question: str, timeline: str = "ses_1", version: int = 2) -> Given:
    return Given(timeline, version, NOON, True, "en", (), question)


def kinds(found: Preview) -> list[tuple[str, str]]:
    return [(one.kind, one.probe.question) for one in found.changes]


def test_a_change_shows_before_and_after(stage: Stage, room: Room) -> None:
    found = preview(stage, room, {"returns.md": RETURN.replace("30", "14").encode()})

    assert kinds(found) == [("changed", "How long can I return a part?")]
    change = found.changes[0]
    assert "30 days" in change.before.text
    assert "14 days" in change.after.text
    assert change.after.cites[0].lines == (7, 7)
    assert (found.golden, found.real, found.same) == (1, 0, 0)


def test_a_removed_article_loses_its_answers_and_names_the_line(stage: Stage, room: Room) -> None:
    found = preview(stage, room, {"returns.md": None})

    assert kinds(found) == [("lost", "How long can I return a part?")]
    assert [(one.article, one.lines) for one in found.changes[0].lines_gone] == [("returns.md", (7, 7))]
    assert found.files[0].kind == "removed"


def test_a_new_article_brings_its_own_questions(stage: Stage, room: Room) -> None:
    text = (
        '---\nquestions: ["Is there a rate for students?"]\n---\n# Student rate\n\nStudents pay 10 % less.\n'
    )

    found = preview(stage, room, {"student.md": text.encode()})

    assert kinds(found) == [("gained", "Is there a rate for students?")]
    assert found.files[0].kind == "added"


def test_lines_that_only_move_are_no_change(stage: Stage, room: Room) -> None:
    moved = RETURN.replace("# Return a part\n", "# Return a part\n\n\n")

    assert preview(stage, room, {"returns.md": moved.encode()}).changes == ()


def test_questions_of_customers_are_asked_again(stage: Stage, room: Room) -> None:
    real = real_probes([asked("What does the fuel pump do?"), asked("Who won the world cup?")], "public")

    found = preview(stage, room, {"pump.md": PUMP.replace("two", "five").encode()}, real)

    assert kinds(found) == [("changed", "What does the fuel pump do?")]
    assert (found.golden, found.real, found.same) == (1, 2, 2)


def test_the_same_question_is_asked_once_and_counted() -> None:
    later = Given("ses_2", 2, NOON + timedelta(hours=1), True, "en", (), "where IS it?")

    probes = real_probes(
        [asked("Where is it?"), later, asked("And how long?", version=5), asked("")], "public"
    )

    assert [(one.question, one.count, one.before) for one in probes] == [
        ("where IS it?", 2, ""),
        ("And how long?", 1, "Where is it?"),
    ]


def test_a_file_that_would_be_set_aside_is_named(stage: Stage, room: Room) -> None:
    found = preview(stage, room, {"returns.md": b"---\naudience: memberz\n---\nText.\n"})

    (aside,) = found.set_aside
    assert (aside.path, aside.line) == ("returns.md", 2)
    assert kinds(found) == [("lost", "How long can I return a part?")]


def test_who_can_read_it_before_and_after_is_said(stage: Stage, room: Room) -> None:
    found = preview(stage, room, {"returns.md": RETURN.replace("public", "staff").encode()})

    assert (found.files[0].audience_before, found.files[0].audience_after) == ("public", "staff")
    assert ("lost", "How long can I return a part?") in kinds(found)


def test_what_the_folders_say_counts_in_the_preview_as_well(stage: Stage, room: Room) -> None:
    (room.folder / "inside").mkdir()
    (room.folder / "inside" / "_folder.yml").write_text("audience: staff\n")

    found = preview(stage, room, {"inside/new.md": b"# New\n\nText.\n"})

    assert found.files[0].audience_after == "staff"


def test_the_live_shelf_is_not_touched(stage: Stage, room: Room) -> None:
    def standing() -> object:
        with room.library.database.read() as connection:
            return shelf.read_generation(connection), shelf.list_articles(connection)

    before, files = standing(), sorted(path.read_bytes() for path in room.folder.rglob("*.md"))
    preview(stage, room, {"returns.md": RETURN.replace("30", "14").encode(), "pump.md": None})

    assert standing() == before
    assert sorted(path.read_bytes() for path in room.folder.rglob("*.md")) == files
    assert "30 days" in room.ask("How long can I return a part?").text


def test_only_new_texts_are_embedded(stage: Stage, room: Room) -> None:
    first = preview(stage, room, {"pump.md": PUMP.replace("two", "five").encode()})
    again = preview(stage, room, {"pump.md": PUMP.replace("two", "nine").encode()})

    assert (first.embedded, again.embedded) == (1, 1)


def test_a_second_preview_begins_at_the_shelf_again(stage: Stage, room: Room) -> None:
    preview(stage, room, {"returns.md": None})

    assert preview(stage, room, {"pump.md": PUMP.encode()}).changes == ()


def test_two_states_can_be_compared_that_are_both_not_live(stage: Stage, room: Room) -> None:
    older, newer = RETURN.replace("30", "7").encode(), RETURN.replace("30", "9").encode()

    found = preview(stage, room, {"returns.md": newer}, before={"returns.md": older})

    assert "7 days" in found.changes[0].before.text
    assert "9 days" in found.changes[0].after.text


def wheels(room: Room) -> None:
    """Articles that the others have nothing to do with."""
    for word in ("wheel", "window", "radio", "battery"):
        head = f'---\nquestions: ["Who mends a broken {word}?"]\n---\n'
        room.write(f"{word}.md", f"{head}# The {word}\n\nOur shop mends each {word}.\n")
    room.sync()


def test_what_a_change_can_reach_is_asked_first_and_all_others_after_it(stage: Stage, room: Room) -> None:
    wheels(room)
    told: list[Preview] = []
    change = {"returns.md": RETURN.replace("30", "14").encode()}

    whole = run_preview(stage, Proposal(change), room.folder, [], early=told.append)

    (early,) = told
    assert 0 < early.asked < whole.asked == whole.golden == 5
    assert (early.is_whole, whole.is_whole) == (False, True)
    assert kinds(early) == kinds(whole) == [("changed", "How long can I return a part?")]
    assert early.same == early.asked - 1


def test_a_quick_preview_ends_with_what_the_change_can_reach(stage: Stage, room: Room) -> None:
    wheels(room)

    quick = run_preview(stage, Proposal({"radio.md": None}), room.folder, [], is_quick=True)

    assert kinds(quick) == [("lost", "Who mends a broken radio?")]
    assert quick.asked < quick.golden
    assert not quick.is_whole


def test_what_a_folder_says_can_reach_everything(stage: Stage, room: Room) -> None:
    wheels(room)

    quick = run_preview(
        stage, Proposal({"_folder.yml": b"audience: staff\n"}), room.folder, [], is_quick=True
    )

    assert quick.asked == quick.golden
    assert quick.is_whole


def test_what_a_state_answered_once_is_not_asked_again(stage: Stage, room: Room) -> None:
    asked_before: list[int] = []
    for words in ("14 days", "21 days"):
        ticks: list[int] = []
        change = {"returns.md": RETURN.replace("30 days", words).encode()}
        found = run_preview(stage, Proposal(change), room.folder, [], counted(ticks))
        assert "30 days" in found.changes[0].before.text
        assert words in found.changes[0].after.text
        asked_before.append(len(ticks))

    assert asked_before == [2, 1]
    room.write("returns.md", RETURN.replace("30 days", "14 days"))
    room.sync()
    ticks = []
    run_preview(stage, Proposal({"pump.md": None}), room.folder, [], counted(ticks), is_quick=True)
    assert len(ticks) <= 1, "what was made live had been answered when it was tried"


def counted(ticks: list[int]) -> Progress:
    return lambda done, _: ticks.append(done)


def test_no_word_of_a_customer_stays_in_the_memory(stage: Stage, room: Room) -> None:
    real = real_probes([asked("does the fuel pump of Canarywoman hum?")], "public")

    found = preview(stage, room, {"pump.md": None}, real)

    assert found.real == 1
    kept = b"".join(place.read_bytes() for place in stage.memory.folder.iterdir())
    assert kept
    assert b"anary" not in kept


def test_the_company_of_a_text_does_not_move_its_vector(embedder: MiniLM) -> None:
    text, others = (
        "Use one of your eight backup codes.",
        ["One line.", "A much longer line that fills a batch."],
    )
    alone = steady(embedder)

    assert alone
    assert (alone.embed([text, *others])[0] == alone.embed([text])[0]).all()
    assert alone.embed([]).shape == (0, 384)


@pytest.mark.slow
def test_on_the_sample_shop_the_quick_look_misses_no_answer_that_is_lost(stage: Stage, room: Room) -> None:
    shutil.copytree(Path(__file__).parents[2] / "knowledge" / "articles", room.folder, dirs_exist_ok=True)
    room.sync()
    change = Proposal({"workshop/book-a-slot.md": None})
    whole = run_preview(stage, change, room.folder, [])
    quick = run_preview(stage, change, room.folder, [], is_quick=True)

    assert whole.count("lost") > 2
    assert quick.asked < whole.asked / 4
    assert set(kinds(quick)) <= set(kinds(whole))
    assert quick.count("lost") == whole.count("lost")
    # Where two articles answer about equally well, words that became rarer may turn the scale.
    assert len(kinds(quick)) >= len(kinds(whole)) - 1
