"""Find ``pip`` for an environment's Python, so that its commands go to nbenv.

An environment has no pip, unless something in it depends on it. Then the real one is imported, and
only its ways to run a command line are replaced: ``python -m pip`` and each ``main``.
"""

from __future__ import annotations

import os
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location

_PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pip_package.py")
_PACKAGES = ("pip", "pip._internal", "pip._internal.cli")
_MAIN = "pip.__main__"
_WITH_MAIN = (*_PACKAGES, _MAIN, "pip._internal.main", "pip._internal.cli.main")
"""The modules by which people and programs run pip's command line."""


def find_spec(name, path):
    """Return the spec of pip or of one of its modules; None where the real one does."""
    if name not in _WITH_MAIN:
        return None
    real = PathFinder.find_spec(name, path)
    if real is None or real.loader is None or name == _MAIN:
        inner = [] if name in _PACKAGES else None
        return spec_from_file_location(name, _PACKAGE, submodule_search_locations=inner)
    real.loader = _Replacing(real.loader)
    return real


class _Replacing:
    """A loader of a real module of pip, with nbenv's ``main`` instead of its own."""

    def __init__(self, real) -> None:
        self._real = real

    def __getattr__(self, name):
        return getattr(self._real, name)

    def exec_module(self, module) -> None:
        self._real.exec_module(module)
        if hasattr(module, "main"):
            module.main = _own_main()


def _own_main():
    spec = spec_from_file_location("_nbenv_pip_package", _PACKAGE)
    package = module_from_spec(spec)
    spec.loader.exec_module(package)
    return package.main
