"""Processes that look like kernels, and contents managers without a server."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

LAUNCHER = "nbenv.kernel.launcher"

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return what starts a process that only has words, with this Python or a link to it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str, python: Path | None = None) -> subprocess.Popen[bytes]:
        if python is not None:
            python.symlink_to(sys.executable)
        code = "import sys, time; print(flush=True); time.sleep(60)"
        process = subprocess.Popen(
            [str(python or sys.executable), "-c", code, *words], stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def contents(tmp_path: Path) -> Any:
    """Return what is used of a contents manager; its root holds nothing."""
    root = tmp_path / "root"
    root.mkdir()
    return SimpleNamespace(root_dir=str(root), allow_hidden=False, log=logging.getLogger("test"))
