"""Is a turn laid out as it was said?"""

from datetime import UTC, datetime

from bot.view import Turn
from bot.web.bubbles import lay_out
from store.commands import Rate, StartTicket, TalkToPerson
from store.messages import Attachment, Choice, Citation, Line

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSON = Choice(label="Ask a person", command=TalkToPerson(), style="do")
REQUEST = Choice(label="Take it down", command=StartTicket(), style="do")
FILE = Attachment(file_id="file_1", name="a.png", media_type="image/png", size=9, sha256="")


def said(version: int, text: str = "hello") -> Turn:
    return Turn(NOON, "ses_1", version, "message_received", "customer", lines=(Line(text=text),))


def told(version: int, *lines: Line, **more: object) -> Turn:
    return Turn(NOON, "ses_1", version, "answer_given", "assistant", lines=lines, **more)  # type: ignore[arg-type]  # fields of a turn


def test_sentences_flow_together_and_lists_stay_whole() -> None:
    turn = told(
        2,
        Line(text="First.", cites=1),
        Line(text="Second.", cites=2),
        Line(text="- one\n- two", cites=1, form="list"),
        Line(text="| a | b |\n| 1 | 2 |", cites=3, form="table"),
    )

    (bubble,) = lay_out([turn], {})

    flow, items, table = bubble.parts
    assert [line.text for line in flow.lines] == ["First.", "Second."]
    assert [(line.text, line.cites) for line in items.lines] == [("one", 0), ("two", 1)]
    assert table.rows == (("a", "b"), ("1", "2"))


def test_buttons_can_be_pressed_only_after_the_last_words() -> None:
    turns = [told(2, choices=(PERSON,)), said(3), told(4, choices=(REQUEST,))]

    early, _, late = lay_out(turns, {})

    assert early.choices == ()
    assert late.choices == (REQUEST,)


def test_one_button_is_filled_at_most() -> None:
    first, second = lay_out([told(2, choices=(PERSON,)), told(3, choices=(REQUEST,))], {})

    assert first.choices[0].style == "plain"
    assert second.choices[0].style == "do"


def test_thumbs_and_marks_stand_apart_from_the_steps() -> None:
    up = Choice(label="Good answer", command=Rate(value="up"))
    five = Choice(label="5", command=Rate(value="5"))

    (bubble,) = lay_out([told(2, choices=(PERSON, up, five))], {})

    assert (bubble.choices, bubble.thumbs, bubble.marks) == ((PERSON,), (up,), (five,))


def test_a_file_stands_with_the_words_that_it_came_with() -> None:
    file = Turn(NOON, "ses_1", 4, "file_added", "customer", files=(FILE,))

    (bubble,) = lay_out([said(3), file], {})

    assert bubble.turn.files == (FILE,)
    assert bubble.place == "t-ses_1-3"


def test_a_source_is_shown_line_by_line_with_its_numbers() -> None:
    cited = Citation(
        number=1, article="a.md", version="v", heading="A > B", lines=(10, 12), quote="one\n\nthree"
    )

    (bubble,) = lay_out([told(2, citations=(cited,))], {})

    assert bubble.sources[0].numbered == ((10, "one"), (12, "three"))
