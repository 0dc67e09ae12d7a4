"""Do the commands of editors print what the page shows, and can a merge be held by them?"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from knowledge.embedding import open_embedder
from store.settings import Settings
from tests.databases import KEY, copied
from tests.openai_twin import openai_twin

Terminal = Callable[..., tuple[int, str, str]]
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
def settings(empty_tables: str, models: Path, tmp_path: Path) -> Iterator[Settings]:
    with copied(empty_tables, tmp_path / "desk") as settings:
        (settings.data_dir / "models").symlink_to(models)
        yield settings


@pytest.fixture
def terminal(
    settings: Settings,
    articles: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESKBELL_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DESKBELL_SECRET_KEY", KEY)
    monkeypatch.setenv("DESKBELL_KNOWLEDGE_DIR", str(articles))
    if settings.database_url:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(("knowledge", *words))
        out, err = capsys.readouterr()
        return code, out, err

    run("sync")
    return run


def test_status_lists_every_file_worst_first(terminal: Terminal) -> None:
    code, out, _ = terminal("status")

    assert code == 0
    assert out.index("refunds.md") < out.index("not read broken.md, line 2")
    assert "disagrees" in out
    assert "refunds.md:3  You can return a part within 14 days of delivery." in out
    assert "returns.md:7  You can return a part within 30 days of delivery." in out


def test_status_says_the_same_to_programs(terminal: Terminal) -> None:
    told = json.loads(terminal("status", "--json")[1])

    files = {one["path"]: one for one in told["articles"]}
    assert files["returns.md"]["overdue"] is True
    assert files["returns.md"]["state"] == "disagrees"
    assert files["refunds.md"]["conflicts"][0]["kind"] == "figures"
    assert files["refunds.md"]["cited"] == 0
    assert [(one["path"], one["line"]) for one in told["quarantined"]] == [("broken.md", 2)]


def test_a_preview_that_loses_an_answer_holds_the_merge(terminal: Terminal, tmp_path: Path) -> None:
    edit = tmp_path / "edit"
    edit.mkdir()
    for name in ("returns.md", "refunds.md"):
        (edit / name).write_text("# Wheels\n\nWrite to the workshop.\n")

    code, out, _ = terminal("preview", str(edit))

    assert code == 4
    assert "LOST" in out
    assert "How long can I return a part?" in out
    assert "before: “You can return a part within 30 days of delivery.”" in out


@pytest.mark.slow
def test_a_preview_of_two_states_of_git(terminal: Terminal, articles: Path) -> None:
    git(articles, "init", "-q", "-b", "main")
    commit(articles)
    git(articles, "checkout", "-q", "-b", "edit")
    (articles / "refunds.md").unlink()
    (articles / "returns.md").write_text(RETURN.replace("30", "60"))
    commit(articles)

    code, out, _ = terminal("preview", "--git", "main..edit", "--json")

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


def test_a_preview_of_nothing_says_what_to_give(terminal: Terminal) -> None:
    code, _, err = terminal("preview")

    assert code == 1
    assert "give either files and folders, or --git A..B" in err


def test_gaps_of_a_quiet_desk(terminal: Terminal) -> None:
    assert terminal("gaps")[1] == "0 gaps, 0 questions.\n"
    assert json.loads(terminal("gaps", "--json")[1]) == []


@pytest.mark.slow
def test_eval_draws_its_plots(terminal: Terminal, tmp_path: Path) -> None:
    questions = [
        {"id": "1", "question": "How long can I return a part?", "gold": ["returns.md"]},
        {"id": "2", "question": "Who won the world cup?", "gold": []},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, questions)))

    code, out, err = terminal("eval", str(file), "--plots", str(tmp_path / "plots"), "--json")

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
    terminal: Terminal, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with openai_twin() as twin:
        twin.is_away = True
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_BASE_URL", twin.address)
        monkeypatch.setenv("DESKBELL_EMBEDDER", "openai:narrow")
        (articles / "new.md").write_text("# New\n\nThe zebra part fits every car.\n")

        code, out, _ = terminal("sync")

    assert code == 0
    assert "added    new.md" in out
    assert "not read broken.md, line 2" in out
    assert "The vectors of 1 texts wait: " in out
    assert "run `deskbell knowledge sync` again" in out
