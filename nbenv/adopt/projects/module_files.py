"""Tell from a folder's files what it holds: modules, packages, the project that pip installs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from packaging.utils import canonicalize_name

from nbenv.core.import_names import distribution_of

__all__ = [
    "INSTALLABLE",
    "copies",
    "has_code",
    "is_elsewhere",
    "is_module",
    "is_published",
    "makes",
    "source_files",
]

INSTALLABLE = ("pyproject.toml", "setup.py", "setup.cfg")
"""What makes a folder a project that pip installs."""
_SUFFIXES = (".py", ".pyx", ".so", ".pyd")


def is_elsewhere(text: str) -> bool:
    """Return whether a path begins at a root, as on the author's computer, and is not here."""
    is_absolute = PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()
    return is_absolute and not Path(text).is_dir()


def is_published(folder: Path, module: str) -> bool:
    """Return whether a folder is the project, or its ``src``, of the package that has a module.

    An example of a library that puts the library's repository on the path runs with the published
    package too, which alone brings the library's dependencies.
    """
    package = distribution_of(module)
    return package is not None and package in {
        canonicalize_name(name)
        for place in (folder, folder.parent if folder.name == "src" else folder)
        for file in INSTALLABLE
        for name in re.findall(
            r"""^\s*name\s*=\s*["']?([\w.-]+)""", _text_of(place / file), re.MULTILINE
        )
    }


def _text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def copies(text: str, above: Iterable[Path]) -> Iterator[Path]:
    """Yield the folders here that a path of another computer means, by a folder's name in it."""
    parts = PureWindowsPath(text).parts
    for folder in above:
        for index in range(len(parts) - 1, 0, -1):
            copy = folder.joinpath(*parts[index + 1 :])
            if parts[index] == folder.name and copy.is_dir():
                yield copy


def makes(written: Path, top: str) -> bool:
    """Return whether a file that a cell writes is a module, or a part of a package."""
    return written.suffix in _SUFFIXES and top in (written.stem, written.parts[0])


def is_module(place: Path) -> bool:
    """Return whether a path without a suffix is that of a module or a package."""
    if any(place.with_name(place.name + suffix).is_file() for suffix in _SUFFIXES):
        return True
    return (place / "__init__.py").is_file() or any(place.parent.glob(f"{place.name}.*.so"))


def has_code(place: Path) -> bool:
    """Return whether a folder has Python files, or packages."""
    return any(place.glob("*.py")) or any(place.glob("*/__init__.py"))


def source_files(place: Path) -> Iterator[Path]:
    """Yield the files that an import of a module at a path without a suffix executes."""
    for path in (place.with_name(place.name + ".py"), place / "__init__.py"):
        if path.is_file():
            yield path
