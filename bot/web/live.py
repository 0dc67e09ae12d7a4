"""How does an open page hear of what is new? The one endpoint that is not a plain function."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from bot.notifier import Notifier
from bot.web.case import case_values, read_case
from bot.web.door import Visit, address_of, door_of, open_staff_visit, open_visit, page_values
from bot.web.knowledge_drafts import draft_mark, draft_values
from bot.web.knowledge_values import list_values, look, may_edit, pulse
from bot.web.limits import ADDRESS
from bot.web.scenes import read_scene, topics_of
from store.errors import DeskbellError, NotFound

router = APIRouter(include_in_schema=False)

STILL_HERE = 20.0
"""Seconds of silence after which a comment shows proxies and browsers that the line is open."""
AT_MOST_EVERY = 0.05
LOOK_EVERY = 1.0
RETRY = 2000
"""Milliseconds until a browser calls again when the line broke."""
LONGEST_CALL = 3600.0
"""Seconds; then the browser calls again, with whatever cookie it has by then."""

View = Literal["assistant", "ticket", "request", "case", "knowledge", "draft"]


@dataclass(frozen=True, slots=True)
class Frame:
    mark: str
    html: str


@dataclass(frozen=True, slots=True)
class Watch:
    topics: tuple[str, ...]
    draw: Callable[[], Frame]
    every: float = 0.0
    """Seconds after which it looks by itself, where nobody tells that something moved."""


@router.get("/support/live")
async def live(request: Request, view: View, key: str, ticket: str = "", mark: str = "") -> StreamingResponse:
    """A thousand open pages hold no thread: they wait here, and are drawn by one when something moved."""
    watch = await to_thread.run_sync(start_watch, request, view, key, ticket)
    frames = follow(watch, door_of(request).desk.notifier, mark)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)


def start_watch(request: Request, view: View, key: str, ticket: str) -> Watch:
    """Raises what the page itself would: nothing is told to who may not read it."""
    if not key.replace("_", "").isalnum() or len(key) > 40:
        raise NotFound("no key of a page")
    door_of(request).limits.take(f"address {address_of(request)}", ADDRESS)
    if view == "case":
        visit = open_staff_visit(request)
        read_case(visit, ticket)
        return Watch((ticket,), lambda: draw_case(visit, ticket, key))
    if view == "knowledge" or view == "draft":
        return watch_shelf(open_staff_visit(request), ticket, key)
    visit = open_visit(request)
    if visit.new_cookie:
        raise NotFound("nobody is known by this cookie")
    talk = visit.door.desk.conversation(person_id=visit.person.person_id, ticket_id=ticket)
    place: Literal["assistant", "ticket", "request"] = view
    return Watch(topics_of(visit, talk), lambda: draw_scene(visit, place, ticket, key))


def draw_scene(
    visit: Visit, place: Literal["assistant", "ticket", "request"], ticket_id: str, key: str
) -> Frame:
    scene = read_scene(visit, place, ticket_id)
    values = page_values(scene.visit) | scene.values() | {"page_key": key}
    html = visit.door.pages.get_template(f"live/{place}.html").render(values)
    return Frame(scene.conversation.mark, html)


def draw_case(visit: Visit, ticket_id: str, key: str) -> Frame:
    case = read_case(visit, ticket_id)
    values = page_values(visit) | case_values(visit, case) | {"page_key": key}
    html = visit.door.pages.get_template("live/case.html").render(values)
    return Frame(case.mark, html)


def watch_shelf(visit: Visit, digest: str, key: str) -> Watch:
    """Of the articles, or of one draft: what moves there leaves no fact on any timeline."""
    if not digest:
        return Watch((), Shelf(visit, key).draw, every=LOOK_EVERY)
    if not may_edit(visit):
        raise NotFound("no draft for who reads only")
    draft_values(visit, digest)
    return Watch((), lambda: draw_draft(visit, digest, key), every=LOOK_EVERY)


class Shelf:
    """The page about all articles; drawn only when something has moved."""

    def __init__(self, visit: Visit, key: str) -> None:
        self._visit, self._key = visit, key
        self._pulse: object = None
        self._frame = Frame("", "")

    def draw(self) -> Frame:
        now = pulse(self._visit)
        if now != self._pulse:
            looked = look(self._visit)
            values = page_values(self._visit) | list_values(self._visit, looked) | {"page_key": self._key}
            template = self._visit.door.pages.get_template("live/knowledge.html")
            self._pulse, self._frame = now, Frame(looked.mark, template.render(values))
        return self._frame


def draw_draft(visit: Visit, digest: str, key: str) -> Frame:
    values = draft_values(visit, digest)
    html = visit.door.pages.get_template("live/draft.html").render(
        page_values(visit) | values | {"page_key": key}
    )
    return Frame(draft_mark(values), html)


async def follow(watch: Watch, notifier: Notifier, mark: str) -> AsyncIterator[str]:
    """The first frame brings up to date what the page had when it was drawn."""
    yield f"retry: {RETRY}\n\n"
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_CALL
    with notifier.listen(*watch.topics) as changed:
        while not notifier.is_closed and loop.time() < until:
            changed.clear()
            try:
                frame = await to_thread.run_sync(watch.draw)
            except DeskbellError:
                return
            if frame.mark != mark:
                mark = frame.mark
                yield f"data: {json.dumps({'mark': frame.mark, 'html': frame.html})}\n\n"
            await asyncio.sleep(AT_MOST_EVERY)
            while not changed.is_set():
                try:
                    await asyncio.wait_for(changed.wait(), watch.every or STILL_HERE)
                except TimeoutError:
                    yield ": still here\n\n"
                    if watch.every:
                        break
