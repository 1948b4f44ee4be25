"""Find ``pip`` for an environment's Python, so that its commands go to nbenv; ``-m uv`` as well.

An environment has no pip, unless something in it depends on it. Then the real one is imported, and
only its ways to run a command line are replaced: ``python -m pip`` and each ``main``.
"""

from __future__ import annotations

import os
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location

_PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pip_package.py")
_OF_PIP = ("pip", "pip._internal", "pip._internal.cli")
_PACKAGES = (*_OF_PIP, "uv")
_MAIN = "pip.__main__"
_WITH_MAIN = (*_OF_PIP, _MAIN, "pip._internal.main", "pip._internal.cli.main")
"""The modules by which people and programs run pip's command line."""
_ENTRIES = ("main", "cli")
"""The functions in them that do so; the second is that of the script ``bin/pip`` since pip 26."""


def find_spec(name, path, target=None):
    """Return the spec of pip or of one of its modules; None where the real one does."""
    if name.partition(".")[0] == "uv":
        return _find_uv(name, path)
    if path is not None and not path:  # below our own pip: a real one may have come since
        path = _folders_of(name.rpartition(".")[0])
        if name not in _WITH_MAIN:
            return PathFinder.find_spec(name, path)
    if name not in _WITH_MAIN:
        return None
    real = PathFinder.find_spec(name, path)
    if real is None or real.loader is None or name == _MAIN:
        return _own_spec(name)
    real.loader = _Replacing(real.loader)
    return real


def _find_uv(name, path):
    """Return the spec of what ``python -m uv`` runs; None for another module of that name."""
    if name == "uv":
        return _own_spec(name) if PathFinder.find_spec(name, path) is None else None
    is_real = any(os.path.exists(os.path.join(each, "_find_uv.py")) for each in path)
    return _own_spec(name) if is_real or not path else None


def _own_spec(name):
    """Return the spec of nbenv's own package, or of its module, under a name."""
    spec = spec_from_file_location(name, _PACKAGE)
    if name in _PACKAGES:  # set here, as that function would name this folder
        spec.submodule_search_locations = []
    return spec


def _folders_of(package):
    """Return the folders of a package of the real pip; none without one."""
    real = PathFinder.find_spec("pip", None)
    places = real.submodule_search_locations if real is not None else None
    return [os.path.join(place, *package.split(".")[1:]) for place in places or ()]


class _Replacing:
    """A loader of a real module of pip, with nbenv's ``main`` instead of its entry points."""

    def __init__(self, real) -> None:
        self._real = real

    def __getattr__(self, name):
        return getattr(self._real, name)

    def exec_module(self, module) -> None:
        self._real.exec_module(module)
        for name in _ENTRIES:
            if hasattr(module, name):
                setattr(module, name, _own_main())


def _own_main():
    spec = spec_from_file_location("_nbenv_pip_package", _PACKAGE)
    package = module_from_spec(spec)
    spec.loader.exec_module(package)
    return package.main
