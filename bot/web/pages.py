"""How does a customer ask, answer, and look after their requests?"""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from bot.channels.web import bare_address
from bot.web.door import Visit, check_post, open_visit, show
from bot.web.posted import CustomerForm, make_router, read_form, receive_form, wait_for_answer
from bot.web.scenes import Place, read_scene
from store.errors import AlreadyDecided, NotFound, PersonError

router = make_router()

ASSISTANT = "/support/assistant"
TICKET = "/support/ticket"
Form = Annotated[CustomerForm, Depends(read_form)]
NO_ERROR: dict[str, Any] = {"error": None, "draft": ""}


@router.get("/")
def to_assistant() -> Response:
    return RedirectResponse(ASSISTANT, 303)


@router.get(ASSISTANT)
def assistant(request: Request) -> Response:
    return scene_page(open_visit(request), "assistant")


@router.post(ASSISTANT)
def say_to_assistant(request: Request, form: Form) -> Response:
    return take(open_visit(request), "assistant", form)


@router.get(TICKET)
def ticket(request: Request) -> Response:
    return scene_page(open_visit(request), "ticket")


@router.post(TICKET)
def answer_question(request: Request, form: Form) -> Response:
    return take(open_visit(request), "ticket", form)


@router.get(TICKET + "/{ticket_id}")
def show_request(request: Request, ticket_id: str) -> Response:
    return scene_page(open_visit(request), "request", ticket_id)


@router.post(TICKET + "/{ticket_id}")
def write_to_request(request: Request, ticket_id: str, form: Form) -> Response:
    return take(open_visit(request), "request", form, ticket_id)


@router.get("/support/readers")
def readers(request: Request) -> Response:
    return show(open_visit(request), "readers.html")


def scene_page(visit: Visit, place: Place, ticket_id: str = "", **values: Any) -> Response:
    scene = read_scene(visit, place, ticket_id)
    status = values.pop("status", 200)
    response = show(scene.visit, f"{place}.html", status=status, **(NO_ERROR | scene.values() | values))
    remember_arrival(visit, response)
    return response


def take(visit: Visit, place: Place, form: CustomerForm, ticket_id: str = "") -> Response:
    """Afterwards the page is fetched anew, so that going back or loading again sends nothing twice."""
    check_post(visit, form.token)
    try:
        accepted = receive_form(visit, form, ticket_id)
    except PersonError as error:
        if is_live(visit.request) or isinstance(error, NotFound):
            raise
        draft = "" if isinstance(error, AlreadyDecided) else form.text
        return scene_page(visit, place, ticket_id, status=error.status, error=error, draft=draft)
    if is_live(visit.request):
        return Response(status_code=204)
    if accepted.is_new:
        wait_for_answer(visit, ticket_id)
    return RedirectResponse(f"{visit.request.url.path}#last", 303)


def is_live(request: Request) -> bool:
    """Sent by our script: the answer comes by the live update, a mistake is shown in place."""
    return request.headers.get("x-live") == "1"


def remember_arrival(visit: Visit, response: Response) -> None:
    """The page that somebody came from says where the trouble is; kept until the browser is closed."""
    request, door = visit.request, visit.door
    came_from = request.query_params.get("page") or request.headers.get("referer", "")
    place = bare_address(came_from)
    own = bare_address(str(request.base_url)).rstrip("/")
    if place and not place.startswith((own + "/", door.desk.settings.address + "/")):
        door.set_cookie(response, "from", place)
