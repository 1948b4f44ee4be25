"""Kernels of ours behind a gateway: the server hands them their notebook's record at their start.

The environment variables ``KERNEL_…`` pass both ends by default. A Jupyter Server that serves as a
gateway passes none of them, a restart gets those of the first start, and a very large record does
not fit into them. So the same is sent again whenever somebody connects, and after a restart
(`nbenv/server/gateways/gateway_channels.py`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from jupyter_core.utils import ensure_async
from tornado import web

from nbenv.core.file_names import is_notebook
from nbenv.core.plain_text import safe
from nbenv.core.record import fingerprint
from nbenv.environments.store import notebook_of
from nbenv.errors import NbenvError
from nbenv.home.handed_over import HandedOver
from nbenv.notebook.metadata import KERNELSPEC
from nbenv.server.gateways.remote_command import Link, RemoteCommand
from nbenv.server.gateways.remote_records import Taken, hand_over, take, write_unsaved
from nbenv.server.jobs import Job

__all__ = ["RemoteKernel", "RemoteKernels"]

Report: TypeAlias = "dict[str, Any]"
"""What a kernel says about itself: `nbenv/kernel/guest/front.py` has the keys."""

_LEFT = 5.0
"""Seconds after which a page counts as closed, if it did not hear of a change."""
_LONG_LEFT = 30.0
"""The same for a page that knows of all changes and may be about to save them."""
_PATIENCE = 2.0
"""Seconds that a kernel has to answer what was handed over before it is sent again."""
_LONGEST = 60.0
_LACKING = (
    "The gateway offers no kernel Python (own environment), so notebooks do not run in their own "
    "environments there. Install jupyter-nbenv where the gateway runs."
)


class _Quiet(str):
    """A text that is not logged, as the server does with the variables of each kernel."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


@dataclass
class RemoteKernel:
    """A kernel of ours on another machine.

    `outcome` says what became of the record in the last `report`. `is_old` is whether it answered
    as a version does that knows no hand-over. `is_heard` is whether a page was connected when the
    record last changed. `sent` is the number of what was last handed over to it: a report of before
    is outdated. `links` are the connections by which the kernel is reached, and `commands` those
    that it runs for pages, by their identifiers. One that has said nothing is asked again at
    `next_try`, `patience` seconds after the time before.
    """

    identity: str
    handed: HandedOver
    report: Report | None = None
    outcome: Taken = Taken.SAME
    is_old: bool = False
    is_heard: bool = True
    sent: str = ""
    links: list[Link] = field(default_factory=list)
    commands: dict[str, RemoteCommand] = field(default_factory=dict)
    patience: float = _PATIENCE
    next_try: float = field(default_factory=lambda: time.monotonic() + _PATIENCE)

    def starts(self) -> None:
        """Note that it starts again: what ran is lost, and it has said nothing yet."""
        self.lose()
        for link in list(self.links):
            link.forget_running()
        self.report, self.patience = None, _PATIENCE
        self.next_try = time.monotonic() + _PATIENCE

    def lose(self, commands: Iterable[RemoteCommand] | None = None) -> None:
        """Forget commands, or all, of which no more will be heard."""
        for command in list(self.commands.values()) if commands is None else commands:
            self.commands.pop(command.identifier, None)
            command.lose()

    def describe(self) -> dict[str, object]:
        """Return what the kernel is, as `KernelState.describe` does for one of this machine."""
        report = self.report
        if report is None:
            state = "ordinary" if self.is_old else "starting"
            return {"state": state, "remote": True, "outdated": self.is_old}
        if report.get("state") == "waiting":
            return {"state": "waiting", "remote": True, "error": report.get("error")}
        kept = {name: report.get(name) for name in ("environment", "folder", "python")}
        behind = bool(report.get("behind")) or self.outcome in (Taken.BEHIND, Taken.CONFLICT)
        return {"state": "running", "remote": True, "behind": behind, **kept}


class RemoteKernels:
    """The kernels of ours that this server has started behind its gateway."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[Any]) -> None:
        self._kernels: dict[str, RemoteKernel] = {}
        self.lacking = ""
        """A sentence about a gateway where nbenv is not installed."""
        self.on_removal: list[Callable[[str], None]] = []
        """Called with the identifier of each kernel that is removed."""
        self._tasks: set[asyncio.Future[None]] = set()
        self._log = log

    def get(self, kernel_id: str) -> RemoteKernel | None:
        """Return the kernel with that identifier; None for one of another kind."""
        return self._kernels.get(kernel_id)

    # -- at a start

    def follow_starts(self, manager: Any) -> None:
        """Hand records over with all starts of a kernel manager, and once more after restarts."""
        start, restart, remove = manager.start_kernel, manager.restart_kernel, manager.remove_kernel

        async def start_kernel(*, kernel_id: str | None = None, **options: Any) -> str:
            handed = None
            if kernel_id is None:
                handed = await self._handed_at_start(manager, options)
            if handed is not None:
                quiet = {name: _Quiet(text) for name, text in handed.to_variables().items()}
                options["env"] = {**options["env"], **quiet}
            try:
                started: str = await start(kernel_id=kernel_id, **options)
            except web.HTTPError as error:
                if handed is not None:
                    await self._explain_failed_start(manager, error)
                raise
            if handed is not None:
                self._kernels[started] = RemoteKernel(handed.identity, handed, sent=handed.number)
            return started

        async def restart_kernel(kernel_id: str, *words: Any, **options: Any) -> object:
            done = await restart(kernel_id, *words, **options)
            if kernel := self.get(kernel_id):
                kernel.starts()
                self.reach(kernel)
            return done

        def remove_kernel(kernel_id: str) -> object:
            if kernel := self._kernels.pop(kernel_id, None):
                kernel.lose()
            for forget in self.on_removal:
                forget(kernel_id)
            return remove(kernel_id)

        manager.start_kernel, manager.restart_kernel = start_kernel, restart_kernel
        manager.remove_kernel = remove_kernel

    async def _handed_at_start(self, manager: Any, options: dict[str, Any]) -> HandedOver | None:
        """Return what to hand over to a kernel; None for one of another kind, or no notebook's."""
        name = options.get("kernel_name") or manager.default_kernel_name
        notebook = (options.get("env") or {}).get("JPY_SESSION_NAME", "")
        if not is_notebook(notebook):
            return None
        if name != KERNELSPEC["name"]:
            await self._look_for_kernelspec(manager)
            return None
        try:
            return await asyncio.to_thread(hand_over, notebook)
        except (NbenvError, OSError) as error:
            self._log.warning("nbenv: nothing is handed over: %s", safe(str(error)))
            return None

    async def _explain_failed_start(self, manager: Any, error: web.HTTPError) -> None:
        """Raise with a reason where the gateway does not offer our kernel."""
        await self._look_for_kernelspec(manager)
        if self.lacking:
            raise web.HTTPError(error.status_code, "%s", self.lacking) from None

    async def _look_for_kernelspec(self, manager: Any) -> None:
        """Note, and log once, that the gateway does not offer our kernel."""
        try:
            found = await ensure_async(manager.kernel_spec_manager.list_kernel_specs())
            is_offered = KERNELSPEC["name"] in found["kernelspecs"]
        except Exception as error:  # the edge: any gateway, or none that answers
            self._log.debug("nbenv: the gateway's kernels are not known: %s", safe(str(error)))
            return
        if not is_offered and not self.lacking:
            self._log.warning("nbenv: %s", _LACKING)
        self.lacking = "" if is_offered else _LACKING

    # -- while it runs

    def command(self, manager: Any, job: Job) -> RemoteCommand | None:
        """Return a job's command as its notebook's kernel will run it; None where no page is open.

        `manager` is the server's kernel manager.
        """
        for kernel_id, kernel in reversed(self._kernels.items()):
            if kernel.links and notebook_of(kernel.identity) == job.notebook:
                interrupt = partial(manager.interrupt_kernel, kernel_id)
                link = kernel.links[0]
                return RemoteCommand(job.verb, [*job.words], job.agreed, link, interrupt)
        return None

    def reach(self, kernel: RemoteKernel) -> None:
        """Hand over the newest record once more; the kernel answers with its own."""
        for link in kernel.links[:1]:
            link.hand_over()

    def ask_again(self, kernel: RemoteKernel) -> None:
        """Hand over once more, less and less often, while a kernel says nothing after its start.

        What is sent to one that restarts can get lost, and so can what it says first.
        """
        if kernel.report is None and time.monotonic() >= kernel.next_try:
            kernel.patience = min(2 * kernel.patience, _LONGEST)
            kernel.next_try = time.monotonic() + kernel.patience
            self.reach(kernel)

    def renew(self, kernel: RemoteKernel) -> HandedOver:
        """Return what is handed over now, with the same number if nothing has changed."""
        notebook = notebook_of(kernel.identity)
        try:
            now = hand_over(notebook) if notebook is not None else kernel.handed
        except (NbenvError, OSError) as error:
            self._log.warning("nbenv: nothing is handed over: %s", safe(str(error)))
            return kernel.handed
        before = kernel.handed
        if (now.path, now.record, now.known) != (before.path, before.record, before.known):
            kernel.handed = now
        return kernel.handed

    def is_current(self, kernel: RemoteKernel) -> bool:
        """Return whether a kernel has the newest record, as far as it has said."""
        return kernel.report is not None and (
            fingerprint(self.renew(kernel).record) == fingerprint(kernel.report.get("record"))
        )

    def take(self, kernel: RemoteKernel, report: Report, *, is_heard: bool) -> None:
        """Take what a kernel reports; `is_heard` is whether a page hears of it, too."""
        if report.get("identity") != kernel.identity:
            return  # of another server's
        if report.get("number") != kernel.sent:
            return  # an answer to what was handed over meanwhile comes
        kernel.report = report
        try:
            kernel.outcome = take(kernel.identity, report.get("record"), report.get("known"))
            if kernel.outcome is Taken.NEWER:
                kernel.is_heard = is_heard
        except (NbenvError, OSError) as error:
            kernel.outcome = Taken.CONFLICT
            self._log.warning("nbenv: a change is not recorded: %s", safe(str(error)))

    # -- once nobody is connected

    def left(self, kernel: RemoteKernel) -> None:
        """Write what no page is left to save; where the kernel ends too, the page may go on."""
        task = asyncio.ensure_future(self._write_if_left(kernel))
        self._tasks.add(task)  # else nothing refers to it
        task.add_done_callback(self._tasks.discard)

    async def _write_if_left(self, kernel: RemoteKernel) -> None:
        await asyncio.sleep(_LONG_LEFT if kernel.is_heard else _LEFT)
        if kernel.links or kernel not in self._kernels.values():
            return
        try:
            await asyncio.to_thread(write_unsaved, kernel.identity)
        except (NbenvError, OSError) as error:
            self._log.warning("nbenv: a record is not saved yet: %s", safe(str(error)))
