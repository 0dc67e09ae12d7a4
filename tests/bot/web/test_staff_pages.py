"""Do staff find a request, read it in one order, and change it without mistaking who reads what?"""

import re

import pytest

from tests.browsers import Browser, House

LIST = "/admin/support-requests"


@pytest.fixture
def ticket(house: House, request: pytest.FixtureRequest) -> str:
    """Filed on a page only where the test goes on as that customer."""
    if "customer" in request.fixturenames:
        return house.file_ticket(request.getfixturevalue("customer"))
    return house.tickets_of("per_ada")[0]


def test_the_short_address_leads_to_the_list(staff: Browser) -> None:
    assert staff.opens("/admin").url.path == LIST


def test_an_empty_desk_says_so(staff: Browser) -> None:
    staff.opens(LIST)

    assert "Nobody is waiting" in staff.text


def test_a_request_stands_in_the_list(staff: Browser, ticket: str) -> None:
    staff.opens(LIST)

    assert "The fuel pump hums and does not pump" in staff.text
    assert f"{LIST}/{ticket}" in staff.page
    assert "P3" in staff.text


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?status=new", True),
        ("?status=solved", False),
        ("?status=all", True),
        ("?priority=3", True),
        ("?priority=0", False),
        ("?priority=P3", True),
        ("?queue=general", True),
        ("?queue=billing", False),
        ("?channel=web", True),
        ("?channel=api", False),
        ("?assignee=-", True),
        ("?assignee=me", False),
        ("?tag=product", False),
        ("?text=pump+hums", True),
        ("?text=zebra", False),
        ("?sort=age", True),
        ("?status=new&status=solved&priority=3&text=pump", True),
    ],
)
def test_filters_stand_in_the_address(staff: Browser, ticket: str, query: str, is_found: bool) -> None:
    staff.opens(LIST + query)

    assert (f"{LIST}/{ticket}" in staff.page) is is_found


@pytest.mark.usefixtures("ticket")
def test_a_filter_shows_what_it_is_set_to(staff: Browser) -> None:
    staff.opens(f"{LIST}?priority=3&text=pump&sort=age")

    assert 'value="pump"' in staff.page
    assert re.search(r'<option value="3" selected>P3', staff.page)
    assert re.search(r'<option value="age" selected>', staff.page)
    assert "?priority=3&amp;text=pump" in staff.page


@pytest.mark.slow
def test_pages_follow_each_other_without_a_gap(house: House, staff: Browser) -> None:
    for place in range(55):
        house.office.customer_sends(
            person=f"per_{place}", text=f"Case {place:03}", command={"kind": "talk_to_person"}
        )
        house.office.clock.forward(seconds=1)
    house.settle(*(f"per_{place}" for place in range(55)))
    staff.opens(f"{LIST}?sort=age")
    first = re.findall(r'row-link" href="[^"]*/(T-\d+)', staff.page)
    link = re.search(r'href="([^"]+)" rel="next"', staff.page)
    assert link

    staff.opens(LIST + link.group(1).replace("&amp;", "&"))

    second = re.findall(r'row-link" href="[^"]*/(T-\d+)', staff.page)
    assert len(first) == 50
    assert len(second) == 5
    assert len({*first, *second}) == 55
    assert "sort=age" in link.group(1)


@pytest.mark.usefixtures("customer")
def test_the_timeline_merges_conversation_and_ticket(staff: Browser, ticket: str) -> None:
    staff.opens(f"{LIST}/{ticket}")

    said = staff.text
    order = [
        "Conversation began by web",
        "Ask a person",
        "Ticket opened, P3, queue General",
        "Handed over to General",
    ]
    places = [said.index(part) for part in order]
    assert places == sorted(places)


def test_a_reply_and_a_note_look_and_go_different_ways(
    house: House, staff: Browser, customer: Browser, ticket: str
) -> None:
    staff.opens(f"{LIST}/{ticket}")
    staff.posts(action="note", text="The customer is a club member.")
    staff.posts(action="reply", text="Which car is it?", value="pending_customer")

    assert "Internal note. Only staff see it." in staff.text
    assert 'class="ev by-note"' in staff.page
    assert house.office.ticket(ticket).status == "pending_customer"
    assert house.office.ticket(ticket).assigned_to == "per_admin"
    for path in ("/support/assistant", f"/support/ticket/{ticket}"):
        customer.opens(path)
        assert "Which car is it?" in customer.text
        assert "club member" not in customer.page


def test_an_empty_reply_is_told_in_place(staff: Browser, ticket: str) -> None:
    staff.opens(f"{LIST}/{ticket}")

    assert staff.posts(action="reply", text="  ").status_code == 422
    assert "There was nothing to read" in staff.text


def test_taking_over_and_setting_a_status(house: House, staff: Browser, ticket: str) -> None:
    staff.opens(f"{LIST}/{ticket}")
    staff.posts(action="take_over")
    assert "Mara Lind took over" in staff.text

    staff.posts(action="status", value="on_hold")

    assert house.office.ticket(ticket).status == "on_hold"
    assert "Mara Lind set the status: On hold" in staff.text


def test_a_priority_wants_a_reason(house: House, staff: Browser, ticket: str) -> None:
    staff.opens(f"{LIST}/{ticket}")

    assert staff.posts(action="priority", value="0").status_code == 422
    assert "A priority needs a reason" in staff.text
    staff.posts(action="priority", value="0", reason="The car blocks the road")

    assert house.office.ticket(ticket).priority == 0
    assert "Mara Lind set P0: The car blocks the road" in staff.text


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "delete"},
        {"action": "status", "value": "gone"},
        {"action": "priority", "value": "7", "reason": "x"},
        {"action": "reply", "text": "x", "value": "merged"},
    ],
    ids=str,
)
def test_what_cannot_be_done_is_told(staff: Browser, ticket: str, fields: dict[str, str]) -> None:
    staff.opens(f"{LIST}/{ticket}")

    assert staff.posts(**fields).status_code == 422


def test_a_ticket_that_is_not_there_is_told(staff: Browser) -> None:
    assert staff.opens(f"{LIST}/T-9999").status_code == 404
    assert staff.posts(f"{LIST}/T-9999", action="reply", text="x").status_code in (403, 404)


@pytest.mark.parametrize("role", ["executive", "editor"])
def test_some_roles_read_only(house: House, ticket: str, role: str) -> None:
    house.add_person("per_reader", role)  # type: ignore[arg-type]  # one of the roles, as the list above says
    reader = house.staff_browser("per_reader")
    reader.opens(f"{LIST}/{ticket}")

    assert "The fuel pump hums" in reader.text
    assert 'id="write"' not in reader.page
    assert reader.posts(f"{LIST}/{ticket}", action="note", text="x").status_code == 403


def test_a_customer_with_a_staff_link_is_still_a_customer(house: House) -> None:
    house.add_person("per_ada", "customer")
    ada = house.staff_browser("per_ada")

    assert ada.opens(LIST).status_code == 403


def test_the_same_reply_sent_twice_reaches_the_customer_once(
    staff: Browser, customer: Browser, ticket: str
) -> None:
    staff.opens(f"{LIST}/{ticket}")
    token, key = staff.token, staff.key
    for _ in range(2):
        staff.posts(f"{LIST}/{ticket}", action="reply", text="Only once, please.", token=token, key=key)

    customer.opens("/support/assistant")

    assert customer.text.count("Only once, please.") == 1


def test_a_file_goes_with_a_reply(staff: Browser, customer: Browser, ticket: str) -> None:
    staff.opens(f"{LIST}/{ticket}")
    label = ("label.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    staff.posts(action="reply", text="The label is attached.", files={"files": label})

    customer.opens("/support/assistant")
    link = re.search(r'class="file" href="([^"]+)"', customer.page)

    assert link
    assert customer.opens(link.group(1)).status_code == 200


def test_staff_pages_are_drawn_in_every_language(staff: Browser, ticket: str) -> None:
    for language in ("en", "de", "es", "fr", "pt"):
        for path in (LIST, f"{LIST}?status=solved", f"{LIST}/{ticket}"):
            join = "&" if "?" in path else "?"
            assert staff.opens(f"{path}{join}lang={language}").status_code == 200
            assert f'<html lang="{language}"' in staff.page
