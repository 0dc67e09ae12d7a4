"""Does the guided conversation lead to a good ticket, or out of it, at every step?"""

from datetime import timedelta

from tests.office import ADA, BORIS, Office, attachment, context


def start(office: Office, category: str = "Delivery or tracking") -> None:
    office.customer_says("I want to open a ticket", context=context().model_dump())
    office.customer_presses(category)


def test_a_ticket_begins_with_what_was_asked_already(office: Office) -> None:
    office.customer_says("Where is my order?")
    office.customer_presses("Still stuck")

    assert office.session().mode == "ticket"
    assert office.session().slots["problem"] == "Where is my order?"
    assert office.session().steps_attempted[0].outcome == "not_solved"


def test_the_ticket_holds_what_was_said_and_what_the_request_told(office: Office) -> None:
    start(office)
    office.customer_says("The parcel says delivered but nothing came")
    office.customer_says("HR-20415")
    office.customer_says("ada@example.com")
    finish(office)

    ticket = office.ticket()
    assert ticket.details["order_number"] == "HR-20415"
    assert ticket.details["email"] == "ada@example.com"
    assert "nothing came" in ticket.issue_summary
    assert (ticket.queue, ticket.priority, ticket.category) == ("orders", 2, "delivery")
    assert ticket.context.browser == "Firefox"
    assert ticket.context.page == "/parts/fuel-pump"
    assert ticket.owner == "person"


def finish(office: Office) -> None:
    for _ in range(4):
        for label in ("Send request", "Didn’t help, go on", "No, something else", "Skip this one"):
            if label in office.buttons():
                office.customer_presses(label)
                break


def test_the_handover_names_ticket_and_queue_and_promises_no_time(office: Office) -> None:
    office.customer_says("I want to talk to a person")

    told = "\n".join(line.text for line in office.turns()[-1].lines)
    assert "T-1001" in told
    assert office.session().mode == "human"
    assert office.session().escalated


def test_every_customer_can_reach_a_person_from_every_step(office: Office) -> None:
    steps = ("", "I want to open a ticket", "Delivery or tracking", "My parcel is lost since Monday")
    for count in range(1, len(steps) + 1):
        person = f"per_{count}"
        for said in filter(None, steps[:count]):
            office.customer_says(said, person=person)
        office.customer_says("Let me talk to a human please", person=person)

        assert office.session(person).mode == "human", steps[:count]


def test_an_answer_can_be_corrected_in_the_summary(office: Office) -> None:
    start(office, "Something else")
    office.customer_says("The gate code of your yard does not work")
    while "Send request" not in office.buttons():
        skip = [label for label in office.buttons() if label in ("Skip this one", "Didn’t help, go on")]
        office.customer_presses(skip[0])
    office.customer_presses("Change something")
    office.customer_presses("Change: What is wrong")
    told = office.customer_says("The gate code of your yard changed and nobody told me")

    assert "changed and nobody told me" in told
    assert "Send request" in office.buttons()


def test_cancel_leaves_nothing_behind(office: Office) -> None:
    start(office)
    office.customer_says("The parcel never came")
    office.customer_presses("Cancel")

    assert office.session().mode == "assistant"
    assert office.session().slots == {}
    assert office.session().tickets == ()


def test_a_question_in_between_is_answered_and_the_interview_goes_on(office: Office) -> None:
    start(office)
    office.customer_says("The parcel never came")
    told = office.customer_says("How much is shipping to France?")

    assert "Back to the question" in told
    assert "order number" in told
    assert office.session().mode == "ticket"


def test_a_question_that_may_be_skipped_can_be_skipped_in_words(office: Office) -> None:
    start(office)
    office.customer_says("The parcel never came")
    office.customer_says("I don't have it")

    assert office.session().skipped == ("order_number",)


def test_a_bad_answer_is_asked_again_with_a_hint(office: Office) -> None:
    start(office)
    office.customer_says("The parcel never came")
    told = office.customer_says("", command={"kind": "fill_slot", "name": "order_number", "value": "??"})

    assert "HR-20415" in told
    assert "order_number" not in office.session().slots


def test_the_interview_goes_on_after_days(office: Office) -> None:
    start(office)
    office.customer_says("The parcel never came")
    office.clock.forward(days=3)
    told = office.customer_says("HR-20415")

    assert office.session().slots["order_number"] == "HR-20415"
    assert "e-mail" in told


def test_the_interview_goes_on_in_another_place_of_the_same_person(office: Office) -> None:
    start(office)
    office.customer_says("The parcel never came")
    office.customer_sends(text="HR-20415", channel="terminal", thread="elsewhere")
    office.desk.run_due()

    assert office.session().slots["order_number"] == "HR-20415"
    assert office.session().channel == "terminal"


def test_a_forgotten_interview_is_abandoned_after_a_week(office: Office) -> None:
    start(office)
    office.forward(days=8)

    assert office.session().resolution == "abandoned"


def test_the_same_matter_twice_is_offered_as_the_same(office: Office) -> None:
    first = office.file_a_ticket("The horn of my car is silent since the wiring was changed")
    office.customer_presses("Ask the assistant meanwhile")
    office.customer_says("I want to open a ticket")
    office.customer_presses("Something else")
    office.customer_says("The horn of my car is silent since the wiring was changed")
    for _ in range(4):
        if "Yes, the same" in office.buttons():
            break
        skip = [label for label in office.buttons() if label in ("Skip this one", "Didn’t help, go on")]
        office.customer_presses(skip[0])
    office.customer_presses("Yes, the same")

    assert office.session().ticket_id == first
    assert office.desk.handler.ledger.open_tickets(ADA)[0].ticket_id == first
    assert len(office.desk.handler.ledger.open_tickets(ADA)) == 1


def test_files_are_kept_and_answer_the_question_for_a_photo(office: Office) -> None:
    start(office, "A part does not work")
    office.customer_says("The pump leaks", files=[attachment().model_dump()])

    assert office.session().slots["photo_available"] == "yes"
    assert [turn.files[0].name for turn in office.turns() if turn.files] == ["pump.jpg"]


def test_a_ticket_tells_its_status_to_its_owner_only(office: Office) -> None:
    ticket_id = office.file_a_ticket()
    told = office.customer_says(f"What is the status of {ticket_id}?")
    other = office.customer_says(f"What is the status of {ticket_id}?", person=BORIS)

    assert ticket_id in told
    assert "no request" in other


def test_ticket_numbers_count_up(office: Office) -> None:
    assert office.calls_a_person(person=ADA) == "T-1001"
    assert office.calls_a_person(person=BORIS) == "T-1002"


def test_a_timer_that_rings_late_changes_nothing_twice(office: Office) -> None:
    start(office)
    office.forward(days=8)
    version = office.session().version
    office.forward(seconds=timedelta(days=8).total_seconds())

    assert office.session().version == version
