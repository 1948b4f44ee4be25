"""Bytecode of a kernel's environment is kept when the kernel ends."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.environments.seal import is_sealed, sealed
from nbenv.home.variables import BACKGROUND
from tests.support.commands import succeed
from tests.support.kernels import kernel


def environment(notebook: Path) -> Environment:
    return NotebookSnapshot.read(NotebookRef(str(notebook))).environment


def compiled(notebook: Path) -> dict[str, bytes]:
    """Return the compiled modules and their contents."""
    site = environment(notebook).site_packages()
    found = {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*.pyc")}
    own = ("_virtualenv", "_nbenv_pip")  # of the environment itself, made anew with each
    return {path: plain(found[path]) for path in found if not any(name in path for name in own)}


def plain(content: bytes) -> bytes:
    """Return it without the seal that what comes from the cache ends with."""
    return content[: -len(sealed(b""))] if is_sealed(content) else content


def written(notebook: Path) -> dict[str, int]:
    """Return when each compiled module was written."""
    site = environment(notebook).site_packages()
    return {path: (site / path).stat().st_mtime_ns for path in compiled(notebook)}


def use(notebook: Path) -> None:
    with kernel(notebook) as running:
        running.ok("import tabulate")
        running.manager.shutdown_kernel()


def test_an_environment_that_was_deleted_comes_back_compiled(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("install", notebook, "tabulate")
    use(notebook)  # not where the setting says no
    monkeypatch.delenv(BACKGROUND)
    use(notebook)
    kept, end = environment(notebook).kept, time.monotonic() + 60
    while not kept.exists() and time.monotonic() < end:
        time.sleep(0.1)
    before, at = compiled(notebook), kept.stat().st_mtime_ns
    assert [path for path in before if path.startswith("tabulate")]
    use(notebook)
    time.sleep(1)
    assert kept.stat().st_mtime_ns == at  # nothing had changed

    shutil.rmtree(environment(notebook).path)
    succeed("restore", notebook)
    assert compiled(notebook) == before
    monkeypatch.setenv(BACKGROUND, "0")
    times = written(notebook)
    use(notebook)
    assert written(notebook) == times  # Python found them valid
