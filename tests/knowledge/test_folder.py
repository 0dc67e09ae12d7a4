"""Is the folder looked at without being led out of it?"""

import os
import socket
from pathlib import Path

import pytest

from knowledge.folder import look, read_file
from knowledge.front_matter import BadFile
from store.articles import Audience

PUBLIC = Audience("public")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


def faults(folder: Path) -> dict[str, str]:
    looked = look(folder, PUBLIC)
    assert looked
    return {path: seen.fault for path, seen in looked.files.items()}


def test_a_missing_folder_is_not_an_empty_one(tmp_path: Path) -> None:
    assert look(tmp_path / "nowhere", PUBLIC) is None


def test_markdown_is_found_in_every_folder_but_hidden_ones(folder: Path) -> None:
    for name in ("a.md", "b/c/d.MD", ".git/x.md", ".hidden.md", "notes.txt", "b/~lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")

    assert faults(folder) == {"a.md": "", "b/c/d.MD": ""}


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (folder / "leak.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "elsewhere").mkdir()
    (folder / "more").symlink_to(tmp_path / "elsewhere")

    found = faults(folder)

    assert found.keys() == {"leak.md", "more"}
    assert all("leads out" in fault for fault in found.values())


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / ".data").mkdir()
    (folder / ".data" / "real.md").write_text("mounted")
    (folder / "a.md").symlink_to(folder / ".data" / "real.md")
    looked = look(folder, PUBLIC)

    assert looked
    assert read_file(looked.files["a.md"]) == b"mounted"


def test_a_second_name_for_a_file_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    os.link(tmp_path / "secret.md", folder / "leak.md")

    assert "hard link" in faults(folder)["leak.md"]


def test_a_pipe_is_refused_and_never_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")

    assert "pipe" in faults(folder)["pipe.md"]


def test_a_socket_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind("ear.md")

    assert "socket" in faults(folder)["ear.md"]


def test_a_file_swapped_for_a_link_after_the_look_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (folder / "a.md").write_text("harmless")
    looked = look(folder, PUBLIC)
    (folder / "a.md").unlink()
    (folder / "a.md").symlink_to(tmp_path / "secret.md")

    assert looked
    with pytest.raises(BadFile, match="cannot be opened"):
        read_file(looked.files["a.md"])


def test_a_name_that_is_not_utf8_is_refused(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md"))).write_text("text")

    assert faults(folder) == {"\\udcff.md": "the file's name holds signs that cannot be shown; rename it"}


def test_the_nearest_defaults_hold_and_take_over_what_they_do_not_say(folder: Path) -> None:
    (folder / "staff" / "deep").mkdir(parents=True)
    (folder / "_folder.yml").write_text("owner: desk\nlanguage: en\n")
    (folder / "staff" / "_folder.yml").write_text("audience: staff\n")
    looked = look(folder, PUBLIC)

    assert looked
    assert looked.around("a.md").audience == "public"
    inner = looked.around("staff/deep/b.md")
    assert (inner.audience, inner.owner, inner.language) == ("staff", "desk", "en")


@pytest.mark.parametrize("text", ["audience: stafff", "title: x", "audience: [", "audience: &a staff"])
def test_broken_defaults_leave_no_audience_to_their_folder(folder: Path, text: str) -> None:
    (folder / "staff").mkdir()
    (folder / "staff" / "_folder.yml").write_text(text)
    looked = look(folder, PUBLIC)

    assert looked
    assert looked.around("staff/a.md").audience is None
    assert looked.around("a.md").audience == "public"
    assert looked.faults.keys() == {"staff/_folder.yml"}
