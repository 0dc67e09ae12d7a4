"""Can a customer ask, answer and look after a request, without any script?"""

import re

import pytest

from tests.browsers import Browser, House

ASK = "How long can I return a part?"


def test_the_first_page_greets(customer: Browser) -> None:
    answer = customer.opens("/")

    assert answer.url.path == "/support/assistant"
    assert "Welcome to Instant Support. How can we help you?" in customer.text


def test_the_ticket_page_greets(customer: Browser) -> None:
    customer.opens("/support/ticket")

    assert "Let’s solve your issue together. Please answer a few questions." in customer.text


def test_a_question_is_answered_on_the_page_that_follows(customer: Browser) -> None:
    told = customer.says(ASK)

    assert "30 days" in told
    assert ASK in told
    assert "That solved it" in told


def test_a_citation_shows_the_very_lines(customer: Browser) -> None:
    customer.says(ASK)

    line = re.search(r"<li><span>(\d+)</span><span><mark>(.*?)</mark>", customer.page)
    assert line
    assert line.group(1) == "10"
    assert line.group(2).startswith("You can return a part within <strong>30 days</strong>")


def test_the_whole_article_opens_at_the_cited_lines(customer: Browser) -> None:
    customer.says(ASK)
    link = re.search(r'href="(/support/article/[^"]+)"', customer.page)
    assert link

    customer.opens(link.group(1).replace("&amp;", "&"))

    assert "Choose Return" in customer.text
    assert 'class="here"' in customer.page
    assert "questions:" not in customer.text


def test_a_page_that_is_sent_twice_is_one_message(customer: Browser) -> None:
    customer.opens("/support/assistant")
    token, key = customer.token, customer.key

    customer.posts(text=ASK, token=token, key=key)
    customer.posts(text=ASK, token=token, key=key)

    assert customer.text.count(ASK) == 1


def test_other_words_in_the_same_form_are_another_message(customer: Browser) -> None:
    customer.opens("/support/assistant")
    token, key = customer.token, customer.key

    customer.posts(text=ASK, token=token, key=key)
    customer.posts(text="And for members?", token=token, key=key)

    assert ASK in customer.text
    assert "And for members?" in customer.text


def test_a_second_tab_shows_the_same_conversation(customer: Browser) -> None:
    customer.says(ASK)
    second = Browser(customer.client)

    second.opens("/support/assistant")

    assert ASK in second.text


def test_a_form_of_an_older_tab_is_still_taken(customer: Browser) -> None:
    customer.opens("/support/assistant")
    older = Browser(customer.client, customer.page, customer.path)
    customer.says("Hello")

    assert older.posts(text="And a second thing").status_code == 200
    assert "And a second thing" in older.text


def test_another_browser_sees_nothing_of_it(house: House, customer: Browser) -> None:
    customer.says(ASK)
    other = house.browser()

    other.opens("/support/assistant")

    assert ASK not in other.text


def test_a_burst_of_five_is_kept_whole(customer: Browser) -> None:
    customer.opens("/support/assistant")
    for place, part in enumerate(("one", "two", "three", "four", ASK)):
        customer.posts(text=part, key=f"burst-{place}", headers={"x-live": "1"})

    customer.opens("/support/assistant")
    customer.posts(text="thanks")

    assert all(part in customer.text for part in ("one", "two", "three", "four", ASK))


def test_a_press_shows_what_stood_on_the_button(customer: Browser) -> None:
    customer.says(ASK)

    customer.presses("That solved it")

    assert "If it comes back, write here" in customer.text
    assert customer.text.count("That solved it") == 1


def test_buttons_stand_only_under_the_last_words(customer: Browser) -> None:
    customer.says(ASK)
    customer.says("Who won the football world cup in 1974?")

    assert "That solved it" not in customer.text
    assert "Ask a person" in customer.text


def test_only_one_button_of_a_page_is_filled(customer: Browser) -> None:
    customer.says("Who won the football world cup in 1974?")
    customer.says("And the tennis in Wimbledon?")

    acts = re.findall(r'class="btn do"[^>]*name="command"', customer.page)
    assert len(acts) == 1


def test_who_wants_a_person_gets_one_and_is_told_who_reads(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer)

    assert f"{ticket} is with" in customer.text
    assert "The assistant stays silent." in customer.text


def test_the_guided_ticket_asks_in_a_form(customer: Browser) -> None:
    customer.opens("/support/ticket")
    customer.posts(command='{"kind":"start_ticket","category":"returns"}')

    assert "Question 1 of" in customer.text
    assert "What happened?" in customer.text
    assert "Return, refund or exchange" in customer.text


def answer_all(customer: Browser, **answers: str) -> None:
    for _ in range(12):
        customer.opens("/support/ticket")
        asked = re.search(r'name="name" value="(\w+)"', customer.page)
        if not asked:
            return
        if asked.group(1) in answers:
            customer.posts(text=answers[asked.group(1)], name=asked.group(1))
        else:
            customer.posts(command='{"kind":"skip_question"}')


def test_a_request_is_filed_by_answers_in_a_form(customer: Browser) -> None:
    customer.opens("/support/ticket")
    customer.posts(command='{"kind":"start_ticket","category":"booking"}')
    answer_all(
        customer,
        problem="The lift bay was double booked and my car stands outside",
        vehicle="MGB 1972",
        email="ada@example.org",
    )
    customer.opens("/support/ticket")
    if "Didn’t help, go on" in customer.text:
        customer.presses("Didn’t help, go on")
        customer.opens("/support/ticket")
    assert "Is this right?" in customer.text
    assert "MGB 1972" in customer.text

    customer.presses("Send request")

    assert "Your request is T-1001" in customer.text


def test_an_option_is_taken_by_its_value_and_shown_by_its_words(customer: Browser) -> None:
    customer.opens("/support/ticket")
    customer.posts(command='{"kind":"start_ticket"}')
    customer.opens("/support/ticket")

    customer.posts(name="category", choice="billing")

    customer.opens("/support/assistant")
    assert "Payment or invoice" in customer.text


def test_an_answer_that_stands_can_be_given_anew(customer: Browser) -> None:
    customer.opens("/support/ticket")
    customer.posts(command='{"kind":"start_ticket","category":"billing"}')
    customer.opens("/support/ticket")
    customer.posts(name="problem", text="I was charged two times for one order")
    customer.opens("/support/ticket")

    customer.posts(command='{"kind":"correct_slot","name":"problem","value":""}')

    assert "What happened?" in customer.text


def test_a_request_is_listed_and_opens(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer)

    customer.opens("/support/ticket")
    assert f"/support/ticket/{ticket}" in customer.page
    customer.opens(f"/support/ticket/{ticket}")

    assert "The fuel pump hums" in customer.text
    assert "Waits for a person" in customer.text


def test_a_request_can_be_written_to_closed_rated_and_reopened(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer)

    told = customer.says("It also drips.", f"/support/ticket/{ticket}")
    assert "It also drips." in told
    customer.opens(f"/support/ticket/{ticket}")
    customer.presses("It is solved")
    assert "How well did we help" in customer.text
    customer.presses("4")
    assert house.office.ticket(ticket).rating == 4
    customer.opens(f"/support/ticket/{ticket}")
    customer.presses("It is not solved")

    assert house.office.ticket(ticket).status == "open"


def test_a_reply_of_staff_reaches_the_customer(house: House, customer: Browser, staff: Browser) -> None:
    ticket = house.file_ticket(customer)
    staff.opens(f"/admin/support-requests/{ticket}")
    staff.posts(action="reply", text="We send a new pump today.")

    customer.opens("/support/assistant")

    assert "We send a new pump today." in customer.text
    assert "Mara Lind" in customer.text


def test_where_the_customer_came_from_is_noted_without_its_query(house: House, customer: Browser) -> None:
    customer.opens("/support/assistant", headers={"referer": "https://shop.example/cart?token=secret"})
    ticket = house.file_ticket(customer)

    assert house.office.ticket(ticket).context.page == "https://shop.example/cart"


def test_the_language_of_the_browser_is_spoken(house: House) -> None:
    visitor = house.browser(**{"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    visitor.opens("/support/assistant")

    assert "Wie können wir helfen?" in visitor.text


def test_a_chosen_language_stays(customer: Browser) -> None:
    customer.opens("/support/assistant?lang=fr")
    customer.opens("/support/ticket")

    assert "Réglons votre problème ensemble." in customer.text


def test_the_appearance_can_be_chosen(customer: Browser) -> None:
    customer.opens("/support/assistant?theme=dark")
    customer.opens("/support/ticket")

    assert 'data-theme="dark"' in customer.page
    customer.opens("/support/ticket?theme=system")
    customer.opens("/support/ticket")
    assert "data-theme=" not in customer.page.split(">", 2)[1]


def test_every_page_is_drawn_in_every_language(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer)
    for language in ("en", "de", "es", "fr", "pt"):
        for path in (
            "/support/assistant",
            "/support/ticket",
            f"/support/ticket/{ticket}",
            "/support/readers",
        ):
            assert customer.opens(f"{path}?lang={language}").status_code == 200
            assert f'<html lang="{language}"' in customer.page


def test_a_word_can_go_with_the_mark(house: House, customer: Browser) -> None:
    ticket = house.file_ticket(customer)
    customer.opens(f"/support/ticket/{ticket}")
    customer.presses("It is solved")

    customer.posts(command='{"kind":"rate","value":"5"}', comment="Quick and kind")

    assert house.office.ticket(ticket).rating == 5
    assert "5: Quick and kind" in customer.text


def test_an_answer_of_an_older_window_does_not_answer_the_next_question(customer: Browser) -> None:
    customer.opens("/support/ticket")
    customer.posts(command='{"kind":"start_ticket","category":"booking"}')
    customer.opens("/support/ticket")
    older = Browser(customer.client, customer.page, customer.path)
    customer.posts(name="problem", text="The lift was double booked")

    answer = older.posts(name="problem", text="The lift was booked two times")

    assert answer.status_code == 409
    assert "You had written: The lift was booked two times" in older.text
    assert "Which day" in older.text


def test_an_option_of_an_older_window_changes_its_own_answer_only(customer: Browser) -> None:
    customer.opens("/support/ticket")
    customer.posts(command='{"kind":"start_ticket"}')
    customer.opens("/support/ticket")
    older = Browser(customer.client, customer.page, customer.path)
    customer.posts(name="category", choice="billing")

    older.posts(name="category", choice="booking")

    assert "Workshop booking" in older.text


def test_whoever_asks_for_the_head_alone_gets_it(customer: Browser) -> None:
    answer = customer.client.head("/support/assistant")

    assert answer.status_code == 200
    assert answer.content == b""


def test_parts_of_a_page_are_kept_for_good_under_their_mark(customer: Browser) -> None:
    customer.opens("/support/assistant")
    marked = re.search(r'href="(/static/[^"]+)"', customer.page)
    assert marked

    assert "immutable" in customer.client.get(marked.group(1)).headers["cache-control"]
    assert "immutable" not in customer.client.get("/static/talk.css").headers["cache-control"]
    assert customer.client.get("/static/secret.key").status_code == 404


@pytest.mark.slow
def test_of_a_very_long_conversation_the_end_is_shown_first(house: House, customer: Browser) -> None:
    customer.opens("/support/assistant")
    person = customer.client.cookies["deskbell-visitor"].split(".")[0]
    for place in range(130):
        house.office.customer_sends(
            person=person, command={"kind": "small_talk", "topic": "thanks"}, text=f"no {place}!"
        )
    house.settle(person)

    customer.opens("/support/assistant")
    assert "no 129!" in customer.text
    assert "no 0!" not in customer.text
    assert "earlier entries are folded away" in customer.text
    customer.opens("/support/assistant?all=1")
    assert "no 0!" in customer.text
