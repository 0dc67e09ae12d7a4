"""Do the commands of editors print what the page shows, and can a merge be held by them?"""

import json
import subprocess
from pathlib import Path

import pytest

from knowledge.embedding import open_embedder
from store.settings import Settings
from tests.bot.commands.conftest import Terminal
from tests.openai_twin import openai_twin

RETURN = """---
review_by: 2020-01-01
questions: ["How long can I return a part?"]
---
# Return a part

You can return a part within 30 days of delivery.
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "returns.md").write_text(RETURN)
    (folder / "refunds.md").write_text("# Refunds\n\nYou can return a part within 14 days of delivery.\n")
    (folder / "broken.md").write_text("---\naudience: memberz\n---\nText\n")
    return folder


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    open_embedder(folder)
    return folder


@pytest.fixture
def editor(
    terminal: Terminal, settings: Settings, articles: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """Says `deskbell knowledge …`."""
    (settings.data_dir / "models").symlink_to(models)
    monkeypatch.setenv("DESKBELL_KNOWLEDGE_DIR", str(articles))

    def run(*words: str) -> tuple[int, str, str]:
        return terminal("knowledge", *words)

    run("sync")
    return run


def test_status_lists_every_file_worst_first(editor: Terminal) -> None:
    code, out, _ = editor("status")

    assert code == 0
    assert out.index("refunds.md") < out.index("not read broken.md, line 2")
    assert "disagrees" in out
    assert "refunds.md:3  You can return a part within 14 days of delivery." in out
    assert "returns.md:7  You can return a part within 30 days of delivery." in out


def test_status_says_the_same_to_programs(editor: Terminal) -> None:
    told = json.loads(editor("status", "--json")[1])

    files = {one["path"]: one for one in told["articles"]}
    assert files["returns.md"]["overdue"] is True
    assert files["returns.md"]["state"] == "disagrees"
    assert files["refunds.md"]["conflicts"][0]["kind"] == "figures"
    assert files["refunds.md"]["cited"] == 0
    assert [(one["path"], one["line"]) for one in told["quarantined"]] == [("broken.md", 2)]


def test_a_preview_that_loses_an_answer_holds_the_merge(editor: Terminal, tmp_path: Path) -> None:
    edit = tmp_path / "edit"
    edit.mkdir()
    for name in ("returns.md", "refunds.md"):
        (edit / name).write_text("# Wheels\n\nWrite to the workshop.\n")

    code, out, _ = editor("preview", str(edit))

    assert code == 4
    assert "LOST" in out
    assert "How long can I return a part?" in out
    assert "before: “You can return a part within 30 days of delivery.”" in out


@pytest.mark.slow
def test_a_preview_of_two_states_of_git(editor: Terminal, articles: Path) -> None:
    git(articles, "init", "-q", "-b", "main")
    commit(articles)
    git(articles, "checkout", "-q", "-b", "edit")
    (articles / "refunds.md").unlink()
    (articles / "returns.md").write_text(RETURN.replace("30", "60"))
    commit(articles)

    code, out, _ = editor("preview", "--git", "main..edit", "--json")

    told = json.loads(out)
    assert code == 0
    assert {one["path"]: one["kind"] for one in told["files"]} == {
        "refunds.md": "removed",
        "returns.md": "changed",
    }
    assert [one["kind"] for one in told["changes"]] == ["changed"]
    assert "60 days" in told["changes"][0]["after"]["text"]


def git(folder: Path, *words: str) -> None:
    known = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", "-C", str(folder), *known, *words], check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


def test_a_preview_of_nothing_says_what_to_give(editor: Terminal) -> None:
    code, _, err = editor("preview")

    assert code == 1
    assert "give either files and folders, or --git A..B" in err


def test_gaps_of_a_quiet_desk(editor: Terminal) -> None:
    assert editor("gaps")[1] == "0 gaps, 0 questions.\n"
    assert json.loads(editor("gaps", "--json")[1]) == []


@pytest.mark.slow
def test_eval_draws_its_plots(editor: Terminal, tmp_path: Path) -> None:
    questions = [
        {"id": "1", "question": "How long can I return a part?", "gold": ["returns.md"]},
        {"id": "2", "question": "Who won the world cup?", "gold": []},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, questions)))

    code, out, err = editor("eval", str(file), "--plots", str(tmp_path / "plots"), "--json")

    assert code == 0
    assert json.loads(out)["n"] == 2
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == [
        "calibration.svg",
        "kept-refused.svg",
        "recall.svg",
    ]
    assert "recall.svg" in err


@pytest.mark.slow
def test_a_sync_without_the_embedding_server_tells_what_came_in_and_what_waits(
    editor: Terminal, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with openai_twin() as twin:
        twin.is_away = True
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_BASE_URL", twin.address)
        monkeypatch.setenv("DESKBELL_EMBEDDER", "openai:narrow")
        (articles / "new.md").write_text("# New\n\nThe zebra part fits every car.\n")

        code, out, _ = editor("sync")

    assert code == 0
    assert "added    new.md" in out
    assert "not read broken.md, line 2" in out
    assert "The vectors of 1 texts wait: " in out
    assert "run `deskbell knowledge sync` again" in out
