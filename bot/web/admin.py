"""How do staff find a ticket, and what can they do to it?"""

from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Any, get_args

from fastapi import Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from bot.channels.web import Posted, read_did, read_text
from bot.staff import LOWEST_RANK, SETTABLE
from bot.web.case import ACTING, case_values, read_case
from bot.web.door import Visit, check_post, open_staff_visit, show
from bot.web.moves import Wish, check_wish, read_until
from bot.web.posted import WAIT_SECONDS, keep_files, make_router
from store.errors import NotAllowed, NotFound, PersonError
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
    return list_page(open_staff_visit(request))


def list_page(visit: Visit, *, status: int = 200, error: Exception | None = None, **values: Any) -> Response:
    wanted = read_wanted(visit.request)
    filters = wanted.filters(visit.person.person_id)
    with visit.door.desk.database.read() as connection:
        page = list_tickets(connection, filters, sort=wanted.sort, after=wanted.after, limit=PAGE)
        menus = distinct_values(connection)
        total = count_tickets(connection, filters)
    return show(
        visit,
        "admin/list.html",
        status=status,
        error=error,
        wanted=wanted,
        page=page,
        menus=menus,
        total=total,
        agents=visit.door.desk.handler.reading.agents(),
        settable=SETTABLE,
        ranks=range(LOWEST_RANK + 1),
        may_act=visit.person.role in ACTING,
        query=query_of(visit.request),
        **({"chosen": ()} | told_of(visit.request) | values),
    )


def told_of(request: Request) -> dict[str, Any]:
    """What was done to many, as the address of the list says it after that."""
    done = request.query_params.get("done", "")
    left = [one for one in request.query_params.get("left", "").split(",") if one][:100]
    return {"done": int(done) if done.isdigit() and len(done) < 4 else None, "left_out": left}


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
    wanted = Wish(form.action, form.value.strip(), reason, form.until)
    check_wish(visit, ticket_id, wanted)
    files = keep_files(visit.door, visit.person.person_id, form.files) if form.action == "reply" else ()
    until = read_until(form.until, visit) if form.action == "assign" else ""
    act = {"action": form.action, "ticket_id": ticket_id, "value": form.value.strip(), "reason": reason}
    act |= {"until": until} if until else {}
    posted = Posted(form.key, text, None, files)
    return read_did(posted, act, person_id=visit.person.person_id, at=visit.door.desk.clock.now())


def version_of(visit: Visit, ticket_id: str) -> int:
    with visit.door.desk.database.read() as connection:
        ticket = find_ticket(connection, ticket_id)
    if ticket is None:
        raise NotFound(f"no ticket {ticket_id!r}")
    return ticket.version


def wait_for_change(visit: Visit, ticket_id: str, before: int) -> None:
    """The page that follows shows what was just done; what changes nothing is waited for in vain."""
    visit.door.wait_for(lambda: version_of(visit, ticket_id) != before, WAIT_SECONDS, ticket_id)
