"""Is a customer helped at once, and told honestly when not?"""

from tests.office import BORIS, Office


def test_a_question_is_answered_with_the_lines_it_rests_on(office: Office) -> None:
    told = office.customer_says("Where is my order?")

    answer = office.turns()[-1]
    assert told
    assert answer.answered
    assert answer.citations[0].article == "orders/where-is-my-order.md"
    assert answer.citations[0].quote


def test_an_answer_shows_the_three_ways_on(office: Office) -> None:
    office.customer_says("How long do refunds take?")

    assert office.buttons()[:3] == ["That solved it", "Still stuck", "Talk to a person"]


def test_what_no_article_knows_is_refused_honestly(office: Office) -> None:
    told = office.customer_says("Who won the football world cup in 1974?")

    assert not office.turns()[-1].answered
    assert "I won’t guess" in told
    assert "Ask a person" in office.buttons()


def test_a_second_refusal_in_a_row_offers_a_person_instead_of_a_loop(office: Office) -> None:
    office.customer_says("Who won the football world cup in 1974?")
    told = office.customer_says("And who won the tennis in Wimbledon?")

    assert "Twice now I had no answer" in told
    assert office.buttons() == ["Ask a person"]


def test_a_solved_matter_counts_as_confirmed(office: Office) -> None:
    office.customer_says("How long do refunds take?")
    office.customer_presses("That solved it")

    assert office.session().resolution == "confirmed"


def test_silence_after_an_answer_counts_as_assumed(office: Office) -> None:
    office.customer_says("How long do refunds take?")
    office.forward(hours=25)

    assert office.session().resolution == "assumed"


def test_silence_after_a_refusal_counts_as_abandoned(office: Office) -> None:
    office.customer_says("Who won the football world cup in 1974?")
    office.forward(hours=25)

    assert office.session().resolution == "abandoned"


def test_a_word_within_a_day_keeps_the_matter_open(office: Office) -> None:
    office.customer_says("How long do refunds take?")
    office.forward(hours=20)
    office.customer_says("And how long do refunds to PayPal take?")
    office.forward(hours=20)

    assert office.session().status == "active"


def test_who_comes_back_goes_on_in_the_same_conversation(office: Office) -> None:
    office.customer_says("How long do refunds take?")
    office.forward(hours=25)
    office.customer_says("How much is shipping to France?")

    assert office.session().status == "active"
    assert len([turn for turn in office.turns() if turn.voice == "customer"]) == 2


def test_a_german_question_is_answered_in_german(office: Office) -> None:
    office.customer_says("Wie lange dauert die Erstattung?")

    assert office.session().language == "de"
    assert office.turns()[-1].citations[0].article.startswith("de/")
    assert "Mit einem Menschen sprechen" in office.buttons() or "sprechen" in " ".join(office.buttons())


def test_staff_only_articles_are_never_shown(office: Office) -> None:
    for question in ("What are the goodwill limits?", "Which refund escalation code for goodwill?"):
        office.customer_says(question)

    cited = [source.article for turn in office.turns() for source in turn.citations]
    assert not [article for article in cited if article.startswith("staff/")]
    assert not [near for turn in office.turns() for near in turn.near if near.startswith("staff/")]


def test_a_burst_is_answered_as_one_turn(office: Office) -> None:
    for words in ("hi", "I ordered a fuel pump", "last week", "order HR-20415", "where is my order?"):
        office.customer_sends(text=words)
    office.desk.run_due()

    voices = [turn.voice for turn in office.turns()]
    assert voices.count("customer") == 5
    assert voices.count("assistant") == 1


def test_the_same_delivery_twice_is_answered_once(office: Office) -> None:
    said = office.customer_sends(text="Where is my order?")
    again = office.desk.receive(said)
    office.desk.run_due()
    office.desk.receive(said)
    office.desk.run_due()

    assert not again.is_new
    assert [turn.voice for turn in office.turns()] == ["customer", "assistant"]


def test_customers_do_not_see_each_other(office: Office) -> None:
    office.customer_says("Where is my order?")

    assert office.turns(BORIS) == ()
