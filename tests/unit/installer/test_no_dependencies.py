"""Packages without dependencies, as uv is told of them."""

from __future__ import annotations

import sys
from pathlib import Path

from nbenv.core.spec import Spec
from nbenv.installer.no_dependencies import without_dependencies
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


def test_only_what_comes_from_an_address_or_a_folder_needs_its_version(
    index: LocalIndex, tmp_path: Path
) -> None:
    make_project(tmp_path, "mine", "1.5", requires=["nowhere"])
    python = f"3.{sys.version_info[1]}"
    spec = Spec(python, ("leaf", "mine @ ./mine"), no_deps=("leaf", "mine"))
    assert drain(without_dependencies(spec, sys.executable, tmp_path, [])) == {
        "dependency-metadata": [
            {"name": "leaf", "requires-dist": []},
            {"name": "mine", "requires-dist": [], "version": "1.5"},
        ]
    }
    assert drain(without_dependencies(Spec(python), sys.executable, tmp_path, [])) == {}
