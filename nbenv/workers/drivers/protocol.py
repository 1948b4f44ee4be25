"""The words that ``%nbenv workers`` and its drivers have in common; loaded as ``_nbenv_workers``.

Standard library only: it runs in a notebook's kernel, where nbenv is not installed. A driver is one
of `ENGINES`, a module beside this one::

    ENGINE = "Dask"
    find(namespace) -> [(name, client), …]          # imports nothing that is not imported
    ship(client, bundle, options) -> Report
    status(client, bundle) -> Report
    stop(client) -> Report

It raises WorkersError. `options` is a `Options`; `bundle` a `Bundle`.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import zipfile
from importlib.util import module_from_spec, spec_from_file_location

ENGINES = ("dask", "ipyparallel", "ray", "spark")
"""The modules of the drivers."""
_TIME = (2000, 1, 1, 0, 0, 0)
_SHOWN = 3


def load(name, folder="drivers"):
    """Load a module of a folder of ``workers``, under a name that no package has."""
    known = "_nbenv_workers_" + name
    if known not in sys.modules:
        above = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        path = os.path.join(above, folder, name + ".py")
        spec = spec_from_file_location(known, path)
        module = module_from_spec(spec)
        sys.modules[known] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[known]
            raise
    return sys.modules[known]


class WorkersError(Exception):
    """The workers cannot get the environment: the message says why, `todo` what to do next."""

    def __init__(self, message, todo="") -> None:
        super().__init__(message, todo)
        self.message, self.todo = message, todo

    def __str__(self) -> str:
        return "\n".join(part for part in (self.message, self.todo) if part)


class Bundle:
    """The bundle that nbenv wrote for this notebook's environment."""

    def __init__(self, folder) -> None:
        self.folder = folder
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        self.digest = self.manifest["digest"]

    def source(self, name):
        """Return the text of one of its files."""
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def zipped(self):
        """Return all its files as one zip archive, equal bytes for equal files."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder, folders, files in os.walk(self.folder):
                folders.sort()
                for name in sorted(files):
                    path = os.path.join(folder, name)
                    inside = os.path.relpath(path, self.folder).replace(os.sep, "/")
                    with open(path, "rb") as file:
                        entry = zipfile.ZipInfo(inside, _TIME)
                        entry.compress_type = zipfile.ZIP_DEFLATED
                        archive.writestr(entry, file.read())
        return buffer.getvalue()


class Options:
    """The options of a request: `own` and `wheels`, and the seconds that one node has.

    `tell` shows a line while the work goes on.
    """

    def __init__(self, own=False, wheels=False, patience=600.0, tell=lambda text: None) -> None:
        self.own, self.wheels, self.patience, self.tell = own, wheels, patience, tell


class Report:
    """The result of a driver: what is shown, in one line and its notes.

    `nodes` are tuples of a name, its Python, the seconds that its environment took, and whether it
    was made now. `workers` is the number of workers if that is another one. `client` replaces the
    one in the notebook's namespace, if it is not None. `value` is what the magic returns. `unit`
    is what is counted.
    """

    def __init__(
        self, engine, nodes=(), *, bytes_sent=0, seconds=0.0, notes=(), client=None, workers=None,
        value=None, unit="worker",
    ) -> None:  # fmt: skip
        self.value, self.unit = value, unit
        self.engine, self.nodes, self.bytes_sent = engine, list(nodes), bytes_sent
        self.seconds, self.notes, self.client = seconds, list(notes), client
        self.workers = len(self.nodes) if workers is None else workers

    def line(self, manifest):
        """Return the line, "" without workers: 4 workers: pandas 2.2.3 … in 8.8 s, 13.7 KB."""
        if not self.workers:
            return ""
        counted = "{} {}{}".format(self.workers, self.unit, "" if self.workers == 1 else "s")
        sent = shown_size(self.bytes_sent) if self.bytes_sent else "nothing to send"
        text = "{}: {} in {:.1f} s, {}."
        return text.format(counted, shown_packages(manifest), self.seconds, sent)


def shown_packages(manifest):
    """Return the packages that were asked for, with their versions; the first ones of many."""
    versions = manifest.get("versions", {})
    asked = [name for name in manifest.get("asked", ()) if name in versions] or sorted(versions)
    shown = ", ".join("{} {}".format(name, versions[name]) for name in asked[:_SHOWN])
    more = len(versions) > len(asked[:_SHOWN])
    return (shown or "Python " + manifest["python"]) + (" …" if shown and more else "")


def shown_size(size):
    """Return a number of bytes for people."""
    return "{:.1f} KB".format(size / 1e3) if size < 1e6 else "{:.1f} MB".format(size / 1e6)


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    @property
    def seconds(self):
        """The seconds that passed."""
        return time.monotonic() - self._begin
