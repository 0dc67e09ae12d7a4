"""Does every way into the house have a guard?"""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from fastapi.routing import APIRoute

from tests.browsers import HOST, Browser, House

OPEN = {"/", "/livez", "/readyz", "/metrics", "/favicon.ico", "/favicon.svg", "/api/v1/openapi.json"}
PLACES = {
    "ticket_id": "T-1001",
    "session_id": "ses_1",
    "person_id": "per_admin",
    "secret": "s" * 43,
    "file_id": "file_1",
    "path": "returns.md",
    "name": "deskbell.css",
    "digest": "0" * 32,
    "mark": "0" * 16,
}


def routes_of(house: House) -> Iterator[tuple[str, str]]:
    """Method and address, with something in every place."""
    for route in every_route(house.app.routes):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            path = re.sub(r"{(\w+)(:path)?}", lambda found: PLACES[found.group(1)], route.path)
            yield method, path


def every_route(routes: Sequence[object]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(getattr(route, "original_router", None), "routes", [])
            yield from every_route(inner)


def test_the_walk_finds_the_doors(house: House) -> None:
    found = set(routes_of(house))

    assert ("POST", "/support/assistant") in found
    assert ("POST", "/admin/support-requests/T-1001") in found
    assert ("POST", "/api/v1/tickets/T-1001/close") in found
    assert len(found) > 30


def test_whatever_changes_something_wants_the_seal_of_the_page(house: House, staff: Browser) -> None:
    """With a customer's and a member of staff's cookie in the same browser, and no token."""
    staff.opens("/support/assistant")
    for method, path in routes_of(house):
        if method == "GET":
            continue
        answer = staff.client.request(method, path, data={"text": "x"}, follow_redirects=False)
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"


def test_without_any_cookie_nothing_can_be_changed(house: House) -> None:
    for method, path in routes_of(house):
        if method != "GET":
            answer = house.browser().client.request(method, path, follow_redirects=False)
            assert answer.status_code in (401, 403), f"{method} {path}: {answer.status_code}"


def test_the_seal_of_another_browser_does_not_fit(house: House, customer: Browser) -> None:
    other = house.browser()
    other.opens("/support/assistant")
    customer.opens("/support/assistant")

    assert customer.posts(text="hello", token=other.token).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HOST},
    ],
    ids=str,
)
def test_a_form_that_was_sent_from_elsewhere_is_not_taken(customer: Browser, headers: dict[str, str]) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text="hello", headers=headers)

    assert answer.status_code == 403
    assert "sent from another site" in customer.text


def test_a_form_of_our_own_page_is_taken(customer: Browser) -> None:
    customer.opens("/support/assistant")

    answer = customer.posts(text="hello", headers={"origin": HOST, "sec-fetch-site": "same-origin"})

    assert answer.status_code == 200


def test_with_a_base_address_only_that_one_may_send(make_house: Callable[..., House]) -> None:
    visitor = make_house(base_url="https://help.example").browser(host="https://help.example")
    visitor.opens("/support/assistant")

    assert visitor.posts(text="hello", headers={"origin": "https://help.example"}).status_code == 200
    assert visitor.posts(text="hello", headers={"origin": HOST}).status_code == 403


def test_nobody_sees_anything_of_the_desk_without_signing_in(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer, "The zanzibar pump hums")
    for method, path in routes_of(house):
        if method != "GET" or not path.startswith("/admin"):
            continue
        for browser in (customer, house.browser()):
            answer = browser.opens(path.replace("T-1001", ticket))
            assert "zanzibar" not in answer.text, path
            assert answer.status_code == 403, path
            assert "Sign in to the desk" in answer.text


def test_every_answer_tells_the_browser_what_it_may_do(house: House, customer: Browser) -> None:
    for method, path in routes_of(house):
        if path == "/support/live":
            continue
        answer = customer.client.request(method, path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "same-origin", path


def test_no_page_holds_a_script_or_a_style_of_its_own(
    house: House, customer: Browser, staff: Browser
) -> None:
    ticket = house.file_ticket(customer)
    pages = [
        customer.opens("/support/assistant").text,
        customer.opens(f"/support/ticket/{ticket}").text,
        staff.opens("/admin/support-requests").text,
        staff.opens(f"/admin/support-requests/{ticket}").text,
    ]

    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r"(src|href)=\"(https?:)?//", page)
