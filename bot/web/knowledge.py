"""How do editors see what every article does, and what is missing?"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from bot.gathering import find_gaps
from bot.web import knowledge_conflicts
from bot.web.door import Visit, open_staff_visit, show
from bot.web.knowledge_values import DAYS, list_values, look, may_edit, may_read, promises_of
from bot.web.knowledge_work import find_comparison, prepare_previews
from bot.web.prose import show_article
from knowledge.disputes import list_disputes, without_dismissed
from knowledge.gaps import Gap, draft_article
from knowledge.report import make_overview
from store.articles import ArticleVersion
from store.dismissals import list_dismissed
from store.errors import NotFound
from store.knowledge_use import count_uses, read_given
from store.shelf import find_version, list_articles
from store.shelf_listing import list_versions

router = APIRouter(include_in_schema=False)
router.include_router(knowledge_conflicts.router)

HOME = "/admin/knowledge"


@router.get(HOME)
def list_files(request: Request) -> Response:
    return list_page(open_staff_visit(request))


def list_page(visit: Visit, *, status: int = 200, **values: Any) -> Response:
    if may_edit(visit):
        prepare_previews(visit.door.desk)
    return show(visit, "knowledge.html", status=status, **(list_values(visit, look(visit)) | values))


def gaps_of(visit: Visit) -> list[Gap]:
    return find_gaps(visit.door.desk.settings, visit.door.desk.library, DAYS)


@router.get(HOME + "/gaps")
def list_gaps(request: Request) -> Response:
    visit = open_staff_visit(request)
    gaps = gaps_of(visit)
    return show(
        visit, "knowledge_gaps.html", gaps=gaps, days=DAYS, may_edit=may_edit(visit), draft=draft_article
    )


@router.get(HOME + "/gaps/{name}.md")
def download_draft(request: Request, name: str) -> Response:
    visit = open_staff_visit(request)
    gaps = {gap.name: gap for gap in reversed(gaps_of(visit))}
    if name not in gaps:
        raise NotFound(f"no gap {name!r}")
    return as_download(f"{name}.md", draft_article(gaps[name]))


@router.get(HOME + "/file/{path:path}")
def show_file(request: Request, path: str, version: str = "") -> Response:
    visit = open_staff_visit(request)
    return file_page(visit, path, version)


def file_page(visit: Visit, path: str, version: str = "", *, status: int = 200, **values: Any) -> Response:
    found = allowed_text(visit, path, version)
    return show(visit, "knowledge_file.html", status=status, **(file_values(visit, found) | values))


@router.get(HOME + "/raw/{path:path}")
def download(request: Request, path: str, version: str = "") -> Response:
    """The file as it was, to be kept."""
    visit = open_staff_visit(request)
    found = allowed_text(visit, path, version)
    name = found.path.rpartition("/")[2]
    return as_download(name, found.text)


def as_download(name: str, text: str) -> Response:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    return Response(text.encode(), media_type="text/markdown; charset=utf-8", headers=headers)


def allowed_text(visit: Visit, path: str, version: str) -> ArticleVersion:
    """That version, or the one on the shelf, or of a file that is gone the last. Raises NotFound."""
    with visit.door.desk.database.read() as connection:
        past = list_versions(connection, path)
        now = next((one.version for one in list_articles(connection) if one.path == path), "")
        wanted = version or now or (past[0].version if past else "")
        found = find_version(connection, path, wanted)
    if found is None or not all(may_read(visit, audience) for audience in found.audiences):
        raise NotFound(f"no article {path!r} in version {version!r} for {visit.person.role}")
    return found


def file_values(visit: Visit, found: ArticleVersion) -> dict[str, Any]:
    desk = visit.door.desk
    now = desk.clock.now()
    status = desk.library.status()
    with desk.database.read() as connection:
        uses = count_uses(read_given(connection, now - timedelta(days=DAYS)))
        past = list_versions(connection, found.path)
        dismissed = list_dismissed(connection)
    whole = find_comparison(desk)
    compared = without_dismissed(whole, dismissed) if whole else None
    overview = make_overview(status, uses, compared, today=now.astimezone(visit.door.zone).date(), days=DAYS)
    report = next((one for one in overview.files if one.file.path == found.path), None)
    readable = {one.path for one in status.articles if may_read(visit, one.audience)}
    disputes = list_disputes(whole, dismissed) if whole else []
    is_now = report is not None and report.file.version == found.version
    return {
        "found": found,
        "report": report,
        "is_now": is_now,
        "past": past,
        "html": show_article(found.lines()[found.body - 1 :], found.body, (0, 0)),
        "promises": promises_of(visit, report.file) if report and is_now else [],
        "disputes": [
            one
            for one in disputes
            if found.path in one.conflict.articles and set(one.conflict.articles) <= readable
        ],
        "aside": next((one for one in status.quarantined if one.path == found.path), None),
        "may_edit": may_edit(visit),
        "days": DAYS,
        "error": None,
    }
