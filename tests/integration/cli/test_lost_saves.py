"""A save by another program is never lost, at whatever moment of a change it comes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nbenv.notebook import swap
from nbenv.notebook.metadata import read_metadata, write_metadata
from nbenv.operations.adoption.edits import rewrite_installs
from tests.support.saver import KINDS, saved_number

ROUNDS = 12
SIZE = 2_000_000


def _notebook(path: Path, size: int) -> Path:
    output = {"name": "stdout", "output_type": "stream", "text": "x" * 1000 + "\n"}
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells: list[dict[str, object]] = [{**cell, "source": "0"}]
    cells += [{**cell, "source": "!pip install a", "outputs": [output] * 10}] * (size // 10_500)
    parts = {"cells": cells, "metadata": {"own": 1}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(parts, indent=1), encoding="utf-8")
    return path


def lost_saves(path: Path, kind: str, rounds: int) -> list[int]:
    """Change a notebook while another process saves it; return the saves that are lost."""
    began = time.monotonic()
    write_metadata(str(path), {"nbenv": {"round": 0}})
    seconds = 1.2 * (time.monotonic() - began)
    command = [sys.executable, "-m", "tests.support.saver", kind, str(path), str(seconds)]
    lost = []
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as saver:
        assert saver.stdin
        assert saver.stdout
        for number in range(1, rounds + 1):
            print(number, file=saver.stdin, flush=True)
            time.sleep(0.01)
            write_metadata(str(path), {"nbenv": {"round": number}})
            assert int(saver.stdout.readline()) == number
            if saved_number(path) != number:
                lost.append(number)
        saver.stdin.close()
    return lost


@pytest.mark.parametrize("kind", KINDS)
def test_no_save_is_lost(kind: str, tmp_path: Path) -> None:
    path = _notebook(tmp_path / "x.ipynb", SIZE)
    assert lost_saves(path, kind, ROUNDS) == []
    assert write_metadata(str(path), {"nbenv": {"round": "last"}})
    assert read_metadata(str(path)) == {"nbenv": {"round": "last"}, "own": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["x.ipynb"]


@pytest.mark.parametrize("kind", ["in place", "by rename"])
def test_no_save_is_lost_where_files_cannot_be_exchanged(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    assert lost_saves(_notebook(tmp_path / "x.ipynb", SIZE), kind, ROUNDS) == []


@pytest.mark.parametrize("kind", ["in place", "by rename"])
def test_adopting_loses_no_save(kind: str, tmp_path: Path) -> None:
    for number in range(4):
        path = _notebook(tmp_path / f"{number}.ipynb", SIZE)
        command = [sys.executable, "-m", "tests.support.saver", kind, str(path), "0.1"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as saver:
            assert saver.stdin
            saver.stdin.write(b"\n")
            saver.stdin.close()
            rewrite_installs(path)
            saver.wait()
        assert saved_number(path) == 1
