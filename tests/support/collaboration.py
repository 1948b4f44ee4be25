"""A Python with a collaboration server in addition to everything in the tests' own Python.

Installed in the tests' own Python it would change every other test: who saves, and when.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

from uv import find_uv_bin

__all__ = ["SERVERS", "environ", "make_python"]


SERVERS = ("jupyter-collaboration>=4", "jupyter-server-documents>=0.3")
"""The distributions of the servers."""


def make_python(folder: Path, server: str) -> Path:
    """Make a Python with that server in `folder`, with the versions of the tests' own."""
    python = folder / "venv" / "bin" / "python"
    constraints = folder / "constraints.txt"
    here = {(each.metadata["Name"], each.version) for each in distributions()}
    lines = [f"{name}=={version}" for name, version in here if name and name != "jupyter-nbenv"]
    constraints.write_text("\n".join(sorted(lines)), encoding="utf-8")
    _uv("venv", "--python", sys.executable, str(folder / "venv"))
    wanted = ["--constraints", str(constraints), server]
    _uv("pip", "install", "--python", str(python), *wanted)
    own = sysconfig.get_path("purelib")
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    line = f"import site; site.addsitedir({own!r})\n"
    Path(found.stdout.strip(), "own.pth").write_text(line, encoding="utf-8")
    return python


def _uv(*words: str) -> None:
    done = subprocess.run([find_uv_bin(), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def environ(home: Path) -> dict[str, str]:
    """Return the variables with which a server on that Python finds the tests' own extensions."""
    return {
        "NBENV_HOME": str(home),
        "JUPYTER_PATH": os.path.join(sys.prefix, "share", "jupyter"),
        "JUPYTER_CONFIG_PATH": os.path.join(sys.prefix, "etc", "jupyter"),
    }
