"""Find the prebuilt JupyterLab extensions that an environment's packages bring, and their files.

A file counts only if a ``RECORD`` lists it with a digest, it still has that digest, and no link
leads to it. So nothing that was merely put beside the packages' files is ever found.

The layout: https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.environments.environment import Environment
from nbenv.environments.installed.dist_info import rows_of
from nbenv.home import paths

__all__ = ["LabExtension", "lab_extensions"]

_FOLDER = ("share", "jupyter", "labextensions")
_LISTED = "/".join([*_FOLDER, ""]).encode()
_NAME = re.compile(r"(?:@[\w.-]+/)?[\w][\w.-]*", re.ASCII)
"""The name of an npm package, which is also that of its folder."""
_PACKAGE = "package.json"
_MANAGER = "@jupyter-widgets/jupyterlab-manager"
_BASE = "@jupyter-widgets/base"
_WIDGETS = re.compile(rb"^Requires-Dist:\s*(?:ipywidgets|jupyterlab[-_]widgets)\b", re.I | re.M)
_DIGITS = 32


@dataclass(frozen=True)
class LabExtension:
    """A prebuilt extension of JupyterLab in an environment.

    Parameters
    ----------
    name
        The name of its npm package.
    version
        The version of that.
    distribution
        The canonical name of the distribution that brings it.
    digest
        Identifies all its files and their contents, in hexadecimal digits.
    package
        Its ``package.json``, of which nothing is to be trusted.
    is_for_widgets
        Whether the distribution depends on ipywidgets.
    folder
        The folder that holds it, under its name.
    files
        The digest of each of its files, by path in its own folder.
    """

    name: str
    version: str
    distribution: str
    digest: str
    package: Mapping[str, object] = field(hash=False)
    is_for_widgets: bool
    folder: str
    files: Mapping[str, str] = field(hash=False)

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None unless it is, unchanged, what was installed.

        Parameters
        ----------
        name
            A key of `files`; anything else is no file of the extension.
        """
        digest = self.files.get(name)
        return _content(self.folder, f"{self.name}/{name}", digest) if digest else None

    def describe(self) -> dict[str, object]:
        """Return what a page needs to load the extension, for JSON.

        Returns
        -------
        dict
            ``kind`` is ``manager`` for the widget manager itself, ``widgets`` for what registers
            with it, ``renderer`` for what only renders outputs, and ``other`` for all else.
            ``load``, ``extension``, ``mimeExtension`` and ``style`` are as its builder wrote them,
            "" where there is none. ``base`` is the major version of the widgets' base that it is
            made for, 0 where it does not say. ``schemas`` are the ids of plugins with settings.
        """
        lab = _mapping(self.package.get("jupyterlab"))
        build = _mapping(lab.get("_build"))
        entries = {key: _text(build.get(key)) for key in ("extension", "mimeExtension", "style")}
        return {
            "name": self.name,
            "version": self.version,
            "distribution": self.distribution,
            "digest": self.digest,
            "kind": self._kind(lab, entries["mimeExtension"]),
            "load": os.path.normpath(_text(build.get("load")) or ".").replace(os.sep, "/"),
            **entries,
            "base": self._base(),
            "schemas": sorted(self._schemas()),
        }

    def _kind(self, lab: Mapping[str, object], renderer: str) -> str:
        if self.name == _MANAGER:
            return "manager"
        shared = _mapping(lab.get("sharedPackages"))
        known = {*_mapping(self.package.get("dependencies")), *shared}
        if self.is_for_widgets or known & {_BASE, _MANAGER}:
            return "widgets"
        return "renderer" if renderer else "other"

    def _base(self) -> int:
        wanted = _text(_mapping(self.package.get("dependencies")).get(_BASE))
        majors = re.findall(r"(?:^|[\s^~>=|])(\d{1,6})(?=\.|\s|$)", wanted)
        return max(map(int, majors), default=0)

    def _schemas(self) -> Iterator[str]:
        prefix = f"schemas/{self.name}/"
        for name in self.files:
            if name.startswith(prefix) and name.endswith(".json") and "package.json" not in name:
                yield f"{self.name}:{name[len(prefix) : -len('.json')]}"


def lab_extensions(environment: Environment) -> tuple[LabExtension, ...]:
    """Return the extensions that an environment's packages bring, sorted by name.

    They are remembered until packages are added or removed.
    """
    folder = environment.path.joinpath(*_FOLDER)
    marker = paths.marker_path(str(environment.path))
    try:
        stamps = [os.stat(each).st_mtime_ns for each in (environment.site_packages(), marker)]
        os.stat(folder)
    except OSError:
        return ()
    return _found(environment, tuple(stamps))


@lru_cache(maxsize=32)
def _found(environment: Environment, _stamps: tuple[int, ...]) -> tuple[LabExtension, ...]:
    root = os.path.join(environment.path, *_FOLDER)
    listed: dict[str, dict[str, str]] = {}
    owners: dict[str, Path] = {}
    for dist_info in environment.dist_infos():
        for name, file, digest in _listed_files(root, dist_info):
            listed.setdefault(name, {})[file] = digest
            if file == _PACKAGE:
                owners[name] = dist_info
    made = (_extension(root, name, owners[name], listed[name]) for name in sorted(owners))
    return tuple(each for each in made if each)


def _listed_files(root: str, dist_info: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the extension, path and digest of each file of one that ``RECORD`` lists."""
    try:
        if _LISTED not in (dist_info / "RECORD").read_bytes():
            return
    except OSError:
        return
    before = os.path.join(root, "")
    for row in rows_of(dist_info):
        path = os.path.normpath(os.path.join(dist_info.parent, row[0]))
        if len(row) < 2 or not row[1].startswith("sha256=") or not path.startswith(before):
            continue
        parts = path.removeprefix(before).split(os.sep)
        count = 2 if parts[0].startswith("@") else 1
        name, file = "/".join(parts[:count]), "/".join(parts[count:])
        if file and _NAME.fullmatch(name):
            yield name, file, row[1]


def _extension(root: str, name: str, dist_info: Path, files: dict[str, str]) -> LabExtension | None:
    """Return an extension; None where its ``package.json`` is not that of a prebuilt one."""
    try:
        package = json.loads(_content(root, f"{name}/{_PACKAGE}", files[_PACKAGE]) or b"")
        needs = (dist_info / "METADATA").read_bytes()
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(package, dict) or package.get("name") != name:
        return None
    if "_build" not in _mapping(package.get("jupyterlab")):
        return None
    lines = "".join(f"{file}\0{digest}\n" for file, digest in sorted(files.items()))
    return LabExtension(
        name=name,
        version=_text(package.get("version")),
        distribution=str(canonicalize_name(dist_info.name.split("-")[0])),
        digest=hashlib.sha256(lines.encode()).hexdigest()[:_DIGITS],
        package=package,
        is_for_widgets=_WIDGETS.search(needs) is not None,
        folder=root,
        files=files,
    )


def _content(root: str, name: str, digest: str) -> bytes | None:
    """Return the content of a file below a folder if no link leads to it from there."""
    path = os.path.join(os.path.realpath(root), *name.split("/"))
    if os.path.realpath(path) != path:
        return None
    try:
        content = Path(path).read_bytes()
    except OSError:
        return None
    found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return content if f"sha256={found}" == digest.rstrip("=") else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
