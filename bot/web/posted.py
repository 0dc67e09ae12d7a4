"""What was filled into a form, and what becomes of it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile

from bot.channels.web import Posted, Sender, bare_address, browser_family, read_command, read_said, read_text
from bot.view import Conversation
from bot.web.door import Door, Visit
from bot.web.guard import MOST_WORDS
from bot.wording import has_text, say
from store.commands import Command, CorrectSlot, FillSlot, Rate, StartTicket
from store.errors import AlreadyDecided, TooMany
from store.files import MOST_BYTES, MOST_FILES, read_upload, record_file, write_file
from store.inbox import Accepted
from store.messages import Attachment, SystemContext
from store.reading import allowed_ticket

MOST_FIELDS = 140
"""A list of a hundred chosen tickets and what is done to them, with room to spare."""
LONGEST_COMMENT = 1000
WAIT_SECONDS = 2.0
LABELS = {
    "talk_to_person": "choice.person",
    "cancel": "choice.cancel",
    "skip_question": "choice.skip",
    "close_ticket": "choice.close",
    "reopen_ticket": "choice.reopen",
    "ask_meanwhile": "choice.meanwhile",
    "start_ticket": "choice.request",
}


def make_router(prefix: str = "", *, in_schema: bool = False) -> APIRouter:
    """Routes that read forms, and no more of a form than they can use."""
    return APIRouter(
        prefix=prefix,
        include_in_schema=in_schema,
        form_limits={"max_files": MOST_FILES, "max_fields": MOST_FIELDS, "max_part_size": MOST_WORDS},
    )


@dataclass(frozen=True, slots=True)
class CustomerForm:
    token: str
    key: str
    text: str
    command: str
    name: str
    """Of the question that is answered."""
    choice: str
    comment: str
    """Beside a mark from 1 to 5."""
    files: Sequence[UploadFile]


def read_form(
    token: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    command: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    *,
    choice: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> CustomerForm:
    return CustomerForm(token, key, text, command, name, choice, comment, files or ())


def receive_form(visit: Visit, form: CustomerForm, ticket_id: str = "") -> Accepted:
    """A button says what it means; an option of a question answers it; all else are words. The form's seal
    was checked before."""
    text, command = read_text(form.text), meant(form)
    door = visit.door
    if ticket_id:
        with door.desk.database.read() as connection:
            allowed_ticket(connection, visit.person.person_id, ticket_id)
    if text and form.name and not command:
        check_question(visit, form.name, text)
    posted = Posted(
        key=form.key,
        text=text or (words_of(visit, command, ticket_id) if command else ""),
        command=command,
        files=keep_files(door, visit.person.person_id, form.files),
    )
    sender = Sender(visit.person.person_id, visit.language, context_of(visit.request, door))
    said = read_said(posted, sender, at=door.desk.clock.now(), ticket_id=ticket_id)
    began = monotonic()
    accepted = door.desk.receive(said)
    door.figures.acknowledging.observe(monotonic() - began)
    door.figures.acknowledged.labels("customer").inc()
    return accepted


def meant(form: CustomerForm) -> Command | None:
    command = read_command(form.command)
    if command is None and form.choice and form.name and not form.text.strip():
        return FillSlot(name=form.name, value=form.choice)
    if isinstance(command, Rate) and (comment := read_text(form.comment)):
        return command.model_copy(update={"comment": comment[:LONGEST_COMMENT]})
    return command


def check_question(visit: Visit, name: str, text: str) -> None:
    """Words that answer a question which another window has answered since must not answer the next one."""
    asked = visit.door.desk.conversation(person_id=visit.person.person_id).interview
    if asked is None or asked.name != name:
        raise AlreadyDecided("another question is open", text_key="page.error.moved_on", text=text[:200])


def words_of(visit: Visit, command: Command, ticket_id: str) -> str:
    talk = visit.door.desk.conversation(person_id=visit.person.person_id, ticket_id=ticket_id)
    return label_of(command, talk, visit.language)


def label_of(command: Command, talk: Conversation, language: str) -> str:
    """What stood on the button, so that the conversation reads as it was held."""
    if isinstance(command, Rate) and command.comment:
        return f"{command.value}: {command.comment}"
    for turn in reversed(talk.turns):
        for choice in turn.choices:
            if choice.command == command:
                return choice.label
    match command:
        case FillSlot(name=name, value=value):
            options = talk.interview.choices if talk.interview and talk.interview.name == name else ()
            return dict(options).get(value, value)
        case CorrectSlot(name=name) if has_text(f"slot.{name}"):
            return say("choice.change_one", language, label=say(f"slot.{name}", language))
        case StartTicket(category=category) if has_text(f"category.{category}"):
            return say(f"category.{category}", language)
        case _:
            key = LABELS.get(command.kind, "")
            return say(key, language) if key and has_text(key) else ""


def keep_files(door: Door, person_id: str, uploads: Sequence[UploadFile]) -> tuple[Attachment, ...]:
    """All are checked before the first is kept. An empty file field sends a nameless file of no bytes."""
    named = [upload for upload in uploads if upload.filename]
    if len(named) > MOST_FILES:
        raise TooMany(f"{len(named)} files", text_key="file.too_many", limit=MOST_FILES)
    clock, desk = door.desk.clock, door.desk
    contents = [upload.file.read(MOST_BYTES + 1) for upload in named]
    checked = [
        (read_upload(upload.filename or "", content, clock.new_id("file")), content)
        for upload, content in zip(named, contents, strict=True)
    ]
    for attachment, content in checked:
        write_file(desk.settings.data_dir, attachment, content)
    kept = tuple(attachment for attachment, _ in checked)
    now = clock.now()
    for one in kept:
        desk.database.write(partial(record_file, attachment=one, person_id=person_id, now=now))
    return kept


def context_of(request: Request, door: Door) -> SystemContext:
    """Where the customer came from; our own pages are no answer to that."""
    came_from = bare_address(request.cookies.get(door.cookie_name("from"), ""))
    browser = browser_family(request.headers.get("user-agent", ""))
    return SystemContext(page=came_from, browser=browser, referrer=came_from)


def wait_for_answer(visit: Visit, ticket_id: str = "") -> None:
    """A page without script shows the answer at once, if it comes in time."""
    desk, person_id = visit.door.desk, visit.person.person_id
    began = monotonic()
    visit.door.wait_for(
        lambda: not desk.conversation(person_id=person_id, ticket_id=ticket_id).is_waiting,
        WAIT_SECONDS,
        person_id,
    )
    visit.door.figures.answering.observe(monotonic() - began)
