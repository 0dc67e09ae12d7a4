"""Does an editor see what a change would change, and does exactly that become live?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.audit import read_audit
from tests.browsers import Browser, House
from tests.editing import EMPTIED, HOME, SHORTER, drops, edits, signed_in, waits, writable_house


@pytest.fixture
def house(filled_tables: str, articles: Path, tmp_path: Path) -> Iterator[House]:
    with writable_house(filled_tables, articles, tmp_path) as house:
        yield house


@pytest.fixture
def shelf(house: House) -> Path:
    return house.office.desk.settings.knowledge_dir


@pytest.fixture
def editor(house: House) -> Browser:
    return signed_in(house, "editor")


def test_an_edit_shows_before_and_after_and_changes_nothing(editor: Browser, shelf: Path) -> None:
    before = (shelf / "returns.md").read_text()

    edits(editor, "returns.md", SHORTER)

    assert "How long can I return a part?" in editor.text
    assert "<del>30</del>" in editor.page
    assert "<ins>14</ins>" in editor.page
    assert "Another answer" in editor.text
    assert (shelf / "returns.md").read_text() == before


def test_an_answer_that_would_be_lost_makes_leaving_it_the_step_we_advise(editor: Browser) -> None:
    edits(editor, "returns.md", EMPTIED)

    assert "Lost" in editor.text
    assert re.search(r'class="btn do" name="action" value="discard"', editor.page)
    assert re.search(r'class="btn" name="action" value="publish"', editor.page)


def test_what_was_shown_becomes_live_and_leaves_a_line_in_the_audit(
    house: House, editor: Browser, shelf: Path
) -> None:
    edits(editor, "returns.md", SHORTER)

    answer = editor.posts(editor.path, action="publish")

    assert answer.url.path == f"{HOME}/file/returns.md"
    assert (shelf / "returns.md").read_text() == SHORTER
    assert "14 days" in house.browser().says("How long can I return a part?")
    with house.office.desk.database.read() as connection:
        line = read_audit(connection, "returns.md")[0]
    assert (line.action, line.person_id) == ("article_published", "per_editor")
    assert line.facts["before"] != line.facts["after"]


def test_questions_of_customers_are_asked_again(house: House, editor: Browser) -> None:
    house.browser().says("how long can I return a part, please?")

    edits(editor, "returns.md", EMPTIED)

    assert "how long can I return a part, please?" in editor.text
    assert "asked by customers" in editor.text


def test_the_words_of_customers_stand_in_no_file_of_a_preview(house: House, editor: Browser) -> None:
    house.browser().says("how long can I return a part, please?")

    edits(editor, "returns.md", EMPTIED)

    kept = [path for path in house.office.desk.settings.data_dir.rglob("*.json") if path.is_file()]
    assert kept
    assert all("part, please" not in path.read_text() for path in kept)


def test_a_file_that_changed_meanwhile_is_not_overwritten(editor: Browser, shelf: Path) -> None:
    edits(editor, "returns.md", SHORTER)
    (shelf / "returns.md").write_text("# Return a part\n\nSomebody else was faster.\n")

    answer = editor.posts(editor.path, action="publish")

    assert answer.status_code == 409
    assert "was changed in the folder meanwhile" in editor.text
    assert "Somebody else was faster." in (shelf / "returns.md").read_text()


def test_looking_again_after_that_compares_with_what_lies_there_now(editor: Browser, shelf: Path) -> None:
    edits(editor, "returns.md", SHORTER)
    (shelf / "returns.md").write_text("# Return a part\n\nSomebody else was faster.\n")
    again = editor.posts(editor.path, action="again")
    editor.path = again.url.path
    waits(editor)

    assert editor.posts(editor.path, action="publish").status_code == 200
    assert (shelf / "returns.md").read_text() == SHORTER


def test_a_dropped_file_takes_the_place_of_the_one_with_its_name(editor: Browser, shelf: Path) -> None:
    drops(editor, "returns.md", SHORTER)
    editor.posts(editor.path, action="publish")

    assert (shelf / "returns.md").read_text() == SHORTER


def test_a_dropped_file_can_go_into_another_folder(editor: Browser, shelf: Path) -> None:
    drops(editor, "wheels.md", "# Wheels\n\nWheels are sold in pairs.\n", folder="products/wheels")
    editor.posts(editor.path, action="publish")

    assert (shelf / "products" / "wheels" / "wheels.md").is_file()


def test_a_file_that_would_be_set_aside_cannot_go_live(editor: Browser, shelf: Path) -> None:
    drops(editor, "secret.md", "---\naudience: memberz\n---\nText\n")

    assert "line 2" in editor.text
    assert 'value="publish"' not in editor.page
    assert editor.posts(editor.path, action="publish").status_code == 422
    assert not (shelf / "secret.md").exists()


def test_a_change_of_who_can_read_it_is_said(editor: Browser) -> None:
    edits(editor, "goodwill.md", "---\naudience: public\n---\n# Goodwill limits\n\nUp to 40 pounds.\n")

    assert "who can read it changes from Staff to Everyone" in editor.text


@pytest.mark.parametrize(
    "name",
    [
        "../out.md",
        "/etc/out.md",
        "a/../../out.md",
        ".hidden.md",
        "a\\b.md",
        "returns.txt",
        "a//b.md",
        "x" * 300 + ".md",
        "RETURNS.md",
        "line\nbreak.md",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(editor: Browser, shelf: Path, name: str) -> None:
    before = sorted(path.name for path in shelf.parent.rglob("*.md"))
    editor.opens(HOME)

    assert editor.posts(HOME, article=name, text="# Out\n\nOut.\n", action="new").status_code == 422
    assert sorted(path.name for path in shelf.parent.rglob("*.md")) == before


def test_a_link_out_of_the_folder_is_not_followed(editor: Browser, shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (shelf / "away").symlink_to(tmp_path / "outside")
    editor.opens(HOME)

    assert editor.posts(HOME, article="away/x.md", text="# X\n\nX.\n", action="new").status_code == 422


def test_a_file_that_is_too_large_is_refused(editor: Browser) -> None:
    editor.opens(HOME)
    files = {"files": ("large.md", b"x" * (2 * 1024 * 1024 + 1), "text/markdown")}

    assert editor.posts(HOME, action="new", files=files).status_code == 422
    assert "larger than 2 MiB" in editor.text


def test_a_form_from_elsewhere_is_refused(editor: Browser) -> None:
    editor.opens(HOME)

    foreign = {"origin": "https://elsewhere.test"}
    assert editor.posts(HOME, article="a.md", text="# A\n\nA.\n", headers=foreign).status_code == 403
    assert editor.posts(HOME, article="a.md", text="# A\n\nA.\n", token="x").status_code == 403


def test_an_older_version_can_be_read_downloaded_and_brought_back(
    house: House, editor: Browser, shelf: Path
) -> None:
    first = (shelf / "returns.md").read_text()
    (shelf / "returns.md").write_text(SHORTER)
    house.office.clock.forward(minutes=1)
    house.office.desk.library.sync()
    editor.opens(f"{HOME}/file/returns.md")
    old = re.findall(r'name="version" value="(\w+)"', editor.page)
    assert len(old) == 1

    assert editor.opens(f"{HOME}/raw/returns.md?version={old[0]}").text == first
    assert "30 days" in editor.opens(f"{HOME}/file/returns.md?version={old[0]}").text
    answer = editor.posts(HOME, article="returns.md", version=old[0], action="restore")
    editor.path = answer.url.path
    waits(editor)
    editor.posts(editor.path, action="publish")

    assert (shelf / "returns.md").read_text() == first
    with house.office.desk.database.read() as connection:
        assert read_audit(connection, "returns.md")[0].action == "article_restored"


def test_a_comparison_that_breaks_is_told_and_can_be_asked_for_again(house: House, editor: Browser) -> None:
    blocked = house.office.desk.settings.data_dir / "cache" / "preview"
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("a file where a folder is wanted")
    edits(editor, "returns.md", SHORTER)
    assert "could not be worked out" in editor.text
    assert editor.posts(editor.path, action="publish").status_code == 422

    blocked.unlink()
    again = editor.posts(editor.path, action="again")
    editor.path = again.url.path
    waits(editor)

    assert "<ins>14</ins>" in editor.page


def test_a_draft_that_is_let_go_is_gone(editor: Browser, shelf: Path) -> None:
    edits(editor, "returns.md", SHORTER)
    draft = editor.path

    editor.posts(draft, action="discard")

    assert editor.opens(draft).status_code == 404
    assert "30 days" in (shelf / "returns.md").read_text()


def test_only_who_edits_sees_a_draft(house: House, editor: Browser) -> None:
    edits(editor, "returns.md", SHORTER)

    assert signed_in(house, "agent").opens(editor.path).status_code == 403


def test_a_draft_whose_kept_files_were_touched_is_not_made_live(
    house: House, editor: Browser, shelf: Path
) -> None:
    edits(editor, "returns.md", SHORTER)
    kept = next((house.office.desk.settings.data_dir / "drafts").glob("*/0"))
    kept.write_text("# Return a part\n\nNobody has seen this.\n")

    assert editor.posts(editor.path, action="publish").status_code == 404
    assert "Nobody has seen this." not in (shelf / "returns.md").read_text()
