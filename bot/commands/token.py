"""How does a program get a token for the API, and how is it taken away?"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial

from store.access import ADMIN, SCOPES, Key, ensure_admin, list_keys
from store.clock import SystemClock
from store.database import Database
from store.errors import BadAnswer
from store.opening import open_store
from store.settings import read_settings
from store.tokens import create_token, revoke_token

LONGEST_DAYS = 3650


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    created = verbs.add_parser("create", help="print a new token, once")
    created.add_argument("label", help="what it is for, e.g. `status page`")
    created.add_argument("--scope", action="append", choices=SCOPES, help="default: read")
    created.add_argument("--person", default=ADMIN, help="id of the person on whose behalf it calls")
    created.add_argument("--days", type=int, default=365, help="until it expires")
    created.set_defaults(run=partial(run_with_store, run_create))
    listed = verbs.add_parser("list", help="the newest first; the secrets are nowhere kept")
    listed.set_defaults(run=partial(run_with_store, run_list))
    gone = verbs.add_parser("revoke", help="close a token at once")
    gone.add_argument("key", help="its id, as `list` shows it")
    gone.set_defaults(run=partial(run_with_store, run_revoke))
    for verb in (created, listed):
        verb.add_argument("--json", action="store_true", help="for programs")


def run_with_store(verb: Callable[[Database, argparse.Namespace], None], options: argparse.Namespace) -> int:
    database = open_store(read_settings())
    try:
        verb(database, options)
    finally:
        database.close()
    return 0


def run_create(database: Database, options: argparse.Namespace) -> None:
    if not 1 <= options.days <= LONGEST_DAYS:
        raise BadAnswer(f"--days is {options.days}: give 1 to {LONGEST_DAYS}")
    clock = SystemClock()
    now, key_id, secret = clock.now(), clock.new_id("key"), clock.new_secret()
    scopes = tuple(options.scope or ("read",))
    ensure_admin(database, now)
    database.write(
        partial(
            create_token,
            person_id=options.person,
            label=options.label,
            scopes=scopes,
            secret=secret,
            key_id=key_id,
            now=now,
            expires_at=now + timedelta(days=options.days),
        )
    )
    if options.json:
        print(json.dumps({"key_id": key_id, "token": secret, "scopes": scopes}))
    else:
        print(secret)


def run_list(database: Database, options: argparse.Namespace) -> None:
    with database.read() as connection:
        keys = list_keys(connection, ("token",))
    if options.json:
        print(json.dumps([as_json(key) for key in keys], indent=2))
        return
    for key in keys:
        until = "revoked" if key.revoked else f"until {key.expires_at:%Y-%m-%d}"
        print(f"{key.key_id}  {until:<16} {' '.join(key.scopes):<12} {key.person_id}  {key.label}")
    if not keys:
        print("No token was created yet.")


def run_revoke(database: Database, options: argparse.Namespace) -> None:
    now = SystemClock().now()
    database.write(partial(revoke_token, key_id=options.key, by=ADMIN, now=now))
    print(f"{options.key} opens nothing any more.")


def as_json(key: Key) -> dict[str, object]:
    moments = {name: getattr(key, name) for name in ("created_at", "expires_at", "used_at")}
    return {**asdict(key), **{name: one.isoformat() if one else None for name, one in moments.items()}}
