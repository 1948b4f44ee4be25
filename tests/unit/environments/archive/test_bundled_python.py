"""CPythons for archives: whole, and without the folder that they were installed in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.environments import interpreters
from nbenv.environments.archive import bundled_python
from nbenv.environments.archive.bundled_python import movable_python
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import InterpreterError

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_it_is_cpython_alone(tmp_path: Path) -> None:
    found = movable_python(MINOR, tmp_path)
    names = found.members.keys()
    assert found.version.startswith(f"{MINOR}.")
    assert {"bin/python", f"bin/python{MINOR}", f"lib/python{MINOR}/os.py", "pyvenv.cfg"} <= names
    assert not [name for name in names if "site-packages" in name or "/test/" in name]
    assert not [name for name in names if name.endswith((".pyc", ".a"))]
    settings = [name for name in names if "_sysconfigdata" in name]
    assert settings
    for name in settings:
        assert sys.base_prefix.encode() not in found.members[name].read()


def test_one_that_does_not_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    false = tmp_path / "python"
    false.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    false.chmod(0o755)
    broken = Interpreter(MINOR, f"{MINOR}.0", str(false))
    monkeypatch.setattr(bundled_python, "installed", lambda _: [broken])
    with pytest.raises(InterpreterError, match="can go into the archive") as caught:
        movable_python(MINOR, tmp_path / "copy")
    assert f"{false} does not start" in caught.value.why
    assert f"uv python install {MINOR}" in caught.value.todo


def test_this_python_is_one_of_the_installed() -> None:
    found = interpreters.installed(MINOR)
    assert found[0] == interpreters.find(MINOR)
    assert {each.python for each in found} == {MINOR}
