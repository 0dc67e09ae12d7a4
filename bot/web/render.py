"""How does a page become HTML?"""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from bot.channels.web import LONGEST_TEXT
from bot.interview import show_value
from bot.moments import say_age, say_day, say_due, say_moment, say_size, say_value
from bot.web.prose import show_source_line
from bot.wording import has_text, say, say_error
from store.commands import COMMAND
from store.errors import DeskbellError
from store.file_types import ACCEPT

HERE = Path(__file__).parent
STATIC = HERE / "static"
LANGUAGE_NAMES = {"de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "pt": "Português"}


@lru_cache
def make_pages(zone: ZoneInfo) -> Environment:
    """Everything is escaped, and a name that is not there is an error."""
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    pages.filters.update(
        moment=pass_context(lambda context, at: say_moment(at, *told(context), zone)),
        day=pass_context(lambda context, at: say_day(at, context["language"], zone)),
        age=pass_context(lambda context, at: say_age(at, *told(context))),
        due=pass_context(lambda context, at: say_due(at, *told(context))),
        said=pass_context(lambda context, value: say_value(value, context["language"])),
        size=say_size,
        source_line=show_source_line,
        initials=initials,
        path=quote,
        command=lambda command: COMMAND.dump_json(command).decode(),
    )
    pages.globals.update(
        t=translate,
        knows=has_text,
        word=word,
        fault=fault,
        shown=shown,
        asset=asset,
        address=address,
        button=button,
        languages=LANGUAGE_NAMES,
        accept=ACCEPT,
        longest_text=LONGEST_TEXT,
        desk_views=desk_views,
        desk_words=desk_words,
        desk_ranks=desk_ranks,
    )
    return pages


def told(context: Context) -> tuple[Any, str]:
    return context["now"], context["language"]


@pass_context
def translate(context: Context, key: str, **values: object) -> str:
    return say(key, context["language"], **values)


@pass_context
def word(context: Context, group: str, key: str) -> str:
    """What a queue, a status or a category is called; one that the texts do not know is shown as it is."""
    name = f"{group}.{key}"
    return say(name, context["language"]) if has_text(name) else key


@pass_context
def address(context: Context, **changes: str) -> str:
    """This page's address with other choices in it."""
    wanted = [pair for pair in context["visit"].request.query_params.multi_items() if pair[0] not in changes]
    return "?" + urlencode([*wanted, *changes.items()])


@pass_context
def fault(context: Context, error: DeskbellError) -> str:
    return say_error(error, context["language"])


@pass_context
def shown(context: Context, name: str, value: str) -> str:
    """An answer of the interview in the reader's language."""
    return show_value(name, value, context["language"])


def desk_views(wanted: Any) -> list[tuple[str, str, bool]]:
    """The lists that staff look at all day: name, address, and whether this is it."""
    plain = not wanted.is_narrowed()
    now = (wanted.status, wanted.assignee)
    return [(name, link, plain and now == asked) for name, link, asked in VIEWS]


VIEWS = (
    ("waiting", "", ((), "")),
    ("mine", "?assignee=me", ((), "me")),
    ("nobody", "?assignee=-", ((), "-")),
    ("customer", "?status=pending_customer", (("pending_customer",), "")),
    ("solved", "?status=solved", (("solved",), "")),
    ("all", "?status=all", (("all",), "")),
)


@pass_context
def desk_words(context: Context, group: str, keys: Sequence[str]) -> list[tuple[str, str]]:
    return [(key, word(context, group, key)) for key in keys]


def desk_ranks(ranks: Sequence[int]) -> list[tuple[int, str]]:
    return [(rank, f"P{rank}") for rank in ranks]


def button(kind: str, **fields: object) -> str:
    """The command that a button of a page means."""
    return json.dumps({"kind": kind, **fields}, ensure_ascii=False, separators=(",", ":"))


def initials(name: str) -> str:
    words = name.split()
    return "".join(part[0] for part in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


@lru_cache
def asset(name: str) -> str:
    """With what is in it, so that a browser keeps it for good and fetches it when it has changed."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"
