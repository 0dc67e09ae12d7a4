"""Is text shown as it was meant, and can it do nothing else?"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from bot.web.prose import BLOCK_TAGS, show_article, show_source_line

XSS = Path(__file__).resolve().parents[4] / "shared" / "data" / "attacks" / "xss.dev.jsonl"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Open **Account → Billing**.", "Open <strong>Account → Billing</strong>."),
        ("## How long do I have?", "<strong>How long do I have?</strong>"),
        ("| UK | `DPD` |", "UK · <code>DPD</code>"),
        ("| --- | :-: |", ""),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("[here](https://evil.example)", "[here](https://evil.example)"),
        ("![x](https://evil.example/x.png)", "![x](https://evil.example/x.png)"),
    ],
)
def test_a_line_of_a_source_is_shown_without_its_marks(line: str, shown: str) -> None:
    assert show_source_line(line) == shown


ARTICLE = """# Return a part

First, see [how to pack](packing.md#box) or [this](https://evil.example) and ![that](https://evil.example/x.png).

- one
- two

| a | b |
| - | - |
| 1 | 2 |
""".split("\n")


def test_links_lead_to_other_articles_or_nowhere() -> None:
    html = show_article(ARTICLE, 5, (0, 0))

    assert re.findall(r'href="([^"]*)"', html) == ["packing.md#box"]
    assert "<img" not in html


@pytest.mark.parametrize(
    ("cited", "marked"),
    [((5, 5), "<h1"), ((7, 7), "<p"), ((10, 10), "<li"), ((14, 14), "<tr")],
)
def test_the_cited_lines_are_marked(cited: tuple[int, int], marked: str) -> None:
    html = show_article(ARTICLE, 5, cited)

    assert re.findall(r"<\w+(?=[^>]*class=\"here\")", html) == [marked]
    assert html.count('id="here"') == 1


def test_nothing_is_marked_when_nothing_is_cited() -> None:
    assert "here" not in re.sub(r"href", "", show_article(ARTICLE, 5, (0, 0)))


def evil_texts() -> list[str]:
    if not XSS.exists():
        return ["<script>alert(1)</script>", '<a href="javascript:alert(1)">x</a>', "<svg onload=alert(1)>"]
    return [json.loads(line)["text"] for line in XSS.read_text(encoding="utf-8").splitlines()]


class Tags(HTMLParser):
    """What a browser would see in it, beside text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str, str]] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name, value or "") for name, value in attrs} or {(tag, "", "")}


def tags_of(html: str) -> set[tuple[str, str, str]]:
    reader = Tags()
    reader.feed(html)
    return reader.found


HARMLESS = {("", ""), ("class", "here"), ("id", "here")}


def test_no_text_becomes_a_program() -> None:
    for text in evil_texts():
        for html in (show_article(text.split("\n"), 1, (1, 1)), show_source_line(text.split("\n")[0])):
            for tag, name, value in tags_of(html):
                assert tag in BLOCK_TAGS, text
                assert (name, value) in HARMLESS or (tag, name) == ("ol", "start") or is_article(value), text


def is_article(address: str) -> bool:
    return re.fullmatch(r"[\w./ %-]+\.md(#[\w-]*)?", address) is not None
