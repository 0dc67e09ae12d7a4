"""Do staff see by when something is due, and why?"""

import re

import pytest

from tests.browsers import Browser, House

LIST = "/admin/support-requests"


@pytest.fixture
def ticket(house: House, customer: Browser) -> str:
    return house.file_ticket(customer)


def test_a_ticket_says_by_when_it_is_due_and_what_was_counted(staff: Browser, ticket: str) -> None:
    """On Monday, 2 March 2026, half an hour after the desk opened."""
    staff.opens(f"{LIST}/{ticket}")

    assert "First response due 13:30" in staff.text
    assert "4 h of business hours" in staff.text
    assert "Solution due 5 March 09:30" in staff.text
    assert "version 1, standard" in staff.text


def test_the_risk_says_how_likely_it_is_late_and_what_that_comes_from(staff: Browser, ticket: str) -> None:
    staff.opens(f"{LIST}/{ticket}")

    assert re.search(r"\d+% likely to be late: First response", staff.text)
    assert "where every ticket begins" in staff.text
    assert "an estimate from general data" in staff.text


def test_a_ticket_that_is_solved_is_not_likely_late_any_more(
    house: House, staff: Browser, ticket: str
) -> None:
    house.office.staff_does("reply", ticket=ticket, text="It left today.", value="solved")
    assert house.becomes(ticket, "status", "solved")

    staff.opens(f"{LIST}/{ticket}")

    assert "likely to be late" not in staff.text


def test_a_deadline_that_has_passed_stands_out(house: House, staff: Browser, ticket: str) -> None:
    house.office.clock.forward(hours=30)

    staff.opens(f"{LIST}/{ticket}")

    assert "First response late since Mon 13:30" in staff.text
    assert 'class="chip late push"' in staff.page


def test_a_reply_meets_the_first_and_a_question_back_stops_the_last(
    house: House, staff: Browser, ticket: str
) -> None:
    house.office.staff_does("reply", ticket=ticket, text="Which car is it?")
    house.office.staff_does("status", ticket=ticket, value="pending_customer")
    house.office.clock.forward(hours=2)

    staff.opens(f"{LIST}/{ticket}")

    assert "First response met" in staff.text
    assert "stands still" in staff.text
    assert "Customer’s turn" in staff.text
