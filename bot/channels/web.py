"""What does a page send us, and how do our words reach it?"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from bot.notifier import Notifier
from store.commands import COMMAND, Command
from store.errors import BadAnswer, TooLarge
from store.messages import Attachment, CustomerSaid, Say, StaffDid, SystemContext

LONGEST_TEXT = 20_000
"""Characters of one message; who has more to say sends a file."""

LONGEST_COMMAND = 8_000
LONGEST_PLACE = 300
GOOD_KEY = re.compile(r"[A-Za-z0-9._-]{4,100}")
HIDDEN = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u202c")
"""Letters that show nothing or turn the direction of what follows. Scripts and emoji need the joiners."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""The first that fits: most browsers also name the ones they want to be taken for."""


@dataclass(frozen=True, slots=True)
class WebChannel:
    """Nothing is sent that could be doubled: telling twice shows the same timeline twice."""

    notifier: Notifier

    def send(self, letter: Say) -> str:
        self.notifier.tell(letter.session_id, letter.ticket_id)
        return "on the timeline"


@dataclass(frozen=True, slots=True)
class Posted:
    """One press of a button or one message, as the form gave it."""

    key: str
    text: str = ""
    command: Command | None = None
    files: tuple[Attachment, ...] = ()

    def is_empty(self) -> bool:
        return not (self.text or self.command or self.files)


@dataclass(frozen=True, slots=True)
class Sender:
    person_id: str
    language: str
    context: SystemContext


def read_said(posted: Posted, sender: Sender, *, at: datetime, ticket_id: str = "") -> CustomerSaid:
    """The same form sent twice is one delivery; other words in the same form are another."""
    if posted.is_empty():
        raise BadAnswer("an empty message", text_key="page.error.empty")
    return CustomerSaid(
        key=delivery_key(sender.person_id, posted),
        at=at,
        person_id=sender.person_id,
        channel="web",
        thread=sender.person_id,
        ticket_id=ticket_id,
        text=posted.text,
        command=posted.command,
        files=posted.files,
        context=sender.context,
        language=sender.language,
    )


def read_did(posted: Posted, act: Mapping[str, str], *, person_id: str, at: datetime) -> StaffDid:
    """`act` is what a person of the staff does: action, ticket_id, value, reason; checked by the door."""
    if act["action"] in ("reply", "note") and posted.is_empty():
        raise BadAnswer("an empty message", text_key="page.error.empty")
    key = delivery_key(person_id, posted, *act.values())
    fields = {"key": key, "at": at, "person_id": person_id, "text": posted.text, "files": posted.files}
    return StaffDid.model_validate({**act, **fields})


def delivery_key(person_id: str, posted: Posted, *also: str) -> str:
    said = [posted.text, posted.command.model_dump_json() if posted.command else "", *also]
    said += [f"{file.name} {file.sha256}" for file in posted.files]
    digest = hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]
    return f"web:{person_id}:{read_key(posted.key)}:{digest}"


def read_key(key: str) -> str:
    if not GOOD_KEY.fullmatch(key):
        raise BadAnswer(f"{key[:40]!r} is no key of a form", text_key="page.error.form")
    return key


def read_text(text: str) -> str:
    """As people see it: one kind of line break, no control characters, nothing hidden."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(letter for letter in lines if letter in "\n\t" or not is_hidden(letter)).strip()
    if len(shown) > LONGEST_TEXT:
        raise TooLarge(f"{len(shown)} characters", text_key="page.error.too_long", limit=LONGEST_TEXT)
    return shown


def is_hidden(letter: str) -> bool:
    return letter in HIDDEN or unicodedata.category(letter) in ("Cc", "Cs")


def read_command(text: str) -> Command | None:
    if not text:
        return None
    try:
        return COMMAND.validate_json(text[:LONGEST_COMMAND])
    except ValidationError as error:
        raise BadAnswer(f"no command: {error.errors()[0]['msg']}", text_key="page.error.form") from error


def browser_family(user_agent: str) -> str:
    return next((name for mark, name in BROWSERS if f"{mark}/" in user_agent), "")


def bare_address(address: str) -> str:
    """Where, without what was asked there: query strings and fragments carry secrets."""
    try:
        parts = urlsplit(address.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    place = f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    return quote(place, safe="/:%@!$&'()*+,=~-._[]")[:LONGEST_PLACE]
