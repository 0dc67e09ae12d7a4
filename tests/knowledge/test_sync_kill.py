"""Is everything old or new, and whole, after a process that followed the folder was killed?"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from knowledge.library import Library
from knowledge.search import Hit
from store import fulltext, shelf
from store.shelf_reading import reading
from tests.databases import POSTGRES
from tests.knowledge.sync_victim import NEW, OLD, POINTS, open_over
from tests.openai_twin import WIDTHS, Twin, openai_twin

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(POSTGRES), reason="Chroma's folder and Tantivy stand beside SQLite only"),
]

MANY = 6
KILLED = -9


def write(folder: Path, state: str) -> None:
    for number in range(MANY):
        audience = "staff" if number % 2 else "public"
        name = f"{state}{number}"
        text = f"# Part {number}\n\nThe {name} part fits.\n\n## More\n\nThe {name} part is red.\n"
        (folder / f"a{number}.md").write_text(f"---\naudience: {audience}\n---\n{text}", encoding="utf-8")


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with openai_twin() as twin:
        yield twin


@pytest.fixture(scope="module")
def filled(empty_shelf: str, twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with old articles, and one that goes; copied for each way to die."""
    place = tmp_path_factory.mktemp("filled")
    (place / "data").mkdir()
    (place / "articles").mkdir()
    shutil.copy(empty_shelf.removeprefix("sqlite:///"), place / "data" / "desk.db")
    write(place / "articles", "old")
    (place / "articles" / "gone.md").write_text("# Gone\n\nThe gonepart fits.\n", encoding="utf-8")
    library = open_over(place / "data", place / "articles", twin.address, OLD)
    library.sync()
    library.load(held=True)
    library.close()
    library.database.close()
    return place


@pytest.mark.parametrize("point", list(POINTS))
def test_a_killed_pass_leaves_each_article_old_or_new_and_the_next_one_ends_it(
    filled: Path, twin: Twin, tmp_path: Path, point: str
) -> None:
    data, folder = tmp_path / "data", tmp_path / "articles"
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    write(folder, "new")
    (folder / "gone.md").unlink()

    killed = subprocess.run(
        [sys.executable, "-m", "tests.knowledge.sync_victim", str(data), str(folder), twin.address, point],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=60,
    )

    assert killed.returncode == KILLED
    library = open_over(data, folder, twin.address, NEW)
    library.is_loaded = True
    for number in range(MANY):
        assert state_of(library, number) in ("old", "new"), "half an article"
    with library.database.read() as connection:
        assert fulltext.differences(connection) == []

    library.is_loaded = False
    library.sync()
    library.load(held=True)
    library.follow()
    library.meaning.clear_leftovers()

    assert [state_of(library, number) for number in range(MANY)] == ["new"] * MANY
    assert library.verify() == []
    assert (library.health().mode, library.health().words) == ("hybrid", "tantivy")
    with library.database.read() as connection:
        assert shelf.list_embedders(connection) == [f"openai:{NEW}:{WIDTHS[NEW]}:1"]
        assert shelf.is_gone(connection, "gone.md")
    assert "gone.md" not in [hit.chunk.path for hit in hits(library, "gonepart")]
    assert "a1.md" not in [hit.chunk.path for hit in hits(library, "new1 part")]
    library.close()
    library.database.close()


def hits(library: Library, question: str, audience: str = "public") -> Sequence[Hit]:
    return library.search(question, history=(), audience=audience, language="en").hits


def state_of(library: Library, number: int) -> str:
    """Old or new when all pieces, words and the article itself say the same."""
    with reading(library.database, ("public", "staff"), "") as reader:
        texts = [piece.text for piece in reader.pieces(f"a{number}.md")]
    said = {"old" if f"old{number}" in text else "new" if f"new{number}" in text else "?" for text in texts}
    found = {
        state
        for state in ("old", "new")
        for hit in hits(library, f"{state}{number}", "staff")
        if hit.chunk.path == f"a{number}.md" and f"{state}{number}" in hit.chunk.text
    }
    return said.pop() if len(said) == 1 and said == found else f"{said} in rows, {found} found"
