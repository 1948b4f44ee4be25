"""Environments follow their notebooks when those are renamed, moved or deleted in the server."""

from __future__ import annotations

import asyncio
import os
from logging import Logger
from typing import Any

from nbenv.server.paths import local_path
from nbenv.store import Store

__all__ = ["CONTENTS_EVENTS", "Follower"]

CONTENTS_EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"
_SUFFIX = ".ipynb"


class Follower:
    """Listens to a contents manager's events."""

    def __init__(self, contents: Any, log: Logger) -> None:
        self._contents, self._log = contents, log
        self._one_by_one = asyncio.Lock()  # a folder's rename must find what was moved into it

    async def on_event(self, logger: object, schema_id: str, data: dict[str, Any]) -> None:
        """Follow one event, a single notebook's at once: a save may come next, at its new path.

        What may mean many notebooks happens beside the server's event loop.
        """
        if data.get("action") not in ("delete", "rename"):
            return
        async with self._one_by_one:
            try:
                if str(data.get("path", "")).endswith(_SUFFIX):
                    self._follow(data)
                else:
                    await asyncio.to_thread(self._follow, data)
            except OSError as error:
                self._log.warning("nbenv: could not follow a %s: %s", data.get("action"), error)

    def _follow(self, data: dict[str, Any]) -> None:
        path = local_path(self._contents, str(data.get("path", "")))
        if path is None:
            return
        if data.get("action") == "delete" and path.endswith(_SUFFIX):
            Store().forget(path)
        elif data.get("action") == "rename":
            source = local_path(self._contents, str(data.get("source_path", "")))
            if source is None:
                return
            if path.endswith(_SUFFIX) and not os.path.isdir(path):
                Store().rename(source, path)
            else:
                Store().rename_folder(source, path)
