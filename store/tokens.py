"""How is a token given out and taken back, with its line in the audit?"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from store.access import get_person, list_keys, make_key, revoke
from store.audit import write_audit
from store.errors import NotFound


def create_token(
    connection: Connection,
    *,
    person_id: str,
    label: str,
    scopes: Sequence[str],
    secret: str,
    key_id: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    get_person(connection, person_id)
    make_key(
        connection,
        use="token",
        person_id=person_id,
        secret=secret,
        key_id=key_id,
        now=now,
        expires_at=expires_at,
        scopes=scopes,
        label=label,
    )
    write_audit(connection, person_id, "token_created", key_id, facts={"scopes": list(scopes)}, at=now)


def revoke_token(connection: Connection, key_id: str, *, by: str, now: datetime) -> None:
    """Links and browser sessions are not its business."""
    known = {key.key_id for key in list_keys(connection, ("token",))}
    if key_id not in known or not revoke(connection, key_id):
        raise NotFound(f"no open token has the id {key_id!r}: `deskbell token list` shows them")
    write_audit(connection, by, "token_revoked", key_id, facts={}, at=now)
