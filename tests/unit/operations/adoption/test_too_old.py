"""Packages that lack what a notebook imports, read from their sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments.environment import Environment
from nbenv.operations.adoption.too_old import too_old


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    files = {
        "lib/__init__.py": "from .core import *\n",
        "lib/core.py": "def made(): ...\n",
        "lib/dml.py": "class LinearDMLCate: ...\n",
        "lib/sub/__init__.py": "",
        "lib/fast.cpython-311-x86_64-linux-gnu.so": "",
        "lib/lazy.py": "def __getattr__(name): ...\n",
        "lib/of_fast.py": "from lib.fast import *\n",
        "single.py": "x = 1\n",
        "my_lib-1.dist-info/RECORD": "lib/__init__.py,,\nlib/core.py,,\n",
        "single-2.dist-info/RECORD": "single.py,,\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(Environment, "site_packages", lambda _: tmp_path)
    return Environment(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "lib",
        "lib.core",
        "lib.made",
        "lib.core.made",
        "lib.dml.LinearDMLCate",
        "lib.sub",
        "lib.fast.whatever",
        "lib.lazy.whatever",
        "lib.of_fast.whatever",
        "single.x",
        "elsewhere.thing",
    ],
)
def test_what_is_there_or_may_be(name: str, environment: Environment) -> None:
    assert too_old([name], environment) == []


@pytest.mark.parametrize(
    "name",
    ["lib.dml.LinearDML", "lib.new_module", "lib.new_module.Name", "lib.sub.thing", "lib.sub.a.b"],
)
def test_what_is_not_there_yet(name: str, environment: Environment) -> None:
    assert too_old([name, "single.y", name], environment) == ["my-lib", "single"]
