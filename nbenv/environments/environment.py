"""One virtual environment on disk: created, looked into, marked as whole."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from nbenv.core.sync_plan import Installed
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import paths

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["Environment", "Marker", "rows_of"]

_VERSION = re.compile(rb"^version\s*=\s*(\S+)", re.MULTILINE)
"""In ``pyvenv.cfg``, as virtualenv writes it."""


@dataclass(frozen=True)
class Marker:
    """What an environment was last marked as.

    `record` is what it holds whole, None while it changes or is broken; `mismatched` names the
    distributions that never were what their own ``RECORD`` says; `is_touched` says that something
    came or went since.
    """

    record: dict[str, object] | None = None
    notebook: str | None = None
    mismatched: frozenset[str] = frozenset()
    is_touched: bool = True


@dataclass(frozen=True)
class Environment:
    """The environment of one identifier, whether or not it exists yet."""

    identifier: str

    @property
    def path(self) -> Path:
        """The environment's folder."""
        return Path(paths.environment_path(self.identifier))

    @property
    def python(self) -> str:
        """The environment's interpreter."""
        return paths.python_path(paths.environment_path(self.identifier))

    @property
    def kept(self) -> Path:
        """The file whose time tells when its compiled modules were last kept."""
        return self.path / "nbenv.kept"

    # -- the marker: what the environment was last synced to, absent while it changes

    def read_marker(self) -> Marker:
        """Read what the environment was last marked as; an empty marker where it has none."""
        found = paths.read_json(paths.marker_path(str(self.path)))
        if found is None:
            return Marker()
        record, owner, names = found.get("value"), found.get("notebook"), found.get("mismatched")
        is_usable = isinstance(record, dict) and os.path.exists(self.python)
        return Marker(
            record if is_usable else None,  # type: ignore[arg-type]
            owner if isinstance(owner, str) else None,
            frozenset(map(str, names)) if isinstance(names, list) else frozenset(),
            paths.is_touched(str(self.path), found),
        )

    def mark(
        self, record: dict[str, object], notebook: str | None, mismatched: Iterable[str] = ()
    ) -> None:
        """Mark the environment as whole: it holds what `record` locks."""
        # Python makes this folder when it first imports a module from there, which is no change.
        (self.site_packages() / "__pycache__").mkdir(parents=True, exist_ok=True)
        marker: dict[str, object] = {
            "notebook": notebook,
            "value": record,
            "changed": paths.changed(str(self.path), str(record["python"])),
        }
        if mismatched:
            marker["mismatched"] = sorted(mismatched)
        paths.write_json(paths.marker_path(str(self.path)), marker)

    def assign(self, notebook: str) -> None:
        """Hand the environment over to a notebook, as when that was renamed."""
        path = paths.marker_path(str(self.path))
        if marker := paths.read_json(path):
            paths.write_json(path, {**marker, "notebook": notebook})

    def unmark(self) -> None:
        """Say that the environment is about to change."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(paths.marker_path(str(self.path)))

    # -- the environment itself

    def read_version(self) -> str | None:
        """Read the full version of the interpreter; None when the environment cannot be used."""
        place = paths.environment_path(self.identifier)
        if not os.path.exists(paths.python_path(place)):
            return None
        try:
            # Without a text layer it takes a third of the time: `envs` reads them all.
            with open(os.path.join(place, "pyvenv.cfg"), "rb", buffering=0) as file:
                found = _VERSION.search(file.read())
        except OSError:
            return None
        return found[1].decode("utf-8", "replace") if found else None

    def create(self, interpreter: Interpreter) -> None:
        """Make an empty environment of `interpreter`, in place of a broken one."""
        import virtualenv

        self.remove()
        paths.make_private(str(self.path.parent))
        arguments = ["--no-seed", "--no-periodic-update", "--quiet", "--python"]
        try:
            virtualenv.cli_run([*arguments, interpreter.executable, str(self.path)])
        except (OSError, RuntimeError, SystemExit) as error:
            self.remove()
            raise BrokenEnvironmentError(
                f"No virtual environment of {interpreter.executable} could be made.",
                f"{error}.",
                "Run nbenv doctor to see whether this Python and the disk are in order.",
            ) from None
        except BaseException:  # stopped: nothing half-made stays
            self.remove()
            raise

    def remove(self) -> None:
        """Delete the environment; the marker goes first."""
        self.unmark()
        shutil.rmtree(self.path, ignore_errors=True)

    def site_packages(self) -> Path:
        """Return the folder that distributions are installed to."""
        minor = ".".join((self.read_version() or "3").split(".")[:2])
        return Path(paths.packages_path(str(self.path), minor))

    # -- what is installed

    def installed(self) -> dict[str, Installed]:
        """Return what is installed, by canonical name."""
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
        """Return the metadata of what is installed, by canonical name."""
        from importlib.metadata import PathDistribution  # slow, and not needed by a change

        found = (PathDistribution(folder) for folder in self.dist_infos())
        return {str(canonicalize_name(each.metadata["Name"] or "")): each for each in found}

    def imports(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Return the top-level modules that each of these distributions provides."""
        wanted = set(names)
        return {
            name: _top_level(rows_of(folder))
            for folder in self.dist_infos()
            if (name := self.name_of(folder)) in wanted
        }

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each distribution's files, as its ``RECORD`` gives them."""
        return {
            self.name_of(folder): _recorded_size(rows_of(folder)) for folder in self.dist_infos()
        }

    def path_files(self) -> set[str]:
        """Return the names of the ``.pth`` files, which a running kernel must be told of."""
        try:
            return {name for name in os.listdir(self.site_packages()) if name.endswith(".pth")}
        except OSError:
            return set()


def _with_source(installed: Installed, folder: Path) -> Installed:
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
    )


def _recorded_size(rows: Iterable[list[str]]) -> int:
    return sum(int(row[-1]) for row in rows if row[-1].isdigit())


def _top_level(rows: Iterable[list[str]]) -> list[str]:
    modules = set()
    for row in rows:
        first, slash, _ = row[0].partition("/")
        if first.endswith((".dist-info", ".data", ".pth")) or first in ("..", "__pycache__", ""):
            continue
        modules.add(first if slash else first.partition(".")[0])
    return sorted(modules)


def rows_of(dist_info: Path) -> list[list[str]]:
    """Return the rows of a distribution's ``RECORD``: path, hash and size of each file.

    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    try:
        with open(dist_info / "RECORD", encoding="utf-8", errors="replace", newline="") as file:
            return [row for row in csv.reader(file) if row]
    except (OSError, csv.Error):
        return []
