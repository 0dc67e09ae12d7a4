"""Which sentences stand in these lines, and in which line each?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.blocks import DELIMITER, FENCE, Block, plain

BOUNDARY = re.compile(r"[.!?…]+[\"'”’»)\]*_]*(?=\s)|[。！？]+[」』”）]*|[؟।॥]+")
NO_END = re.compile(
    r"(?:^|[\s(\"'„“*_])(?:[A-Za-z]|e\.g|i\.e|etc|approx|incl|excl|min|max|no|nos|vs|mr|mrs|ms|dr|st|fig|tel|ca|bzw|ggf|"
    r"z\.\s?b|d\.\s?h|u\.\s?a|usw|evtl|inkl|zzgl|nr|abs|art|p\.\s?ej|sr|sra|ud|uds|núm|pág|env|\d{1,3})\.$",
    re.IGNORECASE,
)
NESTED_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+\S")
WINDOW = 24
"""Characters before a full stop that are looked at for an abbreviation."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that can be cited: a sentence, an item of a list, a row, a line of code."""

    text: str
    first: int
    last: int


def read_units(lines: Sequence[str], block: Block, start: int = 1) -> list[Unit]:
    """`lines[0]` is line `start` of the file."""
    inside = lines[block.first - start : block.last - start + 1]
    match block.kind:
        case "paragraph":
            return list(read_sentences(inside, block.first))
        case "list":
            return list(read_items(inside, block.first))
        case "table" | "code":
            return list(read_rows(inside, block.first))
        case "heading" | "hidden":
            return []


def read_sentences(lines: Sequence[str], first: int) -> Iterator[Unit]:
    text = "\n".join(lines)
    begin = 0
    for end in [*(found.end() for found in BOUNDARY.finditer(text) if is_end(text, found)), len(text)]:
        written = text[begin:end]
        said = plain_sentence(written)
        if said:
            lead = len(written) - len(written.lstrip())
            line = first + text.count("\n", 0, begin + lead)
            yield Unit(said, line, line + written.strip().count("\n"))
        begin = end


def is_end(text: str, found: re.Match[str]) -> bool:
    if found.group()[0] not in ".":
        return True
    after = text[found.end() :].lstrip()
    if after[:1].islower():
        return False
    return not NO_END.search(text[max(0, found.start() - WINDOW) : found.start() + 1]) or after == ""


def plain_sentence(written: str) -> str:
    """A pair of marks around several sentences leaves a half at each of them."""
    said = plain(" ".join(plain(line) for line in written.split("\n")))
    for mark in ("**", "__", "`"):
        if said.count(mark) % 2:
            said = said.replace(mark, "")
    return said.strip()


def read_items(lines: Sequence[str], first: int) -> Iterator[Unit]:
    starts = [place for place, line in enumerate(lines) if NESTED_ITEM.match(line)] or [0]
    for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        written = [line for line in lines[begin:end] if not FENCE.match(line)]
        said = plain(" ".join(plain(line) for line in written))
        last = max(place for place in range(begin, end) if lines[place].strip())
        yield Unit(said, first + begin, first + last)


def read_rows(lines: Sequence[str], first: int) -> Iterator[Unit]:
    for place, line in enumerate(lines):
        said = plain(line)
        if said and not FENCE.match(line) and not DELIMITER.match(line):
            yield Unit(said, first + place, first + place)
