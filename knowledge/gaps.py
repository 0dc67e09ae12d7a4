"""What was asked and not answered, and which words of the staff could fill the gap?"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.embedding import Vectors
from knowledge.words import content_stems, fold, grams_of
from store.knowledge_use import Given

Reason = Literal["refused", "disliked", "ticket"]
ALIKE = 0.68
"""Cosine from which on two questions are one."""
ALIKE_WORDS = 0.5
"""Share of common words, where there are no vectors or the language is one they were not made for."""
MOST_GOLDEN = 5
LONGEST_TITLE = 80
LONGEST_REPLY = 1_500
GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good (?:morning|day|afternoon)|hallo|liebe[r]?|guten (?:tag|morgen)|hola|"
    r"buenos días|bonjour|olá|bom dia)\b[^\n.?]{0,40}[,!.]\s*)+|\n+\s*(?:best|kind|many) regards[\s\S]*$|"
    r"\n+\s*(?:viele|beste|freundliche) grüße[\s\S]*$",
    re.IGNORECASE,
)
HIDDEN = (
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+\b"), "…@…"),
    (re.compile(r"\b[A-Z]{1,4}-\d{3,}\b|\b\d{6,}\b|\+?\d[\d ()/-]{8,}\d"), "…"),
)
"""Addresses, order and telephone numbers: an article is for everybody."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that the articles did not answer well."""

    question: str
    language: str
    reason: Reason
    ticket_id: str
    replies: tuple[str, ...]
    """What the staff wrote in the ticket that followed."""
    place: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask for the same."""

    title: str
    """The one that was asked most often; of several the shortest."""
    questions: tuple[tuple[str, int], ...]
    """Most frequent first."""
    count: int
    languages: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[Reason, int], ...]
    replies: tuple[str, ...]
    """Different ones, the longest first."""
    tickets: tuple[str, ...]

    @property
    def name(self) -> str:
        """For addresses and file names."""
        return slug(self.title)


def list_missed(given: Sequence[Given], replies: Mapping[str, Sequence[str]]) -> list[Missed]:
    missed = []
    for one in given:
        reason = reason_of(one)
        if reason and one.question.strip():
            said = tuple(replies.get(one.ticket_id, ()))
            question = " ".join(one.question.split())
            missed.append(Missed(question, one.language, reason, one.ticket_id, said, one.place))
    return missed


def reason_of(one: Given) -> Reason | None:
    if not one.answered:
        return "refused"
    if one.verdict == "down":
        return "disliked"
    return "ticket" if one.is_last and one.verdict != "up" else None


def group_missed(missed: Sequence[Missed], vectors: Vectors | None) -> list[Gap]:
    """`vectors`: one row for each. The most frequent first. A question joins the group whose first it is most
    like; the order of asking decides nothing."""
    order = sorted(
        range(len(missed)), key=lambda place: (missed[place].question.casefold(), missed[place].place)
    )
    counts = Counter(" ".join(fold(one.question).split()) for one in missed)
    order.sort(key=lambda place: -counts[" ".join(fold(missed[place].question).split())])
    groups: list[list[int]] = []
    for place in order:
        likeness = [alike(missed, vectors, place, group[0]) for group in groups]
        best = int(np.argmax(likeness)) if likeness else -1
        if best >= 0 and likeness[best] >= 1.0:
            groups[best].append(place)
        else:
            groups.append([place])
    gaps = [make_gap([missed[place] for place in group]) for group in groups]
    return sorted(gaps, key=lambda gap: (-gap.count, gap.title.casefold()))


def alike(missed: Sequence[Missed], vectors: Vectors | None, one: int, other: int) -> float:
    """1 and more: the same matter."""
    mine, its = missed[one], missed[other]
    if mine.language != its.language:
        return 0.0
    words = share(mine, its) / ALIKE_WORDS
    if vectors is None or mine.language != "en":
        return words
    return max(words, float(vectors[one] @ vectors[other]) / ALIKE)


def share(one: Missed, other: Missed) -> float:
    mine, its = set(tokens(one)), set(tokens(other))
    return len(mine & its) / len(mine | its) if mine | its else 0.0


def tokens(one: Missed) -> list[str]:
    return content_stems(one.question) if one.language == "en" else grams_of(one.question)


def make_gap(group: Sequence[Missed]) -> Gap:
    questions = Counter(one.question for one in group)
    ranked = sorted(questions.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    replies = dict.fromkeys(reply for one in group for reply in one.replies)
    return Gap(
        title=ranked[0][0],
        questions=tuple(ranked),
        count=len(group),
        languages=tuple(Counter(one.language for one in group).most_common()),
        reasons=tuple(Counter(one.reason for one in group).most_common()),
        replies=tuple(sorted(replies, key=lambda reply: (-len(reply), reply))),
        tickets=tuple(sorted({one.ticket_id for one in group if one.ticket_id})),
    )


def draft_article(gap: Gap) -> str:
    """Front matter and text, marked as a draft: an editor goes over it before it is an article."""
    language = gap.languages[0][0]
    title = gap.title.rstrip("?.! ")[:LONGEST_TITLE]
    golden = "\n".join(f"  - {quoted(hidden(text))}" for text, _ in gap.questions[:MOST_GOLDEN])
    texts = [tidy(reply) for reply in gap.replies[:3]]
    body = "\n\n".join(text for text in texts if text) or "…"
    return (
        f"---\ntitle: {quoted(hidden(title))}\nlanguage: {language}\naudience: staff\ntags: [draft]\n"
        f"questions:\n{golden}\n---\n\n# {hidden(title)}\n\n"
        "<!-- Draft, made from replies of the staff. Check every sentence, then set the audience"
        f" and take the tag away. -->\n\n{body}\n"
    )


def tidy(reply: str) -> str:
    """Without greeting, signature and what belongs to one person."""
    text = GREETING.sub("", reply.strip()).strip()
    return hidden(text[:1].upper() + text[1:LONGEST_REPLY])


def hidden(text: str) -> str:
    for pattern, mark in HIDDEN:
        text = pattern.sub(mark, text)
    return text


def quoted(text: str) -> str:
    bare = " ".join(text.replace("\\", " ").replace('"', "'").split())
    return f'"{bare}"'


def slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", fold(hidden(text))).strip("-")
    return words[:60].rstrip("-") or "question"
