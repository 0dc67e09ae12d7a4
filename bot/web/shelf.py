"""How are an article, a file that was sent, and the page's own parts handed out?"""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from bot.web.door import Visit, find_staff, open_visit, show
from bot.web.prose import show_article
from bot.web.render import STATIC
from store.articles import ArticleVersion, readable_by
from store.errors import NotFound
from store.files import allowed_file, read_file
from store.shelf import find_version

router = APIRouter(include_in_schema=False)

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"


def open_reader(request: Request) -> Visit:
    return find_staff(request) or open_visit(request)


@router.get("/support/article/{path:path}")
def article(request: Request, path: str, version: str = "", lines: str = "") -> Response:
    """The very version that was cited, with the lines marked, to those who may read it now."""
    visit = open_reader(request)
    found = allowed_version(visit, path, version)
    cited = read_span(lines)
    body = found.lines()[found.body - 1 :]
    html = show_article(body, found.body, cited)
    return show(visit, "article.html", article=found, html=html, cited=cited)


def allowed_version(visit: Visit, path: str, version: str) -> ArticleVersion:
    with visit.door.desk.database.read() as connection:
        found = find_version(connection, path, version)
    readable = readable_by(role_of(visit))
    if found is None or not set(found.audiences) <= set(readable):
        raise NotFound(f"no article {path!r} in version {version!r} for {role_of(visit)}")
    return found


def role_of(visit: Visit) -> str:
    """What the assistant answers from, a visitor may read; nobody here has proven to be a customer."""
    return "staff" if visit.person.is_staff else "public"


def read_span(lines: str) -> tuple[int, int]:
    """`14-16`; what is none marks nothing."""
    first, _, last = lines.partition("-")
    if first.isdecimal() and (last.isdecimal() or not last) and len(lines) < 16:
        return int(first), int(last or first)
    return 0, 0


@router.get("/support/file/{file_id}")
def sent_file(request: Request, file_id: str) -> Response:
    """Always to be kept, never to be shown: what strangers send is no page of ours."""
    visit = open_reader(request)
    desk = visit.door.desk
    with desk.database.read() as connection:
        found = allowed_file(connection, file_id, visit.person)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    return Response(read_file(desk.settings.data_dir, found), media_type=found.media_type, headers=headers)


@router.get("/static/{name}")
def static(name: str, v: str = "") -> Response:
    """Under the mark of what is in it for good; asked for without one, for an hour."""
    path = STATIC / name
    if name not in NAMES:
        raise NotFound(f"no part of a page is called {name!r}")
    return FileResponse(
        path, media_type=KINDS[path.suffix], headers={"cache-control": FOR_GOOD if v else FOR_AN_HOUR}
    )


NAMES = frozenset(path.name for path in STATIC.iterdir() if path.suffix in KINDS)


@router.get("/favicon.ico")
@router.get("/favicon.svg")
def favicon() -> Response:
    headers = {"cache-control": "public, max-age=86400"}
    return FileResponse(STATIC / "favicon.svg", media_type=KINDS[".svg"], headers=headers)
