"""The REST API for long work: begin a job, follow it line by line, stop it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from nbenv.addresses import without_credentials
from nbenv.export import FORMATS
from nbenv.server.handlers import NbenvHandler
from nbenv.server.jobs import Build, Busy, Event, Job, Work

__all__ = ["WORK"]

_QUIET = 10.0
"""Seconds after which an empty line says that the connection lives."""


@dataclass(frozen=True)
class _Verb:
    """What a browser may ask of a verb: flags, an option that its one word is for."""

    flags: frozenset[str] = frozenset()
    option: str = ""
    changes: bool = True


_DRY = frozenset({"dry-run"})
_VERBS = {
    "install": _Verb(_DRY | {"upgrade", "pre", "any-index"}),
    "uninstall": _Verb(_DRY),
    "upgrade": _Verb(_DRY | {"any-index"}),
    "restore": _Verb(_DRY, option="--python"),
    "python": _Verb(),
    "undo": _Verb(),
    "outdated": _Verb(changes=False),
    "export": _Verb(option="--format", changes=False),
}


class JobsHandler(NbenvHandler):
    """``POST jobs``: begin a verb on a notebook."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the job, 409 with the running one when the environment is changing."""
        body = self.get_json_body()
        if not isinstance(body, dict) or not isinstance(body.get("path"), str):
            raise web.HTTPError(400, "A job needs a path.")
        try:
            job = self.jobs.start(_job(self.notebook(body["path"]), body))
        except Busy as busy:
            message = "A change of this environment is under way."
            self.answer({"message": message, "job": busy.job.about}, status=409)
            return
        self.answer(job.about, status=201)


def _job(notebook: str, body: dict[str, object]) -> Job:
    name = body.get("verb")
    verb = _VERBS.get(name) if isinstance(name, str) else None
    words, flags = _texts(body, "words"), _texts(body, "flags")
    if verb is None or not isinstance(name, str):
        raise web.HTTPError(400, f"There is no verb {name!r}.")
    if not verb.flags.issuperset(flags):
        raise web.HTTPError(400, f"{name} does not take {', '.join(flags)}.")
    if name == "export" and (len(words) != 1 or words[0] not in FORMATS):
        raise web.HTTPError(400, f"Export to one of {', '.join(FORMATS)}.")
    if verb.option:
        words = [verb.option, *words] if words else []
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


class JobHandler(NbenvHandler):
    """``GET jobs/ID`` and ``DELETE jobs/ID``: what a job is, and the end of it.

    A starting kernel's build has an identifier too; its notebook's path is then needed beside it.
    """

    def work(self, identifier: str) -> Work:
        """Return the job or the build of that name."""
        work: Work | None = self.jobs.get(identifier)
        if work is None and identifier.startswith("build-"):
            work = self._build(identifier)
        if work is None:
            raise web.HTTPError(404, "There is no such job.")
        return work

    def _build(self, identifier: str) -> Build | None:
        build = Build(self.notebook(self.get_query_argument("path")))
        return build if build.identifier == identifier else None

    @web.authenticated
    @authorized
    async def get(self, identifier: str) -> None:
        """Answer with what it is."""
        self.answer(self.work(identifier).about)

    @web.authenticated
    @authorized
    async def delete(self, identifier: str) -> None:
        """Stop it; answer once everything is put back."""
        work = self.work(identifier)
        await work.stop()
        self.answer(work.about)


class EventsHandler(JobHandler):
    """``GET jobs/ID/events?from=N``: its events as JSON lines, as they come, until it ends."""

    @web.authenticated
    @authorized
    async def get(self, identifier: str) -> None:
        """Stream; empty lines keep the connection alive."""
        first = self.get_query_argument("from", "0")
        if not first.isdecimal():
            raise web.HTTPError(400, "from is a number.")
        work = self.work(identifier)
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")  # what a reverse proxy holds back is no progress
        try:
            async for event in _kept_alive(work.follow(int(first))):
                self.write((json.dumps(event) if event else "") + "\n")
                await self.flush()
        except StreamClosedError:
            return  # whoever listened went away
        await self.finish()


async def _kept_alive(events: AsyncIterator[Event]) -> AsyncIterator[Event | None]:
    """Yield the events, and None where none comes for a while."""
    following = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=_QUIET)
            if not done:
                yield None
                continue
            try:
                event = following.result()
            except StopAsyncIteration:
                return
            yield event
            following = asyncio.ensure_future(anext(events))
    finally:
        following.cancel()


WORK: dict[str, type[NbenvHandler]] = {
    "jobs": JobsHandler,
    r"jobs/([a-z0-9-]+)": JobHandler,
    r"jobs/([a-z0-9-]+)/events": EventsHandler,
}
