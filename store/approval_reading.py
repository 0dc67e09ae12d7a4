"""Which approvals are there, and do their rows say what the events say?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select

from store.approval_folding import Approval, fold_approvals
from store.approval_tables import approval_tokens, approval_votes, approvals
from store.approval_words import ApprovalRequest, ApprovalState, BasisFacts, basis_of
from store.chains import Finding
from store.errors import NotFound
from store.events import Recorded, read_event
from store.tables import events
from store.tickets import Ticket
from store.timelines import read_timeline

COLUMNS = tuple(one.name for one in fields(Approval) if one.name not in ("request", "votes"))
OURS = ("approval_", "subject_erased")
"""How the kinds of the facts begin that make an approval."""


def find_approval(connection: Connection, approval_id: str, *, lock: bool = False) -> Approval | None:
    """`lock`: on Postgres others who want to change it wait for this transaction. SQLite has one writer."""
    query = ONE.with_for_update() if lock else ONE
    row = connection.execute(query, {"id": approval_id}).first()
    return read_row(row, votes_of(connection, [approval_id]).get(approval_id, ())) if row else None


def get_approval(connection: Connection, approval_id: str, *, lock: bool = False) -> Approval:
    if found := find_approval(connection, approval_id, lock=lock):
        return found
    raise NotFound(f"no approval has the id {approval_id!r}")


def list_approvals(
    connection: Connection, *, ticket_id: str = "", states: Sequence[ApprovalState] = (), limit: int = 200
) -> list[Approval]:
    """What expires first comes first."""
    query = select(approvals).order_by(approvals.c.expires_at, approvals.c.approval_id).limit(limit)
    if ticket_id:
        query = query.where(approvals.c.ticket_id == ticket_id)
    if states:
        query = query.where(approvals.c.state.in_(states))
    rows = connection.execute(query).all()
    votes = votes_of(connection, [row.approval_id for row in rows])
    return [read_row(row, votes.get(row.approval_id, ())) for row in rows]


def count_pending(connection: Connection) -> int:
    pending = select(func.count()).select_from(approvals).where(approvals.c.state == "pending")
    return int(connection.execute(pending).scalar_one())


def find_token(connection: Connection, token: str) -> tuple[str, str] | None:
    """The approval's id, and the digest of the card that carries this token."""
    row = connection.execute(ONE_TOKEN, {"token": token}).first()
    return (row.approval_id, row.digest) if row else None


def basis_now(
    connection: Connection, request: ApprovalRequest, ticket: Ticket, guards: Mapping[str, Any]
) -> str:
    """Of the facts that the request rests on, as they are in this transaction."""
    last = connection.execute(LAST_MESSAGE, {"id": ticket.ticket_id}).scalar()
    facts = BasisFacts(
        arguments=request.content.arguments,
        draft=request.content.draft,
        status=ticket.status,
        owner=ticket.owner,
        assigned_to=ticket.assigned_to,
        requester=ticket.person_id,
        last_message=int(last or 0),
        guards=guards,
    )
    return basis_of(facts)


def votes_of(connection: Connection, approval_ids: Sequence[str]) -> dict[str, tuple[tuple[str, Any], ...]]:
    query = select(approval_votes).where(approval_votes.c.approval_id.in_(approval_ids))
    found: dict[str, tuple[tuple[str, Any], ...]] = {}
    order = (approval_votes.c.at, approval_votes.c.person_id)
    for row in connection.execute(query.order_by(*order)) if approval_ids else ():
        found[row.approval_id] = (*found.get(row.approval_id, ()), (row.person_id, row.at))
    return found


def read_row(row: Row[Any], votes: tuple[tuple[str, Any], ...]) -> Approval:
    request = ApprovalRequest.read_back(row.request) if row.request else None
    return Approval(**{name: getattr(row, name) for name in COLUMNS}, request=request, votes=votes)


def row_of(one: Approval) -> dict[str, Any]:
    request = one.request.model_dump(mode="json") if one.request else None
    return {**{name: getattr(one, name) for name in COLUMNS}, "request": request}


def rebuild_approvals(connection: Connection, timeline: str) -> None:
    """From the facts of the ticket alone; sessions have none."""
    if not timeline.startswith("T-"):
        return
    folded = fold_approvals(read_timeline(connection, timeline))
    stale = connection.execute(
        delete(approvals).where(approvals.c.ticket_id == timeline).returning(approvals.c.approval_id)
    )
    # Also of rows that somebody has taken away.
    ids = {*folded, *stale.scalars()}
    connection.execute(delete(approval_votes).where(approval_votes.c.approval_id.in_(ids)))
    for one in folded.values():
        connection.execute(insert(approvals), row_of(one))
        if rows := vote_rows(one):
            connection.execute(insert(approval_votes), rows)


def vote_rows(one: Approval) -> list[dict[str, Any]]:
    return [{"approval_id": one.approval_id, "person_id": who, "at": at} for who, at in one.votes]


def check_approvals(connection: Connection, batch: Mapping[str, Sequence[Row[Any]]]) -> Iterator[Finding]:
    """Of these timelines. Events that cannot be read are named by those who look at the snapshots."""
    query = select(approvals).where(approvals.c.ticket_id.in_(list(batch)))
    rows = connection.execute(query).all()
    votes = votes_of(connection, [row.approval_id for row in rows])
    stored: dict[str, dict[str, Approval]] = {}
    for row in rows:
        one = read_row(row, votes.get(row.approval_id, ()))
        stored.setdefault(one.ticket_id, {})[one.approval_id] = one
    for timeline, lines in batch.items():
        ours = [row for row in lines if row.kind.startswith(OURS)]
        try:
            expected = fold_approvals(map(read_fact, ours))
        except ValidationError:
            continue
        yield from differences(timeline, lines[-1].version, expected, stored.get(timeline, {}))


def read_fact(row: Row[Any]) -> Recorded:
    return Recorded(row.timeline, row.version, row.at, read_event(row.facts, row.personal))


def differences(
    timeline: str, version: int, expected: Mapping[str, Approval], stored: Mapping[str, Approval]
) -> Iterator[Finding]:
    for name in sorted(expected.keys() | stored.keys()):
        one, other = expected.get(name), stored.get(name)
        if one is None or other is None:
            where = "its row is gone" if one else "no event tells of it"
            yield Finding("snapshot", timeline, version, f"approval {name}: {where}")
        elif wrong := different(one, other):
            detail = f"approval {name}: {', '.join(wrong)} differ from the events"
            yield Finding("snapshot", timeline, version, detail)


def different(one: Approval, other: Approval) -> list[str]:
    """Votes of one moment have no order."""
    mine, theirs = asdict(one), asdict(other)
    mine["votes"], theirs["votes"] = sorted(one.votes), sorted(other.votes)
    return [name for name, value in mine.items() if theirs[name] != value]


def check_lost_approvals(connection: Connection) -> Iterator[Finding]:
    """Rows of tickets that have no event left."""
    alone = select(approvals).where(~exists().where(events.c.timeline == approvals.c.ticket_id))
    for row in connection.execute(alone):
        yield Finding("snapshot", row.ticket_id, 0, f"approval {row.approval_id}: no event tells of it")


ONE = select(approvals).where(approvals.c.approval_id == bindparam("id"))
ONE_TOKEN = select(approval_tokens).where(approval_tokens.c.token == bindparam("token"))
LAST_MESSAGE = select(func.max(events.c.version)).where(
    # Another ticket that goes on as this one brings what the customer wrote there.
    events.c.timeline == bindparam("id"),
    events.c.kind.in_(("message_received", "ticket_joined")),
)
