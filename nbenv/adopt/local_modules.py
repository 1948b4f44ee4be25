"""Modules beside a notebook: Python imports them, whatever packages are installed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from os.path import normpath, relpath
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from nbenv.adopt.code.facts import Import
from nbenv.adopt.projects.module_files import (
    INSTALLABLE,
    copies,
    has_code,
    is_elsewhere,
    is_module,
    is_published,
    makes,
    source_files,
)
from nbenv.core.import_names import distribution_of

__all__ = ["LocalModules"]

_HOOKS = ("import_ipynb", "nbimporter", "importnb")
_MOST_PARTS = 3
"""How far above a notebook the file is looked for that a cell downloads."""
_MOST_ABOVE = 2
"""How far above a notebook its code is looked for where it works out the folder."""


class LocalModules:
    """The folders that a notebook imports from, and the files that it writes itself."""

    def __init__(self, folder: Path) -> None:
        self.current = folder
        self.folders = [folder]
        self.late_folders: list[Path] = []
        self.installed: set[str] = set()
        self.written: dict[str, str] = {}
        self.downloaded: set[str] = set()
        self.copies: dict[str, Path] = {}
        self.clones: dict[str, str] = {}
        self.entered: list[str] = []
        self.has_hook = False
        self.repositories: set[str] = set()
        self._projects: dict[str, Path | None] = {}

    def add_folder(self, text: str, *, late: bool = False) -> None:
        """Search a folder too that the notebook adds to ``sys.path``; a late one comes last.

        A notebook that works out its repository's folder means one of those above it, and so does
        one that names the repository's place on another computer.
        """
        above = list(self.folders[0].resolve().parents)[:_MOST_ABOVE]
        if is_elsewhere(text):
            text = next((str(each) for each in copies(text, above)), "")
        if not text:
            self.late_folders += [each for each in above if each not in self.late_folders]
            return
        places = (self.current, self.folders[0], *above)
        folder = next((place / text for place in places if (place / text).is_dir()), None)
        if folder and folder not in (*self.folders, *self.late_folders):
            (self.late_folders if late else self.folders).append(folder)
        elif not folder:
            self.late_folders += [each for each in self._in_own(text) if each.is_dir()]

    def _in_own(self, text: str) -> Iterator[Path]:
        """Yield the folders that a path into a clone means, where this is the cloned repository.

        What a notebook clones to have its own modules on Colab stands in the folders above it. A
        clone of something else has other modules, which are not found there.
        """
        parts = PurePosixPath(text).parts
        for index, name in enumerate(parts):
            if name in self.clones:
                for folder in list(self.folders[0].resolve().parents)[:_MOST_ABOVE]:
                    yield folder.joinpath(*parts[index + 1 :])
                return

    def enter(self, text: str) -> None:
        """Search a folder too that the notebook changes to: Python imports from where it is.

        One that it makes itself is not there, but what it enters from there may be.
        """
        if is_elsewhere(text):
            text = next((str(each) for each in copies(text, self.folders[0].parents)), text)
        self.current = Path(normpath(self.current / text))
        self.entered.append(self.current.name)
        self.add_folder(str(self.current))

    def find(self, name: str) -> Path:
        """Return the path of a file that a command names, from where the notebook is by then."""
        here = self.current / name
        return here if here.is_file() else self.folders[0] / name

    def note_download(self, address: str) -> None:
        """Note a module that a cell downloads; a notebook of its own repository has the file above.

        Of ``https://example.org/me/book/raw/master/code/thinkstats.py`` the last parts, the longest
        first, are looked for in the folder and in those around it.
        """
        found = re.search(r"([\w./:-]*?([\w-]+)\.py)\b", address)
        if not found:
            return
        self.downloaded.add(found[2])
        parts = [part for part in found[1].split("/") if part]
        for length in range(min(len(parts), _MOST_PARTS), 0, -1):
            for folder in (self.folders[0], *list(self.folders[0].resolve().parents)[:_MOST_PARTS]):
                place = folder.joinpath(*parts[-length:])
                if place.is_file():
                    self.copies.setdefault(found[2], place)
                    return

    def note_saved(self, names: Iterable[str]) -> None:
        """Note modules and folders that a shell line puts beside the notebook.

        The repository of a package has its own name more often for its examples than for its code:
        its folder alone is no module, and does not take the place of what is installed.
        """
        self.downloaded.update(
            each
            for each in names
            if each not in self.clones or distribution_of(each) != canonicalize_name(each)
        )

    def note_moved(self, source: str, name: str) -> None:
        """Note a folder that a shell line puts beside the notebook, if it may be a package.

        What comes out of a cloned repository may be one. Anything else, such as ``datasets``, is
        taken for data where a package has that name, unless there is code in it.
        """
        is_cloned = not self.clones.keys().isdisjoint((*PurePosixPath(source).parts, *self.entered))
        if is_cloned or distribution_of(name) is None or has_code(self.folders[0] / source):
            self.downloaded.add(name)

    def _folders(self, module: str) -> list[Path]:
        """Return the folders that may have a module: late ones unless it is installed, too."""
        if distribution_of(module) in self.installed:
            return self.folders
        project = self.project_with(module)
        sources = [self._sources_of(project, module)] if project else []
        added = [*self.folders[1:], *self.late_folders]
        return [
            self.folders[0],
            *(folder for folder in added if not is_published(folder, module)),
            *sources,
        ]

    def is_installed(self, project: Path) -> bool:
        """Return whether the notebook installs a project around it from its repository."""
        return canonicalize_name(project.name) in self.repositories

    def project_with(self, module: str) -> Path | None:
        """Return the project around the notebook that has a package, and has to be installed.

        Notebooks of a repository import its package so, from a folder that is not on their path.
        One that an index has as well is more often the published one.
        """
        top = module.partition(".")[0]
        if not top or distribution_of(top) or canonicalize_name(top) in self.installed:
            return None
        if top not in self._projects:
            self._projects[top] = next(self._projects_with(top), None)
        return self._projects[top]

    def to_install(self, module: str) -> str | None:
        """Return the path, from here, of the project that has to be installed for a module."""
        project, top = self.project_with(module), module.partition(".")[0]
        places = (*self.folders, *self.late_folders)
        if project is None or any(is_module(each / top) for each in places):
            return None
        if self.is_installed(project):
            return None
        path = Path(relpath(project, self.folders[0].resolve())).as_posix()
        return path if path.startswith(".") else f"./{path}"

    def _projects_with(self, top: str) -> Iterator[Path]:
        here = self.folders[0].resolve()
        for folder in (here, *here.parents[:_MOST_PARTS]):
            is_installable = any((folder / name).is_file() for name in INSTALLABLE)
            if is_installable and (self._sources_of(folder, top) / top / "__init__.py").is_file():
                yield folder
            if (folder / ".git").exists():
                return

    def _sources_of(self, project: Path, module: str) -> Path:
        """Return the folder of a project that has a module: its ``src``, or itself."""
        inner = project / "src"
        return inner if (inner / module.partition(".")[0]).is_dir() else project

    def has(self, module: str) -> bool:
        """Return whether a module is here, or will be written or downloaded by a cell."""
        top = module.partition(".")[0]
        if top in self.downloaded or any(makes(Path(name), top) for name in self.written):
            return True
        if self._is_cloned(top):
            return True
        return any(is_module(folder / top) for folder in self._folders(module))

    def _is_cloned(self, top: str) -> bool:
        """Return whether a cell clones a repository of a module's name, and changes to its folder.

        One of the package's own name has more often examples of what is installed.
        """
        own = canonicalize_name(top)
        cloned = {canonicalize_name(name) for name in self.clones}
        return (
            own in cloned
            and own in map(canonicalize_name, self.entered)
            and own != distribution_of(top)
        )

    def has_beside(self, module: str, importing: Path) -> bool:
        """Return whether a module of the same package is meant, as in Python 2."""
        in_package = (importing.parent / "__init__.py").is_file()
        return in_package and is_module(importing.parent / module.partition(".")[0])

    def cloned_from(self, project: str) -> str | None:
        """Return the address of the repository that a cell clones, and installs from its folder."""
        path = project.partition("[")[0]
        if (self.folders[0] / path / "setup.py").is_file():
            return None
        if (self.folders[0] / path / "pyproject.toml").is_file():
            return None
        is_here = path.strip("./") == ""
        names = self.entered[::-1] if is_here else [Path(path).name] if "/" in path else []
        found = next((self.clones[name] for name in names if name in self.clones), "")
        return found if re.fullmatch(r"https?://[^\s{}$]+", found) else None

    def modules_of(self, project: str) -> set[str]:
        """Return the packages in the folder of a project, or in its ``src``, that is installed."""
        path = project.partition("[")[0].removeprefix("file://")
        folder = next(
            (each / path for each in (self.current, self.folders[0]) if (each / path).is_dir()),
            None,
        )
        inits = [*folder.glob("*/__init__.py"), *folder.glob("src/*/__init__.py")] if folder else []
        return {each.parent.name for each in inits}

    def may_have(self, module: str) -> bool:
        """Return whether a folder without ``__init__.py`` may be meant; installed packages win."""
        top = module.partition(".")[0]
        places = [folder / top for folder in self._folders(module)]
        return any(place.is_dir() and has_code(place) for place in places)

    def files(self, found: Import, beside: Path | None = None) -> Iterator[Path]:
        """Yield the Python files that an import executes; `beside` is the file that imports."""
        folders = self._folders(found.module)
        if not found.level and (project := self.project_with(found.module)):
            folders = folders[:-1] if self.is_installed(project) else folders
        if found.level and beside:
            folders = [([beside.parent, *beside.parent.parents][min(found.level, 4) - 1])]
        for folder in folders:
            parts = [part for part in found.module.split(".") if part]
            if parts and not (is_module(folder / parts[0]) or (folder / parts[0]).is_dir()):
                continue
            for depth in range(1, len(parts) + 1):
                yield from source_files(folder.joinpath(*parts[:depth]))
            for name in found.names:
                yield from source_files(folder.joinpath(*parts, name))
            return
        if found.module in self.copies:
            yield self.copies[found.module]

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
        for folder in chain(self.folders, self.late_folders):
            for name in filter(None, names):
                place = folder / f"{name}.ipynb"
                if place.is_file():
                    if not full:
                        self.downloaded.add(name)
                    yield place
