"""Notebooks that a cell runs with nbclient, or with papermill and nbconvert, which build on it.

Such a client is in this kernel's own process and holds the document, so that a kernel that it
starts could not find out which one is meant: the client tells it in NBENV_NOTEBOOK.
"""

from __future__ import annotations

import json
import os
import sys

_MODULE = "nbclient.client"
_SUFFIX = ".ipynb"
_MOST = 200
"""Notebooks of a folder that are compared with a document."""
_LARGEST = 50_000_000
"""Bytes that they may have together."""


def watch() -> None:
    """Have nbclient name its notebooks as soon as it is imported."""
    sys.meta_path.insert(0, _AfterImport())


class _AfterImport:
    """A finder that finds nbclient as the others do, and changes it once it is loaded."""

    def find_spec(self, name, path=None, target=None):
        """Return the spec of nbclient's client, None for every other module."""
        if name != _MODULE:
            return None
        sys.meta_path.remove(self)
        finders = [each for each in sys.meta_path if hasattr(each, "find_spec")]
        found = (each.find_spec(name, path, target) for each in finders)
        spec = next((each for each in found if each is not None), None)
        loader = getattr(spec, "loader", None)
        if hasattr(loader, "__dict__") and hasattr(loader, "exec_module"):

            def execute(module) -> None:
                del loader.exec_module
                loader.exec_module(module)
                _change(module)

            loader.exec_module = execute
        return spec


def _change(module) -> None:
    """Let the clients of a module name their notebook to the kernels that they start."""
    client = getattr(module, "NotebookClient", None)
    for name in ("async_start_new_kernel", "start_new_kernel"):
        original = vars(client).get(name) if client is not None else None
        if original is not None:
            setattr(client, name, _naming(original))


def _naming(original):
    """Return a replacement of a method that starts a kernel; it names the notebook first."""
    from functools import wraps

    @wraps(original)
    def start(self, **options):
        if getattr(self.km, "kernel_name", "") == "nbenv" and options.get("env") is None:
            path = notebook_of(self)
            if path is not None:
                options["env"] = {**os.environ, "NBENV_NOTEBOOK": path}
        return original(self, **options)

    return start


def notebook_of(client):
    """Return the path of the notebook that a client runs, None where that is not certain."""
    try:
        path = _named(client)
        return path if path is not None else _found(client)
    except Exception:  # the edge: a client of any version, with anything in it
        return None


def _named(client):
    """Return what the client was told: papermill keeps the path, nbconvert the name."""
    about = client.resources.get("metadata", {})
    path = None
    if type(client).__module__.startswith("papermill"):
        path = client.nb.metadata.get("papermill", {}).get("input_path")
    elif about.get("name"):
        path = os.path.join(about.get("path") or "", about["name"] + _SUFFIX)
    is_file = isinstance(path, str) and path.endswith(_SUFFIX) and os.path.isfile(path)
    return os.path.abspath(path) if is_file else None


def _found(client):
    """Return the only notebook beside it that holds the same cells and the same record."""
    folders = {os.getcwd(), os.path.abspath(client.resources.get("metadata", {}).get("path") or "")}
    paths = [os.path.join(folder, name) for folder in folders for name in os.listdir(folder)]
    paths = [path for path in paths if path.endswith(_SUFFIX) and os.path.isfile(path)]
    if len(paths) > _MOST or sum(map(os.path.getsize, paths)) > _LARGEST:
        return None
    wanted = _content(client.nb)
    same = [path for path in paths if _content(_read(path)) == wanted]
    return same[0] if len(same) == 1 else None


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def _content(document):
    """Return what makes two documents the same notebook: not the outputs of a run."""
    cells = [(cell.get("id"), _text(cell.get("source"))) for cell in document.get("cells", ())]
    return cells, document.get("metadata", {}).get("nbenv")


def _text(source):
    return "".join(source) if isinstance(source, list) else source
