"""The builds of starting kernels: not the server's own jobs, but shown and stopped like them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import psutil

from nbenv.home import paths, private_files
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.job_process import Event
from nbenv.server.kernel_state import is_launcher

__all__ = ["KernelBuild", "building_processes"]

_REPORT = ".jsonl"
"""What the names of reports end with, as `nbenv.home.paths.progress_path` makes them."""
_LOOK = 0.2
"""Seconds between looks at a starting kernel's progress."""
_QUIET = 50
"""Looks without news after which a follower learns that there are none."""
_PATIENCE = 30.0
"""Seconds that a stopped kernel has to put everything back."""


@dataclass
class KernelBuild:
    """The build of a notebook's starting kernel, as `nbenv.kernel.build` reports it in a file."""

    notebook: str

    @property
    def _path(self) -> str:
        return paths.progress_path(paths.key(self.notebook))

    @property
    def identifier(self) -> str:
        """Its identifier among the jobs."""
        return f"build-{paths.key(self.notebook)}"

    @property
    def about(self) -> Event:
        """The build for a page; see `Work.about`."""
        return {"id": self.identifier, "verb": "build", "words": [], "done": not self.is_running}

    @property
    def is_running(self) -> bool:
        """Whether the kernel still builds; a killed one leaves its file, which proves nothing."""
        return self.process is not None

    @property
    def process(self) -> int | None:
        """The process id of the kernel that builds, None when none does."""
        return _builder_in(self._path)

    def _events_from(self, place: int) -> tuple[list[Event], int]:
        """Return the events after that place in the file, and the place after them.

        A line that is still being written is left for the next time.
        """
        try:
            with open(self._path, "rb") as file:
                file.seek(place)
                text = file.read()
        except OSError:
            return [], place
        whole = text[: text.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], place + len(whole)

    def _look(self, place: int) -> tuple[bool, list[Event], int]:
        """Return whether it is still running, and what `_events_from` does."""
        running = self.is_running
        return running, *self._events_from(place)

    async def follow(self, first: int) -> AsyncGenerator[Event | None, None]:
        """Yield its events from that number on, until it ends; None when it is quiet."""
        number, place, quiet, running = 0, 0, 0, True
        while running:
            running, events, place = await asyncio.to_thread(self._look, place)
            for event in events:
                if number >= first:
                    yield event
                number += 1
            quiet = 0 if events else quiet + 1
            if quiet and quiet % _QUIET == 0:
                yield None
            await asyncio.sleep(_LOOK)
        yield {"type": "result", "summary": ""}

    async def stop(self) -> None:
        """Interrupt the kernel, which then waits and answers that the build was stopped."""
        process = await asyncio.to_thread(lambda: self.process)
        if process is None:
            return
        with contextlib.suppress(OSError):
            if os.name == "nt":  # which has no signals
                private_files.open_private(paths.stop_path(self._path)).close()
            else:
                os.kill(process, signal.SIGINT)
        end = time.monotonic() + _PATIENCE
        while await asyncio.to_thread(lambda: self.is_running) and time.monotonic() < end:
            await asyncio.sleep(_LOOK)


def building_processes() -> set[int]:
    """Return the process ids of all kernels that are building their environments."""
    folder = os.path.dirname(paths.progress_path(""))
    try:
        names = os.listdir(folder)
    except OSError:
        return set()
    reports = (os.path.join(folder, name) for name in names if name.endswith(_REPORT))
    return {found for each in reports if (found := _builder_in(each)) is not None}


def _builder_in(report: str) -> int | None:
    """Return the process id of the kernel that writes a report; None when none does any more."""
    try:
        with open(report, "rb") as file:
            builder = ProcessIdentity.from_dict(json.loads(file.readline() or b"{}"))
        # The process of a finished build goes on, as the kernel: with another command.
        if builder and builder.is_running:
            command = psutil.Process(builder.pid).cmdline()
            return builder.pid if is_launcher(command) else None
    except (OSError, ValueError, psutil.Error):
        pass
    return None
