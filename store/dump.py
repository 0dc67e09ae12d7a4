"""How do rows travel between two databases? As lines of JSON, one file for each table."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import Column, Connection, LargeBinary, Table, column, func, insert, select, table

from store.fulltext import Shelf
from store.shelf_tables import article_files as read_files
from store.shelf_tables import articles, chunks, shelf_state
from store.standings import stand_all
from store.tables import Moment, metadata

LEFT_OUT = frozenset(one.name for one in (articles, chunks, read_files, shelf_state))
"""The shelf reads them again from the folder of articles, and its full text and its index with them."""

BATCH = 1_000


def tables() -> list[Table]:
    return [one for one in metadata.sorted_tables if one.name not in LEFT_OUT]


def dump_rows(connection: Connection, folder: Path) -> dict[str, int]:
    """One snapshot of the database; returns the number of rows by table."""
    folder.mkdir(parents=True)
    counts = {}
    for one in tables():
        stream = connection.execution_options(yield_per=BATCH).execute(select(one))
        with (folder / f"{one.name}.jsonl").open("w", encoding="utf-8") as file:
            file.write(json.dumps([each.name for each in one.c]) + "\n")
            counts[one.name] = 0
            for row in stream:
                values = [spell(name, value) for name, value in zip(one.c, row, strict=True)]
                file.write(json.dumps(values, ensure_ascii=True) + "\n")
                counts[one.name] += 1
    return counts


def spell(name: Column[Any], value: Any) -> Any:
    if isinstance(value, datetime):
        return Moment.to_micros(value)
    if isinstance(name.type, LargeBinary) and value is not None:
        return base64.b64encode(value).decode()
    return value


def unspell(name: Column[Any], value: Any) -> Any:
    if isinstance(name.type, Moment) and value is not None:
        return Moment.from_micros(value)
    if isinstance(name.type, LargeBinary) and value is not None:
        return base64.b64decode(value)
    return value


def load_rows(connection: Connection, folder: Path) -> dict[str, int]:
    """Into empty tables; what a migration has put there already gives way."""
    counts = {}
    for one in tables():
        path = folder / f"{one.name}.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                counts[one.name] = load_table(connection, one, file)
    stand_all(connection)
    if connection.dialect.name == "postgresql":
        move_sequences(connection)
    return counts


def load_table(connection: Connection, target: Table, lines: Iterable[str]) -> int:
    lines = iter(lines)
    names = [target.c.get(name) for name in json.loads(next(lines))]
    # Only the columns that the file has, and that are still known: a later migration fills the others.
    plain = table(target.name, *(column(name.name, name.type) for name in names if name is not None))
    loaded = 0
    rows = (read_row(names, line) for line in lines)
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(plain), batch)
        loaded += len(batch)
    return loaded


def read_row(names: list[Column[Any] | None], line: str) -> Mapping[str, Any]:
    values = zip(names, json.loads(line), strict=True)
    return {name.name: unspell(name, value) for name, value in values if name is not None}


def move_sequences(connection: Connection) -> None:
    """The next row gets the number after the last one that was loaded."""
    for name in numbered(tables()):
        sequence = func.pg_get_serial_sequence(name.table.name, name.name)
        highest = select(func.max(name)).scalar_subquery()
        connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def numbered(among: Iterable[Table]) -> Iterator[Column[Any]]:
    for one in among:
        if (name := one.autoincrement_column) is not None:
            yield name


def drop_all(connection: Connection) -> None:
    """All tables of ours, with their guards, and nothing else that may stand in the same database."""
    for name in (*metadata.tables, *get_args(Shelf), "alembic_version"):
        cascade = "CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name} {cascade}")
