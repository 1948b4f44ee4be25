"""Long work: verbs that run as child processes, told line by line, and that can be stopped.

A job outlives the page that began it: its events are kept, and whoever asks gets them from the
first on. Builds of starting kernels, which this server does not run, are told in the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from nbenv import places
from nbenv.addresses import without_credentials

__all__ = ["Build", "Busy", "Job", "Jobs", "Work"]

Event = dict[str, object]

_COMMAND = (
    "import sys; sys.path[:1] = [p for p in sys.path[:1] if p]; "  # the notebook's folder
    "from nbenv.cli import main; sys.exit(main())"
)
_LONGEST_LINE = 2**26
_KEPT = 50
_PATIENCE = 30.0
"""Seconds that a stopped job has to put everything back."""
_LOOK = 0.2
"""Seconds between looks at a starting kernel's progress."""
_NO_RESULT = {"kind": "Nbenv", "what": "nbenv ended without a result.", "why": "", "todo": ""}


class Work(Protocol):
    """Something that goes on about a notebook."""

    @property
    def about(self) -> Event:
        """What it is: `id`, `verb`, `words`, and whether it is `done`."""

    def follow(self, first: int) -> AsyncIterator[Event]:
        """Yield its events from the one of that number on, until it ends."""

    async def stop(self) -> None:
        """End it, everything being put back."""


class Busy(Exception):
    """A change of the notebook's environment is under way."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.identifier)
        self.job = job


@dataclass
class Job:
    """One verb on one notebook; `changes` says whether it may change the environment."""

    notebook: str
    verb: str
    words: Sequence[str] = ()
    changes: bool = True
    identifier: str = field(default_factory=lambda: os.urandom(8).hex())
    events: list[Event] = field(default_factory=list)
    _done: bool = False
    _stopped: bool = False
    _process: asyncio.subprocess.Process | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _task: asyncio.Task[None] | None = None

    @property
    def about(self) -> Event:
        """What it is."""
        words = [without_credentials(word) for word in self.words]
        return {"id": self.identifier, "verb": self.verb, "words": words, "done": self._done}

    @property
    def is_done(self) -> bool:
        """Whether its last event is there."""
        return self._done

    def start(self) -> None:
        """Run it beside the event loop."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._child()
        except OSError as error:
            await self._tell({"type": "error", **_NO_RESULT, "why": str(error)})
        if not self.events or self.events[-1].get("type") not in ("result", "error"):
            await self._tell({"type": "error", **_NO_RESULT})
        async with self._news:
            self._done = True
            self._news.notify_all()

    async def _child(self) -> None:
        folder = os.path.dirname(self.notebook)
        command = [sys.executable, "-c", _COMMAND, self.verb, "--events"]
        process = self._process = await asyncio.create_subprocess_exec(
            *(*command, "--notebook", self.notebook, *self.words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder if os.path.isdir(folder) else None,
            limit=_LONGEST_LINE,
            # As a kernel of this server's: what it records is put into the document by a front end.
            env={
                **os.environ,
                "JPY_SESSION_NAME": self.notebook,
                "JPY_PARENT_PID": str(os.getpid()),
                "PYTHONIOENCODING": "utf-8",
            },
        )
        assert process.stdout is not None
        if self._stopped:
            self.terminate()
        async for line in process.stdout:
            with contextlib.suppress(ValueError):
                await self._tell(json.loads(line))
        await process.wait()

    async def _tell(self, event: Event) -> None:
        async with self._news:
            self.events.append(event)
            self._news.notify_all()

    async def follow(self, first: int) -> AsyncIterator[Event]:
        """Yield its events from that number on, until it ends."""
        position = first
        while True:
            async with self._news:
                while position >= len(self.events) and not self._done:
                    await self._news.wait()
                if position >= len(self.events):
                    return
            yield self.events[position]
            position += 1

    async def stop(self) -> None:
        """End it; it puts everything back before."""
        self._stopped = True
        self.terminate()
        if self._task:
            done, _ = await asyncio.wait([self._task], timeout=_PATIENCE)
            if not done and self._process:
                self._process.kill()

    def terminate(self) -> None:
        """Tell it to end."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()


@dataclass
class Build:
    """What the starting kernel of a notebook builds, as it writes it to a file."""

    notebook: str

    @property
    def _path(self) -> str:
        return places.progress_path(places.key(self.notebook))

    @property
    def identifier(self) -> str:
        """Its name among the jobs."""
        return f"build-{places.key(self.notebook)}"

    @property
    def about(self) -> Event:
        """What it is."""
        return {"id": self.identifier, "verb": "build", "words": [], "done": not self.is_running}

    @property
    def is_running(self) -> bool:
        """Whether the kernel is still at it."""
        process = self._process()
        return process is not None and psutil.pid_exists(process)

    def _lines(self) -> list[Event]:
        try:
            with open(self._path, encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.endswith("\n")]
        except (OSError, ValueError):
            return []

    def _process(self) -> int | None:
        process = next((line.get("process") for line in self._lines()), None)
        return process if isinstance(process, int) else None

    async def follow(self, first: int) -> AsyncIterator[Event]:
        """Yield its events from that number on, until it ends."""
        position = first
        while self.is_running:
            lines = self._lines()
            for line in lines[position:]:
                yield line
            position = max(position, len(lines))
            await asyncio.sleep(_LOOK)
        yield {"type": "result", "summary": ""}

    async def stop(self) -> None:
        """Interrupt the kernel: it goes on as one that says that it was stopped."""
        process = self._process()
        if process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGINT)
            end = time.monotonic() + _PATIENCE
            while self.is_running and time.monotonic() < end:
                await asyncio.sleep(_LOOK)


class Jobs:
    """The jobs of a server, at most one that changes each notebook's environment."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def start(self, job: Job) -> Job:
        """Start a job; raise `Busy` when another changes the same environment."""
        running = self.running(job.notebook)
        if job.changes and running:
            raise Busy(running)
        ended = [name for name, each in self._jobs.items() if each.is_done]
        for name in ended[:-_KEPT]:
            del self._jobs[name]
        self._jobs[job.identifier] = job
        job.start()
        return job

    def get(self, identifier: str) -> Job | None:
        """Return a job of this server."""
        return self._jobs.get(identifier)

    def running(self, notebook: str) -> Job | None:
        """Return the job that changes a notebook's environment now."""
        return next(
            (
                job
                for job in self._jobs.values()
                if job.changes and not job.is_done and job.notebook == notebook
            ),
            None,
        )

    def at(self, notebook: str) -> Work | None:
        """Return what changes a notebook's environment now, be it its starting kernel."""
        job = self.running(notebook)
        if job:
            return job
        build = Build(notebook)
        return build if build.is_running else None

    def terminate(self) -> None:
        """Tell all of them to end, when the server ends."""
        for job in self._jobs.values():
            job.terminate()
