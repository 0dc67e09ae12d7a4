"""How do staff find a ticket, and what can they do to it?"""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Annotated, Any, get_args

from fastapi import Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from bot.channels.web import Posted, read_did, read_text
from bot.staff import ACTIONS, LOWEST_RANK, SETTABLE, are_tags
from bot.web.case import ACTING, case_values, read_case
from bot.web.door import Visit, check_post, open_staff_visit, show
from bot.web.posted import WAIT_SECONDS, keep_files, make_router
from store.errors import BadAnswer, NotAllowed, NotFound, PersonError
from store.messages import StaffDid
from store.queries import (
    LONGEST_PAGE,
    Sort,
    TicketFilter,
    TicketPage,
    count_tickets,
    distinct_values,
    list_tickets,
)
from store.tickets import ENDED
from store.timelines import find_ticket

router = make_router()

LIST = "/admin/support-requests"
WAITING = ("new", "open", "pending_customer", "pending_internal", "on_hold")
PAGE = 50
BESIDE = 30
EVERY = "all"
MINE = "me"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; empty status means all that is not ended."""

    status: tuple[str, ...]
    priority: tuple[int, ...]
    channel: str
    queue: str
    assignee: str
    tag: str
    text: str
    sort: Sort
    after: str

    def filters(self, me: str) -> TicketFilter:
        status = () if EVERY in self.status else self.status or WAITING
        return TicketFilter(
            status=status,
            priority=self.priority,
            channel=self.channel,
            queue=self.queue,
            assignee=me if self.assignee == MINE else self.assignee,
            tag=self.tag,
            text=self.text,
        )

    def is_narrowed(self) -> bool:
        return any((self.priority, self.channel, self.queue, self.tag, self.text))


def read_wanted(request: Request) -> Wanted:
    """An address that somebody typed may hold anything; what is not understood lets everything through."""
    asked = request.query_params
    ranks = [value.removeprefix("P") for value in asked.getlist("priority")]
    return Wanted(
        status=tuple(value for value in asked.getlist("status") if value),
        priority=tuple(int(rank) for rank in ranks if rank.isdigit() and len(rank) < 3),
        channel=asked.get("channel", ""),
        queue=asked.get("queue", ""),
        assignee=asked.get("assignee", ""),
        tag=asked.get("tag", ""),
        text=asked.get("text", "")[:200],
        sort=read_sort(asked.get("sort", "")),
        after=asked.get("after", ""),
    )


def read_sort(asked: str) -> Sort:
    return next((sort for sort in get_args(Sort) if sort == asked), "risk")


@router.get("/admin")
def to_list() -> Response:
    return RedirectResponse(LIST, 303)


@router.get(LIST)
def list_requests(request: Request) -> Response:
    visit = open_staff_visit(request)
    wanted = read_wanted(request)
    filters = wanted.filters(visit.person.person_id)
    with visit.door.desk.database.read() as connection:
        page = list_tickets(connection, filters, sort=wanted.sort, after=wanted.after, limit=PAGE)
        menus = distinct_values(connection)
        total = count_tickets(connection, filters)
    return show(
        visit, "admin/list.html", wanted=wanted, page=page, menus=menus, total=total, query=query_of(request)
    )


@router.get(LIST + "/{ticket_id}")
def show_request(request: Request, ticket_id: str) -> Response:
    return case_page(open_staff_visit(request), ticket_id)


def case_page(visit: Visit, ticket_id: str, *, status: int = 200, **values: Any) -> Response:
    case = read_case(visit, ticket_id)
    wanted = read_wanted(visit.request)
    return show(
        visit,
        "admin/case.html",
        status=status,
        wanted=wanted,
        page=beside(visit, wanted),
        query=query_of(visit.request),
        **(EMPTY_FORM | case_values(visit, case) | values),
    )


EMPTY_FORM: dict[str, Any] = {"error": None, "draft": "", "action": "reply"}


def beside(visit: Visit, wanted: Wanted) -> TicketPage:
    with visit.door.desk.database.read() as connection:
        filters = wanted.filters(visit.person.person_id)
        limit = min(BESIDE, LONGEST_PAGE)
        return list_tickets(connection, filters, sort=wanted.sort, after=wanted.after, limit=limit)


def query_of(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""


@dataclass(frozen=True, slots=True)
class StaffForm:
    token: str
    key: str
    action: str
    text: str
    value: str
    reason: str
    until: str
    files: list[UploadFile]


def read_staff_form(
    token: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
    *,
    reason: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> StaffForm:
    return StaffForm(token, key, action, text, value, reason, until, files or [])


@router.post(LIST + "/{ticket_id}")
def act(request: Request, ticket_id: str, form: Annotated[StaffForm, Depends(read_staff_form)]) -> Response:
    visit = open_staff_visit(request)
    check_post(visit, form.token)
    if visit.person.role not in ACTING:
        raise NotAllowed(f"{visit.person.role} reads only", text_key="page.error.reads_only")
    before = version_of(visit, ticket_id)
    try:
        did = read_action(visit, ticket_id, form)
    except PersonError as error:
        return case_page(
            visit, ticket_id, status=error.status, error=error, draft=form.text, action=form.action
        )
    began = monotonic()
    accepted = visit.door.desk.receive(did)
    visit.door.figures.acknowledging.observe(monotonic() - began)
    visit.door.figures.acknowledged.labels("staff").inc()
    if accepted.is_new:
        wait_for_change(visit, ticket_id, before)
    return RedirectResponse(f"{LIST}/{ticket_id}{query_of(request)}#last", 303)


def read_action(visit: Visit, ticket_id: str, form: StaffForm) -> StaffDid:
    """Checked here already, so that a mistake is told in place and the words stay in their field."""
    text, reason = read_text(form.text), read_text(form.reason)
    check_action(form, reason)
    check_moves(visit, ticket_id, form, reason)
    files = keep_files(visit.door, visit.person.person_id, form.files) if form.action == "reply" else ()
    until = read_until(form.until, visit) if form.action == "assign" else ""
    act = {"action": form.action, "ticket_id": ticket_id, "value": form.value.strip(), "reason": reason}
    act |= {"until": until} if until else {}
    posted = Posted(form.key, text, None, files)
    return read_did(posted, act, person_id=visit.person.person_id, at=visit.door.desk.clock.now())


def check_action(form: StaffForm, reason: str) -> None:
    if form.action not in ACTIONS:
        raise BadAnswer(f"{form.action!r} is nothing that can be done", text_key="page.error.form")
    if form.action == "status" and form.value not in SETTABLE:
        raise BadAnswer(f"{form.value!r} is no status", text_key="page.error.status")
    if form.action == "reply" and form.value not in ("", *SETTABLE):
        raise BadAnswer(f"{form.value!r} is no status", text_key="page.error.status")
    if form.action != "priority":
        return
    if form.value not in [str(rank) for rank in range(LOWEST_RANK + 1)]:
        raise BadAnswer(f"{form.value!r} is no priority", text_key="page.error.priority")
    if not reason:
        raise BadAnswer("a priority without a reason", text_key="page.error.reason")


def check_moves(visit: Visit, ticket_id: str, form: StaffForm, reason: str) -> None:
    """Who does it, its tags, and what it is joined with."""
    if form.action in ("assign", "merge", "escalate") and not reason:
        raise BadAnswer(f"{form.action} without a reason", text_key="page.error.reason")
    known = {agent.person_id for agent in visit.door.desk.handler.reading.agents()}
    if form.action == "assign" and form.value and form.value not in known:
        raise BadAnswer(f"{form.value!r} takes no tickets", text_key="page.error.assignee")
    if form.action == "tags" and not are_tags(form.value):
        raise BadAnswer("too many tags, or too long", text_key="page.error.tags")
    if form.action == "merge" and not is_joinable(visit, ticket_id, form.value.strip()):
        raise BadAnswer(f"{form.value!r} cannot be joined", text_key="page.error.merge")


def is_joinable(visit: Visit, ticket_id: str, other: str) -> bool:
    with visit.door.desk.database.read() as connection:
        mine, target = find_ticket(connection, ticket_id), find_ticket(connection, other)
    if mine is None or target is None or other == ticket_id:
        return False
    return mine.person_id == target.person_id and target.status not in ENDED


def read_until(given: str, visit: Visit) -> str:
    """By the clock of the desk, as the field of a browser writes it: 2026-03-04T09:00."""
    if not given.strip():
        return ""
    try:
        at = datetime.fromisoformat(given.strip()).replace(tzinfo=visit.door.zone)
    except ValueError as error:
        raise BadAnswer(f"{given[:40]!r} is no time", text_key="page.error.until") from error
    if at <= visit.door.desk.clock.now():
        raise BadAnswer(f"{given} has passed", text_key="page.error.until")
    return at.isoformat()


def version_of(visit: Visit, ticket_id: str) -> int:
    with visit.door.desk.database.read() as connection:
        ticket = find_ticket(connection, ticket_id)
    if ticket is None:
        raise NotFound(f"no ticket {ticket_id!r}")
    return ticket.version


def wait_for_change(visit: Visit, ticket_id: str, before: int) -> None:
    """The page that follows shows what was just done; what changes nothing is waited for in vain."""
    visit.door.wait_for(lambda: version_of(visit, ticket_id) != before, WAIT_SECONDS, ticket_id)
