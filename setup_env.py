"""How does a bare Python become a working .venv? Standard library only: `python3 setup_env.py`."""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
# Written last: a set-up that was cut off is begun again.
STAMP = HOME / "deskbell.stamp"
# A first line with the path of Python itself would break on a blank in it, and on a long one.
# What is compiled is kept, as in the Makefile: without it each start takes twice as long.
COMMAND = """\
#!/bin/sh
'''exec' env PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX={compiled} {python} "$0" "$@"
'''
import sys

from bot.__main__ import main

sys.exit(main())
"""


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this is the one file that an older Python may meet
        print("Deskbell needs Python 3.11 or newer, this is " + sys.version.split()[0])
        print("If a newer one is there, name it: make run PYTHON=python3.12")
        return 1
    # `make run` and `make test` may be started side by side: the second waits.
    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return 0 if is_ready() else set_up()


def is_ready() -> bool:
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text() == digest()


def digest() -> str:
    """Changes when the lock, this script, the Python or the place of the project changes."""
    parts = (LOCK.read_bytes(), Path(__file__).read_bytes(), sys.version.encode(), os.fsencode(ROOT))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def set_up() -> int:
    print("Setting up .venv from requirements.lock. This happens once and takes about a minute.", flush=True)
    STAMP.unlink(missing_ok=True)
    try:
        make_home()
        install()
    except subprocess.CalledProcessError as error:
        print(f"Set-up stopped, this command failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        print("Is the package index reachable? The same make command goes on from here.", file=sys.stderr)
        return 1
    link()
    compile_once()
    STAMP.write_text(digest())
    return 0


def make_home() -> None:
    if not runs(f"import sys; assert sys.version == {sys.version!r}"):
        shutil.rmtree(HOME, ignore_errors=True)
        # Debian keeps pip for a .venv in a package of its own, python3-venv; uv does without.
        venv.create(HOME, symlinks=True, with_pip=shutil.which("uv") is None)


def runs(code: str) -> bool:
    return (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", code], capture_output=True, check=False).returncode == 0
    )


def install() -> None:
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(LOCK)]
    else:
        if not runs("import pip"):
            subprocess.run([PYTHON, "-m", "ensurepip"], check=True, capture_output=True)
        command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
        command += ["--require-hashes", "--no-deps", "-r", str(LOCK)]
    # A pip that is told to install for the user would miss the .venv.
    subprocess.run(command, check=True, env=os.environ | {"PIP_USER": "0"})


def link() -> None:
    """The five packages are used where they lie, so an edit counts at once and nothing is built."""
    packages = next((HOME / "lib").glob("python3.*")) / "site-packages"
    (packages / "deskbell.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = HOME / "bin" / "deskbell"
    command.write_text(
        COMMAND.format(python=shlex.quote(str(PYTHON)), compiled=shlex.quote(str(HOME / "compiled")))
    )
    command.chmod(0o755)


def compile_once() -> None:
    """Here, what nearly every start loads; not by each of several processes at its first start."""
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(HOME / "compiled")}
    loads = "import alembic.command, bot.web.app, bot.wiring, onnxruntime, chromadb, _pytest.config"
    subprocess.run([PYTHON, "-c", loads], cwd=ROOT, env=os.environ | kept, capture_output=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
