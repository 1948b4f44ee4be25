"""The REST API below ``/nbenv/api``."""

from __future__ import annotations

import asyncio
import json
import os

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from nbenv import __version__, operations
from nbenv.errors import NbenvError
from nbenv.operations import Outcome, Target
from nbenv.server.paths import real_path

__all__ = ["handlers"]


class _Handler(APIHandler):
    auth_resource = "nbenv"


class VersionHandler(_Handler):
    """``GET version``: which nbenv the server runs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the version."""
        self.finish(json.dumps({"version": __version__}))


class StatusHandler(_Handler):
    """``GET status?path=…``: what is recorded, locked and installed for a notebook."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with what ``nbenv status --json`` prints."""
        path = real_path(self.contents_manager, self.get_query_argument("path"))
        if path is None or not os.path.isfile(path):
            raise web.HTTPError(404, "There is no such notebook.")
        try:
            outcome: Outcome = await asyncio.to_thread(operations.status, Target(path))
        except NbenvError as error:
            raise web.HTTPError(422, str(error)) from None
        self.finish(json.dumps(outcome.data))


def handlers(base_url: str) -> list[tuple[str, type[APIHandler]]]:
    """Return the routes below a server's base URL."""
    routes = {"version": VersionHandler, "status": StatusHandler}
    return [(url_path_join(base_url, "nbenv", "api", name), routes[name]) for name in routes]
