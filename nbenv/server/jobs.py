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
from collections.abc import AsyncGenerator, Awaitable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nbenv.core.urls import without_credentials
from nbenv.errors import StoppedError
from nbenv.home import held_files, paths, private_files
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.job_process import Event, JobProcess
from nbenv.server.kernel_builds import KernelBuild

__all__ = ["QUIET", "Job", "Jobs", "TooManyJobsError", "Work"]

QUIET = 10.0
"""Seconds without an event after which a follower learns that there is none."""
_KEPT = 50
"""Ended jobs that can still be asked for."""
_AT_ONCE = 16
_WAITING = 100
"""Jobs of all notebooks that wait for another one."""
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
        """The job for a page: `id`, `verb`, `words`, and whether it is `done` or `queued`."""

    def follow(self, first: int) -> AsyncGenerator[Event | None, None]:
        """Yield its events from that number on, until it ends; None when it is quiet."""

    async def stop(self) -> None:
        """Stop it; return once it has put everything back."""


class Child(Protocol):
    """The runner of a job's command: a process here, or a kernel on another machine."""

    def events(self) -> Iterator[Event]:
        """Run it; yield its events, last a result or an error, once it has ended."""

    def stop(self) -> None:
        """Ask it to end, once: it then puts everything back."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self, seconds: float) -> None:
        """Wait for its end, at most that long."""


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
    is_queued: bool = field(default=False, init=False)
    child: Child = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.child = self._new_child()
        self._events: list[Event] = []
        self._dropped = 0
        self._news = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def about(self) -> Event:
        """The job for a page; see `Work.about`."""
        words = [without_credentials(word) for word in self.words]
        state = {"done": self.is_done, "queued": self.is_queued}
        return {"id": self.identifier, "verb": self.verb, "words": words, **state}

    def does_the_same_as(self, other: Job) -> bool:
        """Return whether one of the two is enough: a button was clicked twice."""
        mine = (self.notebook, self.verb, [*self.words], self.changes, self.agreed)
        return mine == (other.notebook, other.verb, [*other.words], other.changes, other.agreed)

    def _new_child(self) -> JobProcess:
        return JobProcess(self.notebook, self.verb, self.words, agreed=self.agreed)

    def start_after(self, others: Sequence[Job]) -> None:
        """Run it once other jobs have ended, whatever becomes of them."""
        self.is_queued = True
        message = f"Waiting for nbenv {others[-1].verb} to finish…"
        self._take({"type": "progress", "phase": "queued", "message": message})

        async def start() -> None:
            for each in others:  # all of them, as the last one may be stopped in the queue
                await each.end
            if self.is_queued:
                self.is_queued = False
                if isinstance(self.child, JobProcess):  # the notebook may have been renamed
                    self.child = self._new_child()
                self.start()

        self._turn = asyncio.ensure_future(start())

    @property
    def end(self) -> Awaitable[object]:
        """Its end, to be awaited."""
        return self._ended.wait()

    def ask_to_stop(self) -> None:
        """Stop it, without waiting for what it puts back; one that waits does not begin."""
        if self.is_queued:
            self.is_queued = False
            error = StoppedError("Stopped before it began.")
            parts = {**error.parts(), "message": str(error), "status": error.exit_status}
            self._take({"type": "error", **parts})
            self._end()
        else:
            self.child.stop()

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
                private_files.write_json(path, ProcessIdentity.own().to_dict())
        try:
            yield
        finally:
            if self.changes:
                with contextlib.suppress(OSError):
                    held_files.unlink(path)

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
        self.ask_to_stop()
        try:
            await asyncio.wait_for(self._ended.wait(), _PATIENCE)
        except asyncio.TimeoutError:
            await asyncio.to_thread(self.child.kill)
            await self._ended.wait()


class Jobs:
    """The jobs of a server: of those that change one environment, one after the other."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def start(self, job: Job) -> Job:
        """Start a job, or queue it behind another one that changes the same environment.

        Returns
        -------
        Job
            It, or the last unfinished one if that does the same.

        Raises
        ------
        TooManyJobsError
            As many are running, or waiting, as may at once.
        """
        before = [each for each in self._changing(job.notebook) if job.changes]
        # An earlier one would not do: between the two, another change takes back what it makes.
        if before and job.does_the_same_as(before[-1]):
            return before[-1]
        waiting = [each for each in self._unfinished() if each.is_queued]
        running = len(list(self._unfinished())) - len(waiting)
        if len(waiting) >= _WAITING if before else running >= _AT_ONCE:
            raise TooManyJobsError
        ended = [name for name, each in self._jobs.items() if each.is_done]
        for name in ended[:-_KEPT]:
            del self._jobs[name]
        self._jobs[job.identifier] = job
        if before:
            job.start_after(before)
        else:
            job.start()
        return job

    def _unfinished(self) -> Iterator[Job]:
        return (job for job in self._jobs.values() if not job.is_done)

    def get(self, identifier: str) -> Job | None:
        """Return a job of this server."""
        return self._jobs.get(identifier)

    def running(self, notebook: str) -> Job | None:
        """Return the job that changes a notebook's environment now, None without one."""
        return next(self._changing(notebook), None)

    def _changing(self, notebook: str) -> Iterator[Job]:
        """Yield what changes a notebook's environment, in the order in which it does."""
        changing = (job for job in self._unfinished() if job.changes)
        return (job for job in changing if job.notebook == notebook)

    def working_on(self) -> frozenset[str]:
        """Return the notebooks for which a job runs now, also one that changes nothing."""
        return frozenset(job.notebook for job in self._unfinished())

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
        for job in list(self._unfinished()):
            if _is_at(job.notebook, path):
                job.ask_to_stop()

    def close(self) -> None:
        """Stop all of them, because the server ends."""
        running = [job for job in self._unfinished() if not job.is_queued]
        for job in self._unfinished():
            job.is_queued = False  # so that it does not begin
        for job in running:
            job.child.stop()
        end = time.monotonic() + _LEAVE
        for job in running:
            job.child.wait(end - time.monotonic())


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith(os.path.join(place, ""))
