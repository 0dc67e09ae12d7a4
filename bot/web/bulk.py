"""How do staff change many tickets of the list at once? Each gets an event of its own."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from bot.channels.web import Posted, read_did, read_text
from bot.web.admin import LIST, list_page
from bot.web.case import ACTING
from bot.web.door import Visit, check_post, open_staff_visit
from bot.web.moves import Wish, check_wish
from bot.web.posted import WAIT_SECONDS, make_router
from store import inbox
from store.errors import BadAnswer, NotAllowed, PersonError
from store.messages import StaffDid
from store.tickets import ENDED
from store.timelines import find_ticket

router = make_router()
MOST = 100
MANY = ("assign", "status", "priority", "tags", "merge", "escalate")


@dataclass(frozen=True, slots=True)
class BulkForm:
    token: str
    key: str
    action: str
    reason: str
    chosen: list[str]
    values: dict[str, str]
    """By the action that each field belongs to."""


def read_bulk_form(
    token: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    chosen: Annotated[list[str] | None, Form()] = None,
    *,
    agent: Annotated[str, Form()] = "",
    status: Annotated[str, Form()] = "",
    rank: Annotated[str, Form()] = "",
    tags: Annotated[str, Form()] = "",
    into: Annotated[str, Form()] = "",
) -> BulkForm:
    values = {"assign": agent, "status": status, "priority": rank, "tags": tags, "merge": into}
    return BulkForm(token, key, action, reason, list(dict.fromkeys(chosen or [])), values)


@router.post(LIST)
def act_on_many(request: Request, form: Annotated[BulkForm, Depends(read_bulk_form)]) -> Response:
    """What cannot be done to one of them is left out, and said."""
    visit = open_staff_visit(request)
    check_post(visit, form.token)
    if visit.person.role not in ACTING:
        raise NotAllowed(f"{visit.person.role} reads only", text_key="page.error.reads_only")
    try:
        wish = read_wish(form)
        dids, left_out = split(visit, form, wish)
    except PersonError as error:
        return list_page(visit, status=error.status, error=error, chosen=form.chosen)
    for did in dids:
        visit.door.desk.receive(did)
    told = {"done": len(dids), "left": ",".join(left_out)}
    wait_for_all(visit, dids)
    query = "&".join(part for part in (request.url.query, urlencode(told)) if part)
    return RedirectResponse(f"{LIST}?{query}", 303)


def read_wish(form: BulkForm) -> Wish:
    if form.action not in MANY:
        raise BadAnswer(f"{form.action!r} is nothing for many", text_key="page.error.form")
    if not form.chosen:
        raise BadAnswer("nothing was chosen", text_key="page.error.nothing_chosen")
    if len(form.chosen) > MOST:
        raise BadAnswer(f"{len(form.chosen)} at once", text_key="page.error.too_many_chosen", limit=MOST)
    return Wish(form.action, form.values.get(form.action, "").strip(), read_text(form.reason))


def split(visit: Visit, form: BulkForm, wish: Wish) -> tuple[list[StaffDid], list[str]]:
    """What cannot be done to one leaves that one out; what cannot be done to any is told."""
    dids, left_out, last = [], [], None
    for ticket_id in form.chosen:
        try:
            check_wish(visit, ticket_id, wish)
            need_open(visit, ticket_id, wish)
        except PersonError as error:
            left_out.append(ticket_id)
            last = error
            continue
        dids.append(did_of(visit, form, wish, ticket_id))
    if last is not None and not dids:
        raise last
    return dids, left_out


def need_open(visit: Visit, ticket_id: str, wish: Wish) -> None:
    with visit.door.desk.database.read() as connection:
        ticket = find_ticket(connection, ticket_id)
    if ticket is None:
        raise BadAnswer(f"no ticket {ticket_id!r}", text_key="page.error.form")
    if ticket.status in ENDED and wish.action in ("assign", "merge", "escalate"):
        raise BadAnswer(f"{ticket_id} has ended", text_key="page.error.ended")


def did_of(visit: Visit, form: BulkForm, wish: Wish, ticket_id: str) -> StaffDid:
    act = {"action": wish.action, "ticket_id": ticket_id, "value": wish.value, "reason": wish.reason}
    posted = Posted(form.key, "", None, ())
    return read_did(posted, act, person_id=visit.person.person_id, at=visit.door.desk.clock.now())


def wait_for_all(visit: Visit, dids: list[StaffDid]) -> None:
    """The list that follows shows what was just done, as far as that takes a moment only."""
    desk, keys = visit.door.desk, [did.key for did in dids]

    def is_done() -> bool:
        with desk.database.read() as connection:
            return inbox.count_waiting(connection, keys) == 0

    visit.door.wait_for(is_done, WAIT_SECONDS, *(did.ticket_id for did in dids))
