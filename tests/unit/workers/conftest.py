"""Files that run on workers and in kernels, loaded by path as they are there."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nbenv
from nbenv.environments import interpreters
from tests.support.index import LocalIndex

WORKERS = Path(nbenv.__file__).parent / "workers"


def load_file(path: Path, name: str) -> ModuleType:
    """Load a module by its path, under a name."""
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def on_worker(tmp_path: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Return a function that loads a file of a worker from a copy of their folder."""
    folder = tmp_path / "bundle"
    shutil.copytree(WORKERS / "worker", folder, dirs_exist_ok=True)
    before = set(sys.modules)
    yield lambda name: load_file(folder / f"{name}.py", f"_nbenv_test_{name}")
    for name in set(sys.modules) - before:
        if "nbenv" in name and not name.startswith(("nbenv.", "tests.")):
            del sys.modules[name]


@pytest.fixture
def driver() -> Iterator[Callable[[str], ModuleType]]:
    """Return a function that loads a driver, or what drivers have in common."""
    before = set(sys.modules)
    protocol = load_file(WORKERS / "drivers" / "protocol.py", "_nbenv_workers")
    yield lambda name: protocol if name == "protocol" else protocol.load(name)
    for name in set(sys.modules) - before:
        if name.startswith("_nbenv_workers"):
            del sys.modules[name]


Manifest = dict[str, Any]


@pytest.fixture
def manifest(index: LocalIndex) -> Callable[..., Manifest]:
    """Return a function that makes the manifest of files of the local index."""

    def make(*requirements: str, **more: object) -> Manifest:
        lines = []
        for text in requirements:
            requirement, _, marker = text.partition(";")
            name, version = requirement.strip().split("==")
            digest = index.sha256(f"{name}-{version}-py3-none-any.whl")
            shown = f" ; {marker.strip()}" if marker else ""
            lines.append(f"{name}=={version}{shown} --hash=sha256:{digest}")
        return {
            "format": 1,
            "digest": "ab" * 20,
            "python": interpreters.default_python(),
            "implementation": "cpython",
            "packages": lines,
            **more,
        }

    return make


def written(manifest: Manifest, folder: Path) -> Path:
    """Write a manifest into a folder."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path
