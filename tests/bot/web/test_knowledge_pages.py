"""Do editors see what a change would change before it is live, and does exactly that become live?"""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.access import Role
from store.audit import read_audit
from tests.bot.web.conftest import furnished
from tests.browsers import Browser, House

HOME = "/admin/knowledge"
SHORTER = """---
title: Return a part
audience: public
questions: ["How long can I return a part?"]
---
# Return a part

## How long do I have?

You can return a part within **14 days** of delivery.
"""
EMPTIED = """---
title: Wheels
audience: public
---
# Wheels

Write to the workshop about wheels.
"""


@pytest.fixture
def shelf(articles: Path, tmp_path: Path) -> Path:
    """A knowledge folder of its own, so that it can be written to."""
    return Path(shutil.copytree(articles, tmp_path / "shelf"))


@pytest.fixture
def house(filled_tables: str, shelf: Path, tmp_path: Path) -> Iterator[House]:
    with furnished(filled_tables, shelf, tmp_path / "data") as make:
        house = make()
        house.office.desk.library.sync()
        yield house


@pytest.fixture
def editor(house: House) -> Browser:
    return signed_in(house, "editor")


def signed_in(house: House, role: Role) -> Browser:
    house.add_person(f"per_{role}", role)
    return house.staff_browser(f"per_{role}")


def drops(browser: Browser, name: str, text: str | bytes, **fields: str) -> None:
    """Onto the page, and waits for the comparison."""
    browser.opens(HOME)
    raw = text.encode() if isinstance(text, str) else text
    answer = browser.posts(HOME, action="new", files={"files": (name, raw, "text/markdown")}, **fields)
    browser.path = answer.url.path
    waits(browser)


def edits(browser: Browser, path: str, text: str) -> None:
    browser.opens(f"{HOME}/file/{path}")
    answer = browser.posts(HOME, article=path, text=text, action="edit")
    browser.path = answer.url.path
    waits(browser)


def waits(browser: Browser) -> None:
    until = time.monotonic() + 20
    while 'id="progress">\n<section' in browser.page or "Asking:" in browser.text:
        assert time.monotonic() < until, "the comparison does not end"
        time.sleep(0.05)
        browser.opens(browser.path)


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
