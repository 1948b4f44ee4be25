"""Jobs: commands that run as child processes, are followed event by event, and can be stopped.

A job outlives the page that started it: its events are kept, and whoever asks for them gets them
from the first one on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nbenv.core.urls import without_credentials
from nbenv.home import paths
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.job_process import Event, JobProcess
from nbenv.server.kernel_builds import KernelBuild

__all__ = ["QUIET", "BusyError", "Job", "Jobs", "TooManyJobsError", "Work"]

QUIET = 10.0
"""Seconds without an event after which a follower learns that there is none."""
_KEPT = 50
"""Ended jobs that can still be asked for."""
_AT_ONCE = 16
_MOST_EVENTS = 2000
"""Events of one job that are kept; of a build with more, the first ones are dropped."""
_PATIENCE = 30.0
"""Seconds that a stopped job has to put everything back."""
_LEAVE = 5.0
"""The same for all jobs together, when the server itself ends."""


class Work(Protocol):
    """Something that is being done for a notebook: a job of ours, or a kernel's build."""

    @property
    def about(self) -> Event:
        """The job for a page: `id`, `verb`, `words`, and whether it is `done`."""

    def follow(self, first: int) -> AsyncGenerator[Event | None, None]:
        """Yield its events from that number on, until it ends; None when it is quiet."""

    async def stop(self) -> None:
        """Stop it; return once it has put everything back."""


class BusyError(Exception):
    """Another job changes the environment."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.identifier)
        self.job = job


class TooManyJobsError(Exception):
    """This server runs as many jobs as it may."""


@dataclass
class Job:
    """One command on one notebook.

    `changes` says whether it may change the environment, and `agreed` is the digest of what a
    person was shown in the page and agreed to, "" for nothing.
    """

    notebook: str
    verb: str
    words: Sequence[str] = ()
    changes: bool = True
    agreed: str = ""
    identifier: str = field(default_factory=lambda: os.urandom(8).hex())
    is_done: bool = field(default=False, init=False)
    child: JobProcess = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.child = JobProcess(self.notebook, self.verb, self.words, agreed=self.agreed)
        self._events: list[Event] = []
        self._dropped = 0
        self._news = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def about(self) -> Event:
        """The job for a page; see `Work.about`."""
        words = [without_credentials(word) for word in self.words]
        return {"id": self.identifier, "verb": self.verb, "words": words, "done": self.is_done}

    def start(self) -> None:
        """Run it beside the event loop."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server ends
            try:
                with self._announced():
                    for event in self.child.events():
                        loop.call_soon_threadsafe(self._take, event)
            finally:
                loop.call_soon_threadsafe(self._end)

    def _take(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) > _MOST_EVENTS:
            self._dropped += _MOST_EVENTS // 2
            del self._events[: _MOST_EVENTS // 2]
        self._wake()

    @contextlib.contextmanager
    def _announced(self) -> Iterator[None]:
        """Have a waiting kernel keep its cells from now on; the child takes a while to start."""
        path = paths.begun_path(paths.key(self.notebook))
        if self.changes:
            with contextlib.suppress(OSError):
                paths.write_json(path, ProcessIdentity.own().to_dict())
        try:
            yield
        finally:
            if self.changes:
                with contextlib.suppress(OSError):
                    os.unlink(path)

    def _end(self) -> None:
        self.is_done = True
        self._ended.set()
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, first: int) -> AsyncGenerator[Event | None, None]:
        """Yield its events from that number on, until it ends; None when it is quiet."""
        position = first
        while True:
            position = max(position, self._dropped)
            if position < self._dropped + len(self._events):
                yield self._events[position - self._dropped]
                position += 1
            elif self.is_done:
                return
            else:
                try:
                    await asyncio.wait_for(self._news.wait(), QUIET)
                except asyncio.TimeoutError:  # the builtin one only since Python 3.11
                    yield None

    async def stop(self) -> None:
        """Stop it; return once it has put everything back."""
        self.child.stop()
        try:
            await asyncio.wait_for(self._ended.wait(), _PATIENCE)
        except asyncio.TimeoutError:
            await asyncio.to_thread(self.child.kill)
            await self._ended.wait()


class Jobs:
    """The jobs of a server, at most one that changes each notebook's environment."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def start(self, job: Job) -> Job:
        """Start a job.

        Raises
        ------
        BusyError
            Another one changes the same environment.
        TooManyJobsError
            As many are running as may run at once.
        """
        running = self.running(job.notebook)
        if job.changes and running:
            raise BusyError(running)
        if len(list(self._unfinished())) >= _AT_ONCE:
            raise TooManyJobsError
        ended = [name for name, each in self._jobs.items() if each.is_done]
        for name in ended[:-_KEPT]:
            del self._jobs[name]
        self._jobs[job.identifier] = job
        job.start()
        return job

    def _unfinished(self) -> Iterator[Job]:
        return (job for job in self._jobs.values() if not job.is_done)

    def get(self, identifier: str) -> Job | None:
        """Return a job of this server."""
        return self._jobs.get(identifier)

    def running(self, notebook: str) -> Job | None:
        """Return the job that changes a notebook's environment now, None without one."""
        changing = (job for job in self._unfinished() if job.changes)
        return next((job for job in changing if job.notebook == notebook), None)

    def at(self, notebook: str) -> Work | None:
        """Return what changes a notebook's environment now: a job, or its starting kernel."""
        job = self.running(notebook)
        if job:
            return job
        build = KernelBuild(notebook)
        return build if build.is_running else None

    # -- what happens to notebooks meanwhile

    def moved(self, old: str, new: str) -> None:
        """Follow a notebook or a folder that was renamed."""
        for job in self._jobs.values():
            if _is_at(job.notebook, old):
                job.notebook = new + job.notebook[len(old) :]

    def deleted(self, path: str) -> None:
        """Stop what runs for a notebook that was deleted, or for one in a deleted folder."""
        for job in self._unfinished():
            if _is_at(job.notebook, path):
                job.child.stop()

    def close(self) -> None:
        """Stop all of them, because the server ends."""
        running = list(self._unfinished())
        for job in running:
            job.child.stop()
        end = time.monotonic() + _LEAVE
        for job in running:
            job.child.wait(end - time.monotonic())


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith(os.path.join(place, ""))
