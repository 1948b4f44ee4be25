"""Find the packages of an environment that are too old to have what a notebook imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbenv.environments.environment import Environment

__all__ = ["too_old"]

_STARS = re.compile(r"^\s*from\s+([\w.]+)\s+import\s+\*", re.MULTILINE)
_MAKES_NAMES = re.compile(r"__getattr__|globals\(\)|sys\.modules\[|lazy\.attach|import_module")
_MOST_STARS = 40


def too_old(imported: Iterable[str], environment: Environment) -> list[str]:
    """Return the distributions that are there and lack a module or name that is imported.

    The sources are read, nothing is imported. What may have more names than its source shows has
    all of them: compiled modules, and those that make names when they are asked for.

    Parameters
    ----------
    imported
        Dotted names: modules, and names in modules, such as ``econml.dml.LinearDML``.
    """
    folder = environment.site_packages()
    owners = {
        module: name
        for name, modules in environment.imports(set(environment.installed())).items()
        for module in modules
    }
    lacking = (
        owners[top]
        for dotted in sorted(imported)
        if (top := dotted.partition(".")[0]) in owners and not _has(folder, dotted.split("."))
    )
    return list(dict.fromkeys(lacking))


def _has(folder: Path, parts: list[str]) -> bool:
    """Return whether a package has what a dotted name means, as far as sources tell."""
    place = folder
    for position, part in enumerate(parts):
        if (place / part).is_dir():
            place /= part
            continue
        if _module_files(place, part):
            is_module = position == len(parts) - 1
            return is_module or _names(place / f"{part}.py", folder, parts[position + 1])
        return position > 0 and _names(place / "__init__.py", folder, part)
    return True


def _module_files(folder: Path, name: str) -> list[Path]:
    return [*folder.glob(f"{name}.py"), *folder.glob(f"{name}.*.so"), *folder.glob(f"{name}.*pyd")]


def _names(source: Path, folder: Path, name: str) -> bool:
    """Return whether a module, or one that it takes all names of, says a name."""
    for text in _texts(source, folder):
        if text is None or _MAKES_NAMES.search(text) or re.search(rf"\b{name}\b", text):
            return True
    return False


def _texts(source: Path, folder: Path) -> Iterator[str | None]:
    """Yield the source of a module and of those that it takes all names of, None for compiled."""
    todo, seen = [source], set[Path]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        if len(seen) > _MOST_STARS or not path.is_file():
            yield None
            return
        text = path.read_text("utf-8", "replace")
        yield text
        todo += [_located(each, path, folder) for each in _STARS.findall(text)]


def _located(module: str, importing: Path, folder: Path) -> Path:
    """Return the file of a module as another one imports it, which need not exist."""
    dots = len(module) - len(module.lstrip("."))
    base = importing.parents[dots - 1] if dots else folder
    place = base.joinpath(*filter(None, module.lstrip(".").split(".")))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
