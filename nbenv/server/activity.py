"""Activity that Jupyter does not see, noted where cullers look for it.

Whatever ends idle servers and kernels goes by their ``last_activity``, and Jupyter Server moves
that for requests and for messages of kernels alone. An install from the panel has no kernel, and
the launcher that builds a kernel's environment sends no messages. So while something is being
changed here, this notes it in the two places that Jupyter Server provides:

- a setting of its web application whose name ends with ``_last_activity``, which counts for the
  server (``ServerWebApplication.last_activity``). That is what ``shutdown_no_activity_timeout``
  goes by, what ``/api/status`` answers, and what JupyterHub is told;
- the kernel manager's ``last_activity``, by which ``MappingKernelManager`` culls, also with
  ``cull_busy`` and ``cull_connected``, and which ``/api/kernels`` answers.

A kernel that only waits for its user is as idle as any other.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from tornado.ioloop import PeriodicCallback

from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.home.locks import is_changing, is_locked
from nbenv.server.contents_paths import local_path
from nbenv.server.jobs import Jobs
from nbenv.server.kernel_builds import building_processes
from nbenv.server.kernel_state import KernelState

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["SETTING", "ActivityKeeper", "interval"]

SETTING = "nbenv_last_activity"
"""The setting of the web application that holds when something was last changed here."""
_SHORTEST, _LONGEST = 1.0, 30.0
"""Seconds between looks, which read files of each kernel, perhaps over a network."""


@dataclass(frozen=True)
class _Kernel:
    """A kernel of this server, and the file of the notebook that its session names, if any."""

    state: KernelState
    notebook: str | None


class ActivityKeeper:
    """Notes, while something changes an environment, that the server and its kernel are active."""

    def __init__(self, app: ServerApp, jobs: Jobs) -> None:
        self._app, self._jobs = app, jobs

    def start(self) -> None:
        """Look from now on, again and again, on the server's event loop."""
        PeriodicCallback(self._try_look, 1000 * interval(self._app)).start()

    async def _try_look(self) -> None:
        try:
            await self.look()
        except Exception:  # of a kernel that ended meanwhile, or of another manager of sessions
            self._app.log.debug("nbenv: could not look for activity", exc_info=True)

    async def look(self) -> None:
        """Note the activity of this moment, if there is any."""
        working = self._jobs.working_on()
        kernels = await self._kernels()
        active = await asyncio.to_thread(_active, kernels, working)
        if not (working or active):
            return
        now = datetime.now(timezone.utc)
        self._app.web_app.settings[SETTING] = now
        for identifier in active:
            if identifier in self._app.kernel_manager:
                # Every version's class has it, but the type of kernels in general does not.
                kernel: Any = self._app.kernel_manager.get_kernel(identifier)
                kernel.last_activity = now

    async def _kernels(self) -> dict[str, _Kernel]:
        manager = self._app.kernel_manager
        if not len(manager):
            return {}
        notebooks = await self._notebooks()
        return {
            each: _Kernel(KernelState.of(manager, each), notebooks.get(each))
            for each in manager.list_kernel_ids()
        }

    async def _notebooks(self) -> dict[str, str]:
        """Return the file of each kernel's notebook, as the sessions have it."""
        found = {}
        for session in await self._app.session_manager.list_sessions():
            file = local_path(self._app.contents_manager, session["path"])
            if file is not None:
                found[session["kernel"]["id"]] = file
        return found


def interval(app: ServerApp) -> float:
    """Return the seconds between looks: three within the time after which anybody acts on them.

    Those are the server's own cullers, and what tells JupyterHub. Others come by in minutes.
    """
    times = [
        getattr(app.kernel_manager, "cull_idle_timeout", 0),
        app.shutdown_no_activity_timeout,
        _number(os.environ.get("JUPYTERHUB_ACTIVITY_INTERVAL", "")),
    ]
    return min([_LONGEST, *(max(each / 3, _SHORTEST) for each in times if each > 0)])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _active(kernels: Mapping[str, _Kernel], working: frozenset[str]) -> set[str]:
    """Return the kernels that are being built, or whose environment is being changed."""
    if not kernels:
        return set()
    builders, keys = building_processes(), {paths.key(each) for each in working}
    return {
        identifier
        for identifier, kernel in kernels.items()
        if kernel.state.process in builders or _is_changing(kernel, keys)
    }


def _is_changing(kernel: _Kernel, keys: set[str]) -> bool:
    """Return whether a job is at work for a kernel, or any process changes its environment."""
    key = None if kernel.notebook is None else paths.key(kernel.notebook)
    if key in keys:
        return True
    try:
        if key is not None and is_changing(key):
            return True
        environment = kernel.state.describe().get("environment")  # also without a session
        return isinstance(environment, str) and is_locked(environment)
    except (NbenvError, OSError):  # a home that cannot be written: nothing can change there
        return False
