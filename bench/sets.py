"""Where are question sets found, and which articles are taken away so that a question has no answer?"""

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.evaluation import Asked, read_questions

SETS = "QUESTION_SETS"
"""Names a folder of sets: NAME/ with Markdown, and NAME.questions.jsonl as `knowledge eval` reads it."""
NO_ARTICLE = "oos"
"""Its questions have an answer on no shelf."""
DRAW = 3


@dataclass(frozen=True, slots=True)
class Set:
    name: str
    articles: Path
    questions: tuple[Asked, ...]


def find_sets() -> list[Set]:
    """None when nobody has said where they are."""
    place = Path(os.environ.get(SETS, "") or "/nonexistent")
    if not place.is_dir():
        return []
    return [
        Set(file.name.removesuffix(".questions.jsonl"), folder, tuple(read_questions(file)))
        for file in sorted(place.glob("*.questions.jsonl"))
        if (folder := file.with_name(file.name.removesuffix(".questions.jsonl"))).is_dir()
    ]


def find_off_topic() -> list[Asked]:
    file = Path(os.environ.get(SETS, "") or "/nonexistent") / f"{NO_ARTICLE}.questions.jsonl"
    return list(read_questions(file)) if file.is_file() else []


def without_half(one: Set, place: Path) -> Set:
    """Near misses: half of the questions lose their article, and all others stay on the shelf. Translations
    of one text go together: their names differ in what stands before the first hyphen."""
    known = [asked for asked in one.questions if asked.gold]
    texts = sorted({text_of(one, path) for asked in known for path in asked.gold})
    dice = random.Random(DRAW)  # noqa: S311 - the same half every time
    gone = set(dice.sample(texts, len(texts) // 2))
    folder = place / f"{one.name}-half"
    shutil.copytree(one.articles, folder)
    for path in sorted(folder.rglob("*.md")):
        if text_of(one, path.relative_to(folder).as_posix()) in gone:
            path.unlink()
    return Set(folder.name, folder, tuple(left_over(one, known, gone)))


def text_of(one: Set, path: str) -> str:
    several = len({asked.lang for asked in one.questions}) > 1
    return path.partition("-")[2] if several else path


def left_over(one: Set, known: Sequence[Asked], gone: set[str]) -> Iterator[Asked]:
    for asked in known:
        left = [path for path in asked.gold if text_of(one, path) not in gone]
        if len(left) in (0, len(asked.gold)):
            yield asked.model_copy(
                update={"gold": tuple(left), "kind": "near miss" if not left else asked.kind}
            )
