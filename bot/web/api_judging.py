"""What can a program ask about deadlines, risk and routing, and how does it change who does a ticket?"""

from fastapi import Response

from bot import interview
from bot.crew import read_crew
from bot.judged import judge, judge_acts
from bot.web import shapes
from bot.web import shapes_judging as out
from bot.web.api import FAULTS, allowed_ticket, staff_does
from bot.web.callers import Caller, CallerOf, once
from bot.web.case import ACTING
from bot.web.posted import make_router
from store import events as e
from store.errors import BadAnswer, NotAllowed
from store.tickets import Ticket
from store.timers import look_again
from tools.judging import begun, decide_route, triage_new

router = make_router("/api/v1", in_schema=True)
router.responses = FAULTS


@router.get("/tickets/{ticket_id}/sla")
def read_sla(caller: CallerOf, ticket_id: str) -> out.SlaOut:
    """Each deadline with what was counted, and the risk with its reasons; worked out when asked."""
    need_staff(caller)
    return sla_of(caller, allowed_ticket(caller, ticket_id))


@router.post("/tickets/{ticket_id}/sla", status_code=202, response_model=out.SlaOut)
def recompute_sla(caller: CallerOf, ticket_id: str) -> Response:
    """The desk looks at once, instead of when something is due: notices, rows that lists sort by, routing."""
    need_acting(caller)
    ticket = allowed_ticket(caller, ticket_id)

    def act(_: str) -> out.SlaOut:
        look(caller, ticket)
        return sla_of(caller, ticket)

    return once(caller, 202, None, act)


@router.post("/tickets/{ticket_id}/route", status_code=202, response_model=out.RouteOut)
def route(caller: CallerOf, ticket_id: str, body: out.RouteIn) -> Response:
    """Whom the rules find. With `dry_run` nothing is written; without it an override ends."""
    need_acting(caller)
    ticket = allowed_ticket(caller, ticket_id)
    reading, now = caller.door.desk.handler.reading, caller.door.desk.clock.now()
    found = decide_route(ticket, reading.acts_of(ticket_id), reading, now, reading.crew())

    def act(key: str) -> out.RouteOut:
        if not body.dry_run and ticket.overridden_by:
            staff_does(caller, ticket, key, action="unassign")
        elif not body.dry_run:
            look(caller, ticket)
        return out.route_out(ticket, found, dry_run=body.dry_run)

    return once(caller, 202, body, act)


@router.post("/tickets/{ticket_id}/route/override", status_code=202, response_model=shapes.AcceptedOut)
def override_route(caller: CallerOf, ticket_id: str, body: out.OverrideIn) -> Response:
    """A person says who does it; no rule moves it before `until`."""
    ticket = allowed_ticket(caller, ticket_id)
    desk = caller.door.desk
    known = {agent.person_id for agent in desk.handler.reading.crew().agents}
    if body.assigned_to and body.assigned_to not in known:
        raise BadAnswer(f"{body.assigned_to!r} takes no tickets", text_key="page.error.assignee")
    if body.until and (body.until.tzinfo is None or body.until <= desk.clock.now()):
        raise BadAnswer("give a later time, with its zone", text_key="page.error.until")

    def act(key: str) -> shapes.AcceptedOut:
        staff_does(
            caller,
            ticket,
            key,
            action="assign",
            text=body.queue,
            value=body.assigned_to,
            reason=body.reason,
            until=body.until,
        )
        return shapes.AcceptedOut(ticket_id=ticket_id)

    return once(caller, 202, body, act)


@router.post("/triage")
def triage(caller: CallerOf, body: out.TriageIn) -> out.TriageOut:
    """What the rules would say of a request. Writes nothing."""
    need_staff(caller)
    desk, reading = caller.door.desk, caller.door.desk.handler.reading
    now, crew = desk.clock.now(), reading.crew()
    opened = opened_by(body)
    read = triage_new(opened, reading, reading.worth_of(body.user_id))
    ticket, acts = begun("T-0", [opened, read], now)
    found = decide_route(ticket, acts, reading, now, crew)
    return out.triage_out(read, found, judge_acts(ticket, acts, desk.rules, crew, now))


@router.get("/workload")
def workload(caller: CallerOf) -> out.WorkloadOut:
    need_staff(caller)
    desk = caller.door.desk
    return out.workload_out(read_crew(desk.database, desk.clock.now()))


def opened_by(body: out.TriageIn) -> e.TicketOpened:
    if body.category not in interview.load_table().categories:
        known = ", ".join(interview.load_table().categories)
        raise BadAnswer(f"{body.category!r} is no category: give one of {known}", text_key="page.error.form")
    row = interview.category_row(body.category)
    return e.TicketOpened(
        person_id=body.user_id,
        session_id="",
        channel=body.channel,
        language=body.language,
        category=body.category,
        priority=row.priority,
        queue=row.queue,
        tags=row.tags,
        details={"problem": body.text},
    )


def sla_of(caller: Caller, ticket: Ticket) -> out.SlaOut:
    desk = caller.door.desk
    return out.sla_out(judge(desk.database, desk.rules, ticket, desk.clock.now()))


def look(caller: Caller, ticket: Ticket) -> None:
    desk = caller.door.desk
    desk.database.write(lambda connection: look_again(connection, [ticket.ticket_id], desk.clock.now()))


def need_staff(caller: Caller) -> None:
    if not caller.is_staff:
        raise NotAllowed("for staff", text_key="page.error.staff_only")


def need_acting(caller: Caller) -> None:
    if caller.person.role not in ACTING:
        raise NotAllowed(f"{caller.person.role} reads only", text_key="page.error.reads_only")
