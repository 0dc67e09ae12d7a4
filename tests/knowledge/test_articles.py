"""Are articles read as they are written, and bad ones refused with a reason?"""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Surroundings, cut, read_article
from knowledge.front_matter import BadFile
from store.articles import Article, Audience

PUBLIC = Surroundings(Audience("public"))

WHOLE = """---
title: Refund times
language: en
audience: customers
tags: [money, refunds]
owner: billing
review_by: 2027-01-31
questions:
  - when do I get my money back
---

Most refunds arrive within 6 working days.

## By card

Card refunds take 3 working days.
"""


def read(text: str, path: str = "refunds.md", around: Surroundings = PUBLIC) -> Article:
    return read_article(path, text.encode(), around)


def test_the_front_matter_says_who_reads_the_article() -> None:
    article = read(WHOLE)

    assert (article.title, article.language, article.audience) == ("Refund times", "en", "customers")
    assert (article.tags, article.owner) == (("money", "refunds"), "billing")
    assert article.review_by == date(2027, 1, 31)
    assert article.questions == ("when do I get my money back",)


def test_the_version_is_the_blake2b_of_the_bytes() -> None:
    assert read("hello").version == "e4cfa39a3d37"


def test_without_front_matter_the_first_heading_is_the_title() -> None:
    assert read("# Shipping\n\nBy post.").title == "Shipping"


def test_without_a_heading_the_file_name_is_the_title() -> None:
    assert read("By post.", "help/how-we-ship.md").title == "How we ship"


def test_what_the_article_does_not_say_the_folder_says() -> None:
    around = Surroundings(Audience("staff"), language="de", owner="team")

    article = read("By post.", around=around)

    assert (article.audience, article.language, article.owner) == ("staff", "de", "team")


def test_words_that_yaml_takes_for_something_else_stay_words() -> None:
    article = read("---\ntitle: 2024\nlanguage: no\nowner: yes\n---\ntext")

    assert (article.title, article.language, article.owner) == ("2024", "no", "yes")


def test_an_article_without_an_audience_anywhere_is_refused() -> None:
    with pytest.raises(BadFile, match=r"_folder\.yml"):
        read("text", around=Surroundings(None, fault="_folder.yml cannot be read"))


@dataclass(frozen=True, slots=True)
class Bad:
    name: str
    raw: bytes
    line: int
    reason: str


BAD = (
    Bad("unknown audience", b"---\ntitle: a\naudience: stafff\n---\ntext", 3, "unknown audience 'stafff'"),
    Bad("misspelt audience", b"---\naudiance: staff\n---\ntext", 2, "write 'audience'"),
    Bad("capital audience", b"---\nAudience: staff\n---\ntext", 2, "write 'audience'"),
    Bad("audience twice", b"---\naudience: staff\naudience: public\n---\ntext", 3, "said twice"),
    Bad("alias", b"---\ntitle: &a x\nowner: *a\n---\ntext", 2, "aliases"),
    Bad("tag", b"---\ntitle: !!python/object:os.system x\n---\ntext", 2, "tags"),
    Bad("deep nest", b"---\ntags: " + b"[" * 5000 + b"\n---\ntext", 2, "nest"),
    Bad("no yaml", b"---\ntitle: 'open\n---\ntext", 2, "no YAML"),
    Bad("never closed", b"---\ntitle: a\ntext", 1, "never closed"),
    Bad("bad date", b"---\nreview_by: 31.01.2027\n---\ntext", 2, "no date"),
    Bad("bad language", b"---\nlanguage: english please\n---\ntext", 2, "language: en"),
    Bad("redirect outside", b"---\nredirect: ../../etc/passwd.md\n---\n", 2, "no article"),
    Bad("large head", b"---\ntitle: " + b"a" * 17_000 + b"\n---\ntext", 2, "16 KiB"),
    Bad("not utf-8", b"first\nsecond \xff\xfe", 2, "not UTF-8"),
    Bad("control character", b"first\nse\x00cond", 2, "U+0000"),
    Bad("line separator", "first\nse\u2028cond".encode(), 2, "U+2028"),
    Bad("long line", b"first\n" + b"a" * 20_001, 2, "longer than"),
    Bad("too large", b"a\n" * (1024 * 1024 + 1), 1, "2 MiB"),
    Bad("no text", b"---\ntitle: a\n---\n\n", 4, "no text"),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_with_line_and_reason(bad: Bad) -> None:
    with pytest.raises(BadFile) as refused:
        read_article("bad.md", bad.raw, PUBLIC)

    assert bad.reason in refused.value.reason
    assert refused.value.line == bad.line


def test_foreign_fields_of_other_systems_are_left_alone() -> None:
    assert read("---\nlayout: page\npermalink: {a: [1, 2]}\n---\ntext").text


def test_a_byte_order_mark_and_windows_lines_do_not_move_the_count() -> None:
    article = read_article("a.md", b"\xef\xbb\xbf---\r\ntitle: A\r\n---\r\nOne.\r\n\r\nTwo.\r\n", PUBLIC)

    assert [(chunk.text, chunk.first, chunk.last) for chunk in cut(article)] == [("One.\nTwo.", 4, 6)]


def test_pieces_carry_the_way_from_the_title_down() -> None:
    article = read("# Shop\n\n## Shipping\n\n" + "We ship. " * 70 + "\n\n### Costs\n\n" + "It costs. " * 70)

    assert [chunk.heading for chunk in cut(article)] == ["Shop > Shipping", "Shop > Shipping > Costs"]


def test_small_neighbours_are_one_piece() -> None:
    article = read("# Shop\n\n## A\n\nShort.\n\n## B\n\nShort, too.")

    assert [(chunk.heading, chunk.text) for chunk in cut(article)] == [
        ("Shop", "Shop\nA\nShort.\nB\nShort, too.")
    ]


def test_a_long_list_stays_whole() -> None:
    steps = "\n".join(
        f"{number}. Turn the screw by {number} degrees and look again." for number in range(1, 41)
    )

    chunks = cut(read(f"# Screws\n\n{'Before you begin. ' * 60}\n\n{steps}"))

    assert any("1. Turn" in chunk.text and "40. Turn" in chunk.text for chunk in chunks)


def test_a_golden_question_is_a_piece_that_leads_to_the_article() -> None:
    last = cut(read(WHOLE))[-1]

    assert (last.kind, last.text) == ("question", "when do I get my money back")


def test_the_hash_follows_heading_and_text_only() -> None:
    one, other = (cut(read("# A\n\ntext", path))[0] for path in ("one.md", "two.md"))

    assert one.hash == other.hash
    assert cut(read("# B\n\ntext"))[0].hash != one.hash


def test_a_redirect_is_cut_into_nothing() -> None:
    assert cut(read("---\nredirect: new.md\n---\nIt moved.")) == []


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "# A",
                "## B",
                "- item",
                "  more",
                "1. one",
                "| a | b |",
                "| - | - |",
                "```",
                "> q",
                "---",
                "===",
            ]
        ),
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co"]), max_size=60
        ),
    ),
    max_size=60,
)


@given(LINES)
def test_every_piece_lies_inside_the_file_and_no_word_is_lost(lines: list[str]) -> None:
    text = "x\n" + "\n".join(lines)
    try:
        article = read(text)
    except BadFile:
        return

    chunks = cut(article)

    assert all(1 <= chunk.first <= chunk.last <= len(article.lines()) for chunk in chunks)
    assert [chunk.first for chunk in chunks] == sorted(chunk.first for chunk in chunks)
