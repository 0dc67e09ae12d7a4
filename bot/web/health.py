"""Is the desk alive, is it ready, and what do its figures say?"""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.web.door import door_of

router = APIRouter(include_in_schema=False)

METRICS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/livez")
def livez() -> dict[str, str]:
    """The process answers; whether it can work is what /readyz says."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(request: Request) -> Response:
    facts: dict[str, Any] = door_of(request).desk.is_ready()
    is_ready = bool(facts.get("ready"))
    return JSONResponse(facts, 200 if is_ready else 503, {"cache-control": "no-store"})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    return Response(door_of(request).figures.text(), media_type=METRICS)
