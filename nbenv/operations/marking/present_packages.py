"""The packages in an environment by the modules that they provide."""

from __future__ import annotations

import os
from functools import cached_property, lru_cache
from pathlib import Path

from nbenv.environments.environment import Environment
from nbenv.environments.installed.dist_info import rows_of
from nbenv.environments.installed.package_metadata import InstalledDistribution, documentation_of

__all__ = ["PresentPackages", "present_packages"]

_SUFFIXES = (".py", ".so", ".pyd", ".pyx")


class PresentPackages:
    """The packages of an environment, as they were when this was made."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._packages = environment.site_packages()
        self._folders = {environment.name_of(each): each for each in environment.dist_infos()}
        installed = environment.installed()  # a change may have come between the two
        self._folders = {name: each for name, each in self._folders.items() if name in installed}
        self.versions = {name: each.version for name, each in installed.items()}

    @cached_property
    def _providers(self) -> dict[str, list[str]]:
        """The packages of each top-level module."""
        found: dict[str, list[str]] = {}
        for name, modules in self._environment.imports(self._folders).items():
            for module in modules:
                found.setdefault(module, []).append(name)
        return found

    def provider_of(self, module: str) -> str | None:
        """Return the package that provides a module that is there, None without one."""
        parts = module.split(".")
        place = self._packages.joinpath(*parts)
        if not (place.is_dir() or any(map(os.path.isfile, _files(place)))):
            return None
        names = self._providers.get(parts[0], [])
        if len(names) > 1:  # a namespace, whose parts belong to several
            start = "/".join(parts)
            names = [name for name in names if self._has_file(name, start)] or names
        return names[0] if names else None

    def _has_file(self, name: str, start: str) -> bool:
        rows = rows_of(self._folders[name])
        return any(row[0].startswith((f"{start}/", f"{start}.")) for row in rows)

    def documentation_of(self, name: str) -> str:
        """Return the address of a package's documentation, or of its home page; "" without one."""
        return _documentation(self._folders[name]) if name in self._folders else ""


def _files(place: Path) -> list[str]:
    return [f"{place}{suffix}" for suffix in _SUFFIXES]


@lru_cache(maxsize=1000)
def _documentation(dist_info: Path) -> str:
    return documentation_of(InstalledDistribution(dist_info).metadata)


def present_packages(environment: Environment) -> PresentPackages:
    """Return what an environment holds; what was read stays until something is installed."""
    try:
        changed = environment.site_packages().stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(environment, changed)


@lru_cache(maxsize=50)
def _read(environment: Environment, _changed: int) -> PresentPackages:
    return PresentPackages(environment)
