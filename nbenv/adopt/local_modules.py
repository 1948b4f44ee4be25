"""Modules beside a notebook: Python imports them, whatever packages are installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbenv.adopt.python_code import Import
from nbenv.core.import_names import distribution_of

__all__ = ["LocalModules"]

_HOOKS = ("import_ipynb", "nbimporter", "importnb")
_SUFFIXES = (".py", ".pyx", ".so", ".pyd")


class LocalModules:
    """The folders that a notebook imports from, and the files that it writes itself."""

    def __init__(self, folder: Path) -> None:
        self.folders = [folder]
        self.written: dict[str, str] = {}
        self.downloaded: set[str] = set()
        self.has_hook = False

    def add_folder(self, text: str) -> None:
        """Search a folder too that the notebook adds to ``sys.path``."""
        place = Path(text)
        folder = place if place.is_absolute() else self.folders[0] / place
        if folder not in self.folders and folder.is_dir():
            self.folders.append(folder)

    def has(self, module: str) -> bool:
        """Return whether a module is here, or will be written or downloaded by a cell."""
        top = module.partition(".")[0]
        if top in self.downloaded or f"{top}.py" in self.written:
            return True
        if f"{top}/__init__.py" in self.written:
            return True
        return any(_is_module(folder / top) for folder in self.folders)

    def may_have(self, module: str) -> bool:
        """Return whether a folder without ``__init__.py`` may be meant; installed packages win."""
        top = module.partition(".")[0]
        places = [folder / top for folder in self.folders]
        return any(place.is_dir() and _has_code(place) for place in places)

    def files(self, found: Import, beside: Path | None = None) -> Iterator[Path]:
        """Yield the Python files that an import executes; `beside` is the file that imports."""
        folders = self.folders
        if found.level and beside:
            folders = [([beside.parent, *beside.parent.parents][min(found.level, 4) - 1])]
        for folder in folders:
            parts = [part for part in found.module.split(".") if part]
            if parts and not (_is_module(folder / parts[0]) or (folder / parts[0]).is_dir()):
                continue
            for depth in range(1, len(parts) + 1):
                yield from _source_files(folder.joinpath(*parts[:depth]))
            for name in found.names:
                yield from _source_files(folder.joinpath(*parts, name))
            return

    def notebooks(self, found: Import) -> Iterator[Path]:
        """Yield the notebooks that an import executes: by ``ipynb.fs``, or by a hook for all names.

        Without a hook a notebook is no module: many are called like the package that they teach.
        """
        self.has_hook = self.has_hook or found.module in _HOOKS
        full = re.match(r"ipynb\.fs\.(?:full|defs)\b\.?(.*)$", found.module)
        if full:
            inner = full[1].replace(".", "/")
            names = [inner] if inner else []
            names += [f"{inner}/{name}".strip("/") for name in found.names]
        else:
            names = [found.module] if self.has_hook and not distribution_of(found.module) else []
        for folder in self.folders:
            for name in filter(None, names):
                place = folder / f"{name}.ipynb"
                if place.is_file():
                    if not full:
                        self.downloaded.add(name)
                    yield place


def _is_module(place: Path) -> bool:
    if any(place.with_name(place.name + suffix).is_file() for suffix in _SUFFIXES):
        return True
    return (place / "__init__.py").is_file() or any(place.parent.glob(f"{place.name}.*.so"))


def _has_code(place: Path) -> bool:
    return any(place.glob("*.py")) or any(place.glob("*/__init__.py"))


def _source_files(place: Path) -> Iterator[Path]:
    for path in (place.with_name(place.name + ".py"), place / "__init__.py"):
        if path.is_file():
            yield path
