"""Is a conversation held in a real browser as it should be, with and without script?"""

import time

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.pages.conftest import Site

ASK = "How long can I return a part?"
ANSWERS = ".turn.theirs:not(#thinks)"


PICK = """field => {
  const picked = new DataTransfer();
  picked.items.add(new File([new Uint8Array(11 * 1024 * 1024)], "film.mp4"));
  picked.items.add(new File(["hello"], "note.txt"));
  field.files = picked.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.keyboard.press("Enter")


def test_an_answer_arrives_without_a_reload(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    page.evaluate("window.stays = true")

    say(page, ASK)

    expect(page.locator(ANSWERS)).to_contain_text("30 days")
    expect(page.locator(".turn.mine")).to_have_count(1)
    expect(page.locator("#say")).to_have_value("")
    assert page.evaluate("window.stays")


@pytest.mark.slow
def test_a_source_unfolds_where_it_is_cited(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    say(page, ASK)

    page.locator(".cite").first.click()

    expect(page.locator(".source").first).to_have_attribute("open", "")
    expect(page.locator(".lines").first).to_be_visible()


@pytest.mark.slow
def test_an_open_source_stays_open_when_something_new_arrives(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    say(page, ASK)
    page.locator(".cite").first.click()

    say(page, "Thanks")

    expect(page.locator(ANSWERS)).to_have_count(2)
    expect(page.locator(".source").first).to_have_attribute("open", "")


@pytest.mark.slow
def test_a_burst_is_shown_once_each(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    for text in ("one", "two", "three", "four", "five"):
        say(page, text)

    expect(page.locator(ANSWERS).first).to_be_visible()
    page.wait_for_timeout(600)
    said = page.locator(".turn.mine .said").all_inner_texts()
    assert sorted("\n".join(said).split("\n")) == sorted(["one", "two", "three", "four", "five"])


@pytest.mark.slow
def test_a_button_is_pressed_without_a_reload(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    say(page, ASK)

    page.get_by_role("button", name="That solved it").click()

    expect(page.locator(ANSWERS).last).to_contain_text("If it comes back, write here")
    expect(page.get_by_role("button", name="That solved it")).to_have_count(0)


@pytest.mark.slow
def test_a_second_tab_hears_what_the_first_one_said(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    second = page.context.new_page()
    second.goto("/support/assistant")

    say(page, ASK)

    expect(second.locator(ANSWERS)).to_contain_text("30 days")


def test_staff_and_customer_see_each_other_write(site: Site) -> None:
    customer, staff = site.window(), site.staff_window()
    customer.goto("/support/assistant")
    customer.get_by_role("button", name="Talk to a person").first.click()
    expect(customer.locator("#reads")).to_contain_text("The assistant stays silent.")

    staff.goto("/admin/support-requests")
    staff.locator(".row-link").first.click()
    staff.fill("#words", "Hello, which car is it?")
    staff.get_by_role("button", name="Send reply").click()
    expect(customer.locator(".turn.person")).to_contain_text("Hello, which car is it?")
    say(customer, "An MGB of 1972")

    expect(staff.locator(".ev.by-customer").last).to_contain_text("An MGB of 1972")


@pytest.mark.slow
def test_a_note_is_written_on_another_paper(site: Site) -> None:
    customer, staff = site.window(), site.staff_window()
    customer.goto("/support/assistant")
    customer.get_by_role("button", name="Talk to a person").first.click()
    expect(customer.locator(".turn.fact")).to_have_count(1)
    staff.goto("/admin/support-requests")
    staff.locator(".row-link").first.click()
    paper = staff.locator(".write").evaluate("form => getComputedStyle(form).backgroundColor")

    staff.keyboard.press("n")
    staff.locator("#words").press_sequentially("Knows the owner")

    noted = staff.locator(".write").evaluate("form => getComputedStyle(form).backgroundColor")
    assert noted != paper
    expect(staff.get_by_text("Only staff see this")).to_be_visible()
    expect(staff.get_by_role("button", name="Save note")).to_be_visible()
    staff.keyboard.press("Control+Enter")
    expect(staff.locator(".ev.by-note")).to_contain_text("Knows the owner")
    expect(customer.locator(".turn.person")).to_have_count(0)


def test_the_guided_ticket_goes_from_question_to_request(site: Site) -> None:
    page = site.window()
    page.goto("/support/ticket")
    page.get_by_text("Workshop booking").click()
    page.get_by_role("button", name="Begin").click()

    answers = {
        "What happened": "The lift was double booked and my car stands outside",
        "Which day": "12 March 2027",
        "Which car": "MGB 1972",
        "e-mail address": "ada@example.org",
    }
    for question, answer in answers.items():
        expect(page.locator("#card")).to_contain_text(question)
        page.fill("#own", answer)
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    expect(page.locator("#card")).to_contain_text("12 March 2027")
    page.get_by_role("button", name="Send request").click()

    expect(page.get_by_text("Your request is T-1001")).to_be_visible()
    expect(page.locator("#mine")).to_contain_text("T-1001")


@pytest.mark.slow
def test_what_was_written_offline_goes_out_when_the_line_is_back(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    page.context.set_offline(True)

    say(page, ASK)
    expect(page.locator(".turn.waits")).to_contain_text("You are offline.")
    page.context.set_offline(False)

    expect(page.locator(ANSWERS)).to_contain_text("30 days", timeout=15_000)
    expect(page.locator(".turn.waits")).to_have_count(0)
    site.faults[:] = [fault for fault in site.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


@pytest.mark.slow
def test_a_file_that_is_too_large_is_told_before_it_is_sent(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    page.locator(".compose input[type=file]").evaluate(PICK)

    expect(page.locator("[data-fault]")).to_contain_text("film.mp4 is larger than 10 MB")
    expect(page.locator("[data-picked]")).to_contain_text("note.txt")
    expect(page.locator("[data-picked]")).not_to_contain_text("film.mp4")


@pytest.mark.slow
def test_a_refused_file_leaves_the_words_in_their_field(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    program = FilePayload(name="invoice.pdf", mimeType="application/pdf", buffer=b"MZ\x90\0" + b"\0" * 900)
    page.locator(".compose input[type=file]").set_input_files([program])

    say(page, "Here is the invoice")

    expect(page.locator("[data-fault]")).to_contain_text("nobody will open it")
    expect(page.locator("#say")).to_have_value("Here is the invoice")
    site.faults[:] = [fault for fault in site.faults if "422" not in fault]


@pytest.mark.parametrize(
    "path", ["/support/assistant", pytest.param("/support/ticket", marks=pytest.mark.slow)]
)
@pytest.mark.slow
def test_without_script_the_pages_still_send_and_show(site: Site, path: str) -> None:
    page = site.window(java_script_enabled=False)
    page.goto(path)
    if path.endswith("ticket"):
        page.get_by_text("Payment or invoice").click()
        page.get_by_role("button", name="Begin").click()
        expect(page.locator("#card")).to_contain_text("What happened?")
        return

    page.fill("#say", ASK)
    page.get_by_role("button", name="Send", exact=True).click()

    # Whoever has no script looks again by hand.
    until = time.monotonic() + 15
    while page.locator(ANSWERS).count() == 0 and time.monotonic() < until:
        page.reload()
    expect(page.locator(ANSWERS)).to_contain_text("30 days")
    expect(page.locator(".compose input[type=file]")).to_be_visible()


@pytest.mark.slow
def test_stopping_the_desk_lets_an_open_page_go(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    expect(page.locator("#say")).to_be_visible()
    page.wait_for_timeout(300)
    notifier = site.house.office.desk.notifier
    assert notifier.count() == 1

    notifier.close()
    page.wait_for_timeout(300)

    assert notifier.count() == 0


@pytest.mark.slow
def test_the_end_of_a_long_conversation_is_sent_and_the_rest_stays(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    person = page.context.cookies()[0]["value"].split(".")[0]
    for place in range(60):
        thanks = {"kind": "small_talk", "topic": "thanks"}
        site.house.office.customer_sends(person=person, command=thanks, text=f"no {place}!")
    site.house.settle(person)
    page.goto("/support/assistant")
    expect(page.locator(".turn.mine")).to_have_count(60)

    say(page, ASK)

    expect(page.locator(ANSWERS).last).to_contain_text("30 days")
    expect(page.locator(".turn.mine")).to_have_count(61)
    assert page.locator(".turn.mine .said").first.inner_text() == "no 0!"
    assert page.locator(".turn.mine .said").last.inner_text() == ASK


@pytest.mark.slow
def test_the_keyboard_goes_on_where_the_page_goes_on(site: Site) -> None:
    page = site.window()
    page.goto("/support/assistant")
    say(page, ASK)
    page.get_by_role("button", name="That solved it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="That solved it")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")

    page.goto("/support/ticket")
    page.get_by_role("radio", name="Payment or invoice").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.locator("#own")).to_be_focused()
