"""The packages in an environment by the modules that they provide."""

from __future__ import annotations

import os
from email.parser import HeaderParser
from functools import cached_property, lru_cache
from pathlib import Path

from nbenv.core.plain_text import safe
from nbenv.environments.environment import Environment, rows_of

__all__ = ["PresentPackages", "present_packages"]

_SUFFIXES = (".py", ".so", ".pyd", ".pyx")
_DOCUMENTATION = ("documentation", "docs", "doc", "homepage", "home", "home-page")
"""The labels by which packages name the page to read, the best first."""
_LONGEST_ADDRESS = 500


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
def _documentation(folder: Path) -> str:
    try:
        with open(folder / "METADATA", encoding="utf-8", errors="replace") as file:
            headers = HeaderParser().parse(file, headersonly=True)
    except OSError:
        return ""
    found = {"home-page": str(headers.get("Home-page", ""))}
    for text in headers.get_all("Project-URL", []):
        label, _, address = str(text).partition(",")
        found.setdefault(label.strip().lower(), address.strip())
    addresses = (found.get(label, "") for label in _DOCUMENTATION)
    return next((each for each in addresses if _is_page(each)), "")


def _is_page(address: str) -> bool:
    """Return whether a page may link to an address that a package has made up."""
    is_web = address.startswith(("https://", "http://"))
    return is_web and len(address) < _LONGEST_ADDRESS and safe(address) == address


_last: dict[str, tuple[int, PresentPackages]] = {}
"""The newest answer for each environment, and when its folder had changed."""


def present_packages(environment: Environment) -> PresentPackages:
    """Return what an environment holds; what was read stays until something is installed."""
    folder = environment.site_packages()
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        changed = 0
    known = _last.get(str(folder))
    if known is None or known[0] != changed:
        while len(_last) >= 50:
            del _last[next(iter(_last))]
        known = _last[str(folder)] = changed, PresentPackages(environment)
    return known[1]
