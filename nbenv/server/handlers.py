"""Handlers of the REST API that only read: about a notebook's environment, and this machine."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbenv._version import __version__
from nbenv.adopt.missing_package import missing_package
from nbenv.core import import_names, requirements
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.export import FORMATS
from nbenv.home import approval_store
from nbenv.operations.listing import about, packages, versions
from nbenv.operations.status import status
from nbenv.operations.undoing.past_changes import show_history
from nbenv.server.base_handler import NbenvHandler
from nbenv.server.gateways.remote_kernels import RemoteKernels
from nbenv.server.gateways.remote_status import status_of_remote
from nbenv.server.jobs import Jobs
from nbenv.server.kernel_state import KernelState
from nbenv.server.typed_text import read_typed

__all__ = [
    "HistoryHandler",
    "ModuleHandler",
    "PackageHandler",
    "PackagesHandler",
    "PythonsHandler",
    "RecordHandler",
    "RequirementHandler",
    "StatusHandler",
    "UnknownHandler",
    "VersionHandler",
    "VersionsHandler",
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

    _track_activity = False  # a page asks every few seconds, also one that nobody looks at

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what ``nbenv status --json`` prints and three more keys.

        They are the ``policy`` for restoring, the ``kernel`` as `KernelState.describe` has it, and
        the ``job`` that changes the environment now, null without one.
        """
        target, identifier = await self.target(), self.get_query_argument("kernel", "")
        kernel = KernelState.of(self.kernel_manager, identifier)
        data = await self.in_thread(_status, target, kernel, self.jobs)
        if self.remote is not None:
            name, there = self._kernel_name(identifier), self.remote.get(identifier)
            if there is not None:
                self.remote.ask_again(there)
            data = status_of_remote(data, there, name, self.remote.lacking)
        self.answer(data)

    def _kernel_name(self, identifier: str) -> str:
        """Return the name of a kernel's kernelspec, "" without a kernel."""
        kernels = self.kernel_manager
        if not identifier or identifier not in kernels:
            return ""
        model = getattr(kernels.get_kernel(identifier), "kernel", None)  # a gateway's answer
        return str(model.get("name", "")) if isinstance(model, dict) else ""


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


class PackageHandler(NbenvHandler):
    """``GET package?path=…&name=…``: what one installed package says about itself."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its ``name``, ``summary`` and the address of its ``docs``, "" without one."""
        name = self.get_query_argument("name")
        self.answer((await self.in_thread(about, await self.target(), name)).data)


class VersionsHandler(NbenvHandler):
    """``GET versions?path=…&name=…``: the versions of a package that the notebook could have."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its ``versions``, the newest first: one of each of the last series.

        The notebook's indexes are asked.
        """
        name = self.get_query_argument("name")
        self.answer((await self.in_thread(versions, await self.target(), name)).data)


class HistoryHandler(NbenvHandler):
    """``GET history?path=…``: the changes of a notebook's environment."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what ``nbenv history --json`` prints."""
        self.answer((await self.in_thread(show_history, await self.target())).data)


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
    """``POST requirement`` with a ``text``: the requirements in it, while it is being typed.

    ``GET requirement?text=…`` answers the same. What is typed may hold a password, which must not
    appear in the server's log of addresses: there, the query is left out.
    """

    def initialize(self, jobs: Jobs, remote: RemoteKernels | None = None) -> None:
        """Leave the query out of what is logged; its arguments are parsed already."""
        super().initialize(jobs, remote)
        self.request.uri = self.request.path

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its ``requirements``, a ``message`` if it is wrong, and suggestions.

        ``meant`` is the text that may have been meant where it is wrong. ``name`` is that of a
        single one (null where only a build tells), and ``suggestions`` are names for its last word,
        each with a ``summary``, from a list that ships with nbenv.
        """
        self._check(self.get_query_argument("text"))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer the same."""
        self._check(self.text_field(self.json_object(), "text"))

    def _check(self, text: str) -> None:
        typed = read_typed(text)
        named = [each for each in typed.requirements if requirements.is_named(each)]
        is_one = len(named) == len(typed.requirements) == 1
        self.answer(
            {
                "name": requirements.name_of(named[0]) if is_one else None,
                "message": typed.message,
                "meant": typed.meant,
                "requirements": list(typed.requirements),
                "suggestions": [
                    {"name": name, "summary": summary} for name, summary in typed.suggestions
                ],
            }
        )


class ModuleHandler(NbenvHandler):
    """``GET module?name=…&path=…``: the package to install for a module that is missing.

    With ``kernel=ordinary``, it is missing in another kernel than the notebook's own.
    """

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with its ``distribution``, from the mapping and never by guess.

        Null when none is known, or when it is installed already and has no such module; for another
        kernel also when the module is a file beside the notebook.
        """
        target, module = await self.target(), self.get_query_argument("name")
        if self.get_query_argument("kernel", "") == "ordinary":
            found = await self.in_thread(missing_package, module, target.folder)
        else:
            found = await self.in_thread(_missing_distribution, target, module)
        self.answer({"distribution": found})


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
