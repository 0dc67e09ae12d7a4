"""Which conflicts between articles did an editor put aside, who and when?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from store.audit import write_audit
from store.tables import audit, people

DISMISSED, BROUGHT_BACK = "conflict_dismissed", "conflict_brought_back"


@dataclass(frozen=True, slots=True)
class Dismissal:
    person_id: str
    name: str
    """Empty when nobody is known under that id any more."""
    at: datetime


def dismiss(
    connection: Connection, mark: str, *, person_id: str, articles: Sequence[str], at: datetime
) -> None:
    """A line in the audit is the fact itself: there is no other row that could say something else."""
    note(connection, DISMISSED, mark, person_id=person_id, articles=articles, at=at)


def bring_back(
    connection: Connection, mark: str, *, person_id: str, articles: Sequence[str], at: datetime
) -> None:
    note(connection, BROUGHT_BACK, mark, person_id=person_id, articles=articles, at=at)


def note(
    connection: Connection, action: str, mark: str, *, person_id: str, articles: Sequence[str], at: datetime
) -> None:
    facts = {"articles": list(articles)}
    write_audit(connection, person_id=person_id, action=action, subject=mark, facts=facts, at=at)


def list_dismissed(connection: Connection) -> dict[str, Dismissal]:
    """By the mark of the conflict; what was said last counts."""
    query = (
        select(audit.c.subject, audit.c.action, audit.c.person_id, people.c.name, audit.c.at)
        .outerjoin(people, people.c.person_id == audit.c.person_id)
        .where(audit.c.action.in_((DISMISSED, BROUGHT_BACK)))
        .order_by(audit.c.seq)
    )
    said = {row[0]: (row[1], Dismissal(row[2], row[3] or "", row[4])) for row in connection.execute(query)}
    return {mark: dismissal for mark, (action, dismissal) in said.items() if action == DISMISSED}
