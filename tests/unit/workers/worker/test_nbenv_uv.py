"""The uv that a worker with pip alone gets, and only that one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from uv import find_uv_bin

from tests.support.index import LocalIndex
from tests.unit.workers.conftest import Manifest

NAMES = [f"tiny{number}" for number in range(8)]


@pytest.fixture
def worker(
    on_worker: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """What runs on a worker that has no uv of its own."""
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    found: Any = on_worker("nbenv_worker")
    which = shutil.which
    hidden = lambda name, **more: None if name == "uv" else which(name, **more)  # noqa: E731
    monkeypatch.setattr(found._install.shutil, "which", hidden)
    return found


@pytest.fixture
def many(index: LocalIndex, manifest: Callable[..., Manifest]) -> Manifest:
    for name in NAMES:
        index.wheel(name, "1.0")
    return manifest(*(f"{name}==1.0" for name in NAMES))


def offered(worker: Any, index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the index have a uv of the accepted version, which calls this machine's."""
    version = worker._uv.VERSION
    call = f"os.execv({find_uv_bin()!r}, ['uv', *sys.argv[1:]])"
    program = f"#!python\nimport os, sys\n{call}\n"
    index.wheel("uv", version, modules={f"uv-{version}.data/scripts/uv": program})
    monkeypatch.setattr(worker._uv, "HASHES", (index.sha256(f"uv-{version}-py3-none-any.whl"),))


def test_pip_gets_uv_once_and_uv_installs(
    worker: Any, many: Manifest, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(worker, index, monkeypatch)
    assert worker.make(many)["with"] == "uv"
    [program] = (tmp_path / "cache" / "uv").glob("*/bin/uv")
    monkeypatch.setattr(worker._uv, "get", None)  # it is there
    again = {**many, "digest": "cd" * 20}
    assert worker.make(again)["with"] == "uv"
    assert os.access(program, os.X_OK)


def test_another_file_than_the_accepted_one_is_not_run(
    worker: Any, many: Manifest, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(worker, index, monkeypatch)
    monkeypatch.setattr(worker._uv, "HASHES", ("0" * 64,))
    assert worker.make(many)["with"] == "pip"
    assert list((tmp_path / "cache" / "uv").iterdir()) == []


def test_an_index_without_it_does(worker: Any, many: Manifest, tmp_path: Path) -> None:
    assert worker.make(many)["with"] == "pip"
    assert list((tmp_path / "cache" / "uv").iterdir()) == []


def test_few_lines_are_installed_before_uv_would_be_there(
    worker: Any, manifest: Callable[..., Manifest], many: Manifest, tmp_path: Path
) -> None:
    assert worker.make(manifest("tiny1==1.0"))["with"] == "pip"
    assert not (tmp_path / "cache" / "uv").exists()


def test_the_line_names_wheels_by_their_hashes(worker: Any) -> None:
    line = worker._uv.line()
    assert re.fullmatch(r"uv==\d+\.\d+\.\d+( --hash=sha256:[0-9a-f]{64})+", line)
