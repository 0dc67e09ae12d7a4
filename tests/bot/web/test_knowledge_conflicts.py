"""Can an editor let two articles stand that disagree, until one of them changes?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.audit import read_audit
from tests.browsers import Browser, House
from tests.editing import HOME, signed_in, writable_house

OTHER = "# Returning parts\n\nYou can return a part within 14 days of delivery.\n"
MARK = re.compile(r"/admin/knowledge/conflict/([0-9a-f]{24})")


@pytest.fixture
def house(filled_tables: str, articles: Path, tmp_path: Path) -> Iterator[House]:
    with writable_house(filled_tables, articles, tmp_path) as house:
        write(house, "other.md", OTHER)
        yield house


@pytest.fixture
def editor(house: House) -> Browser:
    return signed_in(house, "editor")


def write(house: House, path: str, text: str) -> None:
    desk = house.office.desk
    (desk.settings.knowledge_dir / path).write_text(text)
    desk.library.sync()


def marks(browser: Browser) -> list[str]:
    browser.opens(HOME)
    return MARK.findall(browser.page)


def settle(browser: Browser, mark: str, action: str) -> int:
    return browser.posts(f"{HOME}/conflict/{mark}", action=action).status_code


def test_a_conflict_stands_once_for_the_desk_with_both_lines(editor: Browser) -> None:
    assert len(marks(editor)) == 1

    assert "Articles that disagree" in editor.text
    assert "1 open" in editor.text
    assert editor.text.count("within 14 days of delivery") == 1
    assert editor.text.count("within 30 days of delivery") == 1
    assert "Disagrees with" in editor.text


def test_what_was_let_stand_says_by_whom_and_comes_back_when_asked(editor: Browser, house: House) -> None:
    (mark,) = marks(editor)
    settle(editor, mark, "dismiss")
    settle(editor, mark, "dismiss")

    editor.opens(HOME)
    assert "All looked at" in editor.text
    assert "let stand by Per_Editor" in editor.text
    assert "Disagrees with" not in editor.text
    with house.office.desk.database.read() as connection:
        (line,) = read_audit(connection, mark)
    assert (line.action, line.person_id) == ("conflict_dismissed", "per_editor")
    assert line.facts == {"articles": ["other.md", "returns.md"]}

    settle(editor, mark, "bring_back")
    editor.opens(HOME)
    assert "1 open" in editor.text


def test_it_comes_back_when_either_passage_changes_and_not_when_it_moves(
    editor: Browser, house: House
) -> None:
    (mark,) = marks(editor)
    settle(editor, mark, "dismiss")

    write(house, "other.md", OTHER.replace("parts\n", "parts\n\nA word before it.\n", 1))
    assert marks(editor) == [mark]
    assert "All looked at" in editor.text

    write(house, "other.md", OTHER.replace("14", "15"))
    assert marks(editor) != [mark]
    assert "1 open" in editor.text


def test_who_reads_only_decides_nothing(house: House, editor: Browser) -> None:
    (mark,) = marks(editor)
    agent = signed_in(house, "agent")

    assert marks(agent) == []
    assert "within 14 days of delivery" in agent.text
    assert settle(agent, mark, "dismiss") == 403
    assert settle(editor, "0" * 24, "dismiss") == 404
    assert editor.client.post(f"{HOME}/conflict/{mark}", data={"action": "dismiss"}).status_code == 403
