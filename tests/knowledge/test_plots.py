"""Do the plots draw what the figures say?"""

from pathlib import Path
from xml.etree import ElementTree

from knowledge.evaluation import Asked, Outcome
from knowledge.plots import curves, draw


def outcome(place: int | None, confidence: float, gold: tuple[str, ...] = ("a.md",)) -> Outcome:
    return Outcome(Asked(id="1", question="?", gold=gold), place, confidence >= 0.5, confidence, 0.01)


MIXED = [outcome(0, 0.9), outcome(3, 0.7), outcome(None, 0.2), outcome(None, 0.1, ()), outcome(None, 0.6, ())]


def test_recall_rises_with_every_place_that_is_looked_at() -> None:
    recall = curves(MIXED)[0]

    (_, values) = recall.lines[0]
    assert values[0] == round(1 / 3, 4)
    assert values[3] == round(2 / 3, 4)
    assert list(values) == sorted(value or 0 for value in values)


def test_kept_falls_and_refused_rises_with_the_confidence_asked_for() -> None:
    kept, refused = (values for _, values in curves(MIXED)[1].lines)

    assert (kept[0], kept[-1]) == (1, 0)
    assert (refused[0], refused[-1]) == (0, 1)
    assert kept[10] == round(2 / 3, 4)
    assert refused[10] == 0.5


def test_calibration_leaves_a_hole_where_nothing_was_asked() -> None:
    has_answer, _ = (values for _, values in curves(MIXED)[2].lines)

    assert has_answer[9] == 1
    assert has_answer[1] == 0
    assert has_answer[4] is None


def test_without_questions_to_refuse_there_is_no_curve_about_refusing() -> None:
    assert [curve.name for curve in curves(MIXED[:3])] == ["recall", "calibration"]
    assert curves([]) == []


def test_every_plot_is_a_file_that_a_browser_can_show(tmp_path: Path) -> None:
    paths = draw(MIXED, tmp_path / "plots")

    assert [path.name for path in paths] == ["recall.svg", "kept-refused.svg", "calibration.svg"]
    for path in paths:
        assert ElementTree.parse(path).getroot().tag.endswith("svg")  # noqa: S314 - we have just drawn it
