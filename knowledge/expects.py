"""Which kind of thing does the question ask for, and does a line have one?"""

import re
from typing import Literal, TypeAlias

from knowledge.claims import MONEY, read_claims
from knowledge.words import fold

Kind: TypeAlias = Literal["money", "length", "time", "mail", "phone", "number"]
"""A length is one of time."""

TIME = frozenset(("minutes", "months", "date", "clock"))
ASKS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        "mail",
        (r"(?:what|which|your|the|an|to|welche|eure|ihre|die) (?:\w+ ){0,2}e-?mail(?:-?adress\w*)?",),
    ),
    (
        "phone",
        (
            r"(?:phone|telephone|contact) number",
            r"number (?:to|can i|do i) (?:call|ring)",
            r"telefonnummer|rufnummer|welche nummer",
        ),
    ),
    (
        "money",
        (r"how much(?! (?:time|longer|space|does it weigh))", r"costs?", r"prices?", r"postage", r"fees?"),
    ),
    (
        "money",
        (r"was kostet", r"was kosten", r"wie teuer", r"preise?", r"porto", r"cuanto cuesta", r"precio"),
    ),
    (
        "length",
        (
            r"how (?:long|many (?:days|hours|weeks|months|minutes))(?! is the| are the)",
            r"wie lange|wie viele (?:tage|stunden|wochen)",
            r"cuanto (?:tarda|tiempo)",
        ),
    ),
    (
        "time",
        (
            r"how (?:long|soon|quickly|fast|late|early)",
            r"(?:^|until |by )when",
            r"(?:^|bis |ab )wann",
            r"wie schnell",
        ),
    ),
    (
        "number",
        (
            r"how (?:many|heavy|big|large|high|far|old)",
            r"wie (?:viele|schwer|gross|hoch|weit)",
            r"cuant[oa]s",
        ),
    ),
)
ASKED = tuple((kind, re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)")) for kind, ways in ASKS)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w-])\+?\d[\d ()/-]{6,}\d(?![\w-])")


def expected(question: str) -> Kind | None:
    """None when it asks for nothing that can be told by its form."""
    folded = fold(question)
    return next((kind for kind, pattern in ASKED if pattern.search(folded)), None)


def has(kind: Kind, text: str) -> bool:
    match kind:
        case "mail":
            return MAIL.search(text) is not None
        case "phone":
            return PHONE.search(text) is not None
        case "money":
            return bool(read_claims(text).values.keys() & MONEY) or FREE.search(fold(text)) is not None
        case "time":
            return bool(read_claims(text).values.keys() & TIME)
        case "length":
            return bool(read_claims(text).values.keys() & TIME) or AT_ONCE.search(fold(text)) is not None
        case "number":
            return any(sign.isdigit() for sign in text)


AT_ONCE = re.compile(
    r"\b(?:at once|right away|immediately|instantly|straight away|same day|today|for ever|forever|for life"
    r"|always|until|as long as|sofort|gleich|umgehend|am selben tag|heute|immer|bis|solange"
    r"|enseguida|inmediatamente|siempre|hasta|mientras)\b"
)
FREE = re.compile(r"\b(?:free|kostenlos|umsonst|gratis|gratuite?|frei)\b")
