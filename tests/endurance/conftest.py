"""The wheel of this commit, built once for all tests that install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def build(what: str, source: Path, folder: Path, environ: dict[str, str]) -> Path:
    """Build an sdist or a wheel as a front end does, with the requirements of pyproject.toml."""
    command = [sys.executable, "-m", "build", f"--{what}", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, env=environ)
    [made] = folder.glob("*.tar.gz" if what == "sdist" else "*.whl")
    return made


def without_node(folder: Path) -> dict[str, str]:
    """Return an environment whose PATH has neither Node nor npm."""
    folder.mkdir()
    for name in ("env", "sh", "uname"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    environ = {**os.environ, "PATH": str(folder)}
    assert shutil.which("node", path=environ["PATH"]) is None
    return environ


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of the sdist of this commit, built where there is no Node."""
    tmp_path = tmp_path_factory.mktemp("built")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{ROOT}", clone], check=True)
    sdist = build("sdist", clone, tmp_path / "dist", dict(os.environ))
    with tarfile.open(sdist) as file:
        rooms = {Path(name).parts[1] for name in file.getnames() if len(Path(name).parts) > 1}
        file.extractall(tmp_path / "source", filter="data")
    assert {"nbenv", "labextension", "tests", "docs", "LICENSE", "PKG-INFO"} <= rooms
    [source] = (tmp_path / "source").iterdir()
    return build("wheel", source, tmp_path / "dist", without_node(tmp_path / "path"))
