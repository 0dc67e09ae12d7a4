"""Do questions without an answer come together with the words that could fill the gap?"""

from datetime import UTC, datetime

from knowledge.articles import Surroundings, read_article
from knowledge.embedding import MiniLM
from knowledge.gaps import Missed, draft_article, group_missed, list_missed
from store.articles import Audience
from store.knowledge_use import Given

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def given(question: str = "Is there a student rate?", **fields: object) -> Given:
    whole = {
        "timeline": "ses_1",
        "version": 1,
        "at": NOON,
        "answered": True,
        "language": "en",
        "articles": (),
    }
    return Given(**{**whole, "question": question, **fields})  # type: ignore[arg-type]  # as the class says


def missed(*questions: str, language: str = "en", replies: tuple[str, ...] = ()) -> list[Missed]:
    return [
        Missed(question, language, "refused", f"T-{number}" if replies else "", replies, f"ses_{number}/1")
        for number, question in enumerate(questions)
    ]


def test_refusals_dislikes_and_tickets_count_and_what_helped_does_not() -> None:
    listed = list_missed(
        [
            given(answered=False),
            given(verdict="down"),
            given(ticket_id="T-1", is_last=True),
            given(ticket_id="T-1", is_last=True, verdict="up"),
            given(ticket_id="T-1"),
            given(),
            given("", answered=False),
        ],
        {"T-1": ("Students pay less.",)},
    )

    assert [one.reason for one in listed] == ["refused", "disliked", "ticket"]
    assert listed[2].replies == ("Students pay less.",)


def test_questions_that_ask_for_the_same_are_one_gap(embedder: MiniLM) -> None:
    listed = missed(
        "Is there a student rate?",
        "Do you have a rate for students?",
        "Is there a student rate?",
        "Can I pay with bitcoin?",
    )

    gaps = group_missed(listed, embedder.embed([one.question for one in listed]))

    assert [(gap.title, gap.count) for gap in gaps] == [
        ("Is there a student rate?", 3),
        ("Can I pay with bitcoin?", 1),
    ]


def test_the_order_of_asking_decides_nothing(embedder: MiniLM) -> None:
    listed = missed(
        "Can I pay with bitcoin?", "a student rate?", "Is there a student rate?", "bitcoin payment?"
    )

    def names(order: list[Missed]) -> list[tuple[str, int]]:
        gaps = group_missed(order, embedder.embed([one.question for one in order]))
        return [(gap.title, gap.count) for gap in gaps]

    assert names(listed) == names(listed[::-1])


def test_languages_stay_apart_and_words_do_without_vectors() -> None:
    german = missed("Gibt es einen Studentenrabatt?", "Gibt es einen Rabatt für Studenten?", language="de")
    english = missed("Is there a student rate?", "is there any student rate")

    gaps = group_missed(german + english, None)

    assert sorted((gap.count, gap.languages[0][0]) for gap in gaps) == [(2, "de"), (2, "en")]


def test_a_draft_is_an_article_marked_as_draft_without_what_belongs_to_one_person() -> None:
    reply = (
        "Hello Ada,\nstudents get 10 % off. I noted it for HR-10442, we call +44 20 7946 0018 or write to"
        " ada@example.org.\n\nBest regards\nMara"
    )
    gap = group_missed(missed('Is there a "student" rate?', replies=(reply,)), None)[0]

    text = draft_article(gap)

    article = read_article("draft.md", text.encode(), Surroundings(Audience("public")))
    assert article.tags == ("draft",)
    assert article.audience == "staff"
    assert article.questions == ("Is there a 'student' rate?",)
    assert "Students get 10 % off." in text
    assert not any(word in text for word in ("Ada", "ada@", "10442", "7946", "Mara"))
