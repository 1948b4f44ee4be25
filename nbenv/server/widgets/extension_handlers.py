"""Handlers that list and serve what the page loads from a notebook's own environment.

Code for the page is served only from an environment that is ready and approved, and only files
that its packages were installed with; see `nbenv.environments.page.lab_extensions`.
"""

from __future__ import annotations

import mimetypes
import os

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.environments.page.lab_extensions import lab_extensions
from nbenv.environments.store import notebook_of
from nbenv.errors import NbenvError
from nbenv.server.base_handler import NbenvHandler
from nbenv.server.contents_paths import api_path

__all__ = ["ExtensionFileHandler", "ExtensionsHandler"]

_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}
"""What a page must be told, whatever this machine is configured to say."""
_YEAR = 365 * 24 * 3600
_asked_by: dict[str, str] = {}
"""For each environment, the path by which a page asked last for what it has.

A link below the root may have led out of it.
"""


class ExtensionsHandler(NbenvHandler):
    """``GET extensions?path=…``: the prebuilt JupyterLab extensions of a notebook's environment."""

    _track_activity = False  # a page asks by itself

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with ``extensions``, each as `LabExtension.describe` and with its ``url``.

        That is the address of its folder, relative to the API's. There are none unless the
        environment is ready and approved.
        """
        target = await self.target()
        found = await self.in_thread(_described, target, self.query_path())
        self.answer({"extensions": found})


def _described(ref: NotebookRef, path: str) -> list[dict[str, object]]:
    environment = _trusted_environment(ref)
    if environment is None:
        return []
    _asked_by[environment.identifier] = path
    return [
        {**each.describe(), "url": f"extensions/{environment.identifier}/{each.digest}"}
        for each in lab_extensions(environment)
    ]


class ExtensionFileHandler(NbenvHandler):
    """``GET extensions/ENVIRONMENT/DIGEST/FILE``: a file of one of these extensions.

    The page's script elements ask for it, and an extension's code for what it loads later. The
    digest is that of all its files, so what has an address never changes, and browsers keep it.
    """

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self, identifier: str, digest: str, name: str) -> None:
        """Answer with the file's content; with 404 for any other file, or environment."""
        content = await self._content(identifier, digest, name)
        if content is None:
            raise web.HTTPError(404, "There is no such file.")
        ending = os.path.splitext(name)[1].lower()
        kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.set_header("Cache-Control", f"private, max-age={_YEAR}, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(content, set_content_type=kind)

    async def _content(self, identifier: str, digest: str, name: str) -> bytes | None:
        file = await self.in_thread(notebook_of, identifier)
        path = None if file is None else api_path(self.contents_manager, file)
        path = path or _asked_by.get(identifier)
        if path is None:
            return None
        # Whoever may not read the notebook may not read its environment either.
        notebook = NotebookRef(await self.notebook(path), in_server=True)
        return await self.in_thread(_file_of, notebook, identifier, digest, name)


def _file_of(ref: NotebookRef, identifier: str, digest: str, name: str) -> bytes | None:
    environment = _trusted_environment(ref)
    if environment is None or environment.identifier != identifier:
        return None
    found = (each for each in lab_extensions(environment) if each.digest == digest)
    extension = next(found, None)
    return extension.read(name) if extension else None


def _trusted_environment(ref: NotebookRef) -> Environment | None:
    """Return a notebook's environment if it is ready and a kernel may run in it unasked."""
    try:
        snapshot = NotebookSnapshot.read(ref)
        environment = snapshot.environment
        if not (snapshot.is_ready and snapshot.record is not None):
            return None
        if not (environment.is_linked and environment.is_closed_to_others):
            check_approved(snapshot, None)
    except NbenvError:
        return None  # not approved, or a broken record, of which the status tells
    return environment
