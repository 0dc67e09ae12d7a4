"""Is a proposed change read from files, folders and git as its author means it?"""

import subprocess
from pathlib import Path

import pytest

from knowledge.proposal import place_for, read_git, read_paths, safe_path
from store.errors import BadAnswer, Misconfigured


def write(folder: Path, path: str, text: str = "# A\n\nText.\n") -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


@pytest.mark.parametrize("name", ["returns.md", "a/b/c.md", "Rückgabe.md", "a b.md"])
def test_a_plain_name_is_kept(name: str) -> None:
    assert safe_path(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../a.md",
        "/a.md",
        "a/../../b.md",
        ".a.md",
        "a/.b/c.md",
        "a\\b.md",
        "a.txt",
        "a//b.md",
        "a\0.md",
        "/".join("a" * 40) + ".md",
    ],
)
def test_a_name_that_could_lead_elsewhere_is_no_place_for_an_article(name: str) -> None:
    with pytest.raises(BadAnswer):
        safe_path(name)


def test_a_lone_file_takes_the_place_of_the_one_of_its_name() -> None:
    known = ("returns/refunds.md", "a/same.md", "b/same.md")

    assert place_for("refunds.md", "", known) == "returns/refunds.md"
    assert place_for("same.md", "", known) == "same.md"
    assert place_for("new.md", "", known) == "new.md"
    assert place_for("refunds.md", "billing", known) == "billing/refunds.md"
    assert place_for("refunds.md", "/", known) == "refunds.md"
    assert place_for("C:\\fakepath\\refunds.md", "", known) == "returns/refunds.md"


def test_files_and_folders_keep_their_paths(tmp_path: Path) -> None:
    root = tmp_path / "articles"
    inside = write(root, "returns/refunds.md", "inside")
    write(tmp_path, "other/shipping/costs.md", "costs")
    write(tmp_path, "other/_folder.yml", "audience: staff\n")

    proposal = read_paths([inside, tmp_path / "other"], root, ())

    assert proposal.after == {
        "returns/refunds.md": b"inside",
        "shipping/costs.md": b"costs",
        "_folder.yml": b"audience: staff\n",
    }


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="neither a file nor a folder"):
        read_paths([tmp_path / "nowhere.md"], tmp_path, ())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "desk" / "articles"
    write(root, "stays.md", "stays")
    write(root, "changes.md", "before")
    write(root, "goes.md", "goes")
    write(tmp_path / "desk", "readme.md", "not an article")
    git(root, "init", "-q", "-b", "main", str(tmp_path / "desk"))
    commit(root)
    git(root, "checkout", "-q", "-b", "edit")
    write(root, "changes.md", "after")
    write(root, "new/añadido.md", "new")
    write(tmp_path / "desk", "readme.md", "changed as well")
    (root / "goes.md").unlink()
    commit(root)
    return root


def git(root: Path, *words: str) -> None:
    known = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", "-C", str(root), *known, *words], check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A", str(root.parent))
    git(root, "commit", "-q", "-m", "x")


def test_two_states_of_git_are_read_for_the_folder_alone(repository: Path) -> None:
    proposal = read_git(repository, "main..edit")

    assert proposal.after == {"changes.md": b"after", "new/añadido.md": b"new", "goes.md": None}
    assert proposal.before == {"changes.md": b"before", "new/añadido.md": None, "goes.md": b"goes"}


def test_a_branch_alone_is_compared_with_where_it_left(repository: Path) -> None:
    git(repository, "checkout", "-q", "main")
    write(repository, "stays.md", "moved on")
    commit(repository)

    assert set(read_git(repository, "edit").after) == {"changes.md", "new/añadido.md", "goes.md"}


@pytest.mark.parametrize("span", ["--output=/tmp/x", "-x..main", "", "nowhere..main"])
def test_what_git_does_not_know_is_refused(repository: Path, span: str) -> None:
    with pytest.raises(Misconfigured):
        read_git(repository, span)
