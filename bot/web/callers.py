"""Who calls the API, what may they, and was the same call answered before?"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from bot.web.door import Door, Visit, check_post, door_of, find_staff, open_visit
from bot.web.limits import TOKEN
from store.access import SCOPES, Person, find_key, find_person
from store.errors import BadAnswer, NotAllowed
from store.requests import find_answer, hash_body, keep_answer

LONGEST_KEY = 200
bearer = HTTPBearer(auto_error=False, description="A token from `deskbell token create`")


@dataclass(frozen=True, slots=True)
class Caller:
    request: Request
    door: Door
    person: Person
    scopes: tuple[str, ...]

    @property
    def is_staff(self) -> bool:
        return self.person.is_staff


def find_caller(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Caller:
    """By token, or by the page's own cookie; then what changes something needs the page's seal as well."""
    door = door_of(request)
    changes = request.method != "GET"
    if given is not None:
        return allowed_scope(by_token(request, door, given.credentials), "write" if changes else "read")
    visit = find_staff(request) or known_visitor(request)
    if visit is None:
        raise HTTPException(401, "give a bearer token", {"www-authenticate": "Bearer"})
    if changes:
        check_post(visit, "")
    return Caller(request, door, visit.person, SCOPES)


def known_visitor(request: Request) -> Visit | None:
    visit = open_visit(request)
    return None if visit.new_cookie else visit


def by_token(request: Request, door: Door, secret: str) -> Caller:
    with door.desk.database.read() as connection:
        key = find_key(connection, "token", secret, door.desk.clock.now())
        person = find_person(connection, key.person_id) if key else None
    if key is None or person is None:
        raise HTTPException(401, "this token opens nothing", {"www-authenticate": "Bearer"})
    door.limits.take(f"token {key.key_id}", TOKEN)
    return Caller(request, door, person, key.scopes)


def allowed_scope(caller: Caller, scope: str) -> Caller:
    if scope not in caller.scopes:
        raise NotAllowed(f"the token lacks the scope {scope!r}", text_key="page.error.scope", scope=scope)
    return caller


CallerOf = Annotated[Caller, Depends(find_caller)]


def idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise BadAnswer("an Idempotency-Key has at most 200 printable characters", text_key="page.error.form")
    return key


def call_key(caller: Caller) -> str:
    """The same for the same call; a call that names no key is a new one each time."""
    given = idempotency_key(caller.request)
    if not given:
        return caller.door.desk.clock.new_id("call")
    return hash_body(f"{caller.person.person_id}\0{caller.request.url.path}\0{given}".encode())[:40]


def once(
    caller: Caller, status: int, body: BaseModel | None, act: Callable[[str], BaseModel]
) -> JSONResponse:
    """What was answered to the same call is answered again, and nothing is done a second time."""
    key = call_key(caller)
    if not idempotency_key(caller.request):
        return JSONResponse(act(key).model_dump(mode="json"), status)
    database, clock = caller.door.desk.database, caller.door.desk.clock
    said = hash_body(body.model_dump_json().encode() if body else b"")
    with database.read() as connection:
        known = find_answer(connection, key, said)
    if known is not None:
        return JSONResponse(known["body"], known["status"], {"idempotency-replayed": "true"})
    answer: dict[str, Any] = {"status": status, "body": json.loads(act(key).model_dump_json())}
    database.write(lambda connection: keep_answer(connection, key, said, answer, clock.now()))
    return JSONResponse(answer["body"], status)
