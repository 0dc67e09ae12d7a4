"""Does whatever is thrown at the pages get a humane answer, and never a bare error?"""

import json
from collections.abc import Callable
from time import monotonic

import pytest

from bot.channels.web import LONGEST_TEXT
from store.errors import Unavailable
from tests.browsers import Browser, House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def is_humane(browser: Browser) -> bool:
    """A whole page of ours, in words, without anything of the machine."""
    bare = ("Traceback", "Internal Server Error", '"detail"', "Exception")
    return "Halden & Roe Support" in browser.text and not any(word in browser.page for word in bare)


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b", "\0\0"], ids=repr)
def test_an_empty_message_is_told_in_place(customer: Browser, text: str) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text=text)

    assert answer.status_code == 422
    assert "There was nothing to read in that message." in customer.text
    assert is_humane(customer)


def test_a_message_that_is_too_long_is_told_and_kept_in_its_field(customer: Browser) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text="word " * LONGEST_TEXT)

    assert answer.status_code == 413
    assert "longer than 20000 characters" in customer.text
    assert customer.page.count("word ") >= LONGEST_TEXT


def test_a_megabyte_of_words_gets_a_page(customer: Browser) -> None:
    customer.opens("/support/assistant")

    for files in (None, {"files": ("a.png", PNG)}):
        answer = customer.posts("/support/assistant", text="x" * 1_200_000, files=files)
        assert answer.status_code == 413
        assert "larger than we can take" in customer.text
        assert is_humane(customer)
        customer.opens("/support/assistant")


def test_more_bytes_than_announced_are_not_read_to_the_end(customer: Browser) -> None:
    """Sent in pieces, without a length, so that only counting helps."""
    customer.opens("/support/assistant")

    answer = customer.client.post(
        "/support/assistant",
        content=(b"x" * 65_536 for _ in range(20)),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 413


def test_control_characters_are_taken_out(customer: Browser) -> None:
    told = customer.says("Hel\x00lo \x1b[31mred\x07 \u202egnp.exe")

    assert "Hello [31mred gnp.exe" in told
    assert "\x00" not in customer.page


def test_broken_utf8_is_taken_as_well_as_it_can_be_read(customer: Browser) -> None:
    customer.opens("/support/assistant")
    body = f"token={customer.token}&key={customer.key}&text=".encode() + b"caf%e9+%ff%fe+return"

    answer = customer.client.post(
        "/support/assistant",
        content=body,
        headers={"content-type": "application/x-www-form-urlencoded"},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "return" in answer.text


def test_a_form_that_is_none_is_told(customer: Browser) -> None:
    customer.opens("/support/assistant")
    for kind, body in (
        ("multipart/form-data", b"nonsense"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("application/json", b"{"),
        ("text/plain", b"hello"),
    ):
        answer = customer.client.post("/support/assistant", content=body, headers={"content-type": kind})
        customer.page = answer.text
        assert answer.status_code in (400, 403, 422), kind
        assert is_humane(customer), kind


@pytest.mark.parametrize(
    "command",
    ["{", "[]", '{"kind":"drop_tables"}', '{"kind":"rate","value":"99"}', '{"kind":"ask"}', "x" * 9000],
)
def test_a_command_that_nobody_knows_is_refused_in_words(customer: Browser, command: str) -> None:
    customer.opens("/support/assistant")

    assert customer.posts(command=command).status_code == 422
    assert "Load it again" in customer.text


def test_a_press_for_the_ticket_of_another_does_nothing(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(house.browser())
    customer.opens("/support/assistant")

    customer.posts(command=json.dumps({"kind": "close_ticket", "ticket_id": ticket}))

    assert house.office.ticket(ticket).status == "new"
    assert "You have no request" in customer.text


def test_the_ticket_of_another_is_not_there(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(house.browser(), "The zanzibar pump hums")
    customer.opens("/support/assistant")

    absent = customer.opens("/support/ticket/T-9999")
    foreign = customer.opens(f"/support/ticket/{ticket}")

    assert absent.status_code == foreign.status_code == 404
    assert "zanzibar" not in foreign.text
    assert foreign.text.replace(ticket, "T-9999") == absent.text
    assert is_humane(customer)


@pytest.mark.parametrize(
    "cookie", ["x", "per_admin.739000.AAAA", "..", "per_1.99999999999999999999.x", "%C3%BC"]
)
def test_a_forged_cookie_is_nobody(house: House, cookie: str) -> None:
    visitor = house.browser(cookie=f"deskbell-visitor={cookie}; deskbell-staff={cookie}")

    answer = visitor.opens("/support/assistant")

    assert answer.status_code == 200
    assert "deskbell-visitor=per_" in answer.headers["set-cookie"]
    assert visitor.opens("/admin/support-requests").status_code == 403


def test_a_cookie_of_somebody_else_cannot_be_made_from_ones_own(house: House, customer: Browser) -> None:
    customer.opens("/support/assistant")
    _, day, seal = customer.client.cookies["deskbell-visitor"].split(".")
    thief = house.browser(cookie=f"deskbell-visitor=per_ada.{day}.{seal}")

    thief.opens("/support/assistant")

    assert "per_ada" not in thief.opens("/api/v1/me").text


def test_a_page_that_was_open_too_long_says_so(customer: Browser) -> None:
    customer.opens("/support/assistant")
    customer.client.cookies.clear()

    answer = customer.posts(text="hello")

    assert answer.status_code == 403
    assert "Load it again and send once more" in customer.text


def test_unknown_addresses_and_methods_get_a_page(customer: Browser) -> None:
    assert customer.opens("/support/nowhere").status_code == 404
    assert is_humane(customer)
    answer = customer.client.delete("/support/assistant")
    assert answer.status_code == 405
    assert "takes nothing of that kind" in answer.text


def test_odd_addresses_of_the_list_show_a_list(staff: Browser) -> None:
    for query in (
        "?priority=x&priority=99999999999999999999&sort=none",
        "?status=%00&queue=%ff&assignee=%27%3B--",
        "?text=" + "a" * 5000,
        "?lang=xx&theme=neon",
    ):
        assert staff.opens(f"/admin/support-requests{query}").status_code == 200, query
    assert staff.opens("/admin/support-requests?after=nonsense").status_code == 422
    assert is_humane(staff)


def test_a_file_is_checked_by_what_is_in_it(customer: Browser) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text="see", files={"files": ("invoice.pdf", b"MZ\x90\0" + b"\0" * 2000)})

    assert answer.status_code == 422
    assert "invoice.pdf" in customer.text
    assert "nobody will open it" in customer.text


def test_six_files_are_too_many(customer: Browser) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text="see", files=[("files", (f"{n}.png", PNG)) for n in range(6)])

    assert answer.status_code == 413
    assert "Five files fit into one message." in customer.text
    assert is_humane(customer)


def test_a_file_larger_than_ten_megabytes_is_told_by_its_name(customer: Browser) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text="see", files={"files": ("film.png", PNG + b"\0" * (10 * 1024 * 1024))})

    assert answer.status_code == 413
    assert "film.png is larger than 10 MB" in customer.text


def test_a_sent_file_comes_back_as_an_attachment_and_only_to_its_own(
    house: House, customer: Browser, staff: Browser
) -> None:
    customer.opens("/support/assistant")
    customer.posts(text="a photo", files={"files": ('püm"p.png', PNG)})
    link = customer.page.split('class="file" href="')[1].split('"')[0]

    answer = customer.opens(link)
    assert answer.content == PNG
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''p%C3%BCm")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert staff.opens(link).status_code == 200
    assert house.browser().opens(link).status_code == 404


@pytest.mark.parametrize(
    "evil",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}${7*7}", "<svg/onload=alert(1)>"],
)
def test_what_people_write_is_shown_as_they_wrote_it(
    house: House, customer: Browser, staff: Browser, evil: str
) -> None:
    ticket = house.file_ticket(customer, f"My pump says {evil}")
    for browser, path in (
        (customer, "/support/assistant"),
        (customer, "/support/ticket"),
        (customer, f"/support/ticket/{ticket}"),
        (staff, "/admin/support-requests"),
        (staff, f"/admin/support-requests/{ticket}"),
    ):
        browser.opens(path)
        assert evil in browser.text or path.endswith("/ticket"), path
        assert "<img src=x" not in browser.page
        assert "<script>alert" not in browser.page
        assert "<svg/onload" not in browser.page


def test_an_article_for_staff_is_not_there_for_others(
    house: House, customer: Browser, staff: Browser
) -> None:
    with house.office.desk.database.read() as connection:
        from_shelf = {
            article.path: article.version for article in house.office.desk.library.status().articles
        }
    assert connection.closed
    path = f"/support/article/goodwill.md?version={from_shelf['goodwill.md']}"

    assert customer.opens(path).status_code == 404
    assert staff.opens(path).status_code == 200
    assert customer.opens("/support/article/../../etc/passwd?version=x").status_code == 404


def test_who_writes_too_fast_is_asked_to_wait(customer: Browser) -> None:
    customer.opens("/support/assistant")
    for place in range(60):
        answer = customer.posts(text=f"again {place}", headers={"x-live": "1"})
        if answer.status_code == 429:
            break

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "Wait" in answer.json()["error"]["message"]


def test_a_database_that_is_away_is_told_and_nothing_is_lost(
    house: House, customer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the disk is full", retry_after=3)

    customer.opens("/support/assistant")
    monkeypatch.setattr(type(house.office.desk.database), "write", away)

    answer = customer.posts(text="hello")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert "try again in a few seconds" in customer.text


def test_what_breaks_gives_a_reference_that_the_log_has_too(
    house: House, customer: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(type(house.office.desk), "conversation", break_down)

    answer = customer.opens("/support/assistant")

    assert answer.status_code == 500
    assert "a secret of the machine" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    reference = answer.text.split('class="mono">')[-1].split("<")[0]
    assert len(reference) == 8
    assert reference in caplog.text


def test_two_languages_in_one_message_are_no_trouble(customer: Browser) -> None:
    told = customer.says("Guten Tag, how long can I return a part? Vielen Dank")

    assert "Guten Tag" in told
    assert is_humane(customer)


def test_a_reload_in_the_middle_shows_what_is_on_its_way(make_house: Callable[..., House]) -> None:
    house = make_house()
    house.office.desk.inbox_belt.stop(2)
    visitor = house.browser()
    visitor.opens("/support/assistant")
    visitor.posts(text="Is anybody there?", headers={"x-live": "1"})

    visitor.opens("/support/assistant")

    assert "Is anybody there?" in visitor.text
    assert "Looking it up" in visitor.text
    assert 'http-equiv="refresh"' in visitor.page


def test_those_who_wait_leave_room_for_others(make_house: Callable[..., House]) -> None:
    """When answers are long in coming, a page that asks for one gets none at once, and holds no thread."""
    house = make_house()
    house.office.desk.inbox_belt.stop(2)
    waiters = house.app.state.door.waiters
    while waiters.acquire(blocking=False):
        pass
    visitor = house.browser()
    visitor.opens("/support/assistant")

    began = monotonic()
    visitor.posts(text="Is anybody there?")

    assert monotonic() - began < 1
    assert "Looking it up" in visitor.text
