"""Find the notebooks below a folder, and say which are passed over and why."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.file_names import is_text_notebook
from nbenv.core.language import other_language
from nbenv.environments import layout
from nbenv.errors import NbenvError, NotebookError
from nbenv.notebook.text_header import header_metadata, is_written_as_notebook

__all__ = ["RECORDED", "Collected", "FolderNotebook", "PassedOver", "find_notebooks"]

RECORDED = "already recorded"
"""The reason to pass over what an earlier run has adopted."""
_SUFFIX = ".ipynb"
_NEVER = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules"})
"""Folders of tools, which hold no notebooks of people's; nobody need hear of them."""
_OLD_FORMAT = re.compile(r"\.v[123]\.ipynb$")
"""The end of the copies that adopting makes of a notebook in an old format."""
_LARGEST_TEXT = 4_000_000
"""Bytes of a file in text above which it is data, not a notebook."""


@dataclass(frozen=True)
class FolderNotebook:
    """A notebook, the folder whose project files count for it, and its name for people."""

    path: Path
    root: Path
    name: str


@dataclass(frozen=True)
class PassedOver:
    """A notebook, or a folder of them, that is not adopted, the reason, and its path."""

    name: str
    reason: str
    path: Path = Path()


@dataclass(frozen=True)
class Collected:
    """The notebooks to adopt, in the order of their names, and what is passed over."""

    notebooks: tuple[FolderNotebook, ...]
    passed: tuple[PassedOver, ...]


def find_notebooks(places: Sequence[str]) -> Collected:
    """Find the notebooks in folders and below, and those that are named themselves.

    Checkpoints, hidden folders and environments are passed over, and so are links to notebooks
    elsewhere, notebooks in other languages, the text of a notebook that is here as ``.ipynb`` too,
    and those that record an environment already.

    Raises
    ------
    NotebookError
        There is no such file or folder, or no notebook in it.
    """
    found: dict[str, FolderNotebook] = {}
    passed: dict[str, PassedOver] = {}
    base = _base(places)
    for place in places:
        if not os.path.exists(place):
            raise NotebookError(f"There is no {place}.", todo="Check the name.")
        for each in _below(place, base):
            if isinstance(each, PassedOver):
                passed.setdefault(each.name, each)
            else:
                found.setdefault(os.path.realpath(each.path), each)
    kept = []
    for each in found.values():
        if reason := _reason_to_pass(each):
            passed.setdefault(each.name, PassedOver(each.name, reason, each.path))
        else:
            kept.append(each)
    if not kept and not passed:
        raise NotebookError(f"There are no notebooks in {', '.join(places)}.")
    return Collected(tuple(kept), tuple(sorted(passed.values(), key=lambda each: each.name)))


def _base(places: Sequence[str]) -> str:
    """Return the folder that names are relative to: in two folders, two may be alike."""
    folders = [os.path.abspath(place) for place in places if os.path.isdir(place)]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # there is none, or they are on several drives
        return ""


def _below(place: str, base: str) -> Iterator[FolderNotebook | PassedOver]:
    root = Path(os.path.abspath(place))
    if not root.is_dir():
        yield FolderNotebook(root, root.parent, os.path.normpath(place))
        return
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        names = sorted(folders)
        folders[:] = [name for name in names if not _is_skipped(here / name)]
        for name in names:
            if name not in folders and name not in _NEVER and _has_notebooks(here / name):
                shown = _shown(here / name, base)
                yield PassedOver(shown, _kind_of_folder(here / name), here / name)
        for name in sorted(files):
            if _is_candidate(here / name):
                yield _found(here / name, root, base)


def _found(path: Path, root: Path, base: str) -> FolderNotebook | PassedOver:
    name = _shown(path, base)
    real = Path(os.path.realpath(path))
    if real != path and path.is_symlink():
        is_inside = real.is_relative_to(os.path.realpath(root))
        inside = root / real.relative_to(os.path.realpath(root)) if is_inside else real
        where = _shown(inside, base) if is_inside else "a file elsewhere"
        return PassedOver(name, f"a link to {where}", path)
    return FolderNotebook(path, root, name)


def _shown(path: Path, base: str) -> str:
    """Return a name in one line: with a line break in it, a file could seem to be two."""
    name = os.path.relpath(path, base) if base else str(path)
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in name)


def _is_skipped(folder: Path) -> bool:
    name = folder.name
    return (
        name.startswith(".")
        or name in _NEVER
        or folder.is_symlink()
        or (folder / layout.CONFIGURATION).exists()
        or (folder / "conda-meta").is_dir()
    )


def _kind_of_folder(folder: Path) -> str:
    if folder.name == ".ipynb_checkpoints":
        return "checkpoints"
    if folder.is_symlink():
        return "a link to a folder"
    return "a hidden folder" if folder.name.startswith(".") else "an environment"


def _has_notebooks(folder: Path) -> bool:
    walk = os.walk(folder)
    return any(name.endswith(_SUFFIX) for _, _, files in walk for name in files)


def _is_candidate(path: Path) -> bool:
    """Return whether a file is a notebook; a script or a page of text rarely is."""
    if path.name.startswith("."):
        return False
    if path.name.endswith(_SUFFIX):
        return True
    if not is_text_notebook(path.name):
        return False
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            return False
        data = path.read_bytes()
        return is_written_as_notebook(path.name, data) and bool(header_metadata(path.name, data))
    except (OSError, NbenvError):
        return False


# -- what is passed over


def _reason_to_pass(notebook: FolderNotebook) -> str:
    """Return why a notebook is not adopted, "" if it is; one that cannot be read fails later."""
    path = notebook.path
    if is_text_notebook(path.name):
        twin = path.with_suffix(_SUFFIX)
        if twin.exists():
            return f"the text of {twin.name}"
    elif _OLD_FORMAT.search(path.name) and path.with_name(_converted_name(path)).exists():
        return f"the copy of {_converted_name(path)} in its old format"
    metadata = _metadata(path)
    if language := other_language(metadata):
        return f"in {language}"
    if isinstance(metadata.get("nbenv"), dict):
        return RECORDED
    return ""


def _converted_name(path: Path) -> str:
    return _OLD_FORMAT.sub(_SUFFIX, path.name)


def _metadata(path: Path) -> dict[str, object]:
    """Return a notebook's metadata, {} where the file has none that can be read."""
    try:
        data = path.read_bytes()
        if is_text_notebook(path.name):
            return header_metadata(path.name, data)
        found = json.loads(data.decode("utf-8-sig"))["metadata"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, NbenvError):
        return {}
    return found if isinstance(found, dict) else {}
