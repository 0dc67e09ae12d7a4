"""How do the routes of the door come together, and what becomes of an error?"""

import logging
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp
from typing_extensions import override

from bot.desk import Desk
from bot.web import (
    admin,
    api,
    api_judging,
    bulk,
    health,
    knowledge,
    knowledge_drafts,
    live,
    pages,
    people,
    shelf,
    signin,
)
from bot.web.door import MOST_WAITERS, Door, SignInNeeded, door_of, open_visit, show
from bot.web.figures import Figures
from bot.web.guard import Guard
from bot.web.limits import Limits
from bot.web.render import make_pages
from bot.web.seals import make_seals
from bot.wording import say, say_error
from store.errors import DeskbellError, NotFound, NotUnderstood, TooMany, Unavailable

log = logging.getLogger("deskbell.web")

CODES = {
    400: "not_understood",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "not_allowed_here",
    413: "too_large",
    415: "not_understood",
    422: "bad_answer",
    429: "too_many",
}
FORM_FAULTS = {"maximum size": "page.error.too_large", "Too many files": "page.compose.too_many"}
"""How the parser of forms names what is too much."""
TEXTS = {405: "page.error.method", 413: "page.error.too_large", 401: "page.error.not_signed_in"}


def open_door(desk: Desk) -> Door:
    zone = ZoneInfo(desk.settings.timezone)
    return Door(
        desk=desk,
        seals=make_seals(desk.secret_key),
        pages=make_pages(zone),
        limits=Limits(),
        figures=Figures(desk.database, desk.clock, desk.notifier, desk.watch),
        zone=zone,
        waiters=threading.BoundedSemaphore(MOST_WAITERS),
    )


def build_app(desk: Desk) -> FastAPI:
    app = GuardedApp(
        title="Deskbell",
        version=api.VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.door = open_door(desk)
    staff = (admin, bulk, knowledge, knowledge_drafts, people, signin)
    for part in (pages, live, shelf, *staff, api, api_judging, health):
        app.include_router(part.router)
    app.add_exception_handler(DeskbellError, tell_ours)
    app.add_exception_handler(RequestValidationError, tell_invalid)
    app.add_exception_handler(StarletteHTTPException, tell_http)
    app.add_exception_handler(Exception, tell_unknown)
    return app


class GuardedApp(FastAPI):
    """The guard stands outside of everything, so that the page of an unknown error has its rules as well."""

    @override
    def build_middleware_stack(self) -> ASGIApp:
        door: Door = self.state.door
        return Guard(super().build_middleware_stack(), is_https=door.is_https)


def tell_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskbellError)  # noqa: S101 - registered for these alone
    if isinstance(error, SignInNeeded) and not wants_json(request):
        return show(open_visit(request), "signin.html", status=403, secret="", was_tried=False)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Unavailable):
        return tell_unknown(request, error)
    log.info("%s %s: %s", request.method, error.code, error)
    text = say_error(error, open_visit(request).language)
    headers = {"retry-after": str(wait)} if (wait := seconds_to_wait(error)) else {}
    return answer(request, error.status, error.code, text, hint=error.hint, headers=headers)


def seconds_to_wait(error: DeskbellError) -> int:
    """0 when waiting is not what helps."""
    if isinstance(error, Unavailable):
        return max(1, round(error.retry_after))
    return int(error.values.get("seconds", 0)) if isinstance(error, TooMany) else 0


def tell_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these alone
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    text = say("page.error.form", open_visit(request).language)
    return answer(request, 422, CODES[422], text, hint=f"{place}: {first['msg']}")


def tell_http(request: Request, error: Exception) -> Response:
    """What the framework refuses: no such route, another method, a body that is too large or no form."""
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - registered for these alone
    detail, language = str(error.detail), open_visit(request).language
    key = next((key for mark, key in FORM_FAULTS.items() if mark in detail), "")
    status = 413 if key else error.status_code
    key = key or TEXTS.get(status, "")
    known = NotFound() if status == HTTPStatus.NOT_FOUND else NotUnderstood()
    text = say(key, language) if key else say_error(known, language)
    page = answer(request, status, CODES.get(status, "refused"), text, hint=detail)
    page.headers.update(error.headers or {})
    return page


def tell_unknown(request: Request, error: Exception) -> Response:
    """The person reads a short reference, and the log has the same one beside what happened."""
    reference = door_of(request).desk.clock.new_id("ref")[-8:]
    log.error("%s %s, reference %s", request.method, request.url.path, reference, exc_info=error)
    text = say("page.error.unknown", open_visit(request).language)
    return answer(request, 500, "error", text, reference=reference)


def answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    *,
    hint: str = "",
    reference: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    door_of(request).figures.errors.labels(code).inc()
    if wants_json(request):
        body: dict[str, Any] = {"code": code, "message": message, "hint": hint, "reference": reference}
        return JSONResponse({"error": body}, status, dict(headers or {}))
    visit = open_visit(request)
    page = show(visit, "error.html", status=status, message=message, code=code, reference=reference)
    page.headers.update(headers or {})
    return page


def wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.headers.get("x-live") == "1"
