"""Do editors see how every file does, and what is missing?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browsers import Browser, House
from tests.editing import EMPTIED, HOME, SHORTER, edits, signed_in, writable_house


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


def test_every_file_stands_in_the_list_with_who_reads_it(editor: Browser) -> None:
    editor.opens(HOME)

    assert "Return a part" in editor.text
    assert "returns.md" in editor.text
    assert "Everyone" in editor.text
    assert "Goodwill limits" in editor.text


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?audience=public", True),
        ("?audience=staff", False),
        ("?state=silent", True),
        ("?state=overdue", False),
        ("?language=en", True),
        ("?language=de", False),
        ("?text=return+part", True),
        ("?text=zebra", False),
        ("?sort=path", True),
        ("?sort=nonsense&state=nonsense&from=x", True),
        ("?from=100", False),
    ],
)
def test_filters_of_the_list_stand_in_the_address(editor: Browser, query: str, is_found: bool) -> None:
    editor.opens(HOME + query)

    assert (f"{HOME}/file/returns.md" in editor.page) is is_found


def test_what_an_answer_did_is_counted_in_its_row(house: House, editor: Browser) -> None:
    customer = house.browser()
    customer.says("How long can I return a part?")
    customer.opens("/support/assistant")
    customer.presses("Still stuck")
    customer.opens("/support/assistant")
    customer.posts(command='{"kind":"talk_to_person"}')

    editor.opens(HOME)

    row = re.search(r"<tr>(?:(?!</tr>).)*returns\.md.*?</tr>", editor.page, re.S)
    assert row
    said = " ".join(re.sub(r"<[^>]+>", " ", row.group(0)).split())
    assert re.search(r"\b1 0 / 1 1\b", said), said


def test_files_that_cannot_be_read_stand_on_top(house: House, shelf: Path, editor: Browser) -> None:
    (shelf / "broken.md").write_text("---\naudience: member\n---\nText\n")
    house.office.desk.library.sync()

    editor.opens(HOME)

    assert editor.text.index("broken.md") < editor.text.index("returns.md")
    assert "line 2" in editor.text


def test_articles_that_disagree_show_both_lines(house: House, shelf: Path, editor: Browser) -> None:
    (shelf / "other.md").write_text(
        "# Returning parts\n\nYou can return a part within 14 days of delivery.\n"
    )
    house.office.desk.library.sync()

    editor.opens(HOME)
    assert "Disagrees with" in editor.text

    editor.opens(f"{HOME}/file/returns.md")
    assert "You can return a part within 30 days of delivery." in editor.text
    assert "You can return a part within 14 days of delivery." in editor.text


def test_agents_read_and_cannot_change(house: House) -> None:
    agent = signed_in(house, "agent")
    agent.opens(HOME)

    assert "Return a part" in agent.text
    assert 'type="file"' not in agent.page
    assert agent.posts(HOME, article="returns.md", text=SHORTER, action="edit").status_code == 403


def test_nobody_else_comes_in(house: House) -> None:
    customer = house.browser()

    for path in (
        HOME,
        f"{HOME}/gaps",
        f"{HOME}/file/returns.md",
        f"{HOME}/raw/returns.md",
        f"{HOME}/draft/{'0' * 32}",
    ):
        assert customer.opens(path).status_code == 403


def test_what_is_for_a_team_is_not_shown_to_others_of_the_staff(house: House, shelf: Path) -> None:
    (shelf / "billing.md").write_text("---\naudience: team:billing\n---\n# Ledger codes\n\nUse code 4411.\n")
    house.office.desk.library.sync()
    agent, editor = signed_in(house, "agent"), signed_in(house, "editor")

    assert "Ledger codes" not in agent.opens(HOME).text
    assert agent.opens(f"{HOME}/file/billing.md").status_code == 404
    assert agent.opens(f"{HOME}/raw/billing.md").status_code == 404
    assert "Use code 4411." in editor.opens(f"{HOME}/file/billing.md").text


def test_the_page_of_a_file_says_what_its_golden_questions_get(editor: Browser) -> None:
    editor.opens(f"{HOME}/file/returns.md")

    assert "How long can I return a part?" in editor.text
    assert "From this article" in editor.text


def test_what_was_not_answered_is_grouped_with_what_a_person_said(house: House, editor: Browser) -> None:
    customer = house.browser()
    customer.says("Is there a student discount?")
    customer.opens("/support/assistant")
    customer.posts(command='{"kind":"talk_to_person"}')
    colleague = house.staff_browser()
    colleague.opens("/admin/support-requests/T-1001")
    colleague.posts(action="reply", text="Students pay 10 % less with a card.", value="solved")

    editor.opens(f"{HOME}/gaps")

    assert "Is there a student discount?" in editor.text
    assert "Students pay 10 % less with a card." in editor.text
    link = re.search(r'href="(/admin/knowledge/gaps/[^"]+\.md)"', editor.page)
    assert link
    draft = editor.opens(link.group(1)).text
    assert "tags: [draft]" in draft
    assert "Students pay 10 % less with a card." in draft


def test_nothing_asked_nothing_missing(editor: Browser) -> None:
    assert "Nothing is missing" in editor.opens(f"{HOME}/gaps").text


def test_the_pages_are_drawn_in_every_language(editor: Browser) -> None:
    edits(editor, "returns.md", EMPTIED)
    draft = editor.path
    for language in ("en", "de", "es", "fr", "pt"):
        for path in (HOME, f"{HOME}/gaps", f"{HOME}/file/returns.md", draft):
            assert editor.opens(f"{path}?lang={language}").status_code == 200
            assert f'<html lang="{language}"' in editor.page
