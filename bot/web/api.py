"""What can a program do with sessions, messages and tickets?"""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import Annotated, Any

from fastapi import File, Query, Response, UploadFile

from bot.channels.web import browser_family, read_text
from bot.view import Conversation
from bot.web import shapes
from bot.web.callers import Caller, CallerOf, once
from bot.web.case import ACTING
from bot.web.posted import keep_files, make_router
from store.commands import CloseTicket, Command, ReopenTicket
from store.errors import BadAnswer, NotAllowed, NotFound
from store.files import own_files
from store.messages import Attachment, CustomerSaid, StaffDid, SystemContext
from store.queries import LONGEST_PAGE, Sort, TicketFilter, list_tickets, tickets_of
from store.tickets import Session, Ticket
from store.timelines import find_session, find_ticket

FAULTS: dict[int | str, dict[str, Any]] = {
    code: {"model": shapes.FaultOut} for code in (400, 401, 403, 404, 413, 422, 429, 503)
}
router = make_router("/api/v1", in_schema=True)
router.responses = FAULTS
LONGEST_WAIT = 10.0
CHANNEL = "api"

try:
    VERSION = version("deskbell")
except PackageNotFoundError:
    VERSION = "0"

Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for the answer")]


@router.get("/me")
def me(caller: CallerOf) -> shapes.Me:
    return shapes.Me(user_id=caller.person.person_id, role=caller.person.role, scopes=caller.scopes)


@router.post("/sessions", status_code=201, response_model=shapes.TalkOut)
def create_session(caller: CallerOf, body: shapes.SessionIn, wait: Wait = 0) -> Response:
    """A session begins with its first message. With `wait` the answer comes along."""

    def act(key: str) -> shapes.TalkOut:
        thread = f"{caller.person.person_id}:{key}"
        said = message_of(caller, body, key, thread=thread, session_id="", ticket_id="")
        context = body.context.model_copy(update={"browser": body.context.browser or browser_of(caller)})
        said = said.model_copy(update={"language": body.language, "context": context})
        return send_and_read(caller, said, wait)

    return once(caller, 201, body, act)


@router.get("/sessions/{session_id}")
def read_session(caller: CallerOf, session_id: str) -> shapes.SessionOut:
    talk = allowed_talk(caller, session_id)
    if talk.session is None:
        raise NotFound("the session's first message is still being read", text_key="page.error.not_yet")
    return shapes.session_out(talk.session)


@router.get("/sessions/{session_id}/messages")
def read_messages(
    caller: CallerOf, session_id: str, after: Annotated[str, Query(max_length=80)] = "", wait: Wait = 0
) -> shapes.TalkOut:
    """All messages, or those behind the id in `after`; with `wait` until nothing is being thought about."""
    talk = allowed_talk(caller, session_id)
    if wait and talk.is_waiting and talk.session and talk.session.person_id == caller.person.person_id:
        talk = wait_for(caller, session_id, wait)
    return shapes.talk_out(session_id, talk, after)


@router.post("/sessions/{session_id}/messages", status_code=202, response_model=shapes.TalkOut)
def post_message(caller: CallerOf, session_id: str, body: shapes.MessageIn, wait: Wait = 0) -> Response:
    """Answers as soon as the message is kept; with `wait` the messages from this one on come along."""
    session = own_session(caller, session_id)

    def act(key: str) -> shapes.TalkOut:
        said = message_of(caller, body, key, thread=session.thread, session_id=session_id, ticket_id="")
        return send_and_read(caller, said.model_copy(update={"channel": session.channel}), wait)

    return once(caller, 202, body, act)


@router.get("/tickets")
def list_all_tickets(
    caller: CallerOf,
    status: Annotated[list[str] | None, Query()] = None,
    queue: str = "",
    assignee: str = "",
    *,
    channel: str = "",
    tag: str = "",
    text: Annotated[str, Query(max_length=200)] = "",
    sort: Sort = "activity",
    after: Annotated[str, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> shapes.TicketsOut:
    """Staff: all, filtered. Customers: their own, newest first; filters are not looked at."""
    with caller.door.desk.database.read() as connection:
        if not caller.is_staff:
            lines, following = tickets_of(connection, caller.person.person_id), ""
        else:
            filters = TicketFilter(
                status=tuple(status or ()),
                channel=channel,
                queue=queue,
                assignee=assignee,
                tag=tag,
                text=text,
            )
            page = list_tickets(connection, filters, sort=sort, after=after, limit=limit)
            lines, following = list(page.lines), page.next
    return shapes.TicketsOut(tickets=tuple(map(shapes.line_out, lines)), next=following)


@router.get("/tickets/{ticket_id}")
def read_ticket(caller: CallerOf, ticket_id: str) -> shapes.TicketOut:
    return shapes.ticket_out(allowed_ticket(caller, ticket_id))


@router.get("/tickets/{ticket_id}/messages")
def read_ticket_messages(caller: CallerOf, ticket_id: str) -> shapes.TalkOut:
    """Staff read the notes as well."""
    ticket = allowed_ticket(caller, ticket_id)
    talk = caller.door.desk.conversation(person_id=ticket.person_id, ticket_id=ticket_id)
    if not caller.is_staff:
        return shapes.talk_out(ticket.session_id, talk)
    _, session, turns = caller.door.desk.merged(ticket_id)
    messages = tuple(shapes.message_out(turn) for turn in turns if turn.voice != "fact")
    known = shapes.session_out(session) if session else None
    return shapes.TalkOut(
        session_id=ticket.session_id,
        session=known,
        messages=messages,
        is_waiting=talk.is_waiting,
        mark=talk.mark,
    )


@router.post("/tickets/{ticket_id}/messages", status_code=202, response_model=shapes.AcceptedOut)
def post_to_ticket(caller: CallerOf, ticket_id: str, body: shapes.TicketMessageIn) -> Response:
    """A customer's words, or a reply or note of staff."""
    ticket = allowed_ticket(caller, ticket_id)
    text = read_text(body.text)

    def act(key: str) -> shapes.AcceptedOut:
        files = files_of(caller, body.files)
        if not text and not files:
            raise BadAnswer("an empty message", text_key="page.error.empty")
        if caller.is_staff:
            action = "note" if body.internal else "reply"
            staff_does(caller, ticket, key, action=action, text=text, value=body.status, files=files)
        else:
            customer_says(caller, ticket, key, text=text, files=files)
        return shapes.AcceptedOut(ticket_id=ticket_id)

    return once(caller, 202, body, act)


@router.post("/tickets/{ticket_id}/close", status_code=202, response_model=shapes.AcceptedOut)
def close_ticket(caller: CallerOf, ticket_id: str) -> Response:
    """Says that the matter is settled."""
    return settle(caller, ticket_id, CloseTicket(ticket_id=ticket_id), "solved")


@router.post("/tickets/{ticket_id}/reopen", status_code=202, response_model=shapes.AcceptedOut)
def reopen_ticket(caller: CallerOf, ticket_id: str) -> Response:
    return settle(caller, ticket_id, ReopenTicket(ticket_id=ticket_id), "open")


@router.post("/ask")
def ask(caller: CallerOf, body: shapes.QuestionIn) -> shapes.AnswerOut:
    """One question to the articles; nothing is kept of it."""
    audience = "staff" if caller.is_staff else "public"
    answer = caller.door.desk.library.answer(
        read_text(body.question), history=tuple(body.history), audience=audience, language=body.language
    )
    return shapes.answer_out(answer)


@router.post("/files", status_code=201)
def send_file(caller: CallerOf, file: Annotated[UploadFile, File()]) -> Attachment:
    """Kept until a message names it."""
    kept = keep_files(caller.door, caller.person.person_id, [file])
    if not kept:
        raise BadAnswer("a file without a name", text_key="page.error.form")
    return kept[0]


def message_of(
    caller: Caller, body: shapes.MessageIn, key: str, *, thread: str, session_id: str, ticket_id: str
) -> CustomerSaid:
    text = read_text(body.text)
    files = files_of(caller, body.files)
    if not (text or body.command or files):
        raise BadAnswer("an empty message", text_key="page.error.empty")
    return CustomerSaid(
        key=f"api:{key}",
        at=caller.door.desk.clock.now(),
        person_id=caller.person.person_id,
        channel=CHANNEL,
        thread=thread,
        session_id=session_id,
        ticket_id=ticket_id,
        text=text,
        command=body.command,
        files=files,
        context=SystemContext(browser=browser_of(caller)),
    )


def browser_of(caller: Caller) -> str:
    return browser_family(caller.request.headers.get("user-agent", ""))


def files_of(caller: Caller, file_ids: Sequence[str]) -> tuple[Attachment, ...]:
    if not file_ids:
        return ()
    with caller.door.desk.database.read() as connection:
        return own_files(connection, list(file_ids), caller.person.person_id)


def send_and_read(caller: Caller, said: CustomerSaid, wait: float) -> shapes.TalkOut:
    seen = last_message(caller, said.session_id) if wait and said.session_id else ""
    began = monotonic()
    accepted = caller.door.desk.receive(said)
    caller.door.figures.acknowledging.observe(monotonic() - began)
    caller.door.figures.acknowledged.labels("api").inc()
    if wait:
        return shapes.talk_out(accepted.session_id, wait_for(caller, accepted.session_id, wait), seen)
    return shapes.TalkOut(session_id=accepted.session_id, session=None, messages=(), is_waiting=True, mark="")


def last_message(caller: Caller, session_id: str) -> str:
    said = shapes.talk_out(session_id, own_talk(caller, session_id)).messages
    return said[-1].id if said else ""


def own_talk(caller: Caller, session_id: str) -> Conversation:
    return caller.door.desk.conversation(person_id=caller.person.person_id, session_id=session_id)


def wait_for(caller: Caller, session_id: str, seconds: float) -> Conversation:
    caller.door.wait_for(
        lambda: not own_talk(caller, session_id).is_waiting, seconds, caller.person.person_id, session_id
    )
    return own_talk(caller, session_id)


def own_session(caller: Caller, session_id: str) -> Session:
    with caller.door.desk.database.read() as connection:
        session = find_session(connection, session_id)
    if session is None:
        own_talk(caller, session_id)
        raise NotFound("the session's first message is still being read", text_key="page.error.not_yet")
    if session.person_id != caller.person.person_id:
        raise NotFound(f"no session {session_id!r} of {caller.person.person_id}")
    return session


def allowed_talk(caller: Caller, session_id: str) -> Conversation:
    """Its owner's, or any for staff; absent for all others."""
    person_id = caller.person.person_id
    if caller.is_staff:
        with caller.door.desk.database.read() as connection:
            session = find_session(connection, session_id)
        person_id = session.person_id if session else person_id
    return caller.door.desk.conversation(person_id=person_id, session_id=session_id)


def allowed_ticket(caller: Caller, ticket_id: str) -> Ticket:
    with caller.door.desk.database.read() as connection:
        ticket = find_ticket(connection, ticket_id)
    if ticket is None or not (caller.is_staff or ticket.person_id == caller.person.person_id):
        raise NotFound(f"no ticket {ticket_id!r} for {caller.person.person_id}")
    return ticket


def settle(caller: Caller, ticket_id: str, command: Command, status: str) -> Response:
    ticket = allowed_ticket(caller, ticket_id)

    def act(key: str) -> shapes.AcceptedOut:
        if caller.is_staff:
            staff_does(caller, ticket, key, action="status", value=status)
        else:
            customer_says(caller, ticket, key, command=command)
        return shapes.AcceptedOut(ticket_id=ticket_id)

    return once(caller, 202, None, act)


def customer_says(
    caller: Caller,
    ticket: Ticket,
    key: str,
    *,
    text: str = "",
    command: Command | None = None,
    files: tuple[Attachment, ...] = (),
) -> None:
    said = CustomerSaid(
        key=f"api:{key}",
        at=caller.door.desk.clock.now(),
        person_id=caller.person.person_id,
        channel=ticket.channel,
        thread=caller.person.person_id,
        session_id=ticket.session_id,
        ticket_id=ticket.ticket_id,
        text=text,
        command=command,
        files=files,
    )
    caller.door.desk.receive(said)


def staff_does(
    caller: Caller,
    ticket: Ticket,
    key: str,
    *,
    action: str,
    text: str = "",
    value: str = "",
    files: tuple[Attachment, ...] = (),
    reason: str = "",
    until: datetime | None = None,
) -> None:
    if caller.person.role not in ACTING:
        raise NotAllowed(f"{caller.person.role} reads only", text_key="page.error.reads_only")
    said = {"text": text, "files": files, "reason": reason}
    fields = {"action": action, "value": value, "until": until, **said}
    place = {"key": f"api:{key}", "at": caller.door.desk.clock.now(), "ticket_id": ticket.ticket_id}
    did = StaffDid.model_validate({**fields, **place, "person_id": caller.person.person_id})
    caller.door.desk.receive(did)
