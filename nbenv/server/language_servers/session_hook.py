"""Have jupyter_lsp start each Python language server behind the router.

https://jupyterlab-lsp.readthedocs.io/en/latest/Configuring.html
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from nbenv.core.python_command import main_command
from nbenv.server.contents_paths import root_folder

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["route_sessions"]

_MODULE = "nbenv.server.language_servers.router"


def route_sessions(app: ServerApp) -> None:
    """Change the commands of Python language servers as soon as jupyter_lsp knows them.

    Parameters
    ----------
    app
        A server. If jupyter_lsp is not enabled there, nothing happens.
    """
    manager: Any = getattr(app, "language_server_manager", None)
    root = root_folder(app.contents_manager)
    if manager is None or root is None:
        return

    def route(change: dict[str, Any]) -> None:
        for session in change["new"].values():
            spec = session.spec
            is_routed = any(_MODULE in word for word in spec["argv"])
            if "python" in spec.get("languages", ()) and not is_routed:
                words = ["--root", root, "--virtual", manager.virtual_documents_dir, "--"]
                own = main_command(sys.executable, _MODULE, *words, *spec["argv"])
                session.spec = {**spec, "argv": own}

    manager.observe(route, "sessions")
