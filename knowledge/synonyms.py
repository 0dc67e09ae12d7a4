"""What other words do the articles themselves give for a word of the question?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.words import STOP, fold, stems_of

BRACKETS = re.compile(r" \((?P<others>[^()\d\n]{2,80})\)")
SAID = re.compile(
    r", (?:also (?:called|known as)|otherwise known as|aka|auch|también llamad[oa]|aussi appelée?"
    r"|também chamad[oa]) (?P<others>(?:[^\W_][\w'’-]* ?){1,3})"
)
INTRODUCED = re.compile(
    r"(?:also called|also known as|known as|also|aka|called|or|auch|oder|también|o|aussi|ou|também):? "
)
TERM = re.compile(r"(?:[^\W_][\w'’-]* ){0,2}[^\W_][\w'’-]*$")
BETWEEN = re.compile(r"\s*(?:[,;/]|(?<!\w)(?:or|oder|o|ou)(?!\w))\s*")
LONGEST, WINDOW = 3, 80
"""Words of a term; what is longer explains, and is no other word. Characters before it that are looked at."""
MOST = 8


@dataclass(frozen=True, slots=True)
class Twin:
    """Two terms that stand for one thing, as tokens."""

    one: tuple[str, ...]
    other: tuple[str, ...]


def twins_in(text: str) -> Iterator[Twin]:
    """Of "the chassis number (VIN)" and "an invoice (bill, receipt)"."""
    for found in (*BRACKETS.finditer(text), *SAID.finditer(text)):
        before = TERM.search(text[max(0, found.start() - WINDOW) : found.start()])
        term = before.group().split() if before else []
        stops = [place for place, word in enumerate(term) if fold(word) in STOP]
        one = tuple(stems_of(" ".join(term[stops[-1] + 1 :] if stops else term)))
        for written in BETWEEN.split(INTRODUCED.sub("", found["others"], count=1)):
            other = tuple(stems_of(written))
            if one and 0 < len(other) <= LONGEST and not all(fold(word) in STOP for word in written.split()):
                yield Twin(one, other)


def other_words(tokens: Sequence[str], texts: Iterable[str]) -> tuple[list[str], set[str]]:
    """Tokens of terms that stand beside a term whose tokens are all in the question, both ways; and the
    question's tokens that they stand for."""
    asked = set(tokens)
    found: dict[str, None] = {}
    meant: set[str] = set()
    for twin in (twin for text in texts for twin in twins_in(text)):
        for mine, its in ((twin.one, twin.other), (twin.other, twin.one)):
            if asked.issuperset(mine):
                found |= dict.fromkeys(token for token in its if token not in asked)
                meant |= set(mine)
    return list(found)[:MOST], meant
