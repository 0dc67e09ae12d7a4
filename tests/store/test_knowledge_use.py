"""Is what became of answers counted from the timelines as it happened?"""

from datetime import timedelta

from store import events as e
from store.database import Database
from store.knowledge_use import Given, count_uses, read_given, read_questions, read_replies
from store.messages import Citation, Line
from tests.ledgers import NOON, add_facts, ticket_opened

OPENED = e.SessionOpened(person_id="per_ada", channel="web", thread="per_ada", language="en")
EARLY = NOON - timedelta(days=30)


def answer(letter: str, *articles: str, question: str = "Where is it?") -> e.AnswerGiven:
    cites = tuple(
        Citation(number=number, article=path, version="1", heading="", lines=(1, 1), quote="It is here.")
        for number, path in enumerate(articles, start=1)
    )
    return e.AnswerGiven(
        letter_id=letter,
        answered=bool(articles),
        question=question,
        confidence=0.9,
        language="en",
        source="offline",
        lines=(Line(text="It is here."),),
        citations=cites,
    )


def rated(letter: str, value: str) -> e.AnswerRated:
    return e.AnswerRated(letter_id=letter, value=value)


def given(database: Database) -> list[Given]:
    with database.read() as connection:
        return read_given(connection, EARLY)


def test_an_article_counts_once_for_each_answer(database: Database) -> None:
    add_facts(
        database, "ses_1", OPENED, answer("l1", "a.md", "a.md", "b.md"), answer("l2", "a.md"), answer("l3")
    )

    uses = count_uses(given(database))

    assert {path: use.cited for path, use in uses.items()} == {"a.md": 2, "b.md": 1}


def test_what_the_customer_pressed_last_counts(database: Database) -> None:
    add_facts(database, "ses_1", OPENED, answer("l1", "a.md"), rated("l1", "up"), rated("l1", "not_solved"))

    assert count_uses(given(database))["a.md"].down == 1
    assert count_uses(given(database))["a.md"].up == 0


def test_a_ticket_counts_for_all_that_were_read_before_it_in_its_session(database: Database) -> None:
    add_facts(database, "ses_1", OPENED, answer("l1", "a.md"), answer("l2", "b.md"), answer("l3", "b.md"))
    add_facts(database, "ses_2", OPENED, answer("l4", "c.md"))
    add_facts(database, "T-1", ticket_opened(1))
    add_facts(database, "ses_1", answer("l5", "d.md"))

    listed = given(database)

    uses = count_uses(listed)
    assert {path: use.tickets for path, use in uses.items()} == {"a.md": 1, "b.md": 1, "c.md": 0, "d.md": 0}
    assert [one.is_last for one in listed] == [False, False, True, False, False]


def test_what_was_long_ago_is_left_out(database: Database) -> None:
    add_facts(database, "ses_1", OPENED, answer("l1", "a.md"), at=EARLY - timedelta(seconds=1))

    assert given(database) == []


def test_the_words_of_a_question_are_found_by_its_place(database: Database) -> None:
    add_facts(
        database, "ses_1", OPENED, answer("l1", "a.md", question="Where?"), answer("l2", question="When?")
    )

    with database.read() as connection:
        found = read_questions(connection, {"ses_1/2", "ses_9/1"})

    assert found == {"ses_1/2": "Where?"}


def test_only_what_a_person_wrote_is_a_reply(database: Database) -> None:
    lines = (Line(text="Students pay less."),)
    mine = e.ReplySent(letter_id="l1", speaker="person", person_id="per_mara", lines=lines)
    desk = e.ReplySent(letter_id="l2", speaker="desk", lines=(Line(text="It arrived."),))
    add_facts(database, "T-1", ticket_opened(1), mine, desk)

    with database.read() as connection:
        assert read_replies(connection, {"T-1", "T-2"}) == {"T-1": ("Students pay less.",)}
