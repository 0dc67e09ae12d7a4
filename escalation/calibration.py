"""Does what is said to come in 70 of 100 cases come in 70 of 100? Told as bins and as a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

BINS = 10
LEFT, TOP, SIDE = 70, 70, 400
FONT = 'font-family="system-ui, sans-serif"'


@dataclass(frozen=True, slots=True)
class Bin:
    count: int
    said: float
    """On average."""
    came: float


def bins_of(told: Sequence[tuple[float, bool]]) -> list[Bin]:
    """Those of equal width that are not empty."""
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for one in told:
        groups[min(BINS - 1, int(one[0] * BINS))].append(one)
    return [
        Bin(len(group), sum(said for said, _ in group) / len(group), sum(c for _, c in group) / len(group))
        for group in groups
        if group
    ]


def as_svg(told: Sequence[tuple[float, bool]], title: str) -> str:
    """Without a script, and nothing is fetched. The larger a dot, the more snapshots it stands for."""
    height, width = TOP + SIDE + 60, LEFT + SIDE + 30
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="28" {FONT} font-size="15" fill="#131a17">{escape(title)}</text>',
            *axes(),
            *dots(bins_of(told)),
            "</svg>\n",
        )
    )


def axes() -> Iterator[str]:
    for step in range(0, 11, 2):
        place = step * SIDE // 10
        x, y = LEFT + place, TOP + SIDE - place
        yield f'<path d="M{x} {TOP}V{TOP + SIDE}M{LEFT} {y}H{LEFT + SIDE}" stroke="#e3e7e4"/>'
        yield label(x, TOP + SIDE + 20, f"{step * 10}", "middle")
        yield label(LEFT - 8, y + 4, f"{step * 10}", "end")
    diagonal = f"M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}"
    yield f'<path d="{diagonal}" stroke="#aa7d22" stroke-dasharray="5 4" fill="none"/>'
    yield label(LEFT + SIDE // 2, TOP + SIDE + 44, "said, %", "middle")
    yield label(LEFT - 8, TOP - 18, "came, %", "end")


def label(x: int, y: int, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {FONT} font-size="12" fill="#414c47">{text}</text>'


def dots(bins: Sequence[Bin]) -> Iterator[str]:
    most = max((one.count for one in bins), default=1)
    places = [(LEFT + one.said * SIDE, TOP + (1 - one.came) * SIDE) for one in bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{line}" fill="none" stroke="#12614a" stroke-width="1.5"/>'
    for (x, y), one in zip(places, bins, strict=True):
        told = f"{one.count} snapshots: said {one.said:.1%}, came {one.came:.1%}"
        radius = 3 + 7 * (one.count / most) ** 0.5
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
        yield f'<circle {place} fill="#12614a"><title>{told}</title></circle>'
