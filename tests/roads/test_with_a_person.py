"""What happens once a person owns the conversation?"""

from tests.office import ADA, BORIS, Office


def test_the_assistant_is_silent_after_the_handover(office: Office) -> None:
    office.calls_a_person()
    office.customer_says("How long do refunds take?")

    assert not any(turn.citations for turn in office.turns()[-2:])


def test_a_message_is_confirmed_once_in_half_an_hour(office: Office) -> None:
    office.calls_a_person()
    first = office.customer_says("One more thing: it is the left one")
    office.clock.forward(minutes=31)
    second = office.customer_says("And it hums")
    third = office.customer_says("Quite loud")

    assert first == ""
    assert "T-1001" in second
    assert third == ""


def test_a_staff_reply_reaches_the_customer(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="A new pump leaves today.\nYou need not send the old one.")

    turn = office.turns()[-1]
    assert turn.voice == "person"
    assert [line.text for line in turn.lines] == [
        "A new pump leaves today.",
        "You need not send the old one.",
    ]
    assert office.ticket().assigned_to == "per_admin"
    assert office.ticket().status == "open"


def test_a_note_is_never_shown_to_the_customer(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("note", text="SECRET-NOTE: third case this month")

    assert not any("SECRET-NOTE" in line.text for turn in office.turns() for line in turn.lines)


def test_the_assistant_can_be_asked_meanwhile_in_a_session_of_its_own(office: Office) -> None:
    office.calls_a_person()
    before = office.session().session_id
    office.customer_presses("Ask the assistant meanwhile")
    office.customer_says("How long do refunds take?")

    assert office.session().session_id != before
    assert office.turns()[-1].citations
    assert office.ticket().status == "new"


def test_waiting_for_the_customer_is_reminded_solved_and_closed(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="Which year is the car?", value="pending_customer")
    office.forward(days=3)
    reminded = office.turns()[-1].lines[0].text
    office.forward(days=5)
    solved = office.ticket()
    office.forward(days=8)

    assert "waits for your answer" in reminded
    assert (solved.status, solved.resolution) == ("solved", "abandoned")
    assert office.ticket().status == "closed"
    assert office.session().ticket_id == ""


def test_an_answer_takes_the_reminder_away(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="Which year is the car?", value="pending_customer")
    office.customer_says("It is from 1967")
    said = len(office.turns())
    office.forward(days=9)

    assert office.ticket().status == "open"
    assert len(office.turns()) == said


def test_a_real_reply_reopens_a_solved_ticket(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="The new pump is there.", value="solved")
    told = office.customer_says("It still leaks at the seam")

    assert "open again" in told
    assert office.ticket().status == "open"


def test_a_mere_thank_you_does_not_reopen(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="The new pump is there.", value="solved")
    office.customer_says("thank you!")

    assert office.ticket().status == "solved"


def test_a_reply_to_a_closed_ticket_opens_a_linked_one(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("status", value="closed")
    told = office.customer_says("It broke again", ticket_id="T-1001")

    assert "T-1002" in told
    assert office.ticket("T-1002").reopens == "T-1001"


def test_the_rating_is_asked_once_and_taken_once(office: Office) -> None:
    office.calls_a_person()
    office.staff_does("reply", text="Done.", value="solved")
    asked = [turn for turn in office.turns() if "How well did we help" in turn.lines[0].text]
    office.customer_presses("5")
    office.customer_says("5", command={"kind": "rate", "value": "1"})

    assert len(asked) == 1
    assert office.ticket().rating == 5


def test_the_customer_closes_and_reopens_their_own_ticket_only(office: Office) -> None:
    office.calls_a_person()
    close = {"kind": "close_ticket", "ticket_id": "T-1001"}
    office.customer_says("", person=BORIS, command=close)
    untouched = office.ticket().status
    office.customer_says("", person=ADA, command=close)
    closed = office.ticket()
    office.customer_says("", person=ADA, command={"kind": "reopen_ticket", "ticket_id": "T-1001"})

    assert untouched == "new"
    assert (closed.status, closed.resolution) == ("solved", "confirmed")
    assert office.ticket().status == "open"


def test_an_answer_that_could_not_leave_becomes_a_persons_work(office: Office) -> None:
    office.customer_sends(text="How long do refunds take?")
    office.desk.inbox_belt.run_all()
    office.clock.forward(minutes=16)
    office.desk.outbox_belt.run_all()
    office.desk.run_due()

    assert office.session().mode == "human"


def test_a_message_that_kills_its_process_every_time_is_laid_aside(office: Office) -> None:
    said = office.customer_sends(text="poison")
    lane = office.desk.receive(said).lane
    for _ in range(8):
        office.desk.handler.ledger.claim(lane, office.clock.now())
        office.clock.forward(minutes=2)
    office.customer_says("How long do refunds take?")

    assert office.turns()[-1].citations
    assert office.desk.is_ready()["ready"]


def test_words_that_could_not_be_handled_are_still_shown(office: Office) -> None:
    said = office.customer_sends(text="A message that nothing can decide on")
    ledger, now = office.desk.handler.ledger, office.clock.now()
    ledger.bury(ledger.claim(office.desk.receive(said).lane, now)[0], "poison")

    shown = [line.text for turn in office.turns() for line in turn.lines]
    assert "A message that nothing can decide on" in shown
    assert not office.talk().is_waiting
