"""Guest modules, loaded by path as a guest does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import nbenv

GUEST = Path(nbenv.__file__).parent / "kernel" / "guest"
_BOOT = "guest_boot_of_a_test"


@pytest.fixture
def load() -> Iterator[Callable[[str], ModuleType]]:
    """Return boot's `load`, which has loaded nothing yet."""

    def loaded() -> list[str]:
        return [name for name in sys.modules if name.startswith("_nbenv_") or name == _BOOT]

    kept, path = {name: sys.modules.pop(name) for name in loaded()}, list(sys.path)
    spec = spec_from_file_location(_BOOT, GUEST / "boot.py")
    assert spec is not None
    assert spec.loader is not None
    boot = sys.modules[_BOOT] = module_from_spec(spec)
    spec.loader.exec_module(boot)
    yield boot.load
    for name in loaded():
        del sys.modules[name]
    sys.modules.update(kept)
    sys.path[:] = path
