"""What is an article on the shelf, and what is cut from it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NewType, TypeAlias

Audience = NewType("Audience", str)
"""public, customers, staff, or team:<name>."""

ChunkKind: TypeAlias = Literal["text", "question"]
"""A golden question is found like a text, and leads to its article."""

OPEN_TO = {
    "public": ("public",),
    "customers": ("public", "customers"),
    "staff": ("public", "customers", "staff"),
}


@dataclass(frozen=True, slots=True)
class Article:
    path: str
    """POSIX, relative to the knowledge folder."""
    version: str
    """The first 12 hexadecimal digits of the blake2b of the file's bytes."""
    text: str
    """The whole file, front matter included: citations count its lines."""
    title: str
    language: str
    """ISO 639-1."""
    audience: Audience
    tags: tuple[str, ...] = ()
    owner: str = ""
    review_by: date | None = None
    questions: tuple[str, ...] = ()
    redirect: str = ""
    """Path of the article that took this one's place."""
    body: int = 1
    """First line below the front matter."""

    def lines(self) -> list[str]:
        return split_lines(self.text)


@dataclass(frozen=True, slots=True)
class Chunk:
    path: str
    ordinal: int
    kind: ChunkKind
    heading: str
    """"Title > Section > Subsection"."""
    text: str
    """Without marks: this is what is searched and embedded, never what is cited."""
    first: int
    last: int
    """Lines of the file, both included."""
    hash: str


def split_lines(text: str) -> list[str]:
    """As an editor counts them. Form feeds and the like break no line here; the door refuses them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def readable_by(reader: str, teams: Sequence[str] = ()) -> tuple[str, ...]:
    """Audiences that a reader sees. A team reads its own beside those of all staff."""
    if reader.startswith("team:"):
        return (*OPEN_TO["staff"], reader)
    return (*OPEN_TO.get(reader, ()), *(f"team:{team}" for team in teams if reader == "staff"))


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An article as it was on disk when an answer cited it."""

    path: str
    version: str
    title: str
    language: str
    audiences: tuple[Audience, ...]
    """A reader must see all of them: what was public once may be internal now."""
    text: str
    body: int

    def lines(self) -> list[str]:
        return split_lines(self.text)

    def is_open_to(self, reader: str) -> bool:
        return set(self.audiences) <= set(readable_by(reader))
