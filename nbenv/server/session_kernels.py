"""The kernels that this server's sessions have, which say what kernel a notebook is to name.

Every page writes the name of its kernel into the notebook, as long as it knows no other: one that
has not seen yet that another page changed the kernel saves the former name.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbenv.server.contents_paths import local_path

if TYPE_CHECKING:
    from jupyter_server.services.contents.manager import ContentsManager

__all__ = ["SessionKernel", "kernels_of"]


@dataclass(frozen=True)
class SessionKernel:
    """A kernel of a notebook: its kernelspec, and when it came to be.

    A restart gives a kernel another process, and not another beginning: nobody chose it anew.
    """

    name: str
    display_name: str
    language: str
    began: float

    def kernelspec(self) -> dict[str, str]:
        """Return what a page writes into the notebook for it."""
        spec = {"name": self.name, "display_name": self.display_name, "language": self.language}
        return {key: value for key, value in spec.items() if value}


def kernels_of(contents: ContentsManager, file: str) -> list[SessionKernel]:
    """Return the kernels of a notebook's sessions on this server, of which there is usually one.

    Saving hooks cannot wait, and the session manager only has methods that are waited for. So this
    reads its table, and finds nothing where a server keeps its sessions in another way.
    """
    app: Any = getattr(contents, "parent", None)
    try:
        rows = app.session_manager.cursor.execute(
            "SELECT path, kernel_id FROM session WHERE type = 'notebook'"
        ).fetchall()
    except (AttributeError, TypeError, sqlite3.Error):
        return []
    found = {identifier for path, identifier in rows if local_path(contents, path or "") == file}
    known = [app.kernel_manager.get_kernel(each) for each in found if each in app.kernel_manager]
    return [_described(each) for each in known]


def _described(kernel: Any) -> SessionKernel:
    spec = getattr(kernel, "kernel_spec", None)
    return SessionKernel(
        name=str(getattr(kernel, "kernel_name", "")),
        display_name=str(getattr(spec, "display_name", "")),
        language=str(getattr(spec, "language", "")),
        began=_began(str(getattr(kernel, "connection_file", ""))),
    )


def _began(connection_file: str) -> float:
    """Return when a kernel was started first; its connection file stays as it was at a restart."""
    try:
        return os.stat(connection_file).st_mtime
    except OSError:
        return float("inf")
