"""Unit tests of ``nbenv.export.binder``."""

from __future__ import annotations

from pathlib import Path

from nbenv.export import binder
from tests.unit.export.made import COMMIT, mixed_snapshot


def test_binder(tmp_path: Path) -> None:
    document = mixed_snapshot(tmp_path)
    files = binder.write(document)
    lines = files["binder/requirements.txt"].decode().splitlines()
    assert lines[0] == "--extra-index-url https://example.org/simple"
    assert [line.partition("=")[0] for line in lines[1:]] == ["a"]
    assert files["binder/runtime.txt"] == b"python-3.11\n"
    script = files["binder/postBuild"].decode().splitlines()
    assert script[:2] == ["#!/bin/sh", "set -e"]
    assert [line.split()[-1] for line in script[2:4]] == [
        f"git+https://example.org/r@{COMMIT}'",
        "./tool",
    ]
    assert "ipykernel install" in script[-1]
