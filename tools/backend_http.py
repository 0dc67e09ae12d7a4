"""How is a real shop asked and changed? Over HTTP, every call signed, in the words of the port.

A shop answers four POST calls below its address with JSON: `find` {kind, key} → {record}, `list` {kind,
field, value} → {records}, `find-write` {key} → {written}, `write` {key, action, edits} → {written}; or 409
{detail} where a record is no longer as an edit says, and 422 {detail} for what cannot be. Calls are signed as
Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`); `webhook-id` of a write is
its key, so that the shop does it once.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import TypeAdapter

from store.backend_records import Kept, Written
from store.canonical import canonical
from store.clock import Clock
from store.errors import BadAnswer, Misconfigured, Overtaken, Unavailable

R = TypeVar("R", bound=Kept)
SECONDS = 10.0
LONGEST = 1_000_000
"""Bytes of an answer."""
PREFIX = "whsec_"
SHORTEST_SECRET = 24
MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class HttpBackend:
    """Raises Unavailable when the shop is away or answers what nobody understands: tried again later, under
    the same key."""

    address: str
    secret: bytes
    clock: Clock
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=SECONDS))

    def find(self, record: type[R], key: str) -> R | None:
        found: R | None = self.ask("find", {"kind": record.kind, "key": key}, "record", record | None)
        if found and found.key != key:
            raise Unavailable(f"{self.address} was asked for {record.kind} {key!r} and gave {found.key!r}")
        return found

    def list_of(self, record: type[R], field: str, value: str) -> tuple[R, ...]:
        wanted = {"kind": record.kind, "field": field, "value": value}
        kind = list[record]  # type: ignore[valid-type]  # built for pydantic, not for the checker
        found: list[R] = self.ask("list", wanted, "records", kind)
        if any(getattr(one, field) != value for one in found):
            raise Unavailable(f"{self.address} gave a {record.kind} whose {field} is not {value!r}")
        return tuple(sorted(found, key=lambda one: one.key))

    def find_write(self, key: str) -> Written | None:
        found: Written | None = self.ask("find-write", {"key": key}, "written", Written | None)
        if found and found.key != key:
            raise Unavailable(f"{self.address} was asked for the write {key!r} and gave {found.key!r}")
        return found

    def write(self, wanted: Written) -> Written:
        done: Written = self.ask("write", wanted.model_dump(mode="json"), "written", Written, key=wanted.key)
        if done.key != wanted.key:
            raise Unavailable(f"{self.address} was told to write {wanted.key!r} and did {done.key!r}")
        return done

    def ask(self, verb: str, body: Mapping[str, Any], name: str, kind: Any, *, key: str = "") -> Any:
        """What stands under `name` in the answer."""
        raw, place = canonical(body), f"{self.address}/{verb}"
        try:
            headers = self.sign(key or self.clock.new_id("call"), raw)
            answer = self.client.post(place, content=raw, headers=headers)
        except httpx2.HTTPError as error:
            raise Unavailable(f"{place} does not answer: {type(error).__name__} {error}") from error
        if answer.status_code == httpx2.codes.CONFLICT:
            raise Overtaken(f"{place}: {detail_of(answer)}")
        if answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT:
            raise BadAnswer(f"{place}: {detail_of(answer)}")
        if answer.status_code != httpx2.codes.OK or len(answer.content) > LONGEST:
            raise Unavailable(f"{place} answered {answer.status_code} with {len(answer.content)} bytes")
        try:
            return TypeAdapter(kind).validate_json(canonical(answer.json()[name]))
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"{place} answered without a {name} that can be read") from error

    def sign(self, call_id: str, body: bytes) -> dict[str, str]:
        at = int(self.clock.now().timestamp())
        return {
            "content-type": "application/json",
            "webhook-id": call_id,
            "webhook-timestamp": str(at),
            "webhook-signature": f"v1,{signature(self.secret, call_id, at, body)}",
        }


def signature(secret: bytes, call_id: str, at: int, body: bytes) -> str:
    """`at` in seconds since 1970. Source: standardwebhooks.com, symmetric signatures."""
    said = b".".join((call_id.encode(), str(at).encode(), body))
    return base64.b64encode(hmac.digest(secret, said, "sha256")).decode()


def detail_of(answer: httpx2.Response) -> str:
    """What the shop says about it, short, whatever it is."""
    try:
        said = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        said = "it says no more"
    return str(said)[:MOST_SAID]


def open_http_backend(address: str, secret: str, clock: Clock) -> HttpBackend:
    """Raises Misconfigured with what to write."""
    parts = urlsplit(address)
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.scheme not in ("http", "https") or parts.query or parts.username:
        raise Misconfigured(f"{address!r} is no address of a shop: write one like https://shop.example/desk")
    if parts.scheme == "http" and not is_here:
        raise Misconfigured(f"{address} is not encrypted: write https://, plain http only for this machine")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if len(key) < SHORTEST_SECRET:
        raise Misconfigured(
            f"the secret of {address} is none: write whsec_ and {SHORTEST_SECRET} bytes or more in base64, as"
            " `openssl rand -base64 32` makes them"
        )
    return HttpBackend(address.rstrip("/"), key, clock)
