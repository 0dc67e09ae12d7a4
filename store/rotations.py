"""Where is it kept who is on call in turn, and who stands in?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from store.audit import write_audit
from store.errors import BadAnswer, NotFound
from store.tables import insert_once, rotation_overrides, rotations

DESK = "desk"
MOST_OVERRIDES = 200


@dataclass(frozen=True, slots=True)
class OverrideRow:
    override_id: str
    person_id: str
    begins: datetime
    ends: datetime


def find_rotation(connection: Connection) -> Mapping[str, Any] | None:
    """As `escalation.on_call.Rotation` writes itself; None while nobody has made one."""
    row = connection.execute(select(rotations.c.rotation).where(rotations.c.name == DESK)).first()
    return dict(row.rotation) if row else None


def save_rotation(connection: Connection, rotation: Mapping[str, Any], *, by: str, at: datetime) -> None:
    row = {"name": DESK, "rotation": dict(rotation), "changed_at": at}
    if connection.execute(ONCE[connection.dialect.name], row).rowcount == 0:
        change = update(rotations).where(rotations.c.name == DESK)
        connection.execute(change.values(rotation=row["rotation"], changed_at=at))
    write_audit(connection, by, "rotation_changed", DESK, facts={"rotation": dict(rotation)}, at=at)


def list_overrides(connection: Connection, since: datetime) -> list[OverrideRow]:
    """Those that are not over by then, in order."""
    order = (rotation_overrides.c.begins, rotation_overrides.c.override_id)
    query = select(rotation_overrides).where(rotation_overrides.c.ends > since).order_by(*order)
    return [OverrideRow(*row) for row in connection.execute(query)]


def add_override(connection: Connection, row: OverrideRow, *, by: str, at: datetime) -> None:
    if len(list_overrides(connection, at)) >= MOST_OVERRIDES:
        raise BadAnswer(f"{MOST_OVERRIDES} times to stand in are planned already: take some away first")
    connection.execute(
        insert(rotation_overrides),
        {
            "override_id": row.override_id,
            "person_id": row.person_id,
            "begins": row.begins,
            "ends": row.ends,
        },
    )
    facts = {"begins": row.begins.isoformat(), "ends": row.ends.isoformat()}
    write_audit(connection, by, "stand_in_added", row.person_id, facts=facts, at=at)


def drop_override(connection: Connection, override_id: str, *, by: str, at: datetime) -> None:
    gone = delete(rotation_overrides).where(rotation_overrides.c.override_id == override_id)
    if connection.execute(gone).rowcount == 0:
        raise NotFound(f"nobody stands in under the id {override_id!r}")
    write_audit(connection, by, "stand_in_dropped", override_id, facts={}, at=at)


ONCE = insert_once(rotations)
