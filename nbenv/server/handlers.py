"""The REST API below ``/nbenv/api``: what a notebook's environment is.

Each answer is JSON, an error's too: ``{"message": …}`` with a status that fits.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any, TypeVar

from jupyter_core.paths import is_hidden
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from nbenv._version import __version__
from nbenv.core import import_names, requirements
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.errors import NbenvError
from nbenv.export import FORMATS
from nbenv.home import approval_store
from nbenv.operations.listing import packages, status
from nbenv.server.contents_paths import real_path
from nbenv.server.jobs import Jobs
from nbenv.server.kernel_state import KernelState

__all__ = ["LOOKS", "NbenvHandler", "NothingHandler"]

T = TypeVar("T")


class RefusedError(web.HTTPError):
    """What nbenv itself refuses, with the parts of its message."""

    def __init__(self, error: NbenvError) -> None:
        super().__init__(422, "%s", str(error))
        self.parts = {**error.parts(), "message": str(error)}


class NbenvHandler(APIHandler):
    """What all of them share."""

    auth_resource = "nbenv"
    jobs: Jobs

    def initialize(self, jobs: Jobs) -> None:
        """Take what the server extension gives."""
        self.jobs = jobs

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse what no page of this server's own asks for, also where nothing is changed."""
        await super().prepare()
        self.check_xsrf_cookie()

    async def allow(self, action: str, resource: str) -> None:
        """Refuse whoever may not do that to a resource of the server's own."""
        found = self.authorizer.is_authorized(self, self.current_user, action, resource)
        if not await ensure_async(found):
            raise web.HTTPError(403, f"You are not allowed to {action} {resource}.")

    async def notebook(self, path: str) -> str:
        """Return the file of a path of the contents API; refuse what is none below the root.

        What is told of a notebook stands in it: whoever may not read notebooks is not told.
        """
        await self.allow("read", "contents")
        return await self.beside(lambda: _notebook_at(self.contents_manager, path))

    async def target(self) -> NotebookRef:
        """Return the notebook that the query names, as the verbs take it."""
        return NotebookRef(await self.notebook(self.get_query_argument("path")), in_server=True)

    async def beside(self, function: Callable[[], T]) -> T:
        """Run what reads files beside the event loop."""
        try:
            return await asyncio.to_thread(function)
        except NbenvError as error:
            raise RefusedError(error) from None

    def answer(self, value: object, status: int = 200) -> None:
        """Send JSON."""
        self.set_status(status)
        self.finish(json.dumps(value))

    def write_error(self, status_code: int, **details: Any) -> None:
        """Send JSON for errors too."""
        error = details.get("exc_info", (None, None))[1]
        if isinstance(error, RefusedError):
            self.answer(error.parts, status_code)
        else:
            super().write_error(status_code, **details)


def _notebook_at(contents: Any, path: str) -> str:
    file = real_path(contents, path)
    is_notebook = file is not None and os.path.isfile(file) and file.endswith(".ipynb")
    if file is None or not is_notebook or not _shows(contents, file):
        raise web.HTTPError(404, "There is no such notebook.")
    if not os.access(file, os.R_OK):  # another user's
        raise web.HTTPError(403, "This notebook may not be read.")
    return file


def _shows(contents: Any, file: str) -> bool:
    """Whether the server itself would show the file: not where it hides hidden ones."""
    hides = not getattr(contents, "allow_hidden", False)
    return not (hides and is_hidden(file, os.path.realpath(contents.root_dir)))


class VersionHandler(NbenvHandler):
    """``GET version``: which nbenv the server runs, and the formats that it exports."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the version."""
        self.answer({"version": __version__, "formats": list(FORMATS)})


class StatusHandler(NbenvHandler):
    """``GET status?path=…&kernel=…``: recorded, locked, installed, and what the kernel is."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what ``nbenv status --json`` prints, the kernel, and what goes on."""
        target = await self.target()
        kernel = KernelState.of(self.kernel_manager, self.get_query_argument("kernel", ""))

        def look() -> dict[str, object]:
            data = status(target).data
            assert isinstance(data, dict)
            work = self.jobs.at(target.notebook)
            return {
                **data,
                "policy": approval_store.policy(),
                "kernel": kernel.describe(),
                "job": work.about if work else None,
            }

        self.answer(await self.beside(look))


class RecordHandler(NbenvHandler):
    """``GET record?path=…``: the newest record, to put into the open document."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the value of ``metadata.nbenv``, null when there is none."""
        target = await self.target()
        document = await self.beside(lambda: NotebookSnapshot.read(target))
        self.answer({"record": document.record})


class PackagesHandler(NbenvHandler):
    """``GET packages?path=…``: every distribution with version, size and needs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what the environment holds."""
        target = await self.target()
        outcome = await self.beside(lambda: packages(target))
        self.answer(outcome.data)


class PythonsHandler(NbenvHandler):
    """``GET pythons``: the versions of Python that this machine has."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with one full version of each minor one, oldest first."""
        found = await self.beside(interpreters.available)
        pythons = [{"python": each.python, "version": each.version} for each in found]
        self.answer({"pythons": pythons, "default": interpreters.default_python()})


class RequirementHandler(NbenvHandler):
    """``POST requirement`` with a ``text``: whether that is one, while it is being typed.

    ``GET requirement?text=…`` answers the same. What is typed may hold a password, which a server's
    log of addresses must not: it is left out there.
    """

    def initialize(self, jobs: Jobs) -> None:
        """Leave the query out of what is logged; it is read already."""
        super().initialize(jobs)
        self.request.uri = self.request.path

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its name, or with what is wrong with it."""
        self._check(self.get_query_argument("text"))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Do the same."""
        body = self.get_json_body()
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str):
            raise web.HTTPError(400, "A requirement has a text.")
        self._check(text)

    def _check(self, text: str) -> None:
        name, message = None, ""
        try:
            if requirements.is_named(text):  # a path or a URL: known once built
                name = requirements.parse(text).name
        except NbenvError as error:
            message = " ".join([error.what, error.why]).strip()
        self.answer({"name": name, "message": message})


class ModuleHandler(NbenvHandler):
    """``GET module?name=…&path=…``: the distribution to install for a module that is missing.

    Null when none is known, or when it is installed already and lacks the module.
    """

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer from the mapping; never a guess."""
        target, name = await self.target(), self.get_query_argument("name")

        def look() -> str | None:
            found = import_names.distribution_of(name)
            installed = NotebookSnapshot.read(target).environment.installed()
            return None if found in installed else found

        self.answer({"distribution": await self.beside(look)})


class NothingHandler(NbenvHandler):
    """Whatever else is asked for, as by the extension of another version."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Say that there is nothing."""
        raise web.HTTPError(404, f"nbenv {__version__} has no such address.")

    post = put = patch = delete = get


LOOKS: dict[str, type[NbenvHandler]] = {
    "version": VersionHandler,
    "status": StatusHandler,
    "record": RecordHandler,
    "packages": PackagesHandler,
    "pythons": PythonsHandler,
    "requirement": RequirementHandler,
    "module": ModuleHandler,
}
