"""Do `ask` and `knowledge` answer on the command line as the contract says?"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main

SHIPPING = """---
title: Shipping to Norway
---

We ship to Norway within 4 working days.
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def folder(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "norway.md").write_text(SHIPPING)
    (folder / "inside.md").write_text("---\naudience: staff\n---\n# Codes\n\nThe refund code is R-17.\n")
    monkeypatch.setenv("DESKBELL_DATA_DIR", str(data))
    monkeypatch.setenv("DESKBELL_KNOWLEDGE_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("folder")
def test_an_answer_has_exactly_these_fields(capsys: pytest.CaptureFixture[str]) -> None:
    answer = call(capsys, "ask", "when does a parcel to Norway arrive?")

    assert list(answer) == [
        "answered", "answer", "citations", "confidence", "language", "source", "near", "missing",
    ]  # fmt: skip
    assert answer["answered"] is True
    assert answer["answer"] == "We ship to Norway within 4 working days."
    (cited,) = answer["citations"]
    assert cited["article"] == "norway.md"
    assert cited["lines"] == [5, 5]
    assert cited["quote"] == SHIPPING.splitlines()[4]
    assert len(cited["version"]) == 12
    assert (answer["language"], answer["source"], answer["missing"]) == ("en", "offline", None)


@pytest.mark.usefixtures("folder")
def test_a_refusal_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    answer = call(capsys, "ask", "who won the football cup?")

    assert (answer["answered"], answer["answer"], answer["citations"]) == (False, "", [])
    assert answer["missing"] == "won, football, cup"


@pytest.mark.usefixtures("folder")
def test_staff_lines_are_for_staff(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "ask", "what is the refund code?")["answered"] is False
    assert call(capsys, "ask", "what is the refund code?", "--audience", "staff")["answered"] is True


@pytest.mark.usefixtures("folder")
def test_another_folder_is_answered_from_and_the_desk_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.md").write_text("# Bikes\n\nWe lend bikes for 5 pounds a day.\n")

    assert call(capsys, "ask", "what does a bike cost a day?", "--knowledge", str(other))["answered"] is True
    assert call(capsys, "ask", "what does a bike cost a day?")["answered"] is False
    assert {one["path"] for one in call(capsys, "knowledge", "status")["articles"]} == {
        "norway.md",
        "inside.md",
    }


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ask", " "], "the question is empty"),
        (["ask", "?", "--audience", "everyone"], "unknown audience 'everyone'"),
        (["ask", "?", "--knowledge", "/nowhere"], "is no folder"),
        (["knowledge", "eval", "/nowhere.jsonl"], "cannot be read"),
    ],
)
def test_bad_arguments_are_one_clear_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(arguments) == 1

    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert told in lines[0]


def test_sync_tells_what_it_did_and_what_it_could_not_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.md").write_text("---\naudience: all\n---\ntext")

    report = call(capsys, "knowledge", "sync")

    assert report["added"] == ["inside.md", "norway.md"]
    assert report["quarantined"] == [
        {
            "path": "bad.md",
            "line": 2,
            "reason": "unknown audience 'all'; write public, customers, staff or team:NAME",
        }
    ]


def test_eval_prints_the_figures_of_any_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(
        '{"id": "1", "question": "shipping to Norway?", "gold": ["norway.md"], "kind": "easy"}\n'
        '{"id": "2", "question": "who won the cup?", "gold": [], "kind": "off"}\n'
    )

    figures = call(capsys, "knowledge", "eval", str(questions), "--knowledge", str(folder))

    assert (figures["n"], figures["recall_at_1"], figures["mrr"]) == (2, 1.0, 1.0)
    assert (figures["answered"], figures["false_answers"], figures["auroc"]) == (1.0, 0.0, 1.0)
    assert figures["by"].keys() == {"easy", "off"}


@pytest.mark.usefixtures("folder")
@pytest.mark.slow
def test_ask_alone_and_for_people_names_the_lines() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "when does a parcel to Norway arrive?"],
        capture_output=True,
        text=True,
        check=True,
        env=None,
        cwd=Path(__file__).parents[2],
    )

    assert "We ship to Norway within 4 working days." in asked.stdout
    assert "norway.md, lines 5–5" in asked.stdout
