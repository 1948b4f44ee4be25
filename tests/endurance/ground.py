"""Scratch machine, tiny distributions and checks that the endurance runs share."""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import struct
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ipykernel
import nbformat
import psutil
import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from tests.conftest import write_notebook
from tests.support.index import LocalIndex

Value = dict[str, Any]

_LENT = """\
import os, sys
_folder = {folder!r}
sys.path.append(os.path.dirname(_folder))
__path__[:] = [_folder]
with open(os.path.join(_folder, "__init__.py")) as _file:
    exec(compile(_file.read(), _file.name, "exec"))
"""
_OWN = ("python", "activate", "deactivate", "_virtualenv.", "pydoc")


def lent_kernel() -> dict[str, str]:
    """Return the modules of a tiny ipykernel that borrows this Python's own."""
    return {"ipykernel/__init__.py": _LENT.format(folder=str(Path(ipykernel.__file__).parent))}


def stock(index: LocalIndex) -> None:
    """Offer the distributions to install; some have many files, so that kills hit midway."""
    index.wheel("ipykernel", version("ipykernel"), modules=lent_kernel())
    for number in (1, 2):
        modules = {f"big/m{n}.py": f"x = {n}\n" * number for n in range(300 * number)}
        modules["big/__init__.py"] = f'__version__ = "{number}.0"\n'
        points = {"console_scripts": {f"big-{number}": "big:main"}}
        index.wheel("big", f"{number}.0", modules=modules, entry_points=points)
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("branch", "1.0", requires=["leaf"])
    index.wheel("twig", "1.0")
    index.wheel("twig", "2.0", requires=["branch"])


@dataclass
class Ground:
    """A scratch machine: its folder, its index, its ``NBENV_HOME``."""

    folder: Path
    index: LocalIndex

    @property
    def home(self) -> Path:
        """The machine's ``NBENV_HOME``."""
        return self.folder / "home"

    def notebook(self, name: str = "work") -> Path:
        """Write a notebook of three cells."""
        return write_notebook(self.folder / "notebooks" / f"{name}.ipynb", "1 + 1", "'é'", "'ω'")


@contextmanager
def ground(background: bool = False) -> Iterator[Ground]:
    """Set up a scratch machine in a temporary folder, with its environment variables.

    With `background`, spare environments are made and compiled modules are kept, as for users.
    """
    with (
        tempfile.TemporaryDirectory(prefix="endurance-") as scratch,
        pytest.MonkeyPatch.context() as patch,
        LocalIndex(Path(scratch, "index")) as index,
    ):
        for name in list(os.environ):
            if name.startswith(("NBENV_", "JPY_", "PIP_", "UV_")):
                patch.delenv(name)
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("NBENV_BACKGROUND", "1" if background else "0")
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(Path(scratch, name.lower())))
        patch.setenv("TMPDIR", str(Path(scratch, "tmp")))
        Path(scratch, "tmp").mkdir()
        patch.setattr(tempfile, "tempdir", None)
        use(index, Path(scratch), patch)
        stock(index)
        try:
            yield Ground(Path(scratch), index)
        finally:
            end_background(Path(scratch, "home"))


def end_background(home: Path) -> None:
    """End what works on in the background: no process outlives its run."""
    for process in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            is_ours = "nbenv.kernel" in " ".join(process.info["cmdline"] or ())
            if is_ours and process.environ().get("NBENV_HOME") == str(home):
                process.kill()
                process.wait(10)


def use(index: LocalIndex, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Make nbenv use only this index and keep everything in the folder."""
    patch.setenv("NBENV_HOME", str(folder / "home"))
    patch.setenv("PIP_CONFIG_FILE", os.devnull)
    patch.setenv("PIP_INDEX_URL", index.url)
    patch.setenv("UV_CACHE_DIR", str(folder / "cache"))
    patch.setenv("UV_HTTP_RETRIES", "0")


# -- what must be true


def recorded(notebook: Path) -> Value | None:
    """Return the record in a notebook's file, which must be valid and have all its cells."""
    document = json.loads(notebook.read_text(encoding="utf-8"))
    nbformat.validate(document)
    assert ["".join(cell["source"]) for cell in document["cells"]] == ["1 + 1", "'é'", "'ω'"]
    value: Value | None = document["metadata"].get("nbenv")
    return value


def document_of(notebook: Path) -> NotebookSnapshot:
    """Return the notebook as nbenv reads it."""
    return NotebookSnapshot.read(NotebookRef(str(notebook)))


def differences(environment: Environment, value: Value, index: Path) -> list[str]:
    """Compare every file of an environment with the wheels that a record locks.

    It reads the wheels themselves, so it relies on nothing that nbenv says about an environment.
    """
    names = [line.split()[0].partition("==") for line in value["lock"]]
    expected: dict[str, bytes] = {}
    infos = set()
    for name, _, number in names:
        wheel = index / f"{name.replace('-', '_')}-{number}-py3-none-any.whl"
        infos.add(f"{name.replace('-', '_')}-{number}.dist-info")
        with zipfile.ZipFile(wheel) as archive:
            expected |= {
                each: archive.read(each) for each in archive.namelist() if "RECORD" not in each
            }
    site = environment.site_packages()
    return [*_compared(site, expected, infos), *_miscompiled(site), *_scripts(environment, names)]


_OF_THE_ENVIRONMENT = ("_nbenv_pip", "_virtualenv")
"""The beginnings of what makes an environment, and is no package of it."""


def _compared(site: Path, expected: Mapping[str, bytes], infos: set[str]) -> Iterator[str]:
    for name, data in expected.items():
        path = site / name
        if not path.is_file():
            yield f"{name} is missing"
        elif path.read_bytes() != data:
            yield f"{name} has other content"
    present = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    for name in present - set(expected):
        top = name.split("/")[0]
        if (
            "__pycache__" not in name
            and top not in infos
            and not top.startswith(_OF_THE_ENVIRONMENT)
        ):
            yield f"{name} is left over"
    found = {path.name for path in site.glob("*.dist-info")}
    for name in found - infos:
        yield f"{name} is left over, with {sorted(each.name for each in (site / name).iterdir())}"


def _miscompiled(site: Path) -> Iterator[str]:
    """Yield the compiled modules that Python would run, and that are not what it would compile."""
    for path in site.rglob("__pycache__/*.pyc"):
        source = path.parent.parent / f"{path.name.partition('.')[0]}.py"
        found = path.read_bytes()
        if not source.exists() or found[:4] != importlib.util.MAGIC_NUMBER:
            continue
        known = source.stat()
        stamp = (int(known.st_mtime) & 0xFFFFFFFF, known.st_size & 0xFFFFFFFF)
        if struct.unpack("<III", found[4:16]) == (0, *stamp):
            wanted = compile(source.read_bytes(), str(source), "exec", dont_inherit=True)
            if marshal.loads(found[16:]) != wanted:
                yield f"{path.relative_to(site)} is not compiled from its source"


def _scripts(environment: Environment, names: list[tuple[str, str, str]]) -> Iterator[str]:
    wanted = {f"big-{number[0]}" for name, _, number in names if name == "big"}
    folder = Path(environment.python).parent
    found = {path.name for path in folder.iterdir() if not path.name.startswith(_OWN)}
    yield from (f"the script {name} is left over" for name in found - wanted)
    yield from (f"the script {name} is missing" for name in wanted - found)


PYTHON = sys.executable
