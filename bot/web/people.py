"""How are the people of the desk looked after on a page?"""

import re
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from bot.people import (
    Wanted,
    make_link,
    read_day,
    read_presence,
    read_staff,
    send_on_leave,
    take_off_desk,
)
from bot.rota import change_rotation, read_local, stand_in
from bot.web.door import Visit, check_post, open_staff_visit, show
from bot.web.people_values import (
    check_change,
    check_manages,
    filled_new,
    form_values,
    manages,
    people_values,
    person_values,
)
from bot.web.posted import make_router
from escalation.schedule import Day
from store.access import Person, find_person
from store.agents import find_agent
from store.errors import BadAnswer, NotAllowed, NotFound, PersonError
from store.rotations import drop_override
from store.staff import save_staff, say_presence, shut_out

router = make_router()

HOME = "/admin/people"
FRESH_KEY = re.compile(r"f_([0-9a-z]{20})")


class PersonForm(BaseModel):
    """Nothing is required here: what is missing is told in its place."""

    token: str = ""
    key: str = ""
    action: Literal["save", "link", "shut_out", "presence", "leave", "dismiss"] = "save"
    name: str = ""
    email: str = ""
    role: str = ""
    team: str = ""
    skills: str = ""
    capacity: str = ""
    tz: str = ""
    lead: str = ""
    takes: str = ""
    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""
    presence: str = ""
    until: str = ""

    def hours(self) -> dict[Day, str]:
        return {
            "mon": self.mon,
            "tue": self.tue,
            "wed": self.wed,
            "thu": self.thu,
            "fri": self.fri,
            "sat": self.sat,
            "sun": self.sun,
        }

    def wanted(self) -> Wanted:
        return Wanted(
            name=self.name,
            email=self.email,
            role=self.role,
            team=self.team,
            skills=self.skills,
            capacity=self.capacity,
            tz=self.tz,
            hours=self.hours(),
            is_lead=bool(self.lead),
            takes_tickets=bool(self.takes),
        )


class RotaForm(BaseModel):
    token: str = ""
    action: Literal["rotation", "stand_in", "drop"] = "rotation"
    turn: list[str] = []
    starts: str = ""
    weekday: str = ""
    time: str = ""
    tz: str = ""
    person: str = ""
    begins: str = ""
    ends: str = ""
    override: str = ""


@router.get(HOME)
def list_people(request: Request) -> Response:
    return people_page(open_looking_visit(request))


def open_looking_visit(request: Request) -> Visit:
    """Who manages sees everybody, who takes tickets sees themselves; it is nobody else's business."""
    visit = open_staff_visit(request)
    if not manages(visit):
        with visit.door.desk.database.read() as connection:
            if find_agent(connection, visit.person.person_id) is None:
                check_manages(visit)
    return visit


def people_page(visit: Visit, *, status: int = 200, **values: Any) -> Response:
    return show(
        visit, "admin/people.html", status=status, **({"error": None} | people_values(visit) | values)
    )


@router.post(HOME)
def say_mine(request: Request, form: Annotated[PersonForm, Form()]) -> Response:
    """Everybody's own presence."""
    visit = open_looking_visit(request)
    check_post(visit, form.token)
    set_presence_of(visit, visit.person.person_id, form)
    return RedirectResponse(HOME, 303)


@router.get(HOME + "/new")
def ask_for_new(request: Request) -> Response:
    visit = open_staff_visit(request)
    check_manages(visit)
    return new_page(visit, filled=filled_new(visit))


def new_page(visit: Visit, *, status: int = 200, **values: Any) -> Response:
    empty = {"one": None, "link": "", "error": None}
    return show(visit, "admin/person.html", status=status, **(empty | form_values(visit, None) | values))


@router.post(HOME + "/new")
def add_person(request: Request, form: Annotated[PersonForm, Form()]) -> Response:
    """Their link is on the page that answers, and nowhere else; sent twice, it is still one person."""
    visit = open_staff_visit(request)
    check_post(visit, form.token)
    check_manages(visit)
    clock = visit.door.desk.clock
    fresh = FRESH_KEY.fullmatch(form.key)
    person_id = f"per_{fresh[1]}" if fresh else clock.new_id("per")
    try:
        save(visit, person_id, form)
    except NotAllowed:
        raise
    except PersonError as error:
        return new_page(visit, status=error.status, filled=form.model_dump(), error=error)
    return person_page(visit, person_id, link=new_link(visit, person_id))


@router.post(HOME + "/on-call")
def plan_on_call(request: Request, form: Annotated[RotaForm, Form()]) -> Response:
    visit = open_staff_visit(request)
    check_post(visit, form.token)
    check_manages(visit)
    try:
        change_rota(visit, form)
    except PersonError as error:
        return people_page(visit, status=error.status, error=error)
    return RedirectResponse(f"{HOME}#on-call", 303)


def change_rota(visit: Visit, form: RotaForm) -> None:
    desk, by = visit.door.desk, visit.person.person_id
    now = desk.clock.now()
    if form.action == "drop":
        desk.database.write(partial(drop_override, override_id=form.override, by=by, at=now))
        return
    people = [person for person in form.turn if person] if form.action == "rotation" else [form.person]
    check_of_staff(visit, people)
    if form.action == "rotation":
        given = {"starts": form.starts, "weekday": form.weekday, "time": form.time, "tz": form.tz}
        change_rotation(desk.database, people, given, by=by, at=now)
        return
    zone = form.tz or str(visit.door.zone)
    begins, ends = read_local(form.begins, zone), read_local(form.ends, zone)
    stand_in(desk.database, desk.clock, form.person, begins, ends, by=by)


def check_of_staff(visit: Visit, people: list[str]) -> None:
    with visit.door.desk.database.read() as connection:
        for person_id in people:
            person = find_person(connection, person_id)
            if person is None or not person.is_staff:
                raise BadAnswer(f"{person_id!r} is not of the staff", text_key="people.error.nobody")


@router.get(HOME + "/{person_id}")
def show_person(request: Request, person_id: str) -> Response:
    visit = open_staff_visit(request)
    check_manages(visit)
    return person_page(visit, person_id)


def person_page(visit: Visit, person_id: str, *, status: int = 200, **values: Any) -> Response:
    empty = {"link": "", "error": None}
    return show(
        visit, "admin/person.html", status=status, **(empty | person_values(visit, person_id) | values)
    )


@router.post(HOME + "/{person_id}")
def change_person(request: Request, person_id: str, form: Annotated[PersonForm, Form()]) -> Response:
    visit = open_staff_visit(request)
    check_post(visit, form.token)
    check_manages(visit)
    person = get_colleague(visit, person_id)
    if form.action not in ("presence", "leave"):
        check_change(visit, person.role)
    try:
        return act(visit, person_id, form)
    except NotAllowed:
        raise
    except PersonError as error:
        filled = {"filled": form.model_dump()} if form.action == "save" else {}
        return person_page(visit, person_id, status=error.status, error=error, **filled)


def act(visit: Visit, person_id: str, form: PersonForm) -> Response:
    database, now, by = visit.door.desk.database, visit.door.desk.clock.now(), visit.person.person_id
    match form.action:
        case "save":
            save(visit, person_id, form)
        case "link":
            return person_page(visit, person_id, link=new_link(visit, person_id))
        case "shut_out":
            database.write(partial(shut_out, person_id=person_id, by=by, at=now))
        case "presence":
            set_presence_of(visit, person_id, form)
        case "leave":
            send_on_leave(database, person_id, read_day(form.until), by=by, at=now)
        case "dismiss":
            take_off_desk(database, person_id, by=by, at=now)
            return RedirectResponse(HOME, 303)
    return RedirectResponse(f"{HOME}/{person_id}", 303)


def get_colleague(visit: Visit, person_id: str) -> Person:
    with visit.door.desk.database.read() as connection:
        person = find_person(connection, person_id)
    if person is None or not person.is_staff:
        raise NotFound(f"nobody of the staff has the id {person_id!r}")
    return person


def save(visit: Visit, person_id: str, form: PersonForm) -> None:
    """Whoever may change them as they are, and as they would be."""
    desk, now = visit.door.desk, visit.door.desk.clock.now()
    person, agent = read_staff(form.wanted(), person_id, now)
    with desk.database.read() as connection:
        before = find_person(connection, person_id)
    check_change(visit, person.role, *([before.role] if before else []))
    if person_id == visit.person.person_id and person.role != visit.person.role:
        raise BadAnswer("nobody changes their own role", text_key="people.error.own_role")
    desk.database.write(partial(save_staff, person=person, agent=agent, by=visit.person.person_id, at=now))


def set_presence_of(visit: Visit, person_id: str, form: PersonForm) -> None:
    desk, by = visit.door.desk, visit.person.person_id
    presence = read_presence(form.presence)
    desk.database.write(
        partial(say_presence, person_id=person_id, presence=presence, by=by, at=desk.clock.now())
    )


def new_link(visit: Visit, person_id: str) -> str:
    desk = visit.door.desk
    by, address = visit.person.person_id, desk.settings.address
    return make_link(desk.database, desk.clock, person_id, by=by, address=address)
