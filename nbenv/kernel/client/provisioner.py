"""The kernel provisioner of nbenv's kernelspec: it says which document the kernel is for.

jupyter_client loads it in the process of whatever starts kernels. What executes a document in
memory names no notebook, but has the document in its hands.
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbenv.core.file_names import is_notebook
from nbenv.core.record import RecordDict
from nbenv.home import variables

__all__ = ["Provisioner", "record_of"]

_SESSION = "JPY_SESSION_NAME"
_LARGEST = 8_000_000
"""Characters of a record that is handed over; `nbenv.core.record` reads none that is as long."""
_LOG = logging.getLogger(__name__)


class Provisioner(LocalProvisioner):  # type: ignore[misc,unused-ignore]
    """Starts a kernel like any other, and tells it which document its client executes.

    What the run installs is put into the metadata of the document in memory, which most clients
    write to a file in the end.
    """

    _run: _Run | None = None

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        """Name the document in the kernel's environment variables, where no other name is given."""
        environ = options.get("env") or os.environ
        if not _is_named(environ):
            folder = options.get("cwd")
            self._run = self._run or _find_run(self.parent, folder)
            if self._run is not None:
                options["env"] = {**environ, variables.DOCUMENT: self._run.claim(folder)}
        return await super().pre_launch(**options)

    async def cleanup(self, restart: bool = False) -> None:
        """Record in the document what the kernel installed, once it has ended."""
        await super().cleanup(restart)
        if self._run is not None and not restart:
            self._run.finish()


def _is_named(environ: Any) -> bool:
    """Return whether the client names the notebook: to this kernel, or to all by our variable."""
    session = environ.get(_SESSION)
    is_own = session is not None and session != os.environ.get(_SESSION)
    return is_own or is_notebook(environ.get(variables.NOTEBOOK, ""))


def _find_run(manager: object, folder: object) -> _Run | None:
    from nbenv.kernel.client.document_file import file_of
    from nbenv.kernel.client.held_document import find_held

    try:
        held = find_held(manager)
        if held is None:
            return None
        record = record_of(held.document)
        path = file_of(held, record, os.fspath(folder) if folder else None)  # type: ignore[call-overload]
    except Exception:  # the edge: any program, with anything in its variables
        _LOG.debug("nbenv: the client's document was not found", exc_info=True)
        return None
    return _Run(held.document, record, path)


def record_of(document: dict[str, Any]) -> RecordDict | None:
    """Return the record of a document in memory in plain form; an empty one for a broken one."""
    found = document["metadata"].get("nbenv")
    if found is None:
        return None
    try:
        text = json.dumps(found)
        plain = json.loads(text) if len(text) <= _LARGEST else None
    except (TypeError, ValueError, RecursionError):
        plain = None
    return plain if isinstance(plain, dict) else {}


class _Run:
    """One execution of a document, which is in the file `path` or in none."""

    def __init__(
        self, document: dict[str, Any], record: RecordDict | None, path: str | None
    ) -> None:
        self._document, self._record, self._file = document, record, path
        self._named: str | None = None
        self._environment: str | None = None
        self._before: RecordDict | None = record

    def claim(self, folder: Any) -> str:
        """Return the path that names the document to the kernel: its file's, or a placeholder's."""
        from nbenv.kernel.client import document_placeholder

        if self._named is None:
            self._named = self._file or self._placeholder(str(folder or os.getcwd()))
            self._environment = document_placeholder.environment_of(self._named)
            self._before = self._newest()
        return self._named

    def _placeholder(self, folder: str) -> str:
        from nbenv.kernel.client import document_placeholder

        if self._record is None:
            return document_placeholder.without_record()
        try:
            return document_placeholder.claim(self._record, folder)
        except OSError:  # the launcher reports a home that cannot be written
            return document_placeholder.without_record()

    def finish(self) -> None:
        """Put the record that the run made into the document."""
        try:
            newest = self._newest()
            if newest is not None and newest not in (self._before, record_of(self._document)):
                self._document["metadata"]["nbenv"] = _like(self._document["metadata"], newest)
        except Exception:  # the edge: what belongs to the client, which is ending
            _LOG.debug("nbenv: the document was not changed", exc_info=True)

    def _newest(self) -> RecordDict | None:
        from nbenv.environments.readiness import newest_record
        from nbenv.kernel.client import document_placeholder

        assert self._named is not None
        if self._file is None:
            return document_placeholder.newest_of_run(self._named, self._environment)
        return newest_record(self._file)


def _like(metadata: dict[str, Any], record: RecordDict) -> dict[str, Any]:
    """Return a record in the type of the metadata around it: nbformat's have attributes."""
    from nbformat import NotebookNode, from_dict

    if isinstance(metadata, NotebookNode):
        return from_dict(record)  # type: ignore[no-any-return]
    return record
