"""The documents that a client has open, and the notebooks' environments they belong to."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from nbenv.environments import layout
from nbenv.environments.readiness import check_readiness
from nbenv.errors import NbenvError
from nbenv.home import paths

__all__ = ["OpenDocument", "Places", "Surroundings", "surroundings_of"]

_NOTEBOOK = re.compile(r"(.+?\.ipynb)(?:[.-].*)?", re.DOTALL)
"""Code of another language inside a notebook has a path that goes on behind the notebook's."""
_DRIVE = "RTC:"
_OURS = "nbenv"


@dataclass(frozen=True)
class Places:
    """The server's root folder, and the folder in it where jupyter_lsp keeps copies of cells."""

    root: str
    virtual: str

    def path(self, uri: str) -> str | None:
        """Return the path of the notebook or file that a document's URI means, None for others."""
        parts = urlsplit(uri)
        if parts.scheme != "file":
            return None
        path = os.path.normpath(url2pathname(unquote(parts.path)))
        virtual = os.path.join(self.root, self.virtual, "")
        if path.startswith(virtual):
            path = os.path.join(self.root, path[len(virtual) :])
        inside = os.path.join(self.root, _DRIVE)
        if path.startswith(inside):  # collaboration puts a drive before the path
            path = os.path.join(self.root, path[len(inside) :])
        found = None if os.path.exists(path) else _NOTEBOOK.fullmatch(path)
        return found[1] if found else path


@dataclass(frozen=True)
class Surroundings:
    """The environment that a language server sees and when it was changed, or none."""

    environment: str = ""
    changed: int = 0

    def variables(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the environment variables by which every language server finds the environment.

        Jedi, pyrefly and ty look for ``VIRTUAL_ENV``, pyright for ``python`` on ``PATH``.
        """
        own = dict(environ)
        return layout.activate(self.environment, own) if self.environment else own

    def parsed_files(self) -> str | None:
        """Return an empty or matching folder for what Jedi keeps of the files that it parsed.

        Jedi takes what it kept for a path if that is newer than the file. A file that uv installs
        is as old as uv's copy of it, so another version's would be taken. The folder lasts until
        packages change. None where there can be no folder.
        """
        if not self.environment:
            return None
        folder = os.path.join(self.environment, "nbenv.parsed")
        try:
            os.makedirs(folder, exist_ok=True)
            for name in os.listdir(folder):
                if name != str(self.changed):
                    shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        except OSError:
            return None
        return os.path.join(folder, str(self.changed))


def surroundings_of(path: str | None) -> Surroundings | None:
    """Return what a language server is to see for the notebook at `path`.

    Returns
    -------
    Surroundings or None
        None while the notebook's environment is not ready, or is being changed.
    """
    if path is None or not os.path.exists(paths.state_path(paths.key(path))):
        return Surroundings()
    try:
        found = check_readiness(path)
    except (NbenvError, OSError):
        return Surroundings()
    kernelspec = found.metadata.get("kernelspec")
    name = kernelspec.get("name", _OURS) if isinstance(kernelspec, dict) else _OURS
    if name != _OURS:
        return Surroundings()
    if found.environment is None:
        return None
    try:
        changed = os.stat(paths.marker_path(found.environment)).st_mtime_ns
    except OSError:
        return None
    return Surroundings(found.environment, changed)


@dataclass
class OpenDocument:
    """A document as the client sees it, so that another server can be told of it."""

    uri: str
    language: str
    version: int
    text: str

    @classmethod
    def opened(cls, item: Mapping[str, Any]) -> OpenDocument:
        """Return the document of a ``textDocument/didOpen``."""
        return cls(item["uri"], item.get("languageId", ""), item.get("version", 0), item["text"])

    def item(self) -> dict[str, Any]:
        """Return the document as a ``textDocument/didOpen`` has it."""
        return {
            "uri": self.uri,
            "languageId": self.language,
            "version": self.version,
            "text": self.text,
        }

    def change(self, version: int | None, changes: Sequence[Mapping[str, Any]]) -> None:
        """Apply the changes of a ``textDocument/didChange``, in their order."""
        for change in changes:
            span = change.get("range")
            if span is None:
                self.text = change["text"]
                continue
            start, end = self._offset(span["start"]), self._offset(span["end"])
            self.text = self.text[:start] + change["text"] + self.text[end:]
        if version is not None:
            self.version = version

    def _offset(self, position: Mapping[str, int]) -> int:
        """Return the index of a position, whose characters are counted in UTF-16."""
        lines = io.StringIO(self.text, newline="").readlines()  # at \n, \r and \r\n alone
        number = position["line"]
        if number >= len(lines):
            return len(self.text)
        before = sum(map(len, lines[:number]))
        line = lines[number].rstrip("\r\n")
        units = line.encode("utf-16-le")[: 2 * position["character"]]
        return before + len(units.decode("utf-16-le", "ignore"))
