"""Tiny real wheels, sdists and source trees; equal input gives equal bytes."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from packaging.requirements import Requirement
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support import nbenv_test_backend as backend

TAR_TIME = 1577836800  # 2020-01-01

Names = Sequence[str]
Extras = Mapping[str, Sequence[str]]
Modules = Mapping[str, str]
EntryPoints = Mapping[str, Mapping[str, str]]
NO_EXTRAS: Extras = MappingProxyType({})


@dataclass(frozen=True)
class _Distribution:
    """A distribution's metadata, whatever it is packed as."""

    name: str
    version: str
    requires: Names
    extras: Extras
    modules: Modules | None = None
    requires_python: str | None = None
    tag: str = "py3-none-any"
    entry_points: EntryPoints | None = None

    def __post_init__(self) -> None:
        """Refuse a string where a sequence is meant: it would be split into letters."""
        for names in (self.requires, *self.extras.values()):
            if isinstance(names, str):
                raise TypeError(f"a sequence of requirements is needed, not the string {names!r}")

    @property
    def module(self) -> str:
        """The import name that belongs to the distribution's name."""
        return canonicalize_name(self.name).replace("-", "_")

    @property
    def stem(self) -> str:
        """The beginning of every file name of this distribution."""
        return f"{self.module}-{Version(self.version)}"

    @property
    def dist_info(self) -> str:
        """The name of the .dist-info folder."""
        return f"{self.stem}.dist-info"

    @property
    def wheel(self) -> str:
        """The wheel's file name."""
        return f"{self.stem}-{self.tag}.whl"

    def sources(self) -> dict[str, bytes]:
        """Return the files to install: path to contents."""
        modules = self.modules
        if modules is None:
            modules = {f"{self.module}.py": f'__version__ = "{self.version}"\n'}
        return {path: source.encode() for path, source in modules.items()}

    def metadata(self, *, static: bool = True) -> str:
        """Return the core metadata; an sdist's is bare unless it is `static` (PEP 643)."""
        lines = [f"Metadata-Version: {'2.2' if static else '2.1'}"]
        lines += [f"Name: {self.name}", f"Version: {self.version}"]
        lines += [f"Summary: The test distribution {self.name}"]
        if self.requires_python:
            lines.append(f"Requires-Python: {self.requires_python}")
        if static:
            lines += self._requirement_lines()
        return "\n".join(lines) + "\n"

    def _requirement_lines(self) -> list[str]:
        """Return the lines of Requires-Dist and Provides-Extra."""
        lines = [f"Requires-Dist: {Requirement(text)}" for text in self.requires]
        for extra, names in self.extras.items():
            lines.append(f"Provides-Extra: {canonicalize_name(extra)}")
            lines += [f"Requires-Dist: {_of_extra(text, extra)}" for text in names]
        return lines

    def texts(self) -> dict[str, str]:
        """Return the files of .dist-info except RECORD, by name."""
        texts = {"METADATA": self.metadata(), "WHEEL": self._wheel_text()}
        if self.entry_points:
            texts["entry_points.txt"] = _entry_points_text(self.entry_points)
        return texts

    def _wheel_text(self) -> str:
        """Return the content of WHEEL."""
        pure = "true" if self.tag.endswith("-none-any") else "false"
        lines = ["Wheel-Version: 1.0", "Generator: nbenv-tests", f"Root-Is-Purelib: {pure}"]
        lines += sorted(f"Tag: {tag}" for tag in parse_tag(self.tag))
        return "\n".join(lines) + "\n"

    def tree(self, *, fails: str | None, static: bool, build_requires: Names) -> dict[str, bytes]:
        """Return a source tree that builds itself: path to contents."""
        spec = {
            "dist_info": self.dist_info,
            "fails": fails,
            "pth": f"__editable__.{self.module}.pth",
            "static": static,
            "texts": self.texts(),
            "wheel": self.wheel,
        }
        return {
            "build.json": json.dumps(spec, indent=1, sort_keys=True).encode(),
            "nbenv_test_backend.py": Path(backend.__file__).read_bytes(),
            "pyproject.toml": self._pyproject(static, build_requires).encode(),
            **{f"src/{path}": data for path, data in self.sources().items()},
        }

    def _pyproject(self, static: bool, build_requires: Names) -> str:
        """Return pyproject.toml, without a [project] table unless the metadata is static."""
        lines = ["[build-system]", f"requires = {_toml(list(build_requires))}"]
        lines += ['build-backend = "nbenv_test_backend"', 'backend-path = ["."]']
        return "\n".join(lines + (self._project_table() if static else [])) + "\n"

    def _project_table(self) -> list[str]:
        """Return the lines of [project]."""
        lines = ["", "[project]", f"name = {_toml(self.name)}", f"version = {_toml(self.version)}"]
        lines.append(f"dependencies = {_toml(list(self.requires))}")
        if self.requires_python:
            lines.append(f"requires-python = {_toml(self.requires_python)}")
        if self.entry_points:
            lines.append('dynamic = ["scripts", "gui-scripts", "entry-points"]')
        if self.extras:
            lines += ["", "[project.optional-dependencies]"]
            lines += [f"{_toml(key)} = {_toml(list(names))}" for key, names in self.extras.items()]
        return lines


def _of_extra(text: str, extra: str) -> Requirement:
    """Return the requirement `text`, restricted to `extra`."""
    condition = f'extra == "{canonicalize_name(extra)}"'
    requirement = Requirement(text)
    marker = f"({requirement.marker}) and {condition}" if requirement.marker else condition
    requirement.marker = None
    separator = " ; " if requirement.url else "; "
    return Requirement(f"{requirement}{separator}{marker}")


def _entry_points_text(groups: EntryPoints) -> str:
    """Return the content of entry_points.txt."""
    lines: list[str] = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in points.items()), ""]
    return "\n".join(lines)


def _toml(value: str | list[str]) -> str:
    """Return a TOML string or array, which JSON writes in the same way."""
    return json.dumps(value, ensure_ascii=False)


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    *,
    requires: Names = (),
    extras: Extras = NO_EXTRAS,
    modules: Modules | None = None,
    requires_python: str | None = None,
    tag: str = "py3-none-any",
    entry_points: EntryPoints | None = None,
) -> Path:
    """Write a wheel into `folder` and return its path.

    `modules` maps paths to sources; by default there is one module, named after the distribution,
    that only sets ``__version__``. `entry_points` maps group to name to target.
    """
    made = _Distribution(
        name, version, requires, extras, modules, requires_python, tag, entry_points
    )
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{made.dist_info}/{key}": text.encode() for key, text in made.texts().items()}
    backend.pack(folder / made.wheel, made.dist_info, {**made.sources(), **texts})
    return folder / made.wheel


def extension_files(name: str, version: str, **package: object) -> dict[str, str]:
    """Return the files of a wheel with a prebuilt extension of JupyterLab: path to contents."""
    build = {"load": "static/remote.js", "extension": "./extension"}
    about = {"name": name, "version": version, "jupyterlab": {"_build": build}, **package}
    folder = f"{name}-{version}.data/data/share/jupyter/labextensions/{name}"
    return {
        f"{name}.py": "",
        f"{folder}/package.json": json.dumps(about),
        f"{folder}/static/remote.js": f"// {name} {version}\n",
    }


def make_sdist(
    folder: Path,
    name: str,
    version: str,
    *,
    requires: Names = (),
    extras: Extras = NO_EXTRAS,
    modules: Modules | None = None,
    requires_python: str | None = None,
    tag: str = "py3-none-any",
    entry_points: EntryPoints | None = None,
    fails: str | None = None,
    static: bool = True,
    build_requires: Names = (),
) -> Path:
    """Write an sdist into `folder` and return its path; building it needs no index.

    With `fails` its build prints a log of 200 lines and raises with that message. Unless `static`,
    no tool can learn the requirements without running the backend, and a failing sdist already
    fails then. `build_requires` are looked up in the index before the build. `tag` is the tag of
    the wheel that it builds.
    """
    made = _Distribution(
        name, version, requires, extras, modules, requires_python, tag, entry_points
    )
    files = made.tree(fails=fails, static=static, build_requires=build_requires)
    files["PKG-INFO"] = made.metadata(static=static).encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{made.stem}.tar.gz"
    path.write_bytes(gzipped(_tar({f"{made.stem}/{key}": data for key, data in files.items()})))
    return path


def make_project(
    folder: Path,
    name: str,
    version: str,
    *,
    requires: Names = (),
    extras: Extras = NO_EXTRAS,
    modules: Modules | None = None,
    requires_python: str | None = None,
    entry_points: EntryPoints | None = None,
    fails: str | None = None,
) -> Path:
    """Write a source tree `folder`/`name`, installable with ``-e`` and without; return its path.

    The modules are in its ``src/``. A second call overwrites the files it names.
    """
    made = _Distribution(
        name, version, requires, extras, modules, requires_python, entry_points=entry_points
    )
    root = folder / name
    for key, data in made.tree(fails=fails, static=True, build_requires=()).items():
        path = root / PurePosixPath(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def _tar(files: Mapping[str, bytes]) -> bytes:
    """Return a tar archive of `files`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in sorted(files.items()):
            add_to_tar(archive, name, data)
    return buffer.getvalue()


def add_to_tar(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add a member that holds nothing of this machine or moment."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), TAR_TIME, 0o644
    archive.addfile(info, io.BytesIO(data))


def gzipped(data: bytes) -> bytes:
    """Return `data` in a gzip file, stored and undated: the same bytes with every zlib."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=0, fileobj=buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()
