"""Who is who, and which links, browser sessions and tokens open the desk for them?"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from store.database import Database
from store.errors import Expired, NotFound
from store.tables import access_keys, people

Role = Literal["customer", "agent", "lead", "operations", "executive", "editor", "admin"]
STAFF: tuple[Role, ...] = ("agent", "lead", "operations", "executive", "editor", "admin")

Use = Literal["link", "session", "token"]
"""A sign-in link works once; a browser session and an API token until they expire or are revoked."""

SCOPES = ("read", "write")
"""What a token may be good for."""

SHORTEST_SECRET = 32
"""Characters of url-safe base 64. Only because nobody can guess a secret may it be kept as a plain sha256."""


@dataclass(frozen=True, slots=True)
class Person:
    person_id: str
    name: str
    email: str
    role: Role
    created_at: datetime

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF


@dataclass(frozen=True, slots=True)
class Key:
    key_id: str
    """May be shown and logged; the secret may not, and is nowhere kept."""
    use: Use
    person_id: str
    scopes: tuple[str, ...]
    label: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked: bool


def find_person(connection: Connection, person_id: str) -> Person | None:
    row = connection.execute(ONE_PERSON, {"id": person_id}).first()
    return read_person(row) if row else None


def get_person(connection: Connection, person_id: str) -> Person:
    if found := find_person(connection, person_id):
        return found
    raise NotFound(f"nobody has the id {person_id!r}")


def list_staff(connection: Connection) -> list[Person]:
    query = select(people).where(people.c.role.in_(STAFF)).order_by(people.c.name, people.c.person_id)
    return [read_person(row) for row in connection.execute(query)]


def add_person(connection: Connection, person: Person) -> None:
    """Who is known already gets the new name, e-mail and role, and keeps the day of arrival."""
    row = {"name": person.name, "email": person.email, "role": person.role}
    change = update(people).where(people.c.person_id == person.person_id).values(row)
    if connection.execute(change).rowcount == 0:
        connection.execute(
            insert(people).values(person_id=person.person_id, created_at=person.created_at, **row)
        )


def read_person(row: Row[Any]) -> Person:
    return Person(row.person_id, row.name, row.email, row.role, row.created_at)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def make_key(
    connection: Connection,
    *,
    use: Use,
    person_id: str,
    secret: str,
    key_id: str,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: Iterable[str] = (),
    label: str = "",
) -> None:
    """`secret` and `key_id` come fresh from the clock; the secret is shown once and cannot be read back."""
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a secret of {len(secret)} characters can be guessed: take clock.new_secret()")
    connection.execute(
        insert(access_keys),
        {
            "digest": digest_of(secret),
            "use": use,
            "key_id": key_id,
            "person_id": person_id,
            "scopes": " ".join(sorted(set(scopes))),
            "label": label,
            "created_at": now,
            "expires_at": expires_at,
            "revoked": False,
        },
    )


def find_key(connection: Connection, use: Use, secret: str, now: datetime) -> Key | None:
    """None for unknown, expired and revoked alike, and for a used link: who tries learns nothing."""
    digest = digest_of(secret)
    row = connection.execute(ONE_KEY, {"digest": digest}).first()
    # The search by digest already tells nothing about the secret; the comparison keeps it so on any database.
    if row is None or not hmac.compare_digest(row.digest, digest) or row.use != use or row.revoked:
        return None
    if (row.expires_at and row.expires_at <= now) or (use == "link" and row.used_at):
        return None
    return read_key(row)


def use_link(connection: Connection, secret: str, now: datetime) -> str:
    """The person whom the link signs in, once: of two clicks at the same moment one is refused."""
    used = (
        update(access_keys)
        .where(access_keys.c.digest == digest_of(secret), access_keys.c.use == "link")
        .where(access_keys.c.used_at.is_(None), access_keys.c.revoked.is_(False))
        .where(or_(access_keys.c.expires_at.is_(None), access_keys.c.expires_at > now))
        .values(used_at=now)
        .returning(access_keys.c.person_id)
    )
    if person_id := connection.execute(used).scalar():
        return str(person_id)
    raise Expired("the link was used before, is too old, or was never given out")


def list_keys(connection: Connection, uses: Sequence[Use], person_id: str = "") -> list[Key]:
    """Newest first, with those that no longer open anything; of all people, or of one."""
    query = select(access_keys).where(access_keys.c.use.in_(uses))
    if person_id:
        query = query.where(access_keys.c.person_id == person_id)
    order = (access_keys.c.created_at.desc(), access_keys.c.key_id)
    return [read_key(row) for row in connection.execute(query.order_by(*order))]


def revoke(connection: Connection, key_id: str) -> bool:
    """False when no such key was open."""
    closed = update(access_keys).where(access_keys.c.key_id == key_id, access_keys.c.revoked.is_(False))
    return connection.execute(closed.values(revoked=True)).rowcount == 1


def revoke_all(connection: Connection, person_id: str, uses: Sequence[Use]) -> int:
    """Signs a person out everywhere."""
    theirs = (access_keys.c.person_id == person_id, access_keys.c.use.in_(uses))
    closed = update(access_keys).where(*theirs, access_keys.c.revoked.is_(False))
    return connection.execute(closed.values(revoked=True)).rowcount


def drop_expired_keys(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(access_keys).where(access_keys.c.expires_at < before)).rowcount


def read_key(row: Row[Any]) -> Key:
    same = ("key_id", "use", "person_id", "label", "created_at", "expires_at", "used_at", "revoked")
    return Key(scopes=tuple(row.scopes.split()), **{name: getattr(row, name) for name in same})


ONE_PERSON = select(people).where(people.c.person_id == bindparam("id"))
ONE_KEY = select(access_keys).where(access_keys.c.digest == bindparam("digest"))


def admit_admin(
    connection: Connection, *, secret: str, key_id: str, now: datetime, expires_at: datetime
) -> None:
    """A one-time link for the desk's own administrator."""
    make_key(
        connection, use="link", person_id=ADMIN, secret=secret, key_id=key_id, now=now, expires_at=expires_at
    )


def ensure_admin(database: Database, now: datetime) -> None:
    """The desk's own administrator is there from the first start on."""
    with database.read() as connection:
        known = find_person(connection, ADMIN)
    if known is None:
        database.write(lambda connection: add_person(connection, Person(ADMIN, "Admin", "", "admin", now)))


ADMIN = "per_admin"
