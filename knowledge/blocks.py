"""Which lines of a Markdown text belong together, and what do they say without the marks?"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["heading", "paragraph", "list", "table", "code", "hidden"]

ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
ITEM = re.compile(r"^[ \t]{0,3}(?:[-*+•]|\d{1,9}[.)])[ \t]+\S")
INDENTED = re.compile(r"^(?: {2,}|\t)\S")
DELIMITER = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Block:
    kind: Kind
    first: int
    last: int
    """Numbers of lines, both included, counted from 1 in the whole file."""
    level: int = 0
    title: str = ""
    """Of headings only."""


def read_blocks(lines: Sequence[str], start: int = 1) -> list[Block]:
    """`lines[0]` is line `start` of the file. Blank lines belong to no block; every other line to one."""
    blocks: list[Block] = []
    place = 0
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        kind, end = find_end(lines, place)
        blocks.append(name_block(lines, kind, place, end, start))
        place = end
    return blocks


def name_block(lines: Sequence[str], kind: Kind, place: int, end: int, start: int) -> Block:
    if kind != "heading":
        return Block(kind, start + place, start + end - 1)
    atx = ATX.match(lines[place])
    if atx:
        return Block(kind, start + place, start + end - 1, len(atx.group(1)), plain(atx.group(2) or ""))
    level = 1 if "=" in lines[end - 1] else 2
    return Block(kind, start + place, start + end - 1, level, plain(lines[place]))


def find_end(lines: Sequence[str], place: int) -> tuple[Kind, int]:
    """The kind of the block that begins here, and the place of the first line after it."""
    line = lines[place]
    if FENCE.match(line):
        return "code", end_of_fence(lines, place)
    if line.lstrip().startswith("<!--"):
        return "hidden", end_of_comment(lines, place)
    if ATX.match(line):
        return "heading", place + 1
    if RULE.match(line):
        return "hidden", place + 1
    if is_table(lines, place):
        return "table", end_of_run(lines, place, "|")
    if ITEM.match(line):
        return "list", end_of_list(lines, place)
    if place + 1 < len(lines) and UNDERLINE.match(lines[place + 1]):
        return "heading", place + 2
    return "paragraph", end_of_paragraph(lines, place)


def end_of_fence(lines: Sequence[str], place: int) -> int:
    """A fence that is never closed goes to the end of the text."""
    mark = FENCE.match(lines[place])
    fence = mark.group(1) if mark else "```"
    for here in range(place + 1, len(lines)):
        closing = lines[here].strip()
        if closing.startswith(fence) and not closing.strip(fence[0]):
            return here + 1
    return len(lines)


def end_of_comment(lines: Sequence[str], place: int) -> int:
    for here in range(place, len(lines)):
        if "-->" in lines[here]:
            return here + 1
    return len(lines)


def is_table(lines: Sequence[str], place: int) -> bool:
    return "|" in lines[place] and place + 1 < len(lines) and bool(DELIMITER.match(lines[place + 1]))


def end_of_run(lines: Sequence[str], place: int, mark: str) -> int:
    here = place
    while here < len(lines) and mark in lines[here]:
        here += 1
    return here


def end_of_list(lines: Sequence[str], place: int) -> int:
    """Over blank lines as long as an item or something indented follows."""
    here = end = place + 1
    fence = ""
    while here < len(lines):
        line = lines[here]
        mark = FENCE.match(line)
        if fence:
            fence = "" if mark and mark.group(1).startswith(fence) else fence
        elif not line.strip():
            here += 1
            continue
        elif not goes_on(lines, here, end):
            break
        elif mark:
            fence = mark.group(1)
        here += 1
        end = here
    return end


def goes_on(lines: Sequence[str], here: int, end: int) -> bool:
    line = lines[here]
    if ATX.match(line) or RULE.match(line):
        return False
    if ITEM.match(line) or INDENTED.match(line):
        return True
    # A lazy line: no blank between it and the item that it continues.
    return here == end and not FENCE.match(line) and not is_table(lines, here)


def end_of_paragraph(lines: Sequence[str], place: int) -> int:
    here = place + 1
    while here < len(lines) and lines[here].strip():
        line = lines[here]
        if ATX.match(line) or FENCE.match(line) or ITEM.match(line) or is_table(lines, here):
            break
        if RULE.match(line) or line.lstrip().startswith("<!--"):
            break
        here += 1
    return here


# Every run is bounded: a line of 20,000 brackets must not cost the square of its length.
IMAGE = re.compile(r"!\[([^\]\[]{0,300})\]\([^()]{0,500}\)")
LINK = re.compile(r"\[([^\]\[]{0,300})\]\([^()\s]{0,500}(?:\s\"[^\"]{0,300}\")?\)")
REFERENCE = re.compile(r"\[([^\]\[]{1,300})\]\[[^\]\[]{0,300}\]")
TAG = re.compile(r"<!--.{0,500}?-->|</?[a-zA-Z][^<>]{0,500}>")
BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
AUTOLINK = re.compile(r"<(https?://[^>\s]{1,500}|[^@\s<>]{1,100}@[^@\s<>]{1,200})>")
STRONG = re.compile(r"(?<!\\)(\*\*|__)(?=[^\s*_])(.{1,500}?)(?<=\S)\1")
STAR = re.compile(r"(?<![\w*\\])\*(?=\S)([^*]{1,500})(?<=\S)\*(?![\w*])")
UNDER = re.compile(r"(?<![\w_\\])_(?=\S)([^_]{1,500})(?<=\S)_(?![\w_])")
STRUCK = re.compile(r"~~([^~]{1,500})~~")
CODE = re.compile(r"(?<!`)(`{1,2})(?!`)(.{1,500}?)(?<!`)\1(?!`)")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
CALLOUT = re.compile(r"^\[!\w+\][ \t]*")
QUOTE = re.compile(r"^ {0,3}(?:>[ \t]?)+")


def plain(text: str) -> str:
    """One line without its inline marks: what a reader of the page would see."""
    text = CALLOUT.sub("", QUOTE.sub("", text))
    text = IMAGE.sub(r"\1", text)
    text = REFERENCE.sub(r"\1", LINK.sub(r"\1", text))
    text = TAG.sub("", BREAK.sub(" ", AUTOLINK.sub(r"\1", text)))
    text = CODE.sub(r"\2", STRUCK.sub(r"\1", STRONG.sub(r"\2", text)))
    text = UNDER.sub(r"\1", STAR.sub(r"\1", text))
    text = html.unescape(ESCAPE.sub(r"\1", text))
    return " ".join(text.split())


def plain_lines(lines: Sequence[str]) -> str:
    """Many lines without their marks; what stands in code fences, lists and tables stays readable."""
    kept = (plain(line) for line in lines if not FENCE.match(line) and not DELIMITER.match(line))
    return "\n".join(line for line in kept if line)
