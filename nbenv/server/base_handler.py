"""The base of the REST API's handlers: rights, the notebook of a request, and JSON answers."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from jupyter_core.paths import is_hidden
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from nbenv.core.file_names import is_notebook
from nbenv.core.plain_text import cleaned, safe
from nbenv.engine.document import NotebookRef
from nbenv.errors import NbenvError
from nbenv.server.contents_paths import local_path, root_folder
from nbenv.server.gateways.remote_kernels import RemoteKernels
from nbenv.server.jobs import Jobs

__all__ = ["NbenvHandler", "RefusedError"]

P = ParamSpec("P")
T = TypeVar("T")


_MOST_DIGITS = 15


def _refuse_constant(name: str) -> object:
    """Refuse NaN and the infinities, which are Python's and not JSON's (RFC 8259)."""
    raise ValueError(name)


class RefusedError(web.HTTPError):
    """A refusal of nbenv itself, with the parts of its message; its status is 422."""

    def __init__(self, error: NbenvError) -> None:
        super().__init__(422, "%s", safe(str(error)))
        self.parts = cleaned({**error.parts(), "message": str(error)})


class NbenvHandler(APIHandler):
    """A handler below ``/nbenv/api``.

    Every answer is JSON, also an error: ``{"message": …}`` with a status that fits.
    """

    auth_resource = "nbenv"
    jobs: Jobs
    remote: RemoteKernels | None

    def initialize(self, jobs: Jobs, remote: RemoteKernels | None = None) -> None:
        """Take what the server extension gives; `remote` is None without a gateway."""
        self.jobs, self.remote = jobs, remote

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse requests that no page of this server makes, also those that change nothing."""
        await super().prepare()
        self.check_xsrf_cookie()

    async def check_right(self, action: str, resource: str) -> None:
        """Refuse with 403 whoever may not do that to a resource of the server's own."""
        found = self.authorizer.is_authorized(self, self.current_user, action, resource)
        if not await ensure_async(found):
            raise web.HTTPError(403, f"You are not allowed to {action} {resource}.")

    async def notebook(self, path: str) -> str:
        """Return the file of a path of the contents API.

        Refuse with 404 what is no notebook below the root, and with 403 whoever may not read
        notebooks: what the API says of one can be read in it.
        """
        await self.check_right("read", "contents")
        return await self.in_thread(_find_notebook, self.contents_manager, path)

    async def target(self) -> NotebookRef:
        """Return the notebook that the query's ``path`` names, as operations take it."""
        return NotebookRef(await self.notebook(self.query_path()), in_server=True)

    def query_path(self) -> str:
        """Return the query's ``path`` as it is: a name may begin or end with a space."""
        return str(self.get_query_argument("path", strip=False))

    def query_number(self, name: str, default: int = 0) -> int:
        """Return a natural number of the query; refuse with 400 what is none, or absurdly long."""
        text = self.get_query_argument(name, str(default))
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
            raise web.HTTPError(400, f"{name} must be a number of at most {_MOST_DIGITS} digits.")
        return int(text)

    def json_object(self) -> dict[str, object]:
        """Return the request's body; refuse with 400 what is no JSON object in UTF-8."""
        try:
            body = json.loads(self.request.body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):  # also numbers of too many digits
            raise web.HTTPError(400, "The body is not JSON that can be read.") from None
        if not isinstance(body, dict):
            raise web.HTTPError(400, "The body must be a JSON object.")
        return body

    def text_field(self, body: dict[str, object], key: str) -> str:
        """Return a text of the body; refuse with 400 what is none."""
        value = body.get(key)
        if not isinstance(value, str):
            raise web.HTTPError(400, f"{key} must be a text.")
        return value

    async def in_thread(
        self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs
    ) -> T:
        """Call what reads files or waits for processes, beside the event loop."""
        try:
            return await asyncio.to_thread(function, *arguments, **options)
        except NbenvError as error:
            raise RefusedError(error) from None

    def answer(self, value: object, status: int = 200) -> None:
        """Send JSON."""
        self.set_status(status)
        self.finish(json.dumps(value))

    def write_error(self, status_code: int, **details: object) -> None:
        """Send the parts of nbenv's own errors; all others as the server does, in JSON too."""
        raised = details.get("exc_info")
        error = raised[1] if isinstance(raised, tuple) else None
        if isinstance(error, RefusedError):
            self.answer(error.parts, status_code)
        else:
            super().write_error(status_code, **details)


def _find_notebook(contents: object, path: str) -> str:
    """Return the real file of a notebook that the server shows.

    A link that a person has put below the root is followed wherever it leads, as by the contents
    API itself, which shows and saves what is there: `~/scratch` on a cluster is such a one.
    """
    shown = local_path(contents, path)
    file = None if shown is None else os.path.realpath(shown)
    is_there = file is not None and os.path.isfile(file) and is_notebook(file)
    if file is None or shown is None or not is_there or not _is_shown(contents, shown):
        raise web.HTTPError(404, "There is no such notebook.")
    if not os.access(file, os.R_OK):  # another user's
        raise web.HTTPError(403, "The server may not read this notebook.")
    return file


def _is_shown(contents: object, file: str) -> bool:
    """Return whether the server itself would show the file: by default it hides hidden ones."""
    root = root_folder(contents)
    return getattr(contents, "allow_hidden", False) or not is_hidden(file, root or "")
