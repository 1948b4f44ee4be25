"""Run every check and test: ``python -m tests``.

The checks are linters, type checkers and the documentation build. Words after the command go to
pytest, and then nothing else runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def checks() -> list[tuple[Path, list[str]]]:
    """Return the folder and the command of each check."""
    python, jlpm = sys.executable, str(BIN / "jlpm")
    extension = ROOT / "labextension"
    # -E reads every page anew: a warning is given only when a page is read.
    site = ["-E", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html"]
    return [
        (ROOT, [python, "-m", "ruff", "check", "."]),
        (ROOT, [python, "-m", "ruff", "format", "--check", "."]),
        (ROOT, [python, "-m", "mypy"]),
        (ROOT, [python, "-m", "sphinx", *site]),
        (extension, [jlpm, "install", "--immutable"]),
        (extension, [jlpm, "lint:check"]),
        (extension, [jlpm, "prettier:check"]),
        (extension, [jlpm, "tsc", "--noEmit"]),
        (extension, [jlpm, "test"]),
    ]


def run(folder: Path, command: list[str]) -> bool:
    """Run one check; print what it is and how long it took."""
    shown = " ".join([Path(command[0]).name, *command[1:]])
    print(f"\n== {shown}", flush=True)
    start = time.monotonic()
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    status = subprocess.run(command, cwd=folder, env=environ, check=False).returncode
    seconds = time.monotonic() - start
    print(f"== {shown}: {'passed' if status == 0 else 'FAILED'} in {seconds:.0f} s", flush=True)
    return status == 0


def _all_pass() -> bool:
    results = [run(folder, command) for folder, command in checks()]  # all, to see every failure
    return all(results)


def main(words: list[str]) -> int:
    """Run the checks, then the tests; return 0 when all of them passed."""
    if not (BIN / "jlpm").exists() or shutil.which("node") is None:
        print("This needs Node and: pip install '.[lab,test]'", file=sys.stderr)
        return 2
    passed = words != [] or _all_pass()
    # Tests wait for kernels and pages a third of their time, so the cores have time for more of
    # them. The tests of a module share servers, so a module stays with one of the workers; the
    # modules with the fewest tests are not the shortest, so they keep the order of conftest.py.
    workers = 2 * (os.cpu_count() or 1)
    shared_out = ["-n", str(workers), "--dist", "loadscope", "--no-loadscope-reorder"]
    tested = run(ROOT, [sys.executable, "-m", "pytest", *(words or shared_out)])
    return 0 if passed and tested else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
