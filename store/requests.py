"""Was this call of the API answered before?"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from store.errors import BadAnswer
from store.tables import requests


def hash_body(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def find_answer(connection: Connection, key: str, body_hash: str) -> Mapping[str, Any] | None:
    """What was answered to the same call. The same key with another body is a mistake of the caller."""
    row = connection.execute(select(requests).where(requests.c.key == key)).first()
    if row is None:
        return None
    if row.body_hash != body_hash:
        raise BadAnswer("this Idempotency-Key was used with another body", text_key="page.error.key_reused")
    answer: Mapping[str, Any] = row.answer
    return answer


def keep_answer(
    connection: Connection, key: str, body_hash: str, answer: Mapping[str, Any], now: datetime
) -> None:
    """The first of two calls at the same moment is kept."""
    row = {"key": key, "body_hash": body_hash, "answer": dict(answer), "created_at": now}
    try:
        with connection.begin_nested():
            connection.execute(insert(requests), row)
    except IntegrityError:
        return


def drop_answers(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(requests).where(requests.c.created_at < before)).rowcount
