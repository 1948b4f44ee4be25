"""Let environments follow notebooks that are renamed, moved or deleted in the server."""

from __future__ import annotations

import asyncio
import os
from logging import Logger

from nbenv.core.file_names import is_notebook
from nbenv.core.plain_text import safe
from nbenv.environments import store
from nbenv.server.contents_paths import local_path
from nbenv.server.jobs import Jobs

__all__ = ["CONTENTS_EVENTS", "ContentsFollower"]

CONTENTS_EVENTS = "https://events.jupyter.org/jupyter_server/contents_service/v1"


class ContentsFollower:
    """A listener to the events of a contents manager."""

    def __init__(self, contents: object, jobs: Jobs, log: Logger) -> None:
        self._contents, self._jobs, self._log = contents, jobs, log
        self._one_by_one = asyncio.Lock()  # a folder's rename must find what moved into it

    async def on_event(self, logger: object, schema_id: str, data: dict[str, object]) -> None:
        """Follow one event.

        A single notebook's is followed at once, because a save may come next, at its new path. A
        folder's may concern many notebooks, and is followed beside the server's event loop.
        """
        follow = {"delete": self._delete, "rename": self._rename}.get(str(data.get("action")))
        path = local_path(self._contents, str(data.get("path", "")))
        source = local_path(self._contents, str(data.get("source_path", "")))
        if follow is None or path is None or source is None:
            return
        async with self._one_by_one:
            try:
                if is_notebook(path):
                    follow(path, source)
                else:
                    await asyncio.to_thread(follow, path, source)
            except OSError as error:
                why = safe(str(error))
                self._log.warning("nbenv: could not follow a %s: %s", data["action"], why)

    def _delete(self, path: str, _: str) -> None:
        self._jobs.deleted(path)
        if is_notebook(path):
            store.forget(path)
        else:
            store.forget_folder(path)

    def _rename(self, path: str, source: str) -> None:
        self._jobs.moved(source, path)
        if is_notebook(path) and not os.path.isdir(path):
            store.rename(source, path)
        else:
            store.rename_folder(source, path)
