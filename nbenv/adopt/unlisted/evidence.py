"""Compare what a notebook uses of a module with the files of a package: nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

__all__ = ["Match", "compare", "provides"]

_SOURCES = (".py", ".pyi")
_BUILT = (".so", ".pyd", ".pyx")
_DEEPEST = 8
"""How many files a name is followed through."""


class _Seen(Enum):
    """Whether a name is in a module; it may be UNCLEAR where that makes its names at run time."""

    THERE = 1
    UNCLEAR = 2
    ABSENT = 3


@dataclass(frozen=True)
class Match:
    """The names that a notebook uses and a package has, and those that it lacks."""

    there: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def provides(root: Path, module: str) -> bool:
    """Return whether a folder of installed files has a module of that dotted name.

    Type stubs alone are none.
    """
    file = _file_of(root, module)
    return (file is not None and file.suffix == ".py") or _folder_of(root, module) is not None


def compare(root: Path, module: str, uses: Collection[str]) -> Match:
    """Return which of the names used in a module the files of a package have.

    Parameters
    ----------
    root
        The folder of the files.
    module
        The dotted name of the module.
    uses
        Dotted names in it.
    """
    longest = [use for use in uses if not any(other.startswith(f"{use}.") for other in uses)]
    found = {use: _look(root, module, use.split("."), 0) for use in longest}
    return Match(
        tuple(sorted(use for use, seen in found.items() if seen is _Seen.THERE)),
        tuple(sorted(use for use, seen in found.items() if seen is _Seen.ABSENT)),
    )


def _look(root: Path, module: str, parts: list[str], depth: int) -> _Seen:
    """Follow a dotted name through the modules of a package, up to what one of them defines."""
    name = parts[0]
    inner = f"{module}.{name}"
    if provides(root, inner):
        return _Seen.THERE if len(parts) == 1 else _look(root, inner, parts[1:], depth)
    file = _file_of(root, module)
    if file is None:
        is_built = any(_built_files(root, module))
        return _Seen.UNCLEAR if is_built or _folder_of(root, module) is None else _Seen.ABSENT
    return _defined(root, module, file, name, depth)


def _defined(root: Path, module: str, file: Path, name: str, depth: int) -> _Seen:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return _Seen.UNCLEAR
    names = set(_bound_names(tree))
    if name in names:
        return _Seen.THERE
    if "__getattr__" in names:  # the names that it knows are texts somewhere in it
        texts = {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)}
        return _Seen.THERE if name in texts else _Seen.UNCLEAR
    seen = _Seen.ABSENT
    for origin in _starred(tree, module, is_package=file.stem == "__init__"):
        if depth >= _DEEPEST or not provides(root, origin):
            seen = _Seen.UNCLEAR
            continue
        inner = _look(root, origin, [name], depth + 1)
        if inner is _Seen.THERE:
            return inner
        seen = _Seen.UNCLEAR if inner is _Seen.UNCLEAR else seen
    return seen


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module binds at its top level, also under conditions."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    yield alias.asname or alias.name.partition(".")[0]
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.stmt | ast.excepthandler | ast.Tuple | ast.List):
                waiting.append(node)


def _starred(tree: ast.Module, module: str, *, is_package: bool) -> Iterator[str]:
    """Yield the modules of which a module takes all names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names):
            above = module.split(".")
            above = above[: len(above) - node.level + is_package] if node.level else []
            yield ".".join([*above, *filter(None, [node.module])])


def _file_of(root: Path, module: str) -> Path | None:
    """Return the source of a module; that of what is compiled may be described in a ``.pyi``."""
    place = root.joinpath(*module.split("."))
    for suffix in _SOURCES:
        for path in (place / f"__init__{suffix}", place.with_name(place.name + suffix)):
            if path.is_file():
                return path
    return None


def _folder_of(root: Path, module: str) -> Path | None:
    """Return the folder of a package without ``__init__.py`` that has code, or what is built."""
    place = root.joinpath(*module.split("."))
    if any(_built_files(root, module)):
        return place
    return place if place.is_dir() and any(place.rglob("*.py")) else None


def _built_files(root: Path, module: str) -> Iterator[Path]:
    place = root.joinpath(*module.split("."))
    for path in place.parent.glob(f"{place.name}.*"):
        if path.suffix in _BUILT:
            yield path
