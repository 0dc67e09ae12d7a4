"""How does text become HTML that can do no harm?"""

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

INLINE_TAGS = {"strong", "em", "code"}
BLOCK_TAGS = INLINE_TAGS | {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "pre", "blockquote", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
ROW = re.compile(r"^\s*\|(.+)\|\s*$")
RULE = re.compile(r"^[\s|:-]+$")
ARTICLE_LINK = re.compile(r"[\w./ -]+\.md(#[\w-]*)?")

inline_marks = MarkdownIt("zero").enable(["emphasis", "backticks", "escape"])
whole_marks = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def show_source_line(line: str) -> Markup:
    """A line of an article as it is, but for the marks that only the markup reads."""
    if RULE.fullmatch(line):
        return Markup("")
    if heading := HEADING.match(line):
        return Markup("<strong>{}</strong>").format(show_marks(heading.group(1)))
    if row := ROW.match(line):
        return Markup(" · ").join(show_marks(cell.strip()) for cell in row.group(1).split("|"))
    return show_marks(line)


def show_marks(text: str) -> Markup:
    html = nh3.clean(inline_marks.renderInline(text), tags=INLINE_TAGS, attributes={})
    return Markup(html)  # noqa: S704 - cleaned the line above


def show_article(lines: Sequence[str], first: int, cited: tuple[int, int]) -> Markup:
    """The body of an article. Its links lead to other articles or nowhere; pictures are not shown.

    `first` is the line of the file at which the body begins; what `cited` covers is marked."""
    tokens = whole_marks.parse("\n".join(lines))
    anchored = False
    for token in tokens:
        if covers(token, first, cited):
            token.attrJoin("class", "here")
            if not anchored:
                token.attrSet("id", "here")
                anchored = True
        for child in token.children or ():
            if child.type == "link_open":
                keep_link(child)
    html = whole_marks.renderer.render(tokens, whole_marks.options, {})
    cleaned = nh3.clean(
        html,
        tags=BLOCK_TAGS,
        attributes={"*": {"id", "class"}, "a": {"href"}, "ol": {"start"}},
        attribute_filter=only_ours,
        link_rel=None,
        url_schemes={"https"},
    )
    return Markup(cleaned)  # noqa: S704 - cleaned the line above


CITED_BLOCKS = ("list_item_open", "tr_open", "heading_open", "fence", "code_block")


def covers(token: Token, first: int, cited: tuple[int, int]) -> bool:
    is_block = token.type in CITED_BLOCKS or (token.type == "paragraph_open" and token.level == 0)
    if not is_block or token.map is None:
        return False
    begin, end = token.map[0] + first, token.map[1] + first - 1
    return begin <= cited[1] and end >= cited[0]


def keep_link(token: Token) -> None:
    """Only to other articles; where a link of the outside leads is for the text to say."""
    href = str(token.attrGet("href") or "")
    if not ARTICLE_LINK.fullmatch(href):
        token.attrs.pop("href", None)


def only_ours(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return "here" if value == "here" else None
    if attribute == "id":
        return value if value == "here" else None
    return value
