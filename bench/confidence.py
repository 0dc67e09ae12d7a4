"""With which weights does evidence become confidence, and do they hold on sets they were not fitted on?"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.retrieval import bare_shop, opened
from bench.sets import Set, find_off_topic, find_sets, without_half
from knowledge.confidence import ENGLISH, ENGLISH_BY_LINES, OTHER, PIECES, WORDS, Evidence, Scale
from knowledge.evaluation import Asked, auroc

HALF = 0.4
"""What a set counts that was made by taking articles away: another article may answer all the same."""
CUSTOMERS, OFTEN = ("office_dev", "shop"), 3.0
"""Sets of customers' own short words, and how much more they count: else these are refused too often."""
DRAWN = 0.3
"""How far new weights are drawn towards those that held before."""
RIDGE = 1.0
STEPS = 50
REFUSED = 0.9
Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    evidence: Evidence
    has_answer: bool
    is_right: bool
    """Whether the best article is one that answers."""


@dataclass(frozen=True, slots=True)
class Group:
    """What counts as one when it is fitted."""

    name: str
    family: str
    weight: float
    seen: tuple[Seen, ...]


def main() -> None:
    sets = find_sets()
    if not sets:
        print("\nconfidence: name a folder of question sets in QUESTION_SETS")
        return
    with tempfile.TemporaryDirectory() as folder:
        groups = list(groups_of(sets, Path(folder)))
    scales = (("ENGLISH", ENGLISH), ("ENGLISH_BY_LINES", ENGLISH_BY_LINES), ("WORDS", WORDS))
    for name, scale in scales:
        report(name, scale, [part(one, is_english) for one in groups])
    for name, scale in (("OTHER", OTHER), ("PIECES", PIECES)):
        claim = is_other if name == "OTHER" else is_pieces
        report(name, scale, [part(one, claim) for one in groups])


def is_english(one: Evidence) -> bool:
    return one.by_words


def is_other(one: Evidence) -> bool:
    return not one.by_words and one.cosine is not None


def is_pieces(one: Evidence) -> bool:
    return not one.by_words and one.cosine is None


def part(group: Group, claim: Callable[[Evidence], bool]) -> Group:
    kept = tuple(seen for seen in group.seen if claim(seen.evidence))
    return Group(group.name, group.family, group.weight, kept)


def groups_of(sets: Sequence[Set], place: Path) -> Iterator[Group]:
    off_topic = find_off_topic()
    shop = Set("shop", place / "shop", tuple(bare_shop(place / "shop")))
    for one in [*sets, shop]:
        questions = [*one.questions, *off_topic]
        often = OFTEN if one.name in CUSTOMERS else 1.0
        yield Group(one.name, one.name, often, tuple(ask_all(one, questions, place)))
        if len(one.questions) > len(sets):
            half = without_half(one, place)
            yield Group(half.name, one.name, HALF * often, tuple(ask_all(half, half.questions, place)))


def ask_all(one: Set, questions: Sequence[Asked], place: Path) -> Iterator[Seen]:
    with opened(place / "data" / one.name, one.articles, place / "models") as library:
        for asked in questions:
            found = library.find(
                asked.question, history=asked.before(), audience=asked.audience or "customers", language=""
            )
            best = found.ranking.hits[0].chunk.path if found.ranking.hits else ""
            yield Seen(found.evidence, bool(asked.gold), best in asked.gold)


def report(name: str, scale: Scale, groups: Sequence[Group]) -> None:
    groups = [one for one in groups if len({seen.has_answer for seen in one.seen}) == 2]
    if not groups:
        return
    print(f"\n{name}: AUROC, kept and refused at 0.5, kept where {REFUSED:.0%} are refused")
    print(f"{'':<22} {'as shipped':>28} {'the blend of the other sets':>28}")
    for one in groups:
        others = [other for other in groups if other.family != one.family]
        learnt = blend(others, scale) if others else scale
        print(f"{one.name:<22} {figures(one, scale):>28} {figures(one, learnt):>28}")
    print("the blend of all:", {field: round(weight, 2) for field, weight in blend(groups, scale).items()})


def blend(groups: Sequence[Group], before: Scale) -> Scale:
    """As the shipped weights are made."""
    found = fit(groups, [field for field in before if field != "base"])
    return {field: (1 - DRAWN) * weight + DRAWN * before[field] for field, weight in found.items()}


def values(group: Sequence[Seen], names: Sequence[str]) -> Rows:
    return np.array([[float(getattr(one.evidence, name) or 0.0) for name in names] for one in group])


def figures(group: Group, scale: Scale) -> str:
    names = [field for field in scale if field != "base"]
    sure = scale["base"] + values(group.seen, names) @ np.array([scale[name] for name in names])
    yes = np.array([one.has_answer for one in group.seen])
    known, unknown = sure[yes], sure[~yes]
    bar = np.quantile(unknown, REFUSED)
    area = auroc(known.tolist(), unknown.tolist()) or 0.0
    return f"{area:.3f} {(known >= 0).mean():.3f} {(unknown < 0).mean():.3f} {(known > bar).mean():.3f}"


def fit(groups: Sequence[Group], names: Sequence[str]) -> Scale:
    """Logistic regression; in each group those with and those without an answer count alike. A question whose
    best article is a wrong one teaches nothing: it has an answer, but not this one."""
    rows, wanted, weights = [], [], []
    for group in groups:
        kept = [one for one in group.seen if one.is_right or not one.has_answer]
        yes = np.array([one.has_answer for one in kept], float)
        rows.append(values(kept, names))
        wanted.append(yes)
        weights.append(100 * group.weight * np.where(yes == 1, 0.5 / yes.sum(), 0.5 / (1 - yes).sum()))
    found = newton(np.vstack(rows), np.concatenate(wanted), np.concatenate(weights))
    return dict(zip(("base", *names), found.tolist(), strict=True))


def newton(rows: Rows, wanted: Rows, weights: Rows) -> Rows:
    held = np.c_[np.ones(len(rows)), rows]
    ridge = np.eye(held.shape[1]) * RIDGE
    ridge[0, 0] = 0.0
    found: Rows = np.zeros(held.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-held @ found))
        slope = held.T @ (weights * (likely - wanted)) + ridge @ found
        bend = (held * (weights * likely * (1 - likely))[:, None]).T @ held + ridge
        found = found - np.linalg.solve(bend, slope)
    return found
