"""The payload of a sweep on a cluster: all that a worker needs to run a row, as one zip file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import nbformat

from nbenv.errors import NbenvError, UsageError
from nbenv.export.image_steps import RUNNER, program_texts
from nbenv.notebook.cells import read_notebook

__all__ = ["MOST_BYTES", "ROW_SOURCE", "payload_of"]

MOST_BYTES = 200_000_000
"""The size of files to put beside a notebook from which on a cluster's memory is the wrong way."""
ROW_SOURCE = Path(__file__).parent.parent / "clients" / "run_row.py"
"""What runs on a worker."""
_TIME = (2000, 1, 1, 0, 0, 0)
_START = '''\
"""Run a notebook, and end when the worker's process ends that started this."""

import contextlib
import ctypes
import signal
import sys

with contextlib.suppress(Exception):  # Linux: PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)

import headless

sys.exit(headless.main(sys.argv[1:]))
'''


def payload_of(
    notebook: str, bundle: Path, beside: Sequence[str], locked: Sequence[str]
) -> tuple[bytes, str]:
    """Return the zip file, equal bytes for equal content, and its digest.

    Parameters
    ----------
    notebook
        The notebook's path.
    bundle
        The folder of its environment's bundle.
    beside
        Files and folders to put beside the notebook, under their own names.
    locked
        The names of the packages in the environment.

    Raises
    ------
    UsageError
        A file does not exist, or all are too large.
    NotebookError
        The notebook cannot be read.
    """
    name = Path(notebook).with_suffix(".ipynb").name
    entries = {
        "notebook.ipynb": _notebook(notebook),
        "name.txt": name.encode(),
        **{f"bundle/{key}": each for key, each in _files_below(bundle)},
        **_programs(locked),
        **_beside(beside, name),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for key in sorted(entries):
            entry = zipfile.ZipInfo(key, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, entries[key])
    content = buffer.getvalue()
    return content, hashlib.sha256(content).hexdigest()


def _notebook(path: str) -> bytes:
    """Return the notebook in the format that the runner reads, without outputs."""
    text = json.dumps(read_notebook(path))
    content = nbformat.reads(text, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return str(nbformat.writes(content)).encode("utf-8", "surrogatepass")


def _programs(locked: Sequence[str]) -> dict[str, bytes]:
    """Return what runs a notebook in an image, which runs it here, too."""
    data = files("nbenv.export").joinpath("data")
    found = {f"programs/{name}": text.encode() for name, text in program_texts(RUNNER).items()}
    skips = data.joinpath("nbenv_image.py").read_bytes()
    found["programs/site/nbenv_image.py"] = skips
    if "pip" not in locked:
        found["programs/site/pip.py"] = skips
    found["programs/start.py"] = _START.encode()
    return found


def _beside(places: Sequence[str], notebook: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for place in places:
        path = Path(os.path.abspath(place))
        if not path.exists():
            raise UsageError(f"{place} does not exist, so it cannot be put beside the notebook.")
        if path.name == notebook:
            raise UsageError(f"{place} has the name of the notebook.")
        try:
            pairs = _files_below(path) if path.is_dir() else iter([("", path.read_bytes())])
            found |= {f"files/{path.name}/{key}".rstrip("/"): each for key, each in pairs}
        except OSError as error:
            raise NbenvError(f"{place} cannot be read.", f"{error.strerror}.") from None
        if sum(map(len, found.values())) > MOST_BYTES:
            raise UsageError(
                f"{place} is too large to be sent to each worker.",
                f"At most {MOST_BYTES // 1_000_000} MB are sent along.",
                "Put it where all workers can read it, and give its path as a parameter.",
            )
    return found


def _files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
