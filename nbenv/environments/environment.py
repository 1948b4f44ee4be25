"""One virtual environment on disk: create it, inspect it, mark it as complete."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from nbenv.core.sync_plan import Installed
from nbenv.environments import layout, ownership
from nbenv.environments.installed.dist_info import (
    own_modules,
    recorded_size,
    rows_of,
    top_level,
    with_source,
)
from nbenv.environments.interpreters import Interpreter, virtualenv_environ
from nbenv.environments.pip import pip_shims
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import held_files, paths, private_files

if TYPE_CHECKING:
    from nbenv.environments.installed.package_metadata import InstalledDistribution

__all__ = ["Environment", "Marker"]

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
            found[name] = with_source(Installed(name, version), folder)
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

    def distributions(self) -> dict[str, InstalledDistribution]:
        """Return the installed distributions with their metadata, by canonical name.

        What is being installed or removed has no metadata that could be read, and is left out.
        """
        # Slow to import, and no change needs it.
        from nbenv.environments.installed.package_metadata import InstalledDistribution

        found = map(InstalledDistribution, self.dist_infos())
        named = ((each.metadata, each) for each in found)
        return {
            str(canonicalize_name(about["Name"])): each
            for about, each in named
            if "Name" in about and "Version" in about
        }

    def imports(self, names: Iterable[str], *, own: bool = False) -> dict[str, list[str]]:
        """Return the top-level modules that each of these distributions provides.

        With `own`, packages without code are left out, as several distributions can share them. In
        their place come the highest modules of a distribution's own: ``google.cloud.storage``.
        """
        wanted = set(names)
        return {
            name: own_modules(rows_of(folder)) if own else top_level(rows_of(folder))
            for folder in self.dist_infos()
            if (name := self.name_of(folder)) in wanted
        }

    def sizes(self, names: Collection[str] | None = None) -> dict[str, int]:
        """Return the size of each distribution in bytes, or of some, as its ``RECORD`` gives it."""
        folders = ((self.name_of(folder), folder) for folder in self.dist_infos())
        return {
            name: recorded_size(rows_of(folder))
            for name, folder in folders
            if names is None or name in names
        }

    def path_files(self) -> set[str]:
        """Return the names of the ``.pth`` files; Python reads them only when it starts."""
        try:
            return {name for name in os.listdir(self.site_packages()) if name.endswith(".pth")}
        except OSError:
            return set()
