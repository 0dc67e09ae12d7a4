"""How does an editor say of two articles that disagree that both may stand?"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from bot.web.door import check_post, open_staff_visit
from bot.web.knowledge_values import may_edit
from bot.web.knowledge_work import find_comparison
from knowledge.disputes import Dispute, list_disputes
from store.dismissals import bring_back, dismiss, list_dismissed
from store.errors import NotAllowed, NotFound

router = APIRouter(include_in_schema=False)

HOME = "/admin/knowledge"


@router.post(HOME + "/conflict/{mark}")
def settle(
    request: Request, mark: str, token: Annotated[str, Form()] = "", action: Annotated[str, Form()] = ""
) -> Response:
    """The one line that is written says who and when; until either passage changes it is not shown again."""
    visit = open_staff_visit(request)
    check_post(visit, token)
    if not may_edit(visit):
        raise NotAllowed(f"{visit.person.role} reads only", text_key="knowledge.error.reads_only")
    desk = visit.door.desk
    with desk.database.read() as connection:
        dismissed = list_dismissed(connection)
    compared = find_comparison(desk)
    known = {one.mark: one for one in list_disputes(compared, dismissed)} if compared else {}
    if mark not in known:
        raise NotFound(f"no conflict {mark!r} between the articles as they stand")
    wanted = action == "dismiss"
    if is_open(known[mark]) == wanted:
        say = dismiss if wanted else bring_back
        articles = known[mark].conflict.articles
        person_id = visit.person.person_id
        desk.database.write(
            partial(say, mark=mark, person_id=person_id, articles=articles, at=desk.clock.now())
        )
    return RedirectResponse(f"{HOME}#conflicts", 303)


def is_open(dispute: Dispute) -> bool:
    return dispute.dismissal is None
