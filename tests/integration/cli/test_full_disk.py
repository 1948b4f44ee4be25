"""Disks that refuse what is new: every command says so in a sentence, without a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.unit.export.made import locked, snapshot

REFUSE = """
import builtins, errno, io, os
number = int(os.environ["REFUSED_WITH"])
open_, os_open, mkdir = builtins.open, os.open, os.mkdir
def refuse(path):
    raise OSError(number, os.strerror(number), path)
def os_open_(path, flags, *rest, **more):
    if flags & os.O_CREAT and not os.path.exists(path):
        refuse(path)
    return os_open(path, flags, *rest, **more)
def open__(path, mode="r", *rest, **more):
    if isinstance(path, (str, bytes, os.PathLike)) and set(mode) & set("wax+"):
        if not os.path.exists(path):
            refuse(path)
    return open_(path, mode, *rest, **more)
def refused(path, *rest, **more):
    refuse(path)
builtins.open = io.open = open__
os.open, os.mkdir, os.mkfifo = os_open_, refused, refused
os.symlink = os.link = lambda source, target, **more: refuse(target)
"""
COMMANDS = (
    ("install", "a.ipynb", "six"), ("restore", "a.ipynb"), ("restore", "a.ipynb", "--dry-run"),
    ("undo", "a.ipynb"), ("status", "a.ipynb"), ("list", "a.ipynb"), ("diff", "a.ipynb"),
    ("diff", "a.ipynb", "HEAD"), ("adopt", "a.ipynb"), ("adopt", "a.ipynb", "--dry-run"),
    ("export", "a.ipynb", "-o", "new.txt"), ("export", "a.ipynb", "--format", "binder", "-o", "b"),
    ("pack", "a.ipynb"), ("pack", "a.ipynb", "--archive", "a.tar.gz"),
    ("unpack", "x.nbpack"), ("verify", "a.ipynb"), ("run", "a.ipynb"),
    ("approvals",), ("envs",), ("prune",), ("doctor",), ("kernelspec",), ("git-config",),
    ("git-text", "a.ipynb"), ("git-merge", "a.ipynb", "a.ipynb", "a.ipynb", "a.ipynb"),
    ("audit", "a.ipynb"), ("python", "a.ipynb", "3.12"), ("uninstall", "a.ipynb", "six"),
    ("upgrade", "a.ipynb"),
)  # fmt: skip


def run(folder: Path, words: tuple[str, ...], **more: str) -> subprocess.CompletedProcess[str]:
    environ = {
        **os.environ,
        "PYTHONPATH": str(folder / "refusing"),
        "HOME": str(folder),
        "NBENV_HOME": str(folder / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    return subprocess.run(
        [str(Path(sys.executable).with_name("nbenv")), *words], cwd=folder, env=environ,
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("number", ["ENOSPC", "EROFS"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_traceback_where_nothing_new_can_be_made(
    tmp_path: Path, words: tuple[str, ...], number: str
) -> None:
    snapshot(tmp_path, "six", lock=(locked("six"),), name="a.ipynb")
    (tmp_path / "refusing").mkdir()
    (tmp_path / "refusing" / "sitecustomize.py").write_text(REFUSE, encoding="utf-8")
    done = run(tmp_path, words, REFUSED_WITH=str(getattr(errno, number)), UV_OFFLINE="1")
    said = f"{done.stdout}{done.stderr}"
    assert "Traceback" not in said, said
    assert "nbenv itself failed" not in said, said
    assert done.returncode in (0, 1, 2, 3)
    assert done.returncode == 0 or said.strip()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "words",
    [
        ("status", "a.ipynb"),
        ("list", "a.ipynb", "--json"),
        ("export", "a.ipynb"),
        ("status", "a.ipynb", "--events"),
    ],
)
def test_output_that_cannot_be_written(tmp_path: Path, words: tuple[str, ...]) -> None:
    write_notebook(tmp_path / "a.ipynb", "1")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("nbenv")), *words], cwd=tmp_path, stdout=full,
            stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 1
