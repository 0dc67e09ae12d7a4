"""How does a person of the staff come in, and go?"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from bot.web.admin import LIST
from bot.web.door import Visit, address_of, check_post, open_staff_visit, open_visit, show
from bot.web.limits import DOOR
from bot.web.people import HOME as PEOPLE
from store.access import find_key
from store.errors import Expired
from store.sign_in import end_session, swap_link
from store.staff import is_first_visit

router = APIRouter(include_in_schema=False)

SIGNED_IN_FOR = timedelta(days=14)


@router.get("/signin")
def ask_for_link(request: Request) -> Response:
    return show(open_visit(request), "signin.html", secret="", was_tried=False)


@router.get("/signin/{secret}")
def show_link(request: Request, secret: str) -> Response:
    """A page with a button: programs that look at links before people do must not use them up."""
    visit = open_visit(request)
    slow_down(visit)
    with visit.door.desk.database.read() as connection:
        key = find_key(connection, "link", secret, visit.door.desk.clock.now())
    status = 200 if key else Expired.status
    return show(visit, "signin.html", status=status, secret=secret if key else "", was_tried=True)


@router.post("/signin/{secret}")
def sign_in(request: Request, secret: str, token: Annotated[str, Form()] = "") -> Response:
    visit = open_visit(request)
    check_post(visit, token)
    slow_down(visit)
    door, clock = visit.door, visit.door.desk.clock
    now, fresh, key_id = clock.now(), clock.new_secret(), clock.new_id("key")
    until = now + SIGNED_IN_FOR
    person_id = door.desk.database.write(
        lambda connection: swap_link(
            connection, secret, secret=fresh, key_id=key_id, now=now, expires_at=until
        )
    )
    with door.desk.database.read() as connection:
        is_first = is_first_visit(connection, person_id)
    # A hint for who sets the desk up, and only then: nobody has to add anybody.
    response = RedirectResponse(PEOPLE if is_first else LIST, 303)
    door.set_cookie(response, "staff", fresh, days=SIGNED_IN_FOR.days)
    return response


@router.post("/signout")
def sign_out(request: Request, token: Annotated[str, Form()] = "") -> Response:
    visit = open_staff_visit(request)
    check_post(visit, token)
    door, person_id, key_id = visit.door, visit.person.person_id, visit.proof
    now = door.desk.clock.now()
    door.desk.database.write(lambda connection: end_session(connection, key_id, person_id, now))
    response = RedirectResponse("/signin", 303)
    door.drop_cookie(response, "staff")
    return response


def slow_down(visit: Visit) -> None:
    visit.door.limits.take(f"door {address_of(visit.request)}", DOOR)
