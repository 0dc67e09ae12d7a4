"""Which labelled snapshots stand in a file that somebody points to?"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from escalation.breach import FACTORS
from escalation.breach_rows import Row
from escalation.schedule import to_us
from store.errors import BadAnswer

COLUMNS = ("at", "ticket", *FACTORS, "breached")
OUTCOMES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
MOST_LINES = 1_000_000


def read_rows_file(path: Path) -> list[Row]:
    """The first line names the columns, in any order. Raises BadAnswer with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restval="")
            check_header(path, reader.fieldnames or ())
            rows = list(read_lines(path, reader))
    except OSError as error:
        raise BadAnswer(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadAnswer(f"{path} is no UTF-8: save it as CSV in UTF-8 again") from error
    except csv.Error as error:
        raise BadAnswer(f"{path} is no CSV: {error}") from error
    if not rows:
        raise BadAnswer(f"{path} has no line below its columns")
    return rows


def check_header(path: Path, given: Iterable[str]) -> None:
    names = list(given)
    if missing := [name for name in COLUMNS if name not in names]:
        raise BadAnswer(f"{path}, line 1: no column {missing[0]!r}; write {','.join(COLUMNS)}")
    if doubled := [name for name in COLUMNS if names.count(name) > 1]:
        raise BadAnswer(f"{path}, line 1: the column {doubled[0]!r} stands there twice")


def read_lines(path: Path, reader: "csv.DictReader[str]") -> Iterator[Row]:
    for number, cells in enumerate(reader, start=1):
        if number > MOST_LINES:
            raise BadAnswer(f"{path} has more than {MOST_LINES} lines: give a part of it")
        try:
            yield read_row(cells)
        except ValueError as error:
            raise BadAnswer(f"{path}, line {reader.line_num}: {error}") from error


def read_row(cells: Mapping[str, str]) -> Row:
    if None in cells:
        raise ValueError("there are more cells than columns")
    breached = cells["breached"].strip().lower()
    if breached not in OUTCOMES:
        raise ValueError(f"breached is {cells['breached']!r}: write 1 or 0")
    if not cells["ticket"].strip():
        raise ValueError("ticket is empty: write the id of the ticket, it may come again")
    values = tuple(read_value(name, cells[name]) for name in FACTORS)
    return Row(read_moment(cells["at"]), cells["ticket"].strip(), values, OUTCOMES[breached])


def read_value(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {text!r}: write a number from 0 to 1")
    return value


def read_moment(text: str) -> int:
    """Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"at is {text!r}: write it like 2026-03-02T09:30+00:00") from None
    return to_us(at.replace(tzinfo=UTC) if at.tzinfo is None else at)
