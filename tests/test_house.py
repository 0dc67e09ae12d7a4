"""Does the house still keep its own rules? Form, types, directions of imports, sizes, papers."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from bot.__main__ import main
from store.settings import settings_markdown
from tests.engines import free_port
from tests.furnishing import Furnished

pytestmark = pytest.mark.skipif(
    "TEST_DATABASE_URL" in os.environ, reason="nothing here asks the database; the run on SQLite looks at it"
)
ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "tools", "escalation", "knowledge", "store")
BIN = Path(sys.executable).parent
LONGEST_FILE = 400
LONGEST_README = 150
# Such a name says that nobody knew where a line belongs.
HOMELESS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def python_files() -> list[Path]:
    places = (*ROOMS, "tests", "bench")
    return [ROOT / "setup_env.py", *sorted(path for place in places for path in (ROOT / place).rglob("*.py"))]


def written_files() -> list[Path]:
    return [path for path in python_files() if path.name != "__init__.py"]


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run(*command: str | Path) -> None:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{command[0]} found:\n{result.stdout[-6000:]}{result.stderr[-2000:]}"


def test_form_and_habits_are_kept() -> None:
    run(BIN / "ruff", "check", "--quiet")


def test_every_file_is_formatted() -> None:
    run(BIN / "ruff", "format", "--check", "--quiet")


def test_the_types_hold() -> None:
    run(BIN / "mypy", "--no-error-summary", *(str(ROOT / room) for room in ROOMS))


@pytest.mark.slow
def test_the_types_of_tests_and_benches_hold_too() -> None:
    run(BIN / "mypy", "--no-error-summary")


def test_imports_go_the_allowed_ways_only() -> None:
    run(BIN / "lint-imports", "--no-logo")


def test_no_folder_hides_from_the_contracts() -> None:
    hidden = {path.parent for path in python_files() if path.relative_to(ROOT).parts[0] in ROOMS}

    assert [short(path) for path in sorted(hidden) if not (path / "__init__.py").exists()] == [], (
        "add __init__.py"
    )


def test_files_are_short() -> None:
    long = [short(path) for path in python_files() if len(path.read_text().splitlines()) > LONGEST_FILE]

    assert long == [], f"longer than {LONGEST_FILE} lines"


def test_the_files_that_only_mark_a_package_are_empty() -> None:
    assert [
        short(path) for path in python_files() if path.name == "__init__.py" and path.stat().st_size
    ] == []


def first_sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return docstring.split("\n")[0]


def test_every_file_opens_with_the_question_it_answers() -> None:
    mute = [
        short(path)
        for path in written_files()
        if not path.read_text().startswith('"""') or not re.search(r"[.?!:]$", first_sentence(path))
    ]

    assert mute == [], "the first line is one sentence in triple quotes"


def test_no_two_files_answer_the_same_question() -> None:
    sentences = [first_sentence(path) for path in written_files()]

    assert sorted({one for one in sentences if sentences.count(one) > 1}) == []


def test_every_file_has_a_name_that_says_what_belongs_into_it() -> None:
    assert [short(path) for path in python_files() if HOMELESS & set(path.stem.split("_"))] == []


def test_every_exception_from_a_rule_gives_its_reason() -> None:
    bare = re.compile(r"#\s*(type:\s*ignore(\[[\w, -]+\])?|noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?)[\s#:.-]*$")

    found = [
        f"{short(path)}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if bare.search(line)
    ]

    assert found == [], "say why after the code: `# noqa: PLC0415 - loaded when first needed`"


def test_every_dependency_gives_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    listed = PYPROJECT["project"]["dependencies"] + PYPROJECT["project"]["optional-dependencies"]["test"]

    above = [lines[lines.index(f'  "{one}",') - 1] for one in listed]

    assert [one for one in above if not one.startswith("  # ")] == []


def test_the_lock_names_every_dependency_and_only_the_public_index() -> None:
    lock = (ROOT / "uv.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.M))
    listed = PYPROJECT["project"]["dependencies"] + PYPROJECT["project"]["optional-dependencies"]["test"]

    assert {re.split(r"[\[<>=]", one)[0].lower() for one in listed} <= locked
    assert set(re.findall(r"\w+://[^/\"]+", lock)) == {"https://pypi.org", "https://files.pythonhosted.org"}


def test_the_lock_brings_no_torch() -> None:
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.M)

    assert [one for one in names if one.startswith(("torch", "nvidia", "transformers", "triton"))] == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= LONGEST_README


def shown_commands() -> list[str]:
    blocks = re.findall(
        r"^```(?:bash|sh|console)\n(.*?)^```", (ROOT / "README.md").read_text(), flags=re.M | re.S
    )
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [
        line
        for line in lines
        if re.search(r"\bdeskbell\b", line) and not line.startswith(("#", "git ", "cd "))
    ]


def serves(command: str, where: Path, environment: dict[str, str]) -> str:
    """Starts it, waits until it is ready, stops it; returns what went wrong, or nothing."""
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command}"],
        cwd=where,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        was_ready = becomes_ready(f"http://127.0.0.1:{environment['DESKBELL_PORT']}/readyz", process)
    finally:
        process.terminate()
        said = process.communicate(timeout=30)[0]
    return (
        ""
        if was_ready and process.returncode == 0
        else f"{command}: exit {process.returncode}\n{said[-2000:]}"
    )


def becomes_ready(address: str, process: subprocess.Popen[str]) -> bool:
    latest = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < latest:
        with suppress(httpx2.TransportError):
            if httpx2.get(address, timeout=5).is_success:
                return True
        time.sleep(0.25)
    return False


def works(line: str, where: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """In this process, which has loaded everything already; what stands before the pipe is said to it."""
    before, _, command = line.rpartition("|")
    typed = subprocess.run(["sh", "-c", before], capture_output=True, text=True, check=True).stdout
    heard, complaint = StringIO(), StringIO()
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    monkeypatch.chdir(where)
    with redirect_stdout(heard), redirect_stderr(complaint):
        try:
            code = main(shlex.split(command, comments=True)[1:])
        except SystemExit as refused:
            code = int(refused.code or 0)
    return "" if code == 0 else f"{line}: exit {code}\n{complaint.getvalue()[-2000:]}"


def test_every_command_in_the_readme_works(
    tmp_path: Path, furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the paper, on one desk, in a folder that looks like the project."""
    for name in (".venv", "knowledge"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(furnished.folder, tmp_path / "desk")
    monkeypatch.setenv("PATH", f"{BIN}:{os.environ['PATH']}")
    monkeypatch.setenv("DESKBELL_DATA_DIR", str(tmp_path / "desk"))
    monkeypatch.setenv("DESKBELL_PORT", str(free_port()))

    wrong = [
        serves(command, tmp_path, dict(os.environ))
        if re.search(r"deskbell (run|work)\b", command)
        else works(command, tmp_path, monkeypatch)
        for command in shown_commands()
    ]

    assert [one for one in wrong if one] == []


def test_every_setting_stands_in_the_papers_as_the_code_says_it() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_markdown(), (
        "it is made: its first lines say how"
    )


def sentences(node: Any, key: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every sentence of a language: its key and the names of what is filled in."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield from sentences(child, f"{key}.{name}" if key else str(name))
    elif isinstance(node, list):
        yield key, frozenset(name for one in node for name in re.findall(r"{(\w*)", str(one)))
    else:
        yield key, frozenset(re.findall(r"{(\w*)", str(node)))


def test_every_language_says_the_same_things() -> None:
    files = sorted((ROOT / "bot" / "texts").rglob("*.yml"))
    if not files:
        pytest.skip("bot/texts/ is not there")
    spoken = {path: dict(sentences(yaml.safe_load(path.read_text()))) for path in files}

    for path, said in spoken.items():
        english = spoken[path.with_name("en.yml")]
        other = sorted(key for key in said.keys() | english.keys() if said.get(key) != english.get(key))
        assert other == [], f"{short(path)} has other keys or other placeholders than en.yml beside it"
