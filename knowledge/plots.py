"""How do the figures of an evaluation look? Drawn as SVG."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from knowledge.evaluation import Outcome, share

MOST_PLACES = 20
BANDS = 10
STEPS = 20


@dataclass(frozen=True, slots=True)
class Curve:
    """One plot: named lines over the same marks."""

    name: str
    title: str
    across: str
    marks: tuple[str, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]


class Chart(Protocol):
    x_labels: Sequence[str]

    def add(self, title: str, values: Sequence[float | None]) -> object: ...

    def render(self) -> bytes: ...


def curves(outcomes: Sequence[Outcome]) -> list[Curve]:
    """Those for which there are questions of the kind that they need."""
    known = [one for one in outcomes if one.asked.gold]
    unknown = [one for one in outcomes if not one.asked.gold]
    drawn = [recall_curve(known)] if known else []
    drawn += [kept_curve(known, unknown)] if known and unknown else []
    return [*drawn, calibration_curve(outcomes)] if outcomes else drawn


def recall_curve(known: Sequence[Outcome]) -> Curve:
    places = range(1, MOST_PLACES + 1)
    found = tuple(share(one.place is not None and one.place < k for one in known) for k in places)
    marks = tuple(str(k) for k in places)
    title = f"Recall: the right article is among the first k ({len(known)} questions)"
    return Curve("recall", title, "k", marks, (("recall@k", found),))


def calibration_curve(outcomes: Sequence[Outcome]) -> Curve:
    """Of the questions about which it was so sure, the share that has an answer in the articles."""
    bands: list[list[Outcome]] = [[] for _ in range(BANDS)]
    for one in outcomes:
        bands[min(BANDS - 1, int(one.confidence * BANDS))].append(one)
    right = tuple(share(bool(one.asked.gold) for one in band) for band in bands)
    said = tuple(round((number + 0.5) / BANDS, 2) for number in range(BANDS))
    marks = tuple(f"{number / BANDS:.1f}" for number in range(BANDS))
    lines = (("has an answer", right), ("as it said", said))
    return Curve("calibration", "Calibration: confidence against truth", "confidence from", marks, lines)


def kept_curve(known: Sequence[Outcome], unknown: Sequence[Outcome]) -> Curve:
    limits = [step / STEPS for step in range(STEPS + 1)]
    kept = tuple(share(one.confidence >= limit for one in known) for limit in limits)
    refused = tuple(share(one.confidence < limit for one in unknown) for limit in limits)
    title = f"Kept and refused: {len(known)} questions with an answer, {len(unknown)} without"
    marks = tuple(f"{limit:.2f}" for limit in limits)
    lines = (("answerable, kept", kept), ("unanswerable, refused", refused))
    return Curve("kept-refused", title, "confidence asked for", marks, lines)


def draw(outcomes: Sequence[Outcome], folder: Path) -> list[Path]:
    """One file a plot; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    make_chart = load_chart()
    return [draw_one(curve, make_chart(curve), folder) for curve in curves(outcomes)]


def draw_one(curve: Curve, chart: Chart, folder: Path) -> Path:
    chart.x_labels = curve.marks
    for name, values in curve.lines:
        chart.add(name, list(values))
    path = folder / f"{curve.name}.svg"
    path.write_bytes(chart.render())
    return path


def load_chart() -> Callable[[Curve], Chart]:
    import pygal  # type: ignore[import-untyped]  # noqa: PLC0415 - 0.2 s, only for plots; it carries no types
    from pygal.style import Style  # type: ignore[import-untyped]  # noqa: PLC0415 - goes with it

    # It leaves a finder for its maps behind. Expected: imports go on in silence; happens: each later one
    # warns of a finder without find_spec. https://github.com/Kozea/pygal/pull/532
    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]
    style = Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#414c47",
        foreground_strong="#131a17",
        foreground_subtle="#c3cbc6",
        colors=("#12614a", "#aa7d22"),
        font_family="system-ui, sans-serif",
    )
    common: dict[str, Any] = {"style": style, "range": (0, 1), "legend_at_bottom": True, "dots_size": 2.5}

    def make(curve: Curve) -> Chart:
        # Without its script: the file shows the same everywhere, and fetches nothing.
        chart: Chart = pygal.Line(title=curve.title, x_title=curve.across, js=(), **common)
        return chart

    return make
