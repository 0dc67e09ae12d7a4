"""What does a file of customers or of staff say, line by line?"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.people import Wanted, read_email, read_staff
from store.access import Person
from store.agents import AgentRow
from store.errors import BadAnswer
from store.people import STANDARD, CustomerRecord

MOST_LINES = 200_000
"""As many are written within seconds, and a running desk waits no longer for its turn."""
TIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
CUSTOMER_COLUMNS = ("id", "email", "name", "tier", "order_value")
STAFF_COLUMNS = ("name", "email", "role", "team", "skills", "capacity", "tz", "hours", "lead")
SEPARATORS = ",;\t"
YES = ("yes", "y", "true", "1", "x")
NO = ("", "no", "n", "false", "0")
AMOUNT = re.compile(r"\d{1,15}(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """Line in the file at which it ends; a quoted cell may hold several."""
    cells: dict[str, str]

    def cell(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class PeopleFile:
    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def is_of_customers(self) -> bool:
        return "tier" in self.columns

    def unused(self) -> list[str]:
        known = CUSTOMER_COLUMNS if self.is_of_customers else STAFF_COLUMNS
        return [column for column in self.columns if column not in known]


def read_people_file(path: Path) -> PeopleFile:
    """The first line names the columns, in any order. Raises BadAnswer with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            separator = max(SEPARATORS, key=header.count)
            columns = read_header(path, header, separator)
            rows = tuple(read_rows(path, csv.reader(file, delimiter=separator, strict=True), columns))
    except OSError as error:
        raise BadAnswer(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadAnswer(f"{path} is no UTF-8: save it as CSV in UTF-8 again") from error
    if not rows:
        raise BadAnswer(f"{path} has no line below its columns")
    return PeopleFile(path, columns, rows)


def read_header(path: Path, header: str, separator: str) -> tuple[str, ...]:
    columns = tuple(cell.strip().strip('"').lower() for cell in header.split(separator))
    if doubled := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise BadAnswer(f"{path}, line 1: the column {doubled[0]!r} stands there twice")
    if "tier" in columns and {"id", "email"} & set(columns):
        return columns
    if {"name", "role"} <= set(columns):
        return columns
    raise BadAnswer(
        f"{path}, line 1: the columns are {', '.join(columns)[:120] or 'missing'}:"
        f" write {','.join(CUSTOMER_COLUMNS)} for customers (tier, and id or email, must be there),"
        f" or {','.join(STAFF_COLUMNS)} for staff (name and role must be there)"
    )


def read_rows(path: Path, lines: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Row]:
    number = 1
    try:
        for number, cells in numbered(lines):
            if len(cells) != len(columns):
                raise BadAnswer(
                    f"{path}, line {number}: {len(cells)} cells, and there are {len(columns)} columns"
                )
            if number > MOST_LINES + 1:
                raise BadAnswer(f"{path} has more than {MOST_LINES} lines: split it")
            yield Row(number, dict(zip(columns, map(clean, cells), strict=True)))
    except csv.Error as error:
        raise BadAnswer(f"{path}, line {number + 1}: {error}") from error


def numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The reader starts below the header. Empty lines are left out."""
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield getattr(lines, "line_num", 0) + 1, cells


def clean(cell: str) -> str:
    return " ".join(cell.replace("\0", " ").split())


def read_customers(file: PeopleFile) -> list[CustomerRecord]:
    """All of them or none."""
    records = [read_customer(file, row) for row in file.rows]
    refuse_doubled(file, "id", (record.external_id for record in records))
    # Two accounts may share an e-mail; told apart by their ids.
    refuse_doubled(file, "email", ("" if one.external_id else one.email for one in records))
    return records


def read_customer(file: PeopleFile, row: Row) -> CustomerRecord:
    external_id, email = row.cell("id"), row.cell("email").lower()
    tier = (row.cell("tier") or STANDARD).lower()
    if not external_id and not email:
        raise wrong(file, row, "neither id nor email: give one, so that the customer is found again")
    if len(external_id) > 200 or len(row.cell("name")) > 200:
        raise wrong(file, row, "an id or a name of more than 200 letters")
    if not TIER.fullmatch(tier):
        raise wrong(file, row, f"{tier[:40]!r} is no tier: write one word, e.g. {STANDARD}, vip, enterprise")
    try:
        read_email(email)
    except BadAnswer as error:
        raise wrong(file, row, error.hint) from error
    value = row.cell("order_value")
    if value and not AMOUNT.fullmatch(value):
        raise wrong(file, row, f"{value[:40]!r} is no order value: write digits, e.g. 5200 or 5200.50")
    amount = int(value.partition(".")[0]) if value else None
    return CustomerRecord(external_id, email, row.cell("name"), tier, amount)


def read_staff_rows(file: PeopleFile, now: datetime) -> list[tuple[Person, AgentRow | None]]:
    """All of them or none; their ids are still to be given."""
    found = [read_staff_row(file, row, now) for row in file.rows]
    refuse_doubled(file, "email", (person.email.lower() for person, _ in found))
    refuse_doubled(file, "name", ("" if person.email else person.name for person, _ in found))
    return found


def read_staff_row(file: PeopleFile, row: Row, now: datetime) -> tuple[Person, AgentRow | None]:
    lead = row.cell("lead").lower()
    if lead not in (*YES, *NO):
        raise wrong(file, row, f"{lead[:40]!r} under lead: write yes or no")
    wanted = Wanted(
        name=row.cell("name"),
        email=row.cell("email"),
        role=row.cell("role"),
        team=row.cell("team"),
        skills=row.cell("skills"),
        capacity=row.cell("capacity"),
        tz=row.cell("tz"),
        hours=row.cell("hours"),
        is_lead=lead in YES,
    )
    try:
        return read_staff(wanted, "", now)
    except BadAnswer as error:
        raise wrong(file, row, error.hint) from error


def refuse_doubled(file: PeopleFile, column: str, values: Iterable[str]) -> None:
    seen: dict[str, int] = {}
    for row, value in zip(file.rows, values, strict=True):
        if value and value in seen:
            raise wrong(file, row, f"the {column} {value!r} stands in line {seen[value]} already")
        seen[value] = row.number


def wrong(file: PeopleFile, row: Row, says: str) -> BadAnswer:
    return BadAnswer(f"{file.path}, line {row.number}: {says}")
