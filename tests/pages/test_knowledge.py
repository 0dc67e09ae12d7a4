"""Can an editor drop a file, watch what it changes, and make it live, by hand in a browser?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.editing import HOME, SHORTER, writable_house
from tests.pages.conftest import Site, opened

LOOKS = 100
"""Without script the page is looked at again by hand."""


@pytest.fixture
def site(filled_tables: str, articles: Path, chromium: Chromium, tmp_path: Path) -> Iterator[Site]:
    with writable_house(filled_tables, articles, tmp_path) as house, opened(house, chromium) as site:
        yield site
        assert site.faults == []


@pytest.mark.parametrize(
    "scripts", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["with script", "without script"]
)
@pytest.mark.slow
def test_a_dropped_file_is_looked_at_and_made_live(site: Site, tmp_path: Path, scripts: bool) -> None:
    edit = tmp_path / "returns.md"
    edit.write_text(SHORTER)
    page = site.staff_window(java_script_enabled=scripts)
    page.goto(HOME)
    page.set_input_files("input[type=file]", edit)

    page.get_by_role("button", name="See what changes").click()

    # The embedder may first have to be made, which takes seconds on an idle machine.
    for _ in range(0 if scripts else LOOKS):
        if page.locator("#changes").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("#changes")).to_be_visible(timeout=60_000)
    expect(page.locator(".change ins")).to_have_text("14")
    page.get_by_role("button", name="Make it live").click()
    expect(page.get_by_text("within 14 days").first).to_be_visible()
    assert (site.house.office.desk.settings.knowledge_dir / "returns.md").read_text() == SHORTER


@pytest.mark.slow
def test_a_new_file_appears_in_the_list_by_itself(site: Site) -> None:
    page = site.staff_window()
    page.goto(HOME)
    expect(page.get_by_text("Return a part").first).to_be_visible()
    desk = site.house.office.desk

    (desk.settings.knowledge_dir / "wheels.md").write_text("# Wheels\n\nWheels are sold in pairs.\n")
    (desk.settings.knowledge_dir / "broken.md").write_text("---\naudience: memberz\n---\nText\n")
    desk.library.sync()

    expect(page.get_by_role("link", name="Wheels")).to_be_visible()
    expect(page.locator("#aside")).to_contain_text("broken.md")
