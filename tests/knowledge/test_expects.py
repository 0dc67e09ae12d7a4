"""Is told apart what a question asks for, and found in a line?"""

import pytest

from knowledge.expects import Kind, expected, has


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how long do I have to appeal", "length"),
        ("how soon is it here", "time"),
        ("when does my order leave", "time"),
        ("tell me when it is back", None),
        ("how much is express", "money"),
        ("how much time do I have", None),
        ("what does a workshop hour cost", "money"),
        ("what is your phone number", "phone"),
        ("what is the email for invoices", "mail"),
        ("how heavy may a parcel be", "number"),
        ("where is my order", None),
        ("was kostet der Versand", "money"),
        ("wie lange dauert es", "length"),
        ("¿cuánto cuesta el envío?", "money"),
    ],
)
def test_the_form_of_what_is_asked_for_is_known(question: str, kind: Kind | None) -> None:
    assert expected(question) == kind


@pytest.mark.parametrize(
    ("kind", "line", "other"),
    [
        ("time", "You can appeal within 14 days.", "Choose Appeal and explain."),
        ("length", "You hear from us the same day.", "Write to help@shop.example."),
        ("money", "A label costs £4.50.", "Print the label."),
        ("money", "Returns are free.", "Print the label."),
        ("mail", "Write to billing@shop.example.", "Write to us."),
        ("phone", "Ring 01632 960204.", "Ring us after 14 days."),
        ("number", "One parcel takes 30 kg.", "A parcel can be heavy."),
    ],
)
def test_a_line_has_it_or_not(kind: Kind, line: str, other: str) -> None:
    assert has(kind, line)
    assert not has(kind, other)
