"""Are answers counted as the contract says?"""

from pathlib import Path

import pytest

from knowledge.evaluation import Asked, Outcome, auroc, by_part, read_questions, summary
from store.errors import Misconfigured


def outcome(
    gold: tuple[str, ...], place: int | None, answered: bool, sure: float, kind: str = "a"
) -> Outcome:
    return Outcome(Asked(id="1", question="?", gold=gold, kind=kind, lang="en"), place, answered, sure, 0.01)


OUTCOMES = (
    outcome(("a.md",), 0, True, 0.9),
    outcome(("a.md",), 3, False, 0.4),
    outcome(("a.md",), None, True, 0.6),
    outcome((), None, False, 0.1, "b"),
    outcome((), None, True, 0.7, "b"),
)


def test_the_figures_follow_the_contract() -> None:
    figures = summary(OUTCOMES)

    assert figures["n"] == 5
    assert (figures["recall_at_1"], figures["recall_at_5"], figures["recall_at_10"]) == (
        0.3333,
        0.6667,
        0.6667,
    )
    assert figures["mrr"] == pytest.approx((1 + 1 / 4) / 3, abs=1e-4)
    assert (figures["answered"], figures["refused_wrongly"]) == (0.6667, 0.3333)
    assert figures["false_answers"] == 0.5
    assert figures["auroc"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["p50_ms"] == 10


def test_where_a_class_is_absent_there_is_no_figure() -> None:
    parts = by_part(OUTCOMES)

    assert parts["a"]["false_answers"] is None
    assert parts["a"]["auroc"] is None
    assert parts["b"]["recall_at_1"] is None
    assert parts.keys() == {"a", "b", "en"}


def test_equal_confidences_count_half() -> None:
    assert auroc([0.5, 0.5], [0.5]) == 0.5


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    place = tmp_path / "q.jsonl"
    place.write_text('{"id": "1", "question": "?", "gold": []}\n\n{"id": "2", "gold": []}\n')

    with pytest.raises(Misconfigured, match="line 3, question"):
        list(read_questions(place))


def test_the_persons_own_turns_are_what_came_before(tmp_path: Path) -> None:
    place = tmp_path / "q.jsonl"
    place.write_text(
        '{"id": "1", "question": "?", "gold": [], "history": '
        '[{"role": "user", "text": "a"}, {"role": "agent", "text": "b"}], "more": 1}\n'
    )

    (asked,) = read_questions(place)

    assert asked.before() == ("a",)
