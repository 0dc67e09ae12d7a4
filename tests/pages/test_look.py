"""Can everybody read and use the pages: on any width, by day and night, by keyboard, in each language?"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.bot.web.conftest import furnished
from tests.pages.conftest import Site, opened

pytestmark = [
    # A browser of its own and many pages: `make test-all` looks at them.
    pytest.mark.slow,
    pytest.mark.skipif(
        "TEST_DATABASE_URL" in os.environ, reason="looks do not ask the database; the run on SQLite sees them"
    ),
]
XSS = Path(__file__).resolve().parents[3] / "shared" / "data" / "attacks" / "xss.dev.jsonl"
CUSTOMER = ("/support/assistant", "/support/ticket", "/support/ticket/T-1001", "/support/readers", "/nowhere")
STAFF = (
    "/admin/support-requests",
    "/admin/support-requests/T-1001",
    "/admin/knowledge",
    "/admin/knowledge/gaps",
    "/admin/knowledge/file/returns.md",
    "/admin/people",
    "/admin/people/new",
    "/admin/people/per_admin",
)

MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")


def measure(page: Page, name: str) -> Any:
    return page.evaluate(f"{MEASURES.split(chr(10), 1)[1].strip()}.{name}()")


def visit(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("main").wait_for()


def talk(page: Page) -> None:
    """An answer, a refusal, and a person."""
    for text in ("How long can I return a part?", "Who won the football world cup in 1974?"):
        visit(page, "/support/assistant")
        before = page.locator(".turn.theirs:not(#thinks)").count()
        page.fill("#say", text)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".turn.theirs:not(#thinks)")).not_to_have_count(before)
    page.locator("#person").get_by_role("button").click()
    expect(page.locator("#reads")).to_contain_text("silent")


@dataclass(frozen=True, slots=True)
class Lived:
    """A site with a conversation of every kind in it, seen by the customer and by staff."""

    site: Site
    customer: Any
    staff: Any

    def windows(self, **wanted: Any) -> tuple[tuple[Page, tuple[str, ...]], ...]:
        """Each with the pages that it may see."""
        return (
            (self.site.window(storage_state=self.customer, **wanted), CUSTOMER),
            (self.site.window(storage_state=self.staff, **wanted), STAFF),
        )


@pytest.fixture(scope="module")
def lived(
    filled_tables: str, articles: Path, chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("lived") / "data"
    with furnished(filled_tables, articles, folder) as make, opened(make(), chromium) as site:
        customer, staff = site.window(), site.staff_window()
        talk(customer)
        site.house.office.staff_does("note", text="A regular, be kind.")
        text = "Which car is it?\nA photo of the plate helps."
        site.house.office.staff_does("reply", text=text, value="pending_customer")
        yield Lived(site, customer.context.storage_state(), staff.context.storage_state())


@pytest.fixture
def site(lived: Lived) -> Iterator[Site]:
    """No script may break, and nothing may be refused by our own rules."""
    lived.site.faults.clear()
    yield lived.site
    for context in lived.site.chromium.contexts:
        context.close()
    assert [fault for fault in lived.site.faults if "404" not in fault] == []


@pytest.mark.slow
def test_the_measure_of_contrast_measures(site: Site) -> None:
    page = site.window()
    visit(page, "/support/assistant")
    page.locator("h1").evaluate(
        "title => { for (const part of title.children) part.style.color = '#aab5b0' }"
    )

    assert len(measure(page, "dimTexts")) == 2


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_every_text_stands_out_from_its_ground(lived: Lived, theme: str) -> None:
    for window, paths in lived.windows(color_scheme=theme):
        for path in paths:
            visit(window, path)
            assert measure(window, "dimTexts") == [], path


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("width", "languages"),
    [
        pytest.param(375, ("de",), id="phone"),
        pytest.param(1440, ("fr",), id="desk", marks=pytest.mark.slow),
        pytest.param(375, ("en", "fr", "es", "pt"), id="phone, every language", marks=pytest.mark.slow),
        pytest.param(768, ("de", "en", "fr", "es", "pt"), id="tablet", marks=pytest.mark.slow),
        pytest.param(1440, ("de", "en", "es", "pt"), id="desk, every language", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_no_page_is_wider_than_the_window(lived: Lived, width: int, languages: tuple[str, ...]) -> None:
    for window, paths in lived.windows(width=width):
        for language in languages:
            for path in paths:
                visit(window, f"{path}?lang={language}")
                assert not measure(window, "isTooWide"), f"{path} in {language}"


@pytest.mark.slow
@pytest.mark.usefixtures("site")
@pytest.mark.slow
def test_fingers_hit_every_target_on_a_phone(lived: Lived) -> None:
    for window, paths in lived.windows(width=375, height=812, has_touch=True):
        for path in paths:
            visit(window, path)
            assert measure(window, "smallTargets") == [], path


@pytest.mark.usefixtures("site")
def test_whatever_can_be_pressed_or_filled_has_a_name(lived: Lived) -> None:
    for window, paths in lived.windows():
        for path in paths:
            visit(window, path)
            assert measure(window, "nameless") == [], path
            assert window.locator("h1").count() == 1, path


@pytest.mark.slow
def test_the_keyboard_reaches_everything_in_a_sensible_order(site: Site) -> None:
    page = site.window()
    visit(page, "/support/assistant")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(measure(page, "focused"))

    assert reached[0] == "Skip to the main part"
    assert reached.index("Ask") < reached.index("Talk to a person")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.slow
def test_the_skip_link_leads_to_the_main_part(site: Site) -> None:
    page = site.window()
    visit(page, "/support/assistant")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.slow
def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(site: Site) -> None:
    page = site.window()
    visit(page, "/support/assistant")
    menu = page.locator("details.menu")

    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.slow
def test_the_appearance_can_be_switched_and_stays(site: Site) -> None:
    page = site.window(color_scheme="light")
    visit(page, "/support/assistant")
    day = page.evaluate("getComputedStyle(document.body).color")

    page.locator("details.menu summary").click()
    page.get_by_role("link", name="Dark").click()
    visit(page, "/support/ticket")

    assert page.evaluate("getComputedStyle(document.body).color") != day


@pytest.mark.slow
def test_staff_move_through_the_list_by_keyboard(site: Site) -> None:
    people = [f"per_{place}" for place in range(3)]
    for person in people:
        site.house.office.customer_sends(person=person, text="Hi", command={"kind": "talk_to_person"})
    site.house.settle(*people)
    staff = site.staff_window()
    visit(staff, "/admin/support-requests")

    staff.keyboard.press("j")
    staff.keyboard.press("j")
    staff.keyboard.press("k")
    staff.keyboard.press("Enter")

    staff.locator("#words").wait_for()
    staff.keyboard.press("c")
    assert staff.evaluate("document.activeElement.id") == "words"


@pytest.mark.slow
def test_with_less_motion_nothing_moves(site: Site, lived: Lived) -> None:
    page = site.window(reduced_motion="reduce", storage_state=lived.customer)
    visit(page, "/support/assistant")

    assert measure(page, "moving") == 0


@pytest.mark.slow
def test_nothing_that_people_write_runs_in_a_browser(site: Site) -> None:
    texts = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea><svg onload=alert(1)>"]
    if XSS.exists():
        texts += [json.loads(line)["text"] for line in XSS.read_text(encoding="utf-8").splitlines()][::12]
    office = site.house.office
    for text in texts:
        office.customer_sends(text=f"{text} – {text}", person="per_evil")
    office.customer_sends(command={"kind": "talk_to_person"}, text="<b onclick=alert(1)>x", person="per_evil")
    site.house.settle("per_evil")
    staff = site.staff_window()

    evil = office.session("per_evil").tickets[-1]
    for path in ("/admin/support-requests?status=all", f"/admin/support-requests/{evil}"):
        visit(staff, path)
        staff.wait_for_timeout(300)
        assert staff.evaluate("document.querySelectorAll('main img, main iframe, main script').length") == 0


@pytest.mark.slow
def test_the_pages_fetch_nothing_from_elsewhere(site: Site) -> None:
    page = site.window()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, "/support/assistant")
    visit(page, "/support/ticket")

    assert [address for address in asked if not address.startswith(site.address)] == []
