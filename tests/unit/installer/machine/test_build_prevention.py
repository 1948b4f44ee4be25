"""A uv that can build nothing, and the programs that it asks for passwords."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.installer.machine import build_prevention
from nbenv.installer.machine.build_prevention import can_prevent_builds, without_builds

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its programs are scripts for a shell")


def run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["keyring", "git"])
def test_programs_that_give_passwords_still_start(name: str, tmp_path: Path) -> None:
    programs, folder = tmp_path / "it's here", tmp_path / "shims"
    programs.mkdir()
    folder.mkdir()
    helper = f"#!{sys.executable}\nimport os, sys\nprint(sys.argv[1:], os.environ['PATH'])\n"
    (programs / name).write_text(helper)
    (programs / name).chmod(0o700)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environ = without_builds({**os.environ, "PATH": path}, folder)
    assert run(environ, sys.executable, "-c", "pass").returncode != 0
    asked = run(environ, "sh", "-c", f"{name} get 'a b'")
    assert asked.stdout.strip() == f"['get', 'a b'] {path}", asked.stderr


@pytest.mark.parametrize("setting", ["disabled", "subprocess"])
def test_where_builds_can_be_prevented(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_KEYRING_PROVIDER", setting)
    assert can_prevent_builds()
    monkeypatch.setattr(build_prevention, "_POSIX", False)
    assert can_prevent_builds() is (setting == "disabled")
