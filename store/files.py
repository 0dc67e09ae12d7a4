"""Where do the files lie that people send, and who may read them?"""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, insert, or_, select

from store.access import Person
from store.errors import BadAnswer, NotFound, TooLarge, TooMany
from store.file_types import read_type
from store.messages import Attachment
from store.tables import file_places, files, sessions, tickets

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
"""In one message."""

LONGEST_NAME = 120
MEGABYTE = 1024 * 1024


def read_upload(name: str, content: bytes, file_id: str) -> Attachment:
    """Checked by content; a refusal says which file and why."""
    name = clean_name(name)
    if len(content) > MOST_BYTES:
        raise TooLarge(
            f"{name!r} is larger than {MOST_BYTES // MEGABYTE} MB",
            text_key="file.too_large",
            name=name,
            limit=MOST_BYTES // MEGABYTE,
        )
    if not content:
        raise BadAnswer(f"{name!r} is empty", text_key="file.empty", name=name)
    extension = PurePosixPath(name).suffix.removeprefix(".").lower()
    try:
        found = read_type(content, extension)
    except BadAnswer as refused:
        values = {**refused.values, "name": name}
        raise BadAnswer(f"{name!r} is {refused.hint}", text_key=refused.text_key, **values) from refused
    if not extension:
        name = f"{name}.{found.extensions[0]}"
    return Attachment(
        file_id=file_id,
        name=name,
        media_type=found.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def clean_name(name: str) -> str:
    """The last part of a path, without control characters and marks that turn the direction of reading."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, dot, extension = visible.rpartition(".")
    if not dot:
        return visible[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - 20] or 'file'}.{extension[:19]}"


def write_file(data_dir: Path, attachment: Attachment, content: bytes) -> None:
    """Whole on the disk before a row may speak of it; a crash half-way leaves a `.part` file at most."""
    path = file_path(data_dir, attachment.file_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_file(data_dir: Path, attachment: Attachment) -> bytes:
    try:
        return file_path(data_dir, attachment.file_id).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"the file {attachment.file_id!r} is no longer there") from error


def file_path(data_dir: Path, file_id: str) -> Path:
    """By its random id, never by the name that came with it."""
    if not re.fullmatch(r"[a-z0-9_]{4,60}", file_id):
        raise NotFound(f"{file_id!r} is the id of no file")
    return data_dir / "files" / file_id


def record_file(connection: Connection, attachment: Attachment, person_id: str, now: datetime) -> None:
    connection.execute(
        insert(files), {**attachment.model_dump(mode="json"), "person_id": person_id, "created_at": now}
    )


def own_files(connection: Connection, file_ids: Sequence[str], person_id: str) -> tuple[Attachment, ...]:
    """What a person hangs on a message; nobody can send on what another has sent."""
    if len(file_ids) > MOST_FILES:
        raise TooMany(f"{len(file_ids)} files in one message", text_key="file.too_many", limit=MOST_FILES)
    theirs = select(files).where(files.c.file_id.in_(file_ids), files.c.person_id == person_id)
    found = {row.file_id: row for row in connection.execute(theirs)}
    if missing := [file_id for file_id in file_ids if file_id not in found]:
        raise NotFound(f"no file of yours has the id {missing[0]!r}")
    return tuple(read_attachment(found[file_id]) for file_id in dict.fromkeys(file_ids))


def place_files(connection: Connection, timeline: str, file_ids: Iterable[str]) -> None:
    """From now on the customer of that session or ticket may read them too. A note's files are not placed."""
    standing = select(file_places.c.file_id).where(file_places.c.timeline == timeline)
    known = set(connection.execute(standing).scalars())
    rows = [{"file_id": one, "timeline": timeline} for one in dict.fromkeys(file_ids) if one not in known]
    if rows:
        connection.execute(insert(file_places), rows)


def allowed_file(connection: Connection, file_id: str, reader: Person) -> Attachment:
    """For staff, for who sent it, and for the customer to whom it was sent; absent for all others."""
    query = select(files).where(files.c.file_id == file_id)
    if not reader.is_staff:
        query = query.where(or_(files.c.person_id == reader.person_id, is_sent_to(reader.person_id)))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"there is no file {file_id!r} for you")
    return read_attachment(row)


def is_sent_to(person_id: str) -> ColumnElement[bool]:
    here = file_places.c.file_id == files.c.file_id
    their_ticket = exists().where(
        tickets.c.ticket_id == file_places.c.timeline, tickets.c.person_id == person_id
    )
    their_session = exists().where(
        sessions.c.session_id == file_places.c.timeline, sessions.c.person_id == person_id
    )
    return exists().where(here, or_(their_ticket, their_session))


def read_attachment(row: Row[Any]) -> Attachment:
    return Attachment(
        file_id=row.file_id, name=row.name, media_type=row.media_type, size=row.size, sha256=row.sha256
    )


def drop_strays(data_dir: Path, known: Iterable[str], before: datetime) -> int:
    """Files without a row, left by a crash between the two; those younger than `before` may still get one."""
    kept = set(known)
    dropped = 0
    for path in (data_dir / "files").glob("*"):
        with suppress(FileNotFoundError):
            if path.name not in kept and path.stat().st_mtime < before.timestamp():
                path.unlink()
                dropped += 1
    return dropped


def known_files(connection: Connection) -> list[str]:
    return list(connection.execute(select(files.c.file_id)).scalars())
