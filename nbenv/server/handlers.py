"""The REST API below ``/nbenv/api``: what a notebook's environment is.

Each answer is JSON, an error's too: ``{"message": …}`` with a status that fits.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from typing import TypeVar

from jupyter_core.paths import is_hidden
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from nbenv import __version__, approval, interpreter, modules, operations, requirements
from nbenv.errors import NbenvError
from nbenv.export import FORMATS
from nbenv.operations import Document, Target
from nbenv.server.jobs import Jobs
from nbenv.server.kernels import describe, process_of
from nbenv.server.paths import real_path
from nbenv.store import Store

__all__ = ["LOOKS", "NbenvHandler"]

T = TypeVar("T")


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

    def notebook(self, path: str) -> str:
        """Return the file of a path of the contents API; refuse what is none below the root."""
        file = real_path(self.contents_manager, path)
        is_notebook = file is not None and os.path.isfile(file) and file.endswith(".ipynb")
        if file is None or not is_notebook or not self._shows(file):
            raise web.HTTPError(404, "There is no such notebook.")
        if not os.access(file, os.R_OK):  # another user's
            raise web.HTTPError(403, "This notebook may not be read.")
        return file

    def _shows(self, file: str) -> bool:
        """Whether the server itself would show the file: not where it hides hidden ones."""
        contents = self.contents_manager
        hides = not getattr(contents, "allow_hidden", False)
        return not (hides and is_hidden(file, os.path.realpath(contents.root_dir)))

    def target(self) -> Target:
        """Return the notebook that the query names, as the verbs take it."""
        path = self.notebook(self.get_query_argument("path"))
        return Target(path, in_server=True)

    async def beside(self, function: Callable[[], T]) -> T:
        """Run what reads files beside the event loop."""
        try:
            return await asyncio.to_thread(function)
        except NbenvError as error:
            raise web.HTTPError(422, str(error)) from None

    def answer(self, value: object, status: int = 200) -> None:
        """Send JSON."""
        self.set_status(status)
        self.finish(json.dumps(value))


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
        target = self.target()
        process = process_of(self.kernel_manager, self.get_query_argument("kernel", ""))
        work = self.jobs.at(target.notebook)

        def look() -> dict[str, object]:
            data = operations.status(target).data
            assert isinstance(data, dict)
            return {**data, "policy": approval.policy(), "kernel": describe(process)}

        self.answer({**await self.beside(look), "job": work.about if work else None})


class RecordHandler(NbenvHandler):
    """``GET record?path=…``: the newest record, to put into the open document."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the value of ``metadata.nbenv``, null when there is none."""
        target = self.target()
        document = await self.beside(lambda: Document.read(target, Store()))
        self.answer({"record": document.value})


class PackagesHandler(NbenvHandler):
    """``GET packages?path=…``: every distribution with version, size and needs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what the environment holds."""
        target = self.target()
        outcome = await self.beside(lambda: operations.packages(target))
        self.answer(outcome.data)


class PythonsHandler(NbenvHandler):
    """``GET pythons``: the versions of Python that this machine has."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with one full version of each minor one, oldest first."""
        found = await self.beside(interpreter.available)
        pythons = [{"python": each.python, "version": each.version} for each in found]
        self.answer({"pythons": pythons, "default": interpreter.default_python()})


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
        try:
            # Of a path or a URL the name is known once it is built.
            name = requirements.parse(text).name if requirements.is_named(text) else None
            self.answer({"name": name, "message": ""})
        except NbenvError as error:
            self.answer({"name": None, "message": " ".join([error.what, error.why]).strip()})


class ModuleHandler(NbenvHandler):
    """``GET module?name=…&path=…``: the distribution to install for a module that is missing.

    Null when none is known, or when it is installed already and lacks the module.
    """

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer from the mapping; never a guess."""
        target, name = self.target(), self.get_query_argument("name")

        def look() -> str | None:
            found = modules.distribution_of(name)
            installed = Document.read(target, Store()).environment.installed()
            return None if found in installed else found

        self.answer({"distribution": await self.beside(look)})


LOOKS: dict[str, type[NbenvHandler]] = {
    "version": VersionHandler,
    "status": StatusHandler,
    "record": RecordHandler,
    "packages": PackagesHandler,
    "pythons": PythonsHandler,
    "requirement": RequirementHandler,
    "module": ModuleHandler,
}
