"""Does any line reach a reader whom it is not for, whatever they ask?"""

import shutil
from pathlib import Path

import pytest

from knowledge.answer import Answer
from store.articles import readable_by, split_lines
from store.shelf import Listed
from tests.knowledge.conftest import Room
from tests.knowledge.test_search import AllEqual

ARTICLES = Path(__file__).parents[2] / "knowledge" / "articles"
READERS = ("public", "customers", "team:nobody-knows", "unknown")
LEAST = 20
"""Letters; a shorter line may stand anywhere."""


@pytest.fixture(params=["equal vectors", "real vectors"])
def shop(room: Room, request: pytest.FixtureRequest) -> Room:
    """All articles of the shop; with equal vectors nothing but the filter keeps them apart."""
    if request.param == "equal vectors":
        room.library.embedder = AllEqual()
    shutil.copytree(ARTICLES, room.folder, dirs_exist_ok=True)
    room.write(
        "staff/team.md",
        "---\naudience: team:cellar\n---\n# Cellar\n\nThe cellar key hangs at the KANARIE hook.\n",
    )
    room.sync()
    return room


def hidden_from(room: Room, reader: str) -> list[Listed]:
    open_to = readable_by(reader)
    return [one for one in room.library.status().articles if one.audience not in open_to]


def lines_of(room: Room, path: str) -> set[str]:
    return {line.strip("-#*| ") for line in split_lines((room.folder / path).read_text())}


def secrets_of(room: Room, reader: str) -> set[str]:
    hidden = {one.path for one in hidden_from(room, reader)}
    open_lines = {
        line
        for one in room.library.status().articles
        if one.path not in hidden
        for line in lines_of(room, one.path)
    }
    return {line for path in hidden for line in lines_of(room, path) - open_lines if len(line) >= LEAST}


def shown(answer: Answer) -> set[str]:
    return {one.citation.article for one in answer.sentences} | {one.article for one in answer.near}


@pytest.mark.slow
def test_nothing_of_what_is_hidden_is_shown_to_anybody_else(shop: Room) -> None:
    inside = hidden_from(shop, "customers")
    questions = [question for one in inside for question in (*one.questions, one.title)]
    assert len(questions) >= 20

    for reader in READERS:
        paths = {one.path for one in hidden_from(shop, reader)}
        secrets = secrets_of(shop, reader)
        assert secrets
        for question in [*questions, "where does the cellar key hang?", "KANARIE"]:
            found = shop.library.find(question, history=(questions[0],), audience=reader, language="")
            said = repr(found.answer)
            assert not shown(found.answer) & paths
            assert not {hit.chunk.path for hit in found.ranking.hits} & paths
            assert not [line for line in secrets if line in said]


def test_a_slip_is_never_repaired_to_a_word_that_only_staff_use(room: Room) -> None:
    room.write("a.md", "---\naudience: staff\n---\n# Codes\n\nThe kanarienvogel code is secret.\n")
    room.write("b.md", "# Shipping\n\nWe ship by post.\n")
    room.sync()

    repairs = room.library.spelling.repairs
    assert repairs("the kanarienvogl", readable_by("staff"), "en") == {"kanarienvogl": "kanarienvogel"}
    assert repairs("the kanarienvogl", readable_by("customers"), "en") == {}
