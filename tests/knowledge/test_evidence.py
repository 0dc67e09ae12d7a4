"""Does what speaks for an answer make it surer, and what speaks against it less sure?"""

from dataclasses import asdict, replace

import pytest

from knowledge.confidence import Evidence, confidence
from knowledge.embedding import MiniLM
from knowledge.likeness import Likeness, likeness
from knowledge.overlap import coverage, is_same, side_by_side
from knowledge.silent import telling_words
from knowledge.words import content_stems

GOOD = Evidence(0.9, said=0.9, alone=0.9, beside=0.5, cosine=0.8, sentence=0.7, in_one=0.7, least=0.6)


@pytest.mark.parametrize("name", ["coverage", "cosine", "sentence", "in_one", "least"])
def test_less_evidence_is_less_sure(name: str) -> None:
    worse = Evidence(**{**asdict(GOOD), name: 0.1})

    assert confidence(worse) < confidence(GOOD)


@pytest.mark.parametrize("by_words", [True, False])
@pytest.mark.parametrize("cosine", [None, 0.8])
def test_every_way_of_searching_has_a_scale(by_words: bool, cosine: float | None) -> None:
    sure = confidence(replace(GOOD, by_words=by_words, cosine=cosine))

    assert 0.5 < sure < 1
    assert confidence(Evidence(by_words=by_words, cosine=None if cosine is None else 0.1)) < 0.3


def test_a_golden_question_is_certain() -> None:
    assert confidence(Evidence(is_golden=True)) > 0.9
    assert is_same("do you deliver at weekends?", "Do you deliver at weekends")
    assert not is_same("do you deliver at weekends", "do you deliver at night")


def test_the_words_count_by_how_rare_they_are() -> None:
    assert coverage({"norway": 3.0, "ship": 1.0}, {"norway"}) == 0.75
    assert side_by_side(["ship", "norway"], ["norway", "we", "ship"]) == 1
    assert side_by_side(["ship", "norway"], ["norway", "is", "where", "we", "ship"]) == 0


def likeness_of(embedder: MiniLM, question: str, line: str) -> Likeness:
    weights = dict.fromkeys(content_stems(question), 1.0)
    asked, read = embedder.read([question, line])
    return likeness(question, weights, asked, [read], [])


def test_another_word_for_the_same_is_its_like(embedder: MiniLM) -> None:
    question = "what does delivery cost?"
    near = likeness_of(embedder, question, "The price of shipping is 4 pounds.")
    far = likeness_of(embedder, question, "The engine has four cylinders.")

    assert near.in_one > far.in_one
    assert near.least > far.least


def test_words_that_ask_nothing_by_themselves_are_left_out_in_every_language() -> None:
    assert telling_words("Où est ma commande ?") == ["commande"]
    assert telling_words("¿Dónde está mi pedido?") == ["pedido"]
    assert telling_words("Onde está a minha encomenda?") == ["encomenda"]
    assert telling_words("Wo ist meine Größentabelle?") == ["größentabelle"]
    assert telling_words("Where is my order? My ORDER!") == ["order"]
    assert telling_words("what is it?") == []
