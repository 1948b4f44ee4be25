"""Unit tests of ``nbenv.export.binder``."""

from __future__ import annotations

from pathlib import Path

from nbenv.export import binder
from tests.unit.export.made import COMMIT, locked, mixed_snapshot, snapshot


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


def test_what_has_no_dependencies_is_installed_on_its_own(tmp_path: Path) -> None:
    document = snapshot(tmp_path, "a", lock=(locked("a"), locked("b")), no_deps=("a",))
    files = binder.write(document)
    assert files["binder/requirements.txt"].startswith(b"b==")
    assert files["binder/without-dependencies.txt"].startswith(b"a==")
    assert b"--no-deps -r binder/without-dependencies.txt" in files["binder/postBuild"]


def test_system_packages_have_a_file(tmp_path: Path) -> None:
    files = binder.write(
        snapshot(tmp_path, "a", lock=(locked("a"),), system=("ffmpeg", "graphviz"))
    )
    assert files["binder/apt.txt"] == b"ffmpeg\ngraphviz\n"
