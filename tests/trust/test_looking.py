"""Looking at a hostile notebook, in whatever way, runs nothing and contacts no host.

``python -m tests.trust.traced`` does the same under strace, with real kernels.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import hostile
from tests.support.commands import nbenv
from tests.support.kernels import kernel

HOOK = """
import os, sys
from tests.support.looks import ASKS, RUNS

def hook(event, arguments):
    if event in RUNS or event in ASKS:
        with open(os.environ["NOTED"], "a") as file:
            print(event, repr(arguments)[:300], file=file)

sys.addaudithook(hook)
"""


def looked(folder: Path, *words: str) -> Any:
    command = [sys.executable, "-m", "tests.support.looks", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=280)
    return json.loads(done.stdout)


def test_looking_runs_nothing_and_asks_nobody(tmp_path: Path) -> None:
    found = looked(tmp_path)
    assert found["noted"] == []
    assert found["notebooks"] > 150
    assert found["looks"] > 2500
    assert 0 < found["refused"] < found["looks"]


def test_the_watch_sees_what_it_watches_for(tmp_path: Path) -> None:
    noted = " ".join(looked(tmp_path, "--misbehave")["noted"])
    assert "subprocess.Popen" in noted
    assert "socket.connect" in noted


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Watch every started Python process; return the file that lists what they did."""
    root = str(Path(__file__).parents[2])
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "hook"), root]))
    monkeypatch.setenv("NOTED", str(tmp_path / "noted"))
    return tmp_path / "noted"


@pytest.mark.parametrize("name", ["folder", "index", "nothing locked"])
def test_real_commands_and_kernels(name: str, noted: Path, tmp_path: Path) -> None:
    path = hostile.write(tmp_path / "work" / "x.ipynb", hostile.HARMLESS[name])
    before = path.read_bytes()
    assert nbenv("status", path, "--json").status == 0
    assert nbenv("export", path).status == 0
    assert nbenv("list", path).status == 1
    for words in (["export", path, "--format", "pylock"], ["upgrade", path], ["undo", path]):
        assert nbenv(*words).status in (1, 3)
    assert not noted.exists(), noted.read_text(encoding="utf-8")
    with kernel(path) as running:
        status, text = running.run("1")
        assert (status, "%nbenv restore" in text) == ("error", True)
    listed = noted.read_text(encoding="utf-8") if noted.exists() else ""
    assert listed == ""
    assert path.read_bytes() == before
    assert not list(tmp_path.rglob("evil-ran"))
