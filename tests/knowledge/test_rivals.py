"""Is it said when two articles disagree, and asked when one of several may be meant?"""

import pytest

from tests.knowledge.conftest import Room

OTHER = "# Shipping\n\nWe ship on working days, by post.\n"


def test_two_articles_with_other_figures_are_both_cited(room: Room) -> None:
    room.write("a.md", "# Returns\n\nYou can return a part within 30 days of delivery.\n")
    room.write("b.md", "# Sending a part back\n\nYou can return a part within 14 days of delivery.\n")
    room.write("c.md", OTHER)
    room.sync()

    answer = room.ask("within how many days can I return a part?")

    assert answer.answered
    assert answer.disagrees
    assert {one.citation.article for one in answer.sentences} == {"a.md", "b.md"}
    assert "30 days" in answer.text
    assert "14 days" in answer.text


def test_two_articles_that_agree_are_not_set_against_each_other(room: Room) -> None:
    room.write("a.md", "# Returns\n\nYou can return a part within 14 days of delivery.\n")
    room.write("b.md", "# Sending a part back\n\nYou can return a part within two weeks of delivery.\n")
    room.sync()

    answer = room.ask("within how many days can I return a part?")

    assert answer.answered
    assert not answer.disagrees
    assert len({one.citation.article for one in answer.sentences}) == 1


def test_what_only_staff_read_contradicts_nothing_for_a_customer(room: Room) -> None:
    room.write("a.md", "# Returns\n\nYou can return a part within 30 days of delivery.\n")
    room.write(
        "b.md", "---\naudience: staff\n---\n# Returns\n\nYou can return a part within 14 days of delivery.\n"
    )
    room.sync()

    answer = room.ask("within how many days can I return a part?", audience="customers")

    assert answer.answered
    assert not answer.disagrees
    assert "14" not in repr(answer)


COUNTRIES = ("Norway", "Sweden", "Denmark")


@pytest.fixture
def shipping(room: Room) -> Room:
    for number, country in enumerate(COUNTRIES, start=3):
        room.write(
            f"{country.lower()}.md",
            f"# Shipping to {country}\n\nShipping a parcel to {country} takes {number} working days.\n",
        )
    room.write("returns.md", "# Returns\n\nYou can send a part back by post.\n")
    room.sync()
    return room


def test_a_question_that_fits_several_articles_is_answered_by_a_question(shipping: Room) -> None:
    answer = shipping.ask("how long does shipping a parcel take?")

    assert not answer.answered
    assert {one.label for one in answer.choices} == {f"Shipping to {country}" for country in COUNTRIES}
    assert answer.sentences == ()


def test_each_choice_leads_to_its_own_article(shipping: Room) -> None:
    for choice in shipping.ask("how long does shipping a parcel take?").choices:
        answer = shipping.ask(choice.question)
        country = choice.label.rpartition(" ")[2]

        assert answer.answered
        assert {one.citation.article for one in answer.sentences} == {f"{country.lower()}.md"}


def test_a_question_that_names_one_of_them_is_answered(shipping: Room) -> None:
    answer = shipping.ask("how long does shipping a parcel to Norway take?")

    assert answer.answered
    assert answer.choices == ()
    assert "3 working days" in answer.text


def test_the_turn_before_may_have_named_it(shipping: Room) -> None:
    answer = shipping.ask("how long does shipping take?", "I live in Norway")

    assert answer.choices == ()


def test_articles_about_different_things_are_no_choice(room: Room) -> None:
    room.write("a.md", "# Return a part\n\nYou can return a part by post within 30 days.\n")
    room.write("b.md", "# Swap a part\n\nYou can swap a part by post for another size.\n")
    room.sync()

    assert room.ask("can I return a part by post?").choices == ()
