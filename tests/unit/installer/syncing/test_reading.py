"""Uv's commands that change nothing of an environment, with a real uv."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import venv
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.spec import Index, Spec
from nbenv.errors import InstallerError
from nbenv.installer.syncing.reading import fetch_python, find_outdated, forget_cached, run_pip
from nbenv.installer.uv import run_uv
from nbenv.progress import drain
from tests.support.index import LocalIndex

SPEC = Spec(f"3.{sys.version_info[1]}")


class Environment:
    """An environment without any package."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, symlinks=os.name == "posix")
        self.python = str(folder / ("bin/python" if os.name == "posix" else "Scripts/python.exe"))
        [self.packages] = folder.rglob("site-packages")

    def add(self, *wheels: Path) -> None:
        for each in wheels:
            with zipfile.ZipFile(each) as archive:
                archive.extractall(self.packages)

    def outdated(self, spec: Spec) -> dict[str, str]:
        """Return name → latest version."""
        rows = drain(find_outdated(self.python, spec))
        assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
        assert {row["version"] for row in rows} <= {"1.0"}
        return {row["name"]: row["latest_version"] for row in rows}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "environment")


def pages(index: LocalIndex) -> set[str]:
    """Return the projects that an index was asked about."""
    found = {path.split("/")[2] for _, path in index.requests if path.startswith("/simple/")}
    index.requests.clear()
    return found


def test_what_is_outdated(index: LocalIndex, environment: Environment) -> None:
    environment.add(*(index.wheel(name, "1.0") for name in ("tree", "leaf", "same")))
    index.wheel("leaf", "2.0", upload_time="2024-06-01T00:00:00Z")
    index.wheel("leaf", "3.0", upload_time="2025-06-01T00:00:00Z")
    index.wheel("tree", "1.5", upload_time="2025-06-01T00:00:00Z")
    assert environment.outdated(SPEC) == {"leaf": "3.0", "tree": "1.5"}
    assert environment.outdated(replace(SPEC, exclude_newer="2024-12-31")) == {"leaf": "2.0"}


@pytest.mark.parametrize("listed", ["acme-one", "acme-*"])
def test_no_other_index_is_asked_about_what_one_lists(
    listed: str, index: LocalIndex, environment: Environment, tmp_path: Path
) -> None:
    with LocalIndex(tmp_path / "private") as private:
        environment.add(private.wheel("acme-one", "1.0"), index.wheel("leaf", "1.0"))
        private.wheel("acme-one", "2.0")
        index.wheel("acme-one", "9.0")  # somebody else's
        index.wheel("leaf", "2.0")
        spec = replace(SPEC, indexes=(Index("corp", private.url, packages=(listed,)),))
        assert environment.outdated(spec) == {"acme-one": "2.0", "leaf": "2.0"}
        assert pages(index) == {"leaf"}
        assert "acme-one" in pages(private)


def test_settings_above_are_not_read(
    index: LocalIndex, environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "strange"
    folder.mkdir()
    (folder / "uv.toml").write_text("no settings", encoding="utf-8")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with pytest.raises(InstallerError):
        drain(run_uv(["pip", "list", "--python", environment.python], folder))
    environment.add(index.wheel("leaf", "1.0"))
    monkeypatch.chdir(folder)
    assert drain(run_pip(environment.python, ["freeze"], SPEC)) == "leaf==1.0\n"
    [row] = json.loads(drain(run_pip(environment.python, ["list", "--format", "json"], SPEC)))
    assert row == {"name": "leaf", "version": "1.0"}
    assert [path.name for path in folder.iterdir()] == ["uv.toml"]  # nothing is left behind


def test_a_command_that_fails_is_an_error(index: LocalIndex, environment: Environment) -> None:
    environment.add(index.wheel("leaf", "1.0", requires=["missing"]))
    with pytest.raises(InstallerError):
        drain(run_pip(environment.python, ["check"], SPEC))


def test_what_is_forgotten_is_downloaded_again(index: LocalIndex, tmp_path: Path) -> None:
    for name in ("leaf", "tree"):
        index.wheel(name, "1.0")

    def download(target: str) -> list[str]:
        index.requests.clear()
        command = ["pip", "install", "leaf", "tree", "--target", str(tmp_path / target)]
        drain(run_uv([*command, "--python", sys.executable], tmp_path))
        return index.downloads

    assert len(download("one")) == 2
    assert download("two") == []
    drain(forget_cached(["leaf"], tmp_path))
    assert download("three") == ["leaf-1.0-py3-none-any.whl"]


def test_there_is_no_such_python() -> None:
    with pytest.raises(InstallerError, match=r"3\.99"):
        drain(fetch_python("3.99"))
