"""How does an editor bring a change in: drop, look at what it changes, and only then make it so?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from bot.web.door import Visit, check_post, open_staff_visit, show
from bot.web.guard import MOST_WORDS
from bot.web.knowledge import HOME, allowed_text, file_page, list_page
from bot.web.knowledge_values import COME, GONE, difference, marked, may_edit
from bot.web.knowledge_work import drafts_of, find_preview, has_failed, read_progress
from knowledge.articles import LARGEST_FILE
from knowledge.proposal import place_for, safe_path
from knowledge.publishing import MOST_FILES, Draft, Published, audit_facts, publish
from store.audit import write_audit
from store.errors import BadAnswer, NotAllowed, NotFound, PersonError
from store.shelf import find_version, list_articles

router = APIRouter(
    include_in_schema=False,
    form_limits={"max_files": MOST_FILES, "max_fields": 10, "max_part_size": MOST_WORDS},
)


@dataclass(frozen=True, slots=True)
class DraftForm:
    token: str
    action: str
    folder: str
    article: str
    text: str
    version: str
    files: Sequence[UploadFile]


def read_form(
    token: Annotated[str, Form()] = "",
    action: Annotated[str, Form()] = "",
    folder: Annotated[str, Form()] = "",
    article: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    *,
    version: Annotated[str, Form()] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> DraftForm:
    return DraftForm(token, action, folder, article, text, version, files or ())


Given = Annotated[DraftForm, Depends(read_form)]


def open_editor_visit(request: Request, token: str) -> Visit:
    visit = open_staff_visit(request)
    check_post(visit, token)
    if not may_edit(visit):
        raise NotAllowed(f"{visit.person.role} reads only", text_key="knowledge.error.reads_only")
    return visit


@router.post(HOME)
def propose(request: Request, form: Given) -> Response:
    """Nothing goes live by this: it leads to the page that shows what would change."""
    visit = open_editor_visit(request, form.token)
    restores = form.version if form.action == "restore" else ""
    try:
        files = read_files(visit, form)
        draft = drafts_of(visit.door.desk).keep(
            files, visit.person.person_id, visit.door.desk.clock.now(), restores=restores
        )
    except NotFound:
        raise
    except PersonError as error:
        if form.article and form.action != "new":
            return file_page(visit, form.article, status=error.status, error=error, text=form.text)
        return list_page(visit, status=error.status, error=error)
    return RedirectResponse(f"{HOME}/draft/{draft.digest}", 303)


def read_files(visit: Visit, form: DraftForm) -> dict[str, bytes]:
    if form.action == "restore":
        return {safe_path(form.article): allowed_text(visit, form.article, form.version).text.encode()}
    if form.text:
        # A browser sends lines as CR LF, whatever the file has.
        text = form.text.replace("\r\n", "\n").replace("\r", "\n")
        return {safe_path(form.article): (text if text.endswith("\n") else f"{text}\n").encode()}
    with visit.door.desk.database.read() as connection:
        known = [one.path for one in list_articles(connection)]
    return {
        place_for(upload.filename or "", form.folder, known): upload.file.read(LARGEST_FILE + 1)
        for upload in form.files
        if upload.filename
    }


@router.get(HOME + "/draft/{digest}")
def show_draft(request: Request, digest: str) -> Response:
    return draft_page(open_reader(request), digest)


def open_reader(request: Request) -> Visit:
    """Drafts may hold anything, for any reader: only who edits sees them."""
    visit = open_staff_visit(request)
    if not may_edit(visit):
        raise NotAllowed(f"{visit.person.role} reads only", text_key="knowledge.error.reads_only")
    return visit


def draft_page(visit: Visit, digest: str, *, status: int = 200, **values: Any) -> Response:
    return show(visit, "knowledge_draft.html", status=status, **(draft_values(visit, digest) | values))


def draft_values(visit: Visit, digest: str) -> dict[str, Any]:
    desk = visit.door.desk
    drafts = drafts_of(desk)
    draft, proposal = drafts.get(digest)
    preview = find_preview(desk, digest)
    texts = {path: (raw or b"").decode("utf-8", "replace") for path, raw in proposal.after.items()}
    before = texts_before(visit, draft)
    place = drafts.place(digest)
    return {
        "draft": draft,
        "preview": preview,
        "texts": texts,
        "differences": {path: difference(before[path], text) for path, text in texts.items()},
        "progress": read_progress(place),
        "has_failed": has_failed(place),
        "overtaken": drafts.overtaken(draft),
        "gone": lambda text, other: marked(text, other, GONE),
        "come": lambda text, other: marked(text, other, COME),
        "error": None,
    }


def texts_before(visit: Visit, draft: Draft) -> Mapping[str, str]:
    with visit.door.desk.database.read() as connection:
        found = {path: find_version(connection, path, draft.basis[path]) for path in draft.names}
    return {path: one.text if one else "" for path, one in found.items()}


def draft_mark(values: Mapping[str, Any]) -> str:
    done, total = values["progress"]
    preview = values["preview"]
    if preview:
        # Nobody who reads it is disturbed by each question that is asked after it.
        return f"1.{preview.is_whole:d}"
    return f"0.{done}.{total}.{values['has_failed']:d}"


@router.post(HOME + "/draft/{digest}")
def decide(request: Request, digest: str, form: Given) -> Response:
    visit = open_editor_visit(request, form.token)
    desk = visit.door.desk
    if form.action == "discard":
        drafts_of(desk).drop(digest)
        return RedirectResponse(HOME, 303)
    if form.action == "again":
        drafts = drafts_of(desk)
        draft, proposal = drafts.get(digest)
        drafts.drop(digest)
        fresh = drafts.keep(proposal.after, visit.person.person_id, desk.clock.now(), restores=draft.restores)
        return RedirectResponse(f"{HOME}/draft/{fresh.digest}", 303)
    try:
        done = make_live(visit, digest)
    except NotFound:
        raise
    except PersonError as error:
        return draft_page(visit, digest, status=error.status, error=error)
    return RedirectResponse(f"{HOME}/file/{done[0].path}" if len(done) == 1 else HOME, 303)


def make_live(visit: Visit, digest: str) -> tuple[Published, ...]:
    """Exactly what was shown, over what it was compared with. Each file leaves a line in the audit."""
    desk = visit.door.desk
    drafts = drafts_of(desk)
    draft, proposal = drafts.get(digest)
    preview = find_preview(desk, digest)
    if preview is None:
        raise BadAnswer("the preview is not there yet", text_key="knowledge.error.unseen")
    if preview.set_aside:
        first = preview.set_aside[0]
        raise BadAnswer(
            f"{first.path}, line {first.line}: {first.reason}",
            text_key="knowledge.error.aside",
            path=first.path,
            line=first.line,
        )
    action = "article_restored" if draft.restores else "article_published"
    done = publish(drafts, draft, proposal, lambda written: note_down(visit, action, written, draft.digest))
    drafts.drop(digest)
    desk.library.keep_up()
    return done


def note_down(visit: Visit, action: str, written: Sequence[Published], digest: str) -> None:
    desk = visit.door.desk
    for one in written:
        desk.database.write(
            partial(
                write_audit,
                person_id=visit.person.person_id,
                action=action,
                subject=one.path,
                facts=audit_facts(one, digest),
                at=desk.clock.now(),
            )
        )
