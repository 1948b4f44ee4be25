"""One virtual environment on disk: create it, inspect it, mark it as complete."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from nbenv.core.sync_plan import Installed
from nbenv.environments import layout, ownership
from nbenv.environments.interpreters import Interpreter, virtualenv_environ
from nbenv.environments.pip import pip_shims
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import held_files, paths, private_files

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["Environment", "Marker", "rows_of", "size_in"]

_VERSION = re.compile(rb"^version\s*=\s*(\S+)", re.MULTILINE)
"""The interpreter's version in ``pyvenv.cfg``, as virtualenv writes it."""


@dataclass(frozen=True)
class Marker:
    """The state in which the last complete change left an environment.

    Parameters
    ----------
    record
        The record whose lock it holds completely; None while it changes, and when it is broken.
    notebook
        The notebook that it belonged to then.
    mismatched
        The distributions whose files were published with another ``RECORD`` than theirs.
    is_touched
        Whether a distribution was added or removed since.
    sources
        The fingerprints of its local projects and archives when they were installed, by name.
    """

    record: dict[str, object] | None = None
    notebook: str | None = None
    mismatched: frozenset[str] = frozenset()
    is_touched: bool = True
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """The environment with one identifier, whether or not it exists yet.

    The identifier of one that is provided for all (`nbenv.environments.shared`) is its folder.

    Nothing is read until it is asked for, and each method that is asked reads anew.
    """

    identifier: str

    @property
    def path(self) -> Path:
        """The environment's folder."""
        return Path(paths.environment_path(self.identifier))

    @property
    def python(self) -> str:
        """The environment's interpreter."""
        return layout.python_path(paths.environment_path(self.identifier))

    @property
    def kept(self) -> Path:
        """The file whose time says when the bytecode cache last took its compiled modules."""
        return self.path / "nbenv.kept"

    # -- the marker: what the environment was last synced to; there is none while it changes

    def read_marker(self) -> Marker:
        """Read the marker; an empty one where there is none."""
        found = paths.read_json(paths.marker_path(str(self.path)))
        if found is None:
            return Marker()
        record, owner, names = found.get("value"), found.get("notebook"), found.get("mismatched")
        sources = found.get("sources")
        return Marker(
            record if isinstance(record, dict) and os.path.exists(self.python) else None,
            owner if isinstance(owner, str) else None,
            frozenset(map(str, names)) if isinstance(names, list) else frozenset(),
            layout.is_touched(str(self.path), found),
            sources if isinstance(sources, dict) else {},
        )

    def mark(
        self,
        record: dict[str, object],
        notebook: str | None,
        mismatched: Iterable[str] = (),
        sources: Mapping[str, str] | None = None,
    ) -> None:
        """Mark the environment as complete.

        Parameters
        ----------
        record
            The record whose lock it holds.
        notebook
            The path of the notebook that it belongs to.
        mismatched
            The names of distributions whose files are not what their own ``RECORD`` says, although
            the installer verified what it downloaded.
        sources
            The fingerprints of what was installed from folders and archives here, by name.
        """
        # Python creates this folder at the first import of a module beside it. That would change
        # the time by which the marker notices that a distribution was added or removed.
        if not self.is_linked:
            (self.site_packages() / "__pycache__").mkdir(parents=True, exist_ok=True)
        pip_shims.write(self.path, self.site_packages())
        former = paths.read_json(paths.marker_path(str(self.path))) or {}
        more = {layout.SHARED: former[layout.SHARED]} if layout.SHARED in former else {}
        if sources:
            more["sources"] = dict(sorted(sources.items()))
        self._write_marker(record, notebook, mismatched, more)

    def mark_linked(self, record: dict[str, object], notebook: str, provided: Environment) -> None:
        """Mark the environment as complete, with the packages of one that is provided."""
        more: dict[str, object] = {layout.SHARED: str(provided.path)}
        self._write_marker(record, notebook, provided.read_marker().mismatched, more)

    def _write_marker(
        self,
        record: dict[str, object],
        notebook: str | None,
        mismatched: Iterable[str],
        more: Mapping[str, object],
    ) -> None:
        marker: dict[str, object] = {
            "notebook": notebook,
            "value": record,
            "changed": layout.changed(str(self.path), str(record["python"])),
            **more,
        }
        if named := sorted(mismatched):
            marker["mismatched"] = named
        private_files.write_json(paths.marker_path(str(self.path)), marker)

    @property
    def is_linked(self) -> bool:
        """Whether its packages are those of a provided environment, and must not be written."""
        return layout.is_linked(str(self.path))

    @property
    def is_closed_to_others(self) -> bool:
        """Whether that provided environment is still to be trusted."""
        marker = paths.read_json(paths.marker_path(str(self.path))) or {}
        return layout.SHARED in marker and layout.is_closed_to_others(str(self.path), marker)

    def assign(self, notebook: str) -> None:
        """Hand the environment over to another path, as after a notebook was renamed."""
        path = paths.marker_path(str(self.path))
        if marker := paths.read_json(path):
            private_files.write_json(path, {**marker, "notebook": notebook})

    def unmark(self) -> None:
        """Remove the marker; do so before any change.

        A change that is killed then leaves an environment that no kernel starts in.
        """
        with contextlib.suppress(FileNotFoundError):
            held_files.unlink(paths.marker_path(str(self.path)))

    # -- the environment itself

    def read_version(self) -> str | None:
        """Return the full version of the interpreter; None when the environment is unusable."""
        folder = paths.environment_path(self.identifier)
        if not os.path.exists(layout.python_path(folder)):
            return None
        try:
            # A third of the time that reading text takes, and `nbenv envs` reads every one.
            with open(os.path.join(folder, "pyvenv.cfg"), "rb", buffering=0) as file:
                found = _VERSION.search(file.read())
        except OSError:
            return None
        return found[1].decode("utf-8", "replace") if found else None

    def create(self, interpreter: Interpreter) -> None:
        """Create an empty environment of `interpreter`, replacing a broken one.

        Raises
        ------
        BrokenEnvironmentError
            virtualenv failed; nothing half-made is left.
        """
        import virtualenv  # slow, and seldom needed

        self.remove()
        arguments = ["--no-seed", "--no-periodic-update", "--quiet", "--python"]
        try:
            private_files.make_private(str(self.path.parent))
            ownership.sign(self.path)
            words = [*arguments, interpreter.executable, str(self.path)]
            virtualenv.cli_run(words, env=virtualenv_environ())
            pip_shims.write(self.path, self.site_packages())
        except (OSError, RuntimeError, SystemExit) as error:
            self.remove()
            raise BrokenEnvironmentError(
                f"Creating a virtual environment with {interpreter.executable} failed.",
                f"{error}.",
                "Run nbenv doctor to check this Python and the disk.",
            ) from None
        except BaseException:  # the user stopped it
            self.remove()
            raise

    def remove(self) -> None:
        """Delete the environment, its marker first; a folder that is not nbenv's is kept."""
        if ownership.is_ours(self.path):
            self.unmark()
            ownership.delete(self.path)

    def site_packages(self) -> Path:
        """Return the folder that distributions are installed to."""
        minor = ".".join((self.read_version() or "3").split(".")[:2])
        return Path(layout.packages_path(str(self.path), minor))

    # -- what is installed

    def installed(self) -> dict[str, Installed]:
        """Return the installed distributions by canonical name, from their folders' names alone."""
        found = {}
        for folder in self.dist_infos():
            stem, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
            name = str(canonicalize_name(stem))
            found[name] = _with_source(Installed(name, version), folder)
        return found

    def dist_infos(self) -> list[Path]:
        """Return the ``.dist-info`` folder of each distribution."""
        try:
            with os.scandir(self.site_packages()) as entries:
                return [Path(entry.path) for entry in entries if entry.name.endswith(".dist-info")]
        except OSError:
            return []

    def name_of(self, dist_info: Path) -> str:
        """Return the canonical name of the distribution of a ``.dist-info`` folder."""
        return str(canonicalize_name(dist_info.name.split("-")[0]))

    def distributions(self) -> dict[str, Distribution]:
        """Return the metadata of the installed distributions by canonical name.

        What is being installed or removed has no metadata that could be read, and is left out.
        """
        from importlib.metadata import PathDistribution  # slow, and no change needs it

        folders = (each for each in self.dist_infos() if (each / "METADATA").is_file())
        found = ((each.metadata["Name"], each) for each in map(PathDistribution, folders))
        return {str(canonicalize_name(name)): each for name, each in found if name and each.version}

    def imports(self, names: Iterable[str], *, own: bool = False) -> dict[str, list[str]]:
        """Return the top-level modules that each of these distributions provides.

        With `own`, packages without code are left out, as several distributions can share them. In
        their place come the highest modules of a distribution's own: ``google.cloud.storage``.
        """
        wanted = set(names)
        return {
            name: _own_modules(rows_of(folder)) if own else _top_level(rows_of(folder))
            for folder in self.dist_infos()
            if (name := self.name_of(folder)) in wanted
        }

    def sizes(self, names: Collection[str] | None = None) -> dict[str, int]:
        """Return the size of each distribution in bytes, or of some, as its ``RECORD`` gives it."""
        folders = ((self.name_of(folder), folder) for folder in self.dist_infos())
        return {
            name: _recorded_size(rows_of(folder))
            for name, folder in folders
            if names is None or name in names
        }

    def path_files(self) -> set[str]:
        """Return the names of the ``.pth`` files; Python reads them only when it starts."""
        try:
            return {name for name in os.listdir(self.site_packages()) if name.endswith(".pth")}
        except OSError:
            return set()


def _with_source(installed: Installed, folder: Path) -> Installed:
    """Add where a distribution came from, if not from an index (``direct_url.json``, PEP 610)."""
    try:
        source = json.loads((folder / "direct_url.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return installed
    return Installed(
        installed.name,
        installed.version,
        source.get("url"),
        source.get("vcs_info", {}).get("commit_id"),
        bool(source.get("dir_info", {}).get("editable")),
        source.get("subdirectory"),
    )


def _recorded_size(rows: Iterable[list[str]]) -> int:
    return sum(size_in(row[-1]) or 0 for row in rows)


def size_in(text: str) -> int | None:
    """Return a size that ``RECORD`` gives; None for none, or what no file can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _top_level(rows: Iterable[list[str]]) -> list[str]:
    modules = set()
    for row in rows:
        first, slash, _ = row[0].partition("/")
        if first.endswith((".dist-info", ".data", ".pth")) or first in ("..", "__pycache__", ""):
            continue
        modules.add(first if slash else first.partition(".")[0])
    return sorted(modules)


def _own_modules(rows: Sequence[list[str]]) -> list[str]:
    """Return the highest modules that have code: below one of them, all is its own."""
    tops = set(_top_level(rows))
    files = [parts for row in rows if (parts := row[0].split("/"))[0].partition(".")[0] in tops]
    packages = {tuple(parts[:-1]) for parts in files if parts[-1] == "__init__.py"}
    highest_of: dict[tuple[str, ...], tuple[str, ...] | None] = {}
    found = set()
    for parts in files:
        folder = tuple(parts[:-1])
        if folder not in highest_of:  # a folder has many files
            above = (folder[:end] for end in range(1, len(parts)))
            highest_of[folder] = next((each for each in above if each in packages), None)
        highest = highest_of[folder]
        stem, _, kind = parts[-1].partition(".")
        if highest is None and kind.endswith(("py", "so", "pyd")):
            highest = (*parts[:-1], stem)
        if highest is not None:
            found.add(".".join(highest))
    return sorted(found) or sorted(tops)


def rows_of(dist_info: Path) -> list[list[str]]:
    """Return the rows of a distribution's ``RECORD``: path, hash and size of each file.

    None of it is to be trusted: a row may be short, and a path may lead out of the environment.
    The format: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    try:
        with open(dist_info / "RECORD", encoding="utf-8", errors="replace", newline="") as file:
            return [row for row in csv.reader(file) if row]
    except (OSError, csv.Error):
        return []
