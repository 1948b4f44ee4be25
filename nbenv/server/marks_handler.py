"""The handler of the REST API that tells what the imports of cells need."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbenv.engine.document import NotebookRef
from nbenv.operations.marking.import_marks import import_marks
from nbenv.server.base_handler import NbenvHandler

__all__ = ["MarksHandler"]

_MOST_CELLS = 5000
_MOST_CHARACTERS = 5_000_000


class MarksHandler(NbenvHandler):
    """``POST marks`` with a ``path`` and ``cells``: what each import needs, as one types.

    The cells are sent because the page has them as they are now, and the file as they were saved.
    """

    _track_activity = False  # a page asks by itself, also when a person only looks

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer as `nbenv.operations.marking.import_marks`; with no cells for a remote kernel."""
        body = self.json_object()
        ref = NotebookRef(await self.notebook(self.text_field(body, "path")), in_server=True)
        cells = _cells(body)
        if self.remote is not None:
            self.answer({"cells": []})  # the environment is on another machine
            return
        self.answer(await self.in_thread(import_marks, ref, cells))


def _cells(body: dict[str, object]) -> list[str]:
    """Return the sources of the cells; refuse with 400 what is no list of texts, or too much."""
    cells = body.get("cells")
    if not isinstance(cells, list) or not all(isinstance(each, str) for each in cells):
        raise web.HTTPError(400, "cells must be a list of texts.")
    if len(cells) > _MOST_CELLS or sum(map(len, cells)) > _MOST_CHARACTERS:
        raise web.HTTPError(400, f"cells must be at most {_MOST_CELLS}, and not that long.")
    return cells
