"""The core of nbenv on each Python that it may be installed for, and with its oldest dependencies.

Each host takes a minute, so this runs only where ``TEST_HOSTS`` is set, as in ``.ci/run``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from uv import find_uv_bin

from nbenv.environments import interpreters

ROOT = Path(__file__).parents[2]
OLDEST = "3.10"
CORE = (
    "tests/unit/core/test_lock.py",
    "tests/unit/core/test_marker_form.py",
    "tests/unit/core/test_pylock.py",
    "tests/unit/core/test_requirements.py",
    "tests/unit/core/test_spec.py",
    "tests/unit/home",
    "tests/unit/notebook",
    "tests/integration/cli/test_verify.py",
    "tests/integration/kernel/test_protocol.py",
    "tests/integration/kernel/test_supervised.py",
)
"""Records, files, a real kernel in each of its two ways, and processes of nbenv's own."""
TOOLS = (
    "hypothesis", "jupyter-kernel-test", "jupytext", "markdown-it-py", "papermill", "pytest",
    "pytest-timeout", "pytest-xdist", "websocket-client",
)  # fmt: skip
"""What these tests need; nbenv does not."""
LONGEST = 900

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("TEST_HOSTS"), reason="set TEST_HOSTS=1 to run the core on other Pythons"
    ),
    pytest.mark.timeout(LONGEST),
]


def run(command: Sequence[object], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    words = list(map(str, command))
    return subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def uv(*words: object) -> str:
    done = run([find_uv_bin(), *words], os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def versions(program: Path) -> dict[str, str]:
    found = json.loads(uv("pip", "list", "--format", "json", "--python", program))
    return {each["name"]: each["version"] for each in found}


def take_package_of_checkout(host: Path) -> None:
    """Leave of the wheel what it brings beside the package, whose tests find files beside it."""
    [packages] = (path.parent for path in host.rglob("nbenv_clients.pth"))
    shutil.rmtree(packages / "nbenv")
    (packages / "checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("python", "how"), [(OLDEST, "lowest-direct"), ("3.12", "highest"), ("3.13", "highest")]
)
def test_the_core(python: str, how: str, wheel: Path, tmp_path: Path) -> None:
    found = interpreters.find(python)
    if found is None:
        pytest.skip(f"there is no Python {python} on this machine")
    host = tmp_path / "host"
    program = host / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def install(*words: object) -> None:
        uv("pip", "install", "-q", "--python", program, *words)

    uv("venv", "-q", "--python", found.executable, host)
    install("--resolution", how, "-r", ROOT / "pyproject.toml")
    install("--no-deps", wheel)
    before = versions(program)
    install(*TOOLS)
    after = versions(program)
    assert before == {name: after[name] for name in before}  # the tools need no newer ones
    take_package_of_checkout(host)
    command = [program, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope", *CORE]
    environ = {name: value for name, value in os.environ.items() if name != "TEST_HOSTS"}
    done = run(command, environ)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
