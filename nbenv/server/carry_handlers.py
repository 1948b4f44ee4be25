"""Handlers of the REST API for variables that move from one kernel of a notebook to the next."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

import nbenv
from nbenv.home import held_files, paths, private_files
from nbenv.server.base_handler import NbenvHandler

__all__ = ["CarryHandler"]

_CODE = Path(nbenv.__file__).parent / "kernel" / "guest" / "carry_over.py"
"""Nothing here runs it: a page sends it to kernels."""
_SUFFIX = ".pickle"
_LONGEST = 3600.0
"""Seconds after which nobody waits for a file any more: the page that asked for it is gone."""


class CarryHandler(NbenvHandler):
    """``GET carry``: the code that a page runs in a kernel; ``POST carry``: a file to carry with.

    The server only says where. One kernel writes the file, the other one reads and removes it.
    """

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the ``code``; see `nbenv.kernel.guest.carry_over`."""
        self.answer({"code": await self.in_thread(_CODE.read_text, encoding="utf-8")})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with a new ``file``, in a folder that is closed to other users.

        Whoever may name a file that a kernel reads may run code in it.
        """
        await self.check_right("execute", "kernels")
        self.answer({"file": await self.in_thread(_new_file)}, status=201)


def _new_file() -> str:
    """Return the path of a file that does not exist yet; remove those that nobody took."""
    folder = paths.carried_path()
    private_files.make_private(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.name.endswith(_SUFFIX) and _is_old(entry):
                    held_files.unlink(entry.path)
    return os.path.join(folder, secrets.token_hex(16) + _SUFFIX)


def _is_old(entry: os.DirEntry[str]) -> bool:
    return entry.stat(follow_symlinks=False).st_mtime < time.time() - _LONGEST
