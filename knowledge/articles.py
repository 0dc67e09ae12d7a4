"""Is this file an article, and how is it cut into pieces that can be found?"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.blocks import Block, plain_lines, read_blocks
from knowledge.front_matter import FOLDER_FIELDS, BadFile, Head, read_head
from knowledge.sentences import Unit, read_units
from store.articles import Article, Audience, Chunk, ChunkKind, split_lines

RECIPE = 2
"""Raised when articles are cut or their words are taken in another way: all files are read again then."""

LARGEST_FILE = 2 * 1024 * 1024
LONGEST_LINE = 20_000
SMALL, USUAL, LARGEST = 500, 1_000, 3_000
"""Characters: a section below the first is packed with its neighbours; a piece is cut at about the second;
a list, table or code block stays whole up to the third."""

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
END_OF_HEAD = ("---", "...")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the folder says about an article that does not say it itself."""

    audience: Audience | None
    """None when a `_folder.yml` cannot be read; then the article must say it itself."""
    language: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    fault: str = ""
    """Why there is no audience."""

    def digest(self) -> str:
        """Another one means that the same bytes are another article, or are cut in another way."""
        said = repr((RECIPE, self.audience, self.language, self.owner, self.tags, self.fault))
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def version_of(raw: bytes) -> str:
    return hashlib.blake2b(raw).hexdigest()[:12]


def read_article(path: str, raw: bytes, around: Surroundings) -> Article:
    """An article without `language` comes back with an empty one. Raises BadFile."""
    text = read_text(raw)
    lines = split_lines(text)
    head, body = split_head(lines)
    audience = head.audience or around.audience
    if audience is None:
        raise BadFile(1, f"{around.fault}. Mend it, or write `audience:` in this article")
    article = Article(
        path=path,
        version=version_of(raw),
        text=text,
        title=head.title or title_of(path, lines, body),
        language=head.language or around.language,
        audience=audience,
        tags=head.tags or around.tags,
        owner=head.owner or around.owner,
        review_by=head.review_by,
        questions=head.questions,
        redirect=head.redirect,
        body=body,
    )
    if not head.redirect and not any(line.strip() for line in lines[body - 1 :]):
        raise BadFile(body, "the article has no text; write it below the front matter, or delete the file")
    return article


def read_folder_defaults(raw: bytes) -> Head:
    """`_folder.yml`. Raises BadFile."""
    return read_head(read_text(raw), 1, FOLDER_FIELDS)


def read_text(raw: bytes) -> str:
    if len(raw) > LARGEST_FILE:
        raise BadFile(1, "the file is larger than 2 MiB; split the article")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(line, f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8") from error
    found = FORBIDDEN.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise BadFile(line, f"control character U+{ord(found.group()):04X}; delete it")
    for number, line_text in enumerate(split_lines(text), start=1):
        if len(line_text) > LONGEST_LINE:
            raise BadFile(number, f"the line is longer than {LONGEST_LINE} characters; break it")
    return text


def split_head(lines: Sequence[str]) -> tuple[Head, int]:
    """The head, and the number of the first line of the body."""
    if not lines or lines[0].rstrip() != "---":
        return Head(), 1
    for place, line in enumerate(lines[1:], start=1):
        if line.rstrip() in END_OF_HEAD:
            return read_head("\n".join(lines[1:place]), 2), place + 2
    raise BadFile(1, "the front matter is never closed; write --- on a line of its own below it")


def title_of(path: str, lines: Sequence[str], body: int) -> str:
    for block in read_blocks(lines[body - 1 :], body):
        if block.kind == "heading" and block.title:
            return block.title
    name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return " ".join(re.split(r"[-_\s]+", name)).strip().capitalize() or path


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading, up to the next."""

    trail: tuple[str, ...]
    """Titles from the article down to this heading."""
    first: int
    last: int
    blocks: tuple[Block, ...]


def sections_of(article: Article) -> list[Section]:
    lines = article.lines()
    blocks = read_blocks(lines[article.body - 1 :], article.body)
    starts = [place for place, block in enumerate(blocks) if block.kind == "heading"]
    sections = []
    trail: list[tuple[int, str]] = []
    for begin, end in pairwise([*([] if starts[:1] == [0] else [0]), *starts, len(blocks)]):
        inside = blocks[begin:end]
        if not inside:
            continue
        if inside[0].kind == "heading":
            trail = [(level, title) for level, title in trail if level < inside[0].level]
            trail.append((inside[0].level, inside[0].title))
        titles = (article.title, *(title for _, title in trail if title and title != article.title))
        sections.append(Section(titles, inside[0].first, inside[-1].last, tuple(inside)))
    return sections


def cut(article: Article) -> list[Chunk]:
    """In the order of the file; the golden questions come last. A redirect is cut into nothing."""
    if article.redirect:
        return []
    lines = article.lines()
    chunks: list[Chunk] = []
    for piece in pack(sections_of(article), lines):
        span = (piece.first, piece.last)
        chunks.append(make_chunk(article, len(chunks), "text", trail=piece.trail, text=piece.text, span=span))
    whole = (article.body, len(lines))
    for question in article.questions:
        trail = (article.title,)
        chunks.append(make_chunk(article, len(chunks), "question", trail=trail, text=question, span=whole))
    return chunks


def make_chunk(
    article: Article, ordinal: int, kind: ChunkKind, *, trail: Sequence[str], text: str, span: tuple[int, int]
) -> Chunk:
    heading = " > ".join(trail)
    digest = hashlib.blake2b(f"{heading}\0{text}".encode(), digest_size=16).hexdigest()
    return Chunk(article.path, ordinal, kind, heading, text, span[0], span[1], digest)


@dataclass(frozen=True, slots=True)
class Piece:
    trail: tuple[str, ...]
    text: str
    first: int
    last: int

    def joined(self, other: "Piece") -> "Piece":
        """Under the headings that both stand below; a bare heading stands above what follows it."""
        shared = tuple(mine for mine, its in zip(self.trail, other.trail, strict=False) if mine == its)
        trail = other.trail if self.text == self.trail[-1] else shared
        return Piece(trail, f"{self.text}\n{other.text}", self.first, other.last)


def pack(sections: Sequence[Section], lines: Sequence[str]) -> list[Piece]:
    """Small neighbours go together; what is long is taken apart between its blocks."""
    packed: list[Piece] = []
    for section in sections:
        for piece in take_apart(section, lines):
            if packed and len(packed[-1].text) < SMALL and len(piece.text) + len(packed[-1].text) <= USUAL:
                packed[-1] = packed[-1].joined(piece)
            else:
                packed.append(piece)
    return packed


def take_apart(section: Section, lines: Sequence[str]) -> Iterator[Piece]:
    """A new piece begins where the next block would make the present one longer than usual."""
    held: list[Unit] = []
    size = 0
    for block in section.blocks:
        for unit in portions(block, lines):
            if held and size + len(unit.text) > USUAL:
                yield as_piece(section, held)
                held, size = [], 0
            held.append(unit)
            size += len(unit.text) + 1
    if held:
        yield as_piece(section, held)


def as_piece(section: Section, held: Sequence[Unit]) -> Piece:
    return Piece(section.trail, "\n".join(unit.text for unit in held), held[0].first, held[-1].last)


def portions(block: Block, lines: Sequence[str]) -> Iterator[Unit]:
    """A block whole if it can stay so: prose up to the usual size, lists and the like up to the largest."""
    inside = lines[block.first - 1 : block.last]
    if block.kind == "hidden":
        return
    if block.kind == "heading":
        yield Unit(block.title, block.first, block.last)
        return
    text = plain_lines(inside)
    if len(text) <= (USUAL if block.kind == "paragraph" else LARGEST):
        yield Unit(text, block.first, block.last)
        return
    yield from read_units(inside, block, block.first)
