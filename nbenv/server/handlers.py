"""Handlers of the REST API that only read: about a notebook's environment, and this machine."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbenv._version import __version__
from nbenv.core import import_names, requirements
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.errors import NbenvError
from nbenv.export import FORMATS
from nbenv.home import approval_store
from nbenv.operations.listing import packages
from nbenv.operations.status import status
from nbenv.server.base_handler import NbenvHandler
from nbenv.server.jobs import Jobs
from nbenv.server.kernel_state import KernelState

__all__ = [
    "ModuleHandler",
    "PackagesHandler",
    "PythonsHandler",
    "RecordHandler",
    "RequirementHandler",
    "StatusHandler",
    "UnknownHandler",
    "VersionHandler",
]


class VersionHandler(NbenvHandler):
    """``GET version``: the server's nbenv, and the formats that it exports."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with ``version``, ``formats`` (their names) and ``exports``.

        Each export has its ``format``, a ``label`` for people, and the ``file`` that it is saved
        in, with ``{stem}`` for the notebook's name without ``.ipynb``.
        """
        exports = [
            {"format": name, "label": each.label, "file": each.file}
            for name, each in FORMATS.items()
        ]
        self.answer({"version": __version__, "formats": list(FORMATS), "exports": exports})


class StatusHandler(NbenvHandler):
    """``GET status?path=…&kernel=…``: recorded, locked, installed, and what the kernel is."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what ``nbenv status --json`` prints and three more keys.

        They are the ``policy`` for restoring, the ``kernel`` as `KernelState.describe` has it, and
        the ``job`` that changes the environment now, null without one.
        """
        target = await self.target()
        kernel = KernelState.of(self.kernel_manager, self.get_query_argument("kernel", ""))
        self.answer(await self.in_thread(_status, target, kernel, self.jobs))


def _status(target: NotebookRef, kernel: KernelState, jobs: Jobs) -> dict[str, object]:
    data = status(target).data
    assert isinstance(data, dict)
    work = jobs.at(target.notebook)
    return {
        **data,
        "policy": approval_store.policy(),
        "kernel": kernel.describe(),
        "job": work.about if work else None,
    }


class RecordHandler(NbenvHandler):
    """``GET record?path=…``: the newest record, to put into the open document."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with ``record``, the content of ``metadata.nbenv``; null when there is none."""
        document = await self.in_thread(NotebookSnapshot.read, await self.target())
        self.answer({"record": document.record})


class PackagesHandler(NbenvHandler):
    """``GET packages?path=…``: what the environment holds."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with every distribution, its version and size in bytes, and what it needs."""
        outcome = await self.in_thread(packages, await self.target())
        self.answer(outcome.data)


class PythonsHandler(NbenvHandler):
    """``GET pythons``: the versions of Python that this machine has."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with one full version of each minor one, oldest first, and with the default."""
        found = await self.in_thread(interpreters.available)
        pythons = [{"python": each.python, "version": each.version} for each in found]
        self.answer({"pythons": pythons, "default": interpreters.default_python()})


class RequirementHandler(NbenvHandler):
    """``POST requirement`` with a ``text``: whether that is one, while it is being typed.

    ``GET requirement?text=…`` answers the same. What is typed may hold a password, which must not
    appear in the server's log of addresses: there, the query is left out.
    """

    def initialize(self, jobs: Jobs) -> None:
        """Leave the query out of what is logged; its arguments are parsed already."""
        super().initialize(jobs)
        self.request.uri = self.request.path

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its ``name`` (null where only a build tells), and a ``message`` if wrong."""
        self._check(self.get_query_argument("text"))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer the same."""
        self._check(self.text_field(self.json_object(), "text"))

    def _check(self, text: str) -> None:
        name, message = None, ""
        try:
            if requirements.is_named(text):  # a path's or a URL's name is known once it is built
                name = requirements.parse(text).name
        except NbenvError as error:
            message = " ".join([error.what, error.why]).strip()
        self.answer({"name": name, "message": message})


class ModuleHandler(NbenvHandler):
    """``GET module?name=…&path=…``: the package to install for a module that is missing."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its ``distribution``, from the mapping and never by guess.

        Null when none is known, or when it is installed already and has no such module.
        """
        target, module = await self.target(), self.get_query_argument("name")
        self.answer({"distribution": await self.in_thread(_missing_distribution, target, module)})


def _missing_distribution(target: NotebookRef, module: str) -> str | None:
    found = import_names.distribution_of(module)
    installed = NotebookSnapshot.read(target).environment.installed()
    return None if found in installed else found


class UnknownHandler(NbenvHandler):
    """Every other address, as an extension of another version may ask for."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with 404."""
        raise web.HTTPError(404, f"nbenv {__version__} has no such address.")

    post = put = patch = delete = get
