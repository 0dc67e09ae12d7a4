"""Who asks for this page, and what does every route of the door need?"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from bot.desk import Desk
from bot.web.figures import Figures
from bot.web.limits import ADDRESS, PERSON, Limits, network_of
from bot.web.seals import LONGEST_LIFE, Seals
from bot.wording import LANGUAGES
from store.access import Person, find_key, find_person
from store.errors import DeskbellError, NotAllowed

log = logging.getLogger("deskbell.web")
MOST_WAITERS = 24
"""Of the 40 threads that the server has for us."""
THEMES = ("light", "dark")
DAY = 86_400


class SignInNeeded(DeskbellError):
    """A page of the staff was asked for by somebody who is not signed in."""

    code = "sign_in"
    status = 403


@dataclass(frozen=True, slots=True)
class Door:
    """Made once by `build_app`; every route finds it under `request.app.state.door`."""

    desk: Desk
    seals: Seals
    pages: Environment
    limits: Limits
    figures: Figures
    zone: ZoneInfo
    waiters: threading.BoundedSemaphore
    """Threads that may wait for an answer at once; the others of the server's stay free for whoever comes."""

    def wait_for(self, is_done: Callable[[], bool], seconds: float, *topics: str) -> None:
        """Returns when it is done, when the time is over, or at once when too many wait already."""
        until = monotonic() + seconds
        if not self.waiters.acquire(blocking=False):
            return
        try:
            with self.desk.notifier.hear(*topics) as changed:
                while not is_done() and (left := until - monotonic()) > 0:
                    changed.wait(left)
                    changed.clear()
        finally:
            self.waiters.release()

    @property
    def is_https(self) -> bool:
        return self.desk.settings.address.startswith("https://")

    def cookie_name(self, name: str) -> str:
        """The prefix makes browsers refuse a cookie that another host or an open line has set."""
        return f"__Host-deskbell-{name}" if self.is_https else f"deskbell-{name}"

    def set_cookie(self, response: Response, name: str, value: str, *, days: int = 0) -> None:
        """Without days: until the browser is closed."""
        response.set_cookie(
            self.cookie_name(name),
            value,
            max_age=days * DAY if days else None,
            secure=self.is_https,
            httponly=True,
            samesite="lax",
        )

    def drop_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(self.cookie_name(name), secure=self.is_https, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, and the person who makes it."""

    request: Request
    door: Door
    person: Person
    proof: str
    """What this browser alone knows of the sign-in; forms are sealed with it."""
    language: str
    is_language_chosen: bool
    theme: str
    new_cookie: bool = False

    @property
    def token(self) -> str:
        return self.door.seals.seal("form", self.proof)


def door_of(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def open_visit(request: Request) -> Visit:
    """A customer. Who comes for the first time, or with a cookie that is not ours, is somebody new."""
    door = door_of(request)
    now = door.desk.clock.now()
    cookie = request.cookies.get(door.cookie_name("visitor"), "")
    person_id, is_old = door.seals.read_visitor(cookie, now.date())
    known = person_id or door.desk.clock.new_id("per")
    person = Person(person_id=known, name="", email="", role="customer", created_at=now)
    return make_visit(request, person, proof=known, new_cookie=is_old or not person_id)


def find_staff(request: Request) -> Visit | None:
    """Read again at every request, so that a person who left is out at once."""
    door = door_of(request)
    secret = request.cookies.get(door.cookie_name("staff"), "")
    if not secret:
        return None
    with door.desk.database.read() as connection:
        key = find_key(connection, "session", secret, door.desk.clock.now())
        person = find_person(connection, key.person_id) if key else None
    if key is None or person is None or not person.is_staff:
        return None
    return make_visit(request, person, proof=key.key_id)


def open_staff_visit(request: Request) -> Visit:
    if visit := find_staff(request):
        return visit
    raise SignInNeeded("sign in first")


def make_visit(request: Request, person: Person, *, proof: str, new_cookie: bool = False) -> Visit:
    door = door_of(request)
    chosen = choose(request, door, "lang", LANGUAGES)
    return Visit(
        request=request,
        door=door,
        person=person,
        proof=proof,
        language=chosen or told_language(request) or door.desk.settings.language,
        is_language_chosen=bool(chosen),
        theme=choose(request, door, "theme", THEMES) if request.query_params.get("theme") != "system" else "",
        new_cookie=new_cookie,
    )


def choose(request: Request, door: Door, name: str, known: tuple[str, ...]) -> str:
    """What the address says now, or a cookie remembers."""
    for value in (request.query_params.get(name, ""), request.cookies.get(door.cookie_name(name), "")):
        if value in known:
            return value
    return ""


def told_language(request: Request) -> str:
    """The first language of the browser that we write."""
    wanted = []
    for place, part in enumerate(request.headers.get("accept-language", "")[:200].split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), place, name[:2].lower()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(wanted) if name in LANGUAGES), "")


def check_post(visit: Visit, token: str) -> None:
    """A form that we made, sent from a page of ours, not too often. Raises NotAllowed or TooMany."""
    request, door = visit.request, visit.door
    check_origin(request, door.desk.settings.base_url)
    given = token or request.headers.get("x-csrf-token", "")
    if visit.new_cookie or not door.seals.fits(given, "form", visit.proof):
        raise NotAllowed("the form is not of this browser", text_key="page.error.form")
    door.limits.take(f"address {address_of(request)}", ADDRESS)
    door.limits.take(f"person {visit.person.person_id}", PERSON)


def check_origin(request: Request, base_url: str) -> None:
    """Browsers say where a form was sent from; who says nothing still needs the token."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    if base_url:
        parts = urlsplit(base_url)
        is_ours = origin == f"{parts.scheme}://{parts.netloc}"
    else:
        is_ours = urlsplit(origin).netloc == request.headers.get("host", "")
    if site != "same-origin" or (origin and not is_ours):
        raise NotAllowed("sent from another site", text_key="page.error.elsewhere")


def address_of(request: Request) -> str:
    return network_of(request.client.host if request.client else "")


def show(visit: Visit, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    door = visit.door
    html = door.pages.get_template(template).render(page_values(visit) | values)
    response = HTMLResponse(html, status, {"cache-control": "no-store"})
    remember(visit, response)
    return response


def remember(visit: Visit, response: Response) -> None:
    """What the address has chosen, and who a new visitor is."""
    door, asked = visit.door, visit.request.query_params
    if visit.new_cookie and visit.person.role == "customer":
        sealed = door.seals.write_visitor(visit.person.person_id, door.desk.clock.now().date())
        door.set_cookie(response, "visitor", sealed, days=LONGEST_LIFE)
    if asked.get("lang") in LANGUAGES:
        door.set_cookie(response, "lang", visit.language, days=LONGEST_LIFE)
    if asked.get("theme") in (*THEMES, "system"):
        door.set_cookie(response, "theme", asked["theme"], days=LONGEST_LIFE)


def page_values(visit: Visit) -> dict[str, Any]:
    return {
        "visit": visit,
        "language": visit.language,
        "desk_name": visit.door.desk.settings.desk_name,
        "now": visit.door.desk.clock.now(),
        "page_key": visit.door.desk.clock.new_id("f"),
    }


def in_language(visit: Visit, language: str) -> Visit:
    """A conversation is shown in its own language until the reader chooses one."""
    if visit.is_language_chosen or language not in LANGUAGES:
        return visit
    return replace(visit, language=language)
