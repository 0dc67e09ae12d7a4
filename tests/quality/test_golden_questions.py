"""Do the shipped articles answer the questions that they say they answer, and no others?"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.wiring import open_desk
from knowledge.answer import Answer
from knowledge.library import Library
from store.articles import readable_by
from store.clock import StandingClock
from tests.furnishing import MONDAY, Furnished

ARTICLES = Path(__file__).parents[2] / "knowledge" / "articles"

OFF_TOPIC = (
    "who won the football world cup",
    "what is the capital of Mongolia",
    "write me a poem about the sea",
    "how do I bake sourdough bread",
    "what is your favourite film",
    "can you book me a flight to Rome",
    "how tall is the Eiffel tower",
    "what is the weather tomorrow",
    "tell me a joke",
    "wer hat die Wahl gewonnen",
    "wie koche ich Spätzle",
)


@pytest.fixture(scope="module")
def library(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with furnished.lent(tmp_path_factory.mktemp("quality") / "data") as settings:
        desk = open_desk(settings, StandingClock(MONDAY))
        desk.library.be_ready()
        yield desk.library
        desk.stop()


@pytest.fixture(scope="module")
def ask(library: Library) -> Callable[[str, str], Answer]:
    @cache
    def answer(question: str, reader: str) -> Answer:
        return library.answer(question, history=(), audience=reader, language="")

    return answer


def golden(library: Library, reader: str) -> list[tuple[str, str]]:
    """Questions with the article that must answer them."""
    open_to = readable_by(reader)
    return [
        (question, article.path)
        for article in library.status().articles
        if article.audience in open_to
        for question in article.questions
    ]


def test_every_article_is_read(library: Library) -> None:
    assert library.status().quarantined == ()
    assert len(library.status().articles) >= 25


@pytest.mark.parametrize(
    ("reader", "step"),
    [
        ("customers", 18),
        pytest.param("customers", 1, marks=pytest.mark.slow),
        pytest.param("staff", 1, marks=pytest.mark.slow),
    ],
)
def test_golden_questions_are_answered_from_their_own_article(
    library: Library, ask: Callable[[str, str], Answer], reader: str, step: int
) -> None:
    asked = golden(library, reader)[::step]
    wrong = []
    for question, path in asked:
        answer = ask(question, reader)
        if path not in {sentence.citation.article for sentence in answer.sentences}:
            wrong.append(question)

    assert len(wrong) <= len(asked) * 0.02, wrong


@pytest.mark.slow
def test_customers_are_never_shown_a_line_for_staff(library: Library) -> None:
    inside = {
        article.path
        for article in library.status().articles
        if article.audience not in readable_by("customers")
    }
    assert inside
    for question, path in golden(library, "staff"):
        if path in inside:
            answer = library.answer(question, history=(), audience="customers", language="")
            shown = {sentence.citation.article for sentence in answer.sentences}
            assert not (shown | {near.article for near in answer.near}) & inside


FIGURE = re.compile(r"\d+(?:[.,:/-]\d+)*")


EACH = [("customers", 18), pytest.param("staff", 1, marks=pytest.mark.slow)]


@pytest.mark.parametrize(("reader", "step"), EACH)
def test_every_figure_of_an_answer_stands_in_the_lines_it_cites(
    library: Library, ask: Callable[[str, str], Answer], reader: str, step: int
) -> None:
    for question, _ in golden(library, reader)[::step]:
        answer = ask(question, reader)
        for sentence in answer.sentences:
            assert set(FIGURE.findall(sentence.text)) <= set(FIGURE.findall(sentence.citation.quote))


@pytest.mark.parametrize(("reader", "step"), EACH)
@pytest.mark.slow
def test_every_quote_is_the_cited_lines_of_that_version(
    library: Library, ask: Callable[[str, str], Answer], reader: str, step: int
) -> None:
    for question, _ in golden(library, reader)[::step]:
        for sentence in ask(question, reader).sentences:
            cited = sentence.citation
            opened = library.lines(cited.article, cited.version)
            assert opened
            assert "\n".join(opened.lines()[cited.lines[0] - 1 : cited.lines[1]]) == cited.quote


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("où est ma commande", "commande"),
        ("¿dónde está mi pedido?", "pedido"),
        ("onde está a minha encomenda?", "encomenda"),
        ("wie koche ich Spätzle", "koche, spätzle"),
    ],
)
def test_a_refusal_names_no_word_that_asks_nothing_by_itself(
    library: Library, question: str, missing: str
) -> None:
    answer = library.answer(question, history=(), audience="customers", language="")

    assert not answer.answered
    assert answer.missing == missing


@pytest.mark.parametrize(
    ("question", "is_foreign"),
    [("où est ma commande", True), ("wie koche ich Spätzle", False), ("tell me a joke", False)],
)
def test_a_refusal_says_when_no_article_is_in_that_language(
    library: Library, question: str, is_foreign: bool
) -> None:
    answer = library.answer(question, history=(), audience="customers", language="")

    assert answer.is_foreign == is_foreign


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_what_has_nothing_to_do_with_the_shop_is_refused(library: Library, question: str) -> None:
    assert not library.answer(question, history=(), audience="customers", language="").answered
