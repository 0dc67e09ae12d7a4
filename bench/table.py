"""How is a measured figure set beside its limit?"""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    measured: float
    unit: str
    limit: float | None = None
    more_is_better: bool = False

    def ratio(self) -> float | None:
        """Above 1 is better than the limit."""
        if not self.limit or not self.measured:
            return None
        return self.measured / self.limit if self.more_is_better else self.limit / self.measured


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def print_table(title: str, figures: Sequence[Figure]) -> None:
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})")
    print(f"{'':<52} {'measured':>14} {'limit':>14} {'ratio':>7}")
    for figure in figures:
        ratio = figure.ratio()
        limit = f"{figure.limit:,.4g} {figure.unit}" if figure.limit is not None else "–"
        shown = f"{ratio:.2f}" if ratio is not None else "–"
        print(f"{figure.what:<52} {figure.measured:>9,.4g} {figure.unit:<4} {limit:>14} {shown:>7}")
