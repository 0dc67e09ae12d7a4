"""How well does a folder of articles answer a file of questions?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from pydantic import ValidationError

from knowledge.asking import Found
from store.errors import Misconfigured
from store.words import Word

KS = (1, 5, 10)
SHAPE = '{"id": "1", "question": "…", "gold": ["path.md"]}'


class Turn(Word):
    role: str
    text: str


class Asked(Word):
    """One line of the file."""

    id: str
    question: str
    gold: tuple[str, ...]
    """Articles that answer it; none: it must be refused."""
    history: tuple[Turn, ...] = ()
    kind: str = ""
    lang: str = ""
    audience: str = ""

    def before(self) -> tuple[str, ...]:
        return tuple(turn.text for turn in self.history if turn.role == "user")


@dataclass(frozen=True, slots=True)
class Outcome:
    asked: Asked
    place: int | None
    """Of the first gold article in the ranking, from 0."""
    answered: bool
    confidence: float
    seconds: float


Find = Callable[[Asked], Found]


def read_questions(path: Path) -> Iterator[Asked]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield read_question(path, number, line)


def read_question(path: Path, number: int, line: str) -> Asked:
    try:
        return Asked.model_validate_json(line, extra="ignore")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "line"
        raise Misconfigured(f"{path}, line {number}, {where}: {first['msg']}; write {SHAPE}") from error


def try_one(asked: Asked, find: Find) -> Outcome:
    begun = perf_counter()
    found = find(asked)
    seconds = perf_counter() - begun
    ranked = [hit.chunk.path for hit in found.ranking.hits]
    place = next((place for place, path in enumerate(ranked) if path in asked.gold), None)
    return Outcome(asked, place, found.answer.answered, found.answer.confidence, seconds)


Figures = Mapping[str, float | int | None]


def by_part(outcomes: Sequence[Outcome]) -> dict[str, Figures]:
    """The same figures for every kind and every language."""
    parts: dict[str, list[Outcome]] = {}
    for one in outcomes:
        for name in dict.fromkeys((one.asked.kind, one.asked.lang)):
            if name:
                parts.setdefault(name, []).append(one)
    return {name: summary(part) for name, part in sorted(parts.items())}


def summary(outcomes: Sequence[Outcome]) -> Figures:
    known = [one for one in outcomes if one.asked.gold]
    unknown = [one for one in outcomes if not one.asked.gold]
    answered = share(one.answered for one in known)
    times = sorted(one.seconds * 1_000 for one in outcomes)
    recall = {f"recall_at_{k}": share(one.place is not None and one.place < k for one in known) for k in KS}
    return {
        "n": len(outcomes),
        **recall,
        "mrr": rounded(mean(0.0 if one.place is None else 1 / (one.place + 1) for one in known)),
        "answered": answered,
        "false_answers": share(one.answered for one in unknown),
        "refused_wrongly": None if answered is None else rounded(1 - answered),
        "auroc": rounded(auroc([one.confidence for one in known], [one.confidence for one in unknown])),
        "p50_ms": rounded(quantile(times, 0.5)),
        "p95_ms": rounded(quantile(times, 0.95)),
    }


def mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def share(claims: Iterable[bool]) -> float | None:
    return rounded(mean(float(claim) for claim in claims))


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def quantile(ordered: Sequence[float], part: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else None


def auroc(yes: Sequence[float], no: Sequence[float]) -> float | None:
    """How often a question with an answer is more certain than one without; a tie counts half."""
    if not yes or not no:
        return None
    ranks = average_ranks([*yes, *no])
    above = sum(ranks[: len(yes)]) - len(yes) * (len(yes) + 1) / 2
    return above / (len(yes) * len(no))


def average_ranks(values: Sequence[float]) -> list[float]:
    places: Mapping[float, list[int]] = group(values)
    return [sum(places[value]) / len(places[value]) for value in values]


def group(values: Sequence[float]) -> dict[float, list[int]]:
    places: dict[float, list[int]] = {}
    for rank, value in enumerate(sorted(values), start=1):
        places.setdefault(value, []).append(rank)
    return places
