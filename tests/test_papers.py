"""Do the papers speak of what is really there: files, links, commands, settings?"""

import argparse
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.__main__ import NOUNS, build_parser
from store.settings import Settings, setting_name

ROOT = Path(__file__).resolve().parents[1]
PAPERS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
ENDINGS = (".py", ".yml", ".md", ".toml", ".lock", ".json")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


every_paper = pytest.mark.parametrize("paper", PAPERS, ids=named)


def marked(paper: Path) -> Iterator[str]:
    """What stands between two backticks of a line."""
    prose = re.sub(r"^```.*?^```", "", paper.read_text(), flags=re.M | re.S)
    return (found[1] for found in re.finditer(r"`([^`\n]+)`", prose))


def shell_lines(paper: Path) -> Iterator[str]:
    for block in re.findall(r"^ *```bash\n(.*?)^ *```", paper.read_text(), flags=re.M | re.S):
        yield from (line.strip() for line in block.splitlines())


def commands_in(lines: Iterator[str]) -> Iterator[str]:
    """Without what stands before it in a pipe, and without where its output goes."""
    for line in lines:
        if found := re.search(r"(?:^|\| |=\S+ )(deskbell [a-z].*)", line):
            yield re.sub(r" > \S+", "", found[1])


@cache
def parser() -> argparse.ArgumentParser:
    return build_parser(set(NOUNS))


@every_paper
def test_every_file_that_a_paper_names_is_there(paper: Path) -> None:
    paths = [text for text in marked(paper) if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", text)]
    ours = [text for text in paths if "/" in text and (text.endswith(("/", *ENDINGS)))]
    top = {path.name for path in ROOT.iterdir()}

    gone = [text for text in ours if text.split("/")[0] in top and not (ROOT / text).exists()]

    assert [text for text in gone if not text.startswith(".deskbell/")] == []


@every_paper
def test_every_link_of_a_paper_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", paper.read_text())

    assert [link for link in links if not (paper.parent / link).exists()] == []


def fault_of(command: str) -> str:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parser().parse_args(shlex.split(command, comments=True)[1:])
    except (SystemExit, argparse.ArgumentError) as error:
        return f"{command}: {said.getvalue()[-200:] or error}"
    return ""


@every_paper
def test_every_command_that_a_paper_shows_can_be_given(paper: Path) -> None:
    faults = map(fault_of, commands_in(shell_lines(paper)))

    assert [fault for fault in faults if fault] == []


@every_paper
def test_every_command_that_a_paper_speaks_of_is_known(paper: Path) -> None:
    """In a sentence it may stand without what it is given."""
    faults = map(fault_of, commands_in(marked(paper)))

    assert [fault for fault in faults if fault and "arguments are required" not in fault] == []


@every_paper
def test_every_setting_that_a_paper_names_exists(paper: Path) -> None:
    known = {setting_name(field) for field in Settings.model_fields}

    assert set(re.findall(r"\b(?:DESKBELL_[A-Z_]+|DATABASE_URL)\b", paper.read_text())) <= known


def test_every_paper_is_led_to() -> None:
    """From the front page, or from a paper that it leads to."""
    shown = " ".join(paper.read_text() for paper in PAPERS)

    assert [named(paper) for paper in PAPERS if paper.name not in shown and paper.name != "README.md"] == []


def test_every_noun_of_the_command_line_has_its_file() -> None:
    files = {path.stem for path in (ROOT / "bot" / "commands").glob("*.py")} - {"__init__"}

    assert files == set(NOUNS)
