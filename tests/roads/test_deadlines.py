"""Is a promise made, kept in sight, and is it said when it is broken?"""

from typing import TypeVar

from bot.minding import Minding
from store import events as e
from store.standings import running
from tests.office import ADA, Office

E = TypeVar("E", bound=e.Event)


def facts(office: Office, kind: type[E], ticket_id: str = "T-1001") -> list[E]:
    return [fact for fact in office.facts(ticket_id) if isinstance(fact, kind)]


def test_who_is_handed_over_hears_by_when(office: Office) -> None:
    office.calls_a_person()

    said = [line.text for line in office.turns()[-1].lines]

    # Monday 9:30, four hours of business from 9:30.
    assert said[-1] == "You hear from a person by 13:30 (GMT)."


def test_on_saturday_the_promise_is_for_monday(office: Office) -> None:
    office.clock.forward(days=5)
    office.calls_a_person()

    assert office.turns()[-1].lines[-1].text == "You hear from a person by Mon 13:00 (GMT)."


def test_a_further_message_is_confirmed_with_the_same_promise(office: Office) -> None:
    office.calls_a_person()
    office.clock.forward(minutes=31)

    assert "by 13:30 (GMT)" in office.customer_says("It is the left one, if that helps")


def test_who_asks_how_it_stands_hears_by_when(office: Office) -> None:
    office.calls_a_person()

    assert "by 13:30 (GMT)" in office.customer_says("What is the status of T-1001?")


def test_who_is_answered_is_promised_nothing_more(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="We look at it.")
    office.clock.forward(minutes=31)

    assert office.customer_says("It is the left one") == ""


def test_staff_are_warned_once_and_told_once_that_it_is_late(office: Office) -> None:
    office.calls_a_person()

    office.forward(hours=3, minutes=10)
    warned = facts(office, e.SlaWarned)
    office.forward(hours=1)
    office.forward(hours=1)

    assert [one.timer for one in warned] == ["first_response"]
    assert [one.timer for one in facts(office, e.SlaWarned)] == ["first_response"]
    (late,) = facts(office, e.SlaBreached)
    assert (late.timer, f"{late.due_at:%H:%M}") == ("first_response", "13:30")


def test_when_nobody_took_over_in_time_it_is_passed_up_and_the_customer_hears_it_once(office: Office) -> None:
    office.calls_a_person()
    office.forward(hours=5)
    office.forward(hours=5)

    (passed_up,) = facts(office, e.Escalated)
    assert passed_up.cause == "nobody_took_over"
    told = [turn for turn in office.turns() if "longer than we told you" in turn.lines[0].text]
    assert len(told) == 1


def test_a_late_answer_is_a_breach_whoever_looks_first(office: Office) -> None:
    """The reply itself notices it; the clock, which comes later, does not say it again."""
    office.calls_a_person()
    office.clock.forward(hours=6)
    office.staff_does("reply", text="Sorry for the wait.")
    office.forward(minutes=1)

    assert [one.timer for one in facts(office, e.SlaBreached)] == ["first_response"]
    assert facts(office, e.Escalated) == []


def test_an_answer_in_time_leaves_no_warning(office: Office) -> None:
    office.calls_a_person()
    office.clock.forward(hours=1)
    office.staff_does("reply", text="A new pump leaves today.", value="solved")
    office.forward(days=4)

    assert facts(office, e.SlaWarned) == []
    assert facts(office, e.SlaBreached) == []


def test_thanks_and_buttons_wait_for_nobody(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="A new pump leaves today.")
    office.customer_says("Thank you!")
    office.customer_says("", command={"kind": "ticket_status", "ticket_id": "T-1001"})
    office.forward(hours=8)

    assert [fact.timer for fact in facts(office, e.SlaBreached)] == []


def test_a_pause_moves_the_warning(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="Which year?", value="pending_customer")
    office.forward(days=1, hours=20)
    assert facts(office, e.SlaWarned) == []

    office.customer_says("1972")
    office.staff_does("reply", text="Thanks, we look at it.")
    office.forward(days=2, hours=12)

    assert {one.timer for one in facts(office, e.SlaWarned)} == {"resolution"}


def test_lists_sort_by_a_risk_that_moves_with_time(office: Office) -> None:
    office.calls_a_person()
    desk = office.desk

    def risk() -> int:
        with desk.database.read() as connection:
            return next(rows.risk[0] for rows in running(connection))

    before = risk()
    office.clock.forward(hours=3)
    Minding(desk.database, desk.clock, desk.rules).mind()

    assert risk() > before + 30


def test_what_is_solved_is_at_no_risk_list_any_more(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="Done.", value="solved")

    with office.desk.database.read() as connection:
        assert list(running(connection)) == []


def test_a_site_that_is_down_comes_first_and_says_why(office: Office) -> None:
    office.calls_a_person("Your whole shop is down, nothing works")

    (read,) = facts(office, e.TicketTriaged)
    assert office.ticket().priority == 0
    assert "outage" in office.ticket().tags
    assert [(ground.source, ground.rank) for ground in read.grounds][-1] == ("words", 0)
    assert office.turns()[-1].lines[-1].text == "You hear from a person by 09:45 (GMT)."


def test_a_later_message_lifts_it_but_not_over_a_persons_word(office: Office) -> None:
    office.calls_a_person()
    office.customer_says("Now my card was hacked as well")
    assert office.ticket().priority == 0

    office.staff_does("priority", value="2", reason="The card is with the bank")
    office.customer_says("Hacked, I said")

    assert office.ticket().priority == 2


def test_two_tickets_of_one_customer_become_one(office: Office) -> None:
    office.calls_a_person()
    office.customer_presses("Ask the assistant meanwhile")
    office.calls_a_person("The parcel with the pump came open")
    office.staff_does("merge", ticket="T-1002", value="T-1001", reason="The same parcel")

    assert office.ticket("T-1002").status == "merged"
    assert office.session().ticket_id == "T-1001"
    office.customer_says("Any news?")
    office.forward(days=3)
    assert facts(office, e.SlaBreached, "T-1002") == []
    assert any("both go on as T-1001" in line.text for turn in office.turns() for line in turn.lines)


def test_what_was_answered_already_waits_for_nobody_where_it_goes_on(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="A new pump leaves today.")
    office.customer_presses("Ask the assistant meanwhile")
    office.calls_a_person("The parcel with the pump came open")
    office.staff_does("reply", ticket="T-1002", text="We send another one.")
    office.staff_does("merge", ticket="T-1002", value="T-1001", reason="The same parcel")
    office.forward(hours=8)

    assert [one.timer for one in facts(office, e.SlaBreached)] == []


def test_a_ticket_of_somebody_else_is_never_joined(office: Office) -> None:
    office.calls_a_person()
    office.calls_a_person(person="per_boris")
    office.staff_does("merge", ticket="T-1002", value="T-1001", reason="Looks alike")

    assert office.ticket("T-1002").status == "new"
    assert office.session(ADA).ticket_id == "T-1001"
