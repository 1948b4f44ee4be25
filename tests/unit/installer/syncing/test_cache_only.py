"""Installing from uv's cache alone, with a real uv."""

from __future__ import annotations

import os
import signal
import sys
import venv
from pathlib import Path

import pytest

from nbenv.core.spec import Index
from nbenv.errors import InstallerError, InstallerKilledError
from nbenv.installer import uv
from nbenv.installer.syncing.cache_only import install_from_cache
from nbenv.progress import Progress, drain
from tests.support.index import LocalIndex


class Environment:
    """An empty environment, and a file with what is locked for it."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder / "environment", symlinks=os.name == "posix")
        self.folder = folder
        [self.packages] = (folder / "environment").rglob("site-packages")
        self.command = self.command_into("--prefix", "environment")

    def lock(self, index: LocalIndex, *files: str) -> None:
        lines = [
            f"{name}=={version} --hash=sha256:{index.sha256(file)}"
            for file in files
            for name, version in [file.split("-")[:2]]
        ]
        (self.folder / "lock.txt").write_text("\n".join(lines), encoding="utf-8")

    def command_into(self, option: str, name: str) -> list[str]:
        where = [option, str(self.folder / name), "--python", sys.executable]
        return ["pip", "install", "--require-hashes", "-r", "lock.txt", *where]

    def install(self, *indexes: Index) -> list[Progress] | None:
        return install_from_cache(self.command, self.folder, indexes, (), self.packages)

    def installed(self) -> list[str]:
        return sorted(path.name for path in self.packages.glob("*.dist-info"))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


def test_what_is_in_the_cache_is_installed_without_a_question(
    index: LocalIndex, environment: Environment
) -> None:
    environment.lock(index, index.wheel("leaf", "1.0").name)
    assert environment.install() is None
    assert index.requests == []
    assert environment.installed() == []
    drain(uv.run_uv(environment.command_into("--target", "elsewhere"), environment.folder))
    index.requests.clear()
    index.close()
    done = environment.install()
    assert done is not None
    assert {each.phase for each in done} == {"install"}
    assert environment.installed() == ["leaf-1.0.dist-info"]
    assert index.requests == []


def test_nothing_is_installed_where_a_part_is_not_in_the_cache(
    index: LocalIndex, environment: Environment
) -> None:
    environment.lock(index, index.wheel("leaf", "1.0").name)
    drain(uv.run_uv(environment.command, environment.folder))
    environment.lock(index, index.wheel("leaf", "2.0").name, index.wheel("more", "1.0").name)
    index.requests.clear()
    assert environment.install() is None
    assert environment.installed() == ["leaf-1.0.dist-info"]
    assert index.requests == []


def replace_uv(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    """Have a program in uv's place, for what a real one seldom does."""
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(uv, "find_uv_bin", lambda: str(program))


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
@pytest.mark.parametrize(
    "touched", ["mkdir new-1.0.dist-info", "rm six.py", ": > old-1.0.dist-info/RECORD"]
)
def test_what_failed_halfway_is_not_tried_again(
    touched: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    (packages / "old-1.0.dist-info").mkdir(parents=True)
    (packages / "six.py").touch()
    replace_uv(
        tmp_path, monkeypatch, f"cd {packages} && {touched}; echo 'error: Full.' >&2; exit 2"
    )
    with pytest.raises(InstallerError):
        install_from_cache(["pip", "sync"], tmp_path, (), (), packages)


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
@pytest.mark.parametrize("packages", [None, "absent", "."])
def test_what_changed_nothing_is(
    packages: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = None if packages is None else tmp_path / packages
    replace_uv(tmp_path, monkeypatch, "echo 'error: Not in the cache.' >&2; exit 2")
    assert install_from_cache(["pip", "sync"], tmp_path, (), (), where) is None


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_one_that_was_killed_is_not_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_uv(tmp_path, monkeypatch, f"kill -{signal.SIGKILL.value} $$")
    with pytest.raises(InstallerKilledError):
        install_from_cache(["pip", "sync"], tmp_path, (), (), None)
