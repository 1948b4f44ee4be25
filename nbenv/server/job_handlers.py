"""Handlers of the REST API for jobs: start one, follow its events, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import re

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from nbenv.cli.commands import COMMANDS
from nbenv.cli.declarations import Place
from nbenv.core.urls import index_name, without_credentials
from nbenv.export import FORMATS
from nbenv.server.base_handler import NbenvHandler, RefusedError
from nbenv.server.contents_paths import leads_out
from nbenv.server.gateways.remote_kernels import RemoteKernels
from nbenv.server.gateways.remote_status import refusal_of
from nbenv.server.jobs import Job, TooManyJobsError, Work
from nbenv.server.kernel_builds import KernelBuild

__all__ = ["EventsHandler", "JobHandler", "JobsHandler"]


_INDEX = re.compile(r"index=https?://\S+")
"""A flag of an install: the address of an index that a person typed, to take the packages from."""
_VERBS = {name: each for name, each in COMMANDS.items() if Place.PAGE in each.where}
"""The commands that a page may start; what it may give them is declared there, too."""


class JobsHandler(NbenvHandler):
    """``POST jobs``: start a command on a notebook."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer 201 with the job; 200 with the last one if that does the same.

        It is ``queued`` while another job changes the environment, and begins after that.

        The body holds ``path``, ``verb``, ``words``, ``flags``, and the ``digest`` of what the
        person was shown and agreed to, if anything. What is built runs code, so this takes the
        right to run code, as cells do.
        """
        body = self.json_object()
        path = self.text_field(body, "path")
        await self.check_right("execute", "kernels")
        job = _job(await self.notebook(path), body)
        if self.remote is not None and not _is_of_file(job):
            await self._bring_to_kernel(self.remote, job)
        await self.in_thread(_check_confined, self.contents_manager, job)
        try:
            started = self.jobs.start(job)
        except TooManyJobsError:
            message = "Too many jobs are running on this server. Try again in a moment."
            raise web.HTTPError(429, message) from None
        self.answer(started.about, status=201 if started is job else 200)

    async def _bring_to_kernel(self, remote: RemoteKernels, job: Job) -> None:
        """Have the notebook's kernel, on another machine, run the job's command."""
        child = None if job.verb == "adopt" else remote.command(self.kernel_manager, job)
        if child is not None:
            job.child = child
        elif job.changes:
            raise RefusedError(refusal_of(job.verb, job.words))


def _is_of_file(job: Job) -> bool:
    """Return whether a command is about the notebook's file, and no environment."""
    return job.verb == "export" or (job.verb == "restore" and not job.changes)


def _check_confined(contents: object, job: Job) -> None:
    """Refuse to install from a folder that the server does not show."""
    folder = os.path.dirname(job.notebook)
    for word in job.words if job.verb == "install" else ():
        if leads_out(contents, word, folder):
            why = "is outside of the server's folder. Install it from a cell or a terminal."
            raise web.HTTPError(400, f"{word} {why}")


def _job(notebook: str, body: dict[str, object]) -> Job:
    name = body.get("verb")
    verb = _VERBS.get(name) if isinstance(name, str) else None
    words, flags = _texts(body, "words"), _texts(body, "flags")
    if verb is None or not isinstance(name, str):
        raise web.HTTPError(400, f"There is no command {name!r}.")
    index = next((flag for flag in flags if _INDEX.fullmatch(flag)), "")
    flags = [flag for flag in flags if flag != index or name != "install"]
    if not verb.page_flags.issuperset(flags):
        raise web.HTTPError(400, f"{name} does not take {', '.join(flags)}.")
    if name == "export" and (len(words) != 1 or words[0] not in FORMATS):
        raise web.HTTPError(400, f"Export to one of {', '.join(FORMATS)}.")
    if verb.page_option:
        words = [verb.page_option, *words] if words else []
    options = [f"--{flag}" for flag in flags]
    if index:
        address = index.partition("=")[2]
        options.append(f"--index={index_name(address)}={address}")
    changes = verb.changes and "dry-run" not in flags
    return Job(notebook, name, [*options, *words], changes, _digest(body))


def _digest(body: dict[str, object]) -> str:
    """Return the digest of what the page showed, "" where it showed nothing."""
    digest = body.get("digest", "")
    if not isinstance(digest, str) or not re.fullmatch(r"([0-9a-f]{32})?", digest):
        raise web.HTTPError(400, "digest must be the one of a dry run.")
    return digest


def _texts(body: dict[str, object], key: str) -> list[str]:
    """Return a list of words, none of which can be taken for an option."""
    words = body.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise web.HTTPError(400, f"{key} must be a list of words.")
    for word in words:
        if not word or word.startswith("-") or not word.isprintable():
            raise web.HTTPError(400, f"{without_credentials(word)!r} cannot be used here.")
    return words


class _WorkHandler(NbenvHandler):
    """An address of one job.

    A starting kernel's build has an identifier too; its notebook's ``path`` is then needed in the
    query.
    """

    async def work(self, identifier: str) -> Work:
        """Return the job or the build with that identifier; refuse with 404 without one."""
        work: Work | None = self.jobs.get(identifier)
        if work is None and identifier.startswith("build-"):
            build = KernelBuild(await self.notebook(self.query_path()))
            work = build if build.identifier == identifier else None
        if work is None:
            raise web.HTTPError(404, "There is no such job.")
        return work

    async def answer_about(self, work: Work) -> None:
        """Send what a job is; a build's files are read for it."""
        self.answer(await self.in_thread(lambda: work.about))


class JobHandler(_WorkHandler):
    """``GET jobs/ID`` and ``DELETE jobs/ID``: what a job is, and how it is stopped."""

    @web.authenticated
    @authorized
    async def get(self, identifier: str) -> None:
        """Answer with its ``id``, ``verb`` and ``words``, and whether it is ``done``."""
        await self.answer_about(await self.work(identifier))

    @web.authenticated
    @authorized
    async def delete(self, identifier: str) -> None:
        """Stop it; answer the same, once everything is put back."""
        work = await self.work(identifier)
        await work.stop()
        await self.answer_about(work)


class EventsHandler(_WorkHandler):
    """``GET jobs/ID/events?from=N``: a job's events, as they come, until it ends."""

    @web.authenticated
    @authorized
    async def get(self, identifier: str) -> None:
        """Stream JSON lines from event N on; empty lines keep the connection alive."""
        first = self.query_number("from")
        work = await self.work(identifier)
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")  # a reverse proxy must not hold progress back
        with contextlib.suppress(StreamClosedError):  # the listener has left
            async with contextlib.aclosing(work.follow(first)) as events:
                async for event in events:
                    self.write((json.dumps(event) if event else "") + "\n")
                    await self.flush()
            await self.finish(set_content_type="application/x-ndjson")
