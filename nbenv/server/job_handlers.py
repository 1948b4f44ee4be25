"""The REST API for long work: begin a job, follow it line by line, stop it."""

from __future__ import annotations

import contextlib
import json
import os

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from nbenv.cli.commands import COMMANDS
from nbenv.cli.declarations import Place
from nbenv.core.urls import without_credentials
from nbenv.export import FORMATS
from nbenv.server.contents_paths import leads_out
from nbenv.server.handlers import NbenvHandler, NothingHandler
from nbenv.server.jobs import Busy, Job, TooManyJobs, Work
from nbenv.server.kernel_builds import KernelBuild

__all__ = ["WORK"]


_VERBS = {name: each for name, each in COMMANDS.items() if Place.PAGE in each.where}
"""The commands that a page may start; what it may give them is declared there, too."""


class JobsHandler(NbenvHandler):
    """``POST jobs``: begin a verb on a notebook."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the job, 409 with the running one when the environment is changing.

        What is built runs code, so it takes the right to run code, as cells do.
        """
        body = self.get_json_body()
        if not isinstance(body, dict) or not isinstance(body.get("path"), str):
            raise web.HTTPError(400, "A job needs a path.")
        await self.allow("execute", "kernels")
        job = _job(await self.notebook(body["path"]), body)
        await self.beside(lambda: self._check_confined(job))
        try:
            self.jobs.start(job)
        except Busy as busy:
            message = "A change of this environment is under way."
            self.answer({"message": message, "job": busy.job.about}, status=409)
        except TooManyJobs:
            raise web.HTTPError(429, "Too much is going on here. Try again in a moment.") from None
        else:
            self.answer(job.about, status=201)

    def _check_confined(self, job: Job) -> None:
        folder = os.path.dirname(job.notebook)
        for word in job.words if job.verb == "install" else ():
            if leads_out(self.contents_manager, word, folder):
                why = "is not below the server's folder. Install it from a cell or a terminal."
                raise web.HTTPError(400, f"{word} {why}")


def _job(notebook: str, body: dict[str, object]) -> Job:
    name = body.get("verb")
    verb = _VERBS.get(name) if isinstance(name, str) else None
    words, flags = _texts(body, "words"), _texts(body, "flags")
    if verb is None or not isinstance(name, str):
        raise web.HTTPError(400, f"There is no verb {name!r}.")
    if not verb.page_flags.issuperset(flags):
        raise web.HTTPError(400, f"{name} does not take {', '.join(flags)}.")
    if name == "export" and (len(words) != 1 or words[0] not in FORMATS):
        raise web.HTTPError(400, f"Export to one of {', '.join(FORMATS)}.")
    if verb.page_option:
        words = [verb.page_option, *words] if words else []
    options = [f"--{flag}" for flag in flags]
    return Job(notebook, name, [*options, *words], verb.changes and "dry-run" not in flags)


def _texts(body: dict[str, object], key: str) -> list[str]:
    """Return a list of words; none can be taken for an option."""
    words = body.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise web.HTTPError(400, f"{key} is a list of words.")
    for word in words:
        if not word or word.startswith("-") or not word.isprintable():
            raise web.HTTPError(400, f"{without_credentials(word)!r} cannot be used.")
    return words


class WorkHandler(NbenvHandler):
    """What is asked of one job.

    A starting kernel's build has an identifier too; its notebook's path is then needed beside it.
    """

    async def work(self, identifier: str) -> Work:
        """Return the job or the build of that name."""
        work: Work | None = self.jobs.get(identifier)
        if work is None and identifier.startswith("build-"):
            build = KernelBuild(await self.notebook(self.get_query_argument("path")))
            work = build if build.identifier == identifier else None
        if work is None:
            raise web.HTTPError(404, "There is no such job.")
        return work


class JobHandler(WorkHandler):
    """``GET jobs/ID`` and ``DELETE jobs/ID``: what a job is, and the end of it."""

    @web.authenticated
    @authorized
    async def get(self, identifier: str) -> None:
        """Answer with what it is."""
        work = await self.work(identifier)
        self.answer(await self.beside(lambda: work.about))

    @web.authenticated
    @authorized
    async def delete(self, identifier: str) -> None:
        """Stop it; answer once everything is put back."""
        work = await self.work(identifier)
        await work.stop()
        self.answer(await self.beside(lambda: work.about))


class EventsHandler(WorkHandler):
    """``GET jobs/ID/events?from=N``: its events as JSON lines, as they come, until it ends."""

    @web.authenticated
    @authorized
    async def get(self, identifier: str) -> None:
        """Stream; empty lines keep the connection alive."""
        first = self.get_query_argument("from", "0")
        if not first.isdecimal():
            raise web.HTTPError(400, "from is a number.")
        work = await self.work(identifier)
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")  # what a reverse proxy holds back is no progress
        with contextlib.suppress(StreamClosedError):  # whoever listened went away
            async with contextlib.aclosing(work.follow(int(first))) as events:
                async for event in events:
                    self.write((json.dumps(event) if event else "") + "\n")
                    await self.flush()
            await self.finish(set_content_type="application/x-ndjson")


WORK: dict[str, type[NbenvHandler]] = {
    "jobs": JobsHandler,
    r"jobs/([a-z0-9-]+)": JobHandler,
    r"jobs/([a-z0-9-]+)/events": EventsHandler,
    ".*": NothingHandler,
}
