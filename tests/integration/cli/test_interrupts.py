"""Interrupts of a command: what it says is what it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.cli.test_verbs import installed
from tests.support.commands import nbenv_here
from tests.support.index import LocalIndex

UNCHANGED = "Stopped.\nThe notebook and its environment are unchanged.\n"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has other interrupts")


def interrupt(notebook: Path, *words: str, when: Callable[[], bool]) -> tuple[int, str]:
    """Press Control-C in a command once something is so; return its status and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nbenv", words[0], notebook, *words[1:], "-q"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while not when() and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


@pytest.fixture
def recorded(notebook: Path, index: LocalIndex) -> Path:
    for version in ("1.0", "2.0"):
        index.wheel("alpha", version)
    assert nbenv_here("install", notebook, "alpha<2", "-q").status == 0
    index.requests.clear()
    return notebook


def test_while_it_resolves(recorded: Path, index: LocalIndex) -> None:
    before, index.stall = recorded.read_bytes(), 20
    done = interrupt(recorded, "install", "beta", when=lambda: bool(index.requests))
    assert done == (1, UNCHANGED)
    assert recorded.read_bytes() == before


@pytest.mark.parametrize("words", [("install", "alpha>=2"), ("install", "-U", "alpha>1")])
def test_while_it_downloads(recorded: Path, index: LocalIndex, words: tuple[str, ...]) -> None:
    before, index.slow = recorded.read_bytes(), {"alpha-2.0-py3-none-any.whl"}
    done = interrupt(recorded, *words, when=lambda: bool(index.downloads))
    assert done == (1, UNCHANGED)
    assert recorded.read_bytes() == before
    assert installed(recorded)["alpha"] == "1.0"
    index.slow = set()
    assert nbenv_here("install", recorded, "alpha>=2", "-q").status == 0


def test_a_first_install_leaves_no_environment(
    notebook: Path, index: LocalIndex, home: Path
) -> None:
    index.wheel("alpha", "1.0")
    index.slow = {"alpha-1.0-py3-none-any.whl"}
    done = interrupt(notebook, "install", "alpha", when=lambda: bool(index.downloads))
    assert done == (1, UNCHANGED)
    assert not [each for each in (home / "envs").iterdir() if (each / "nbenv.json").exists()]
