"""``%nbenv`` in an ordinary kernel of the host: a notebook gets an environment and moves there."""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import psutil
from IPython.core.getipython import get_ipython

from nbenv.home import paths
from nbenv.kernel.guest import boot
from nbenv.kernel.launcher import find_notebook

__all__ = ["run"]

_MOVING = ("install", "uninstall", "upgrade", "restore", "undo", "python", "adopt")
_BY_HAND = "To use it here: Kernel > Change Kernel… > Python (nbenv)."
_REPLIED = 0.3
"""Seconds until the reply of the cell is on its way."""
_TIMEOUT = 60.0
"""Seconds that the server may take to start the new kernel."""


def run(line: str, shell: Any) -> None:
    """Run one line of the magic, and move the notebook to its kernel where that loses nothing."""
    words = boot.load("shell_words").split(line)
    client = boot.load("command")
    if words == ["move"]:
        _move(client)
        return
    path = _notebook(shell)
    if path is None and words and words[0] not in ("--help", "-h", "help"):
        raise client.NbenvError(
            "nbenv cannot tell which notebook this kernel belongs to.\n"
            "The client did not say it.\n"
            "Choose the kernel Python (nbenv), or set NBENV_NOTEBOOK before the kernel starts."
        )
    client.run(words, ["--notebook", str(path)])
    if words and words[0] in _MOVING and "--dry-run" not in words:
        _offer_move(shell, client)


def _notebook(shell: Any) -> str | None:
    told = shell.user_ns.get("__vsc_ipynb_file__")
    if isinstance(told, str) and told:
        return told
    path = find_notebook(psutil.Process().create_time())
    return None if paths.is_placeholder(path) else path


# -- moving


def _offer_move(shell: Any, client: Any) -> None:
    if _made_by_user(shell):
        print(f"Your variables stay in this kernel until you move with %nbenv move. {_BY_HAND}")
        return
    try:
        _move(client)
    except client.NbenvError as error:
        print(error)


def _made_by_user(shell: Any) -> bool:
    """Whether anything would be lost: names that cells made, other than IPython's own."""
    hidden = shell.user_ns_hidden
    return any(not name.startswith("_") and name not in hidden for name in shell.user_ns)


def _move(client: Any) -> None:
    """Have the server restart the notebook's session with our kernel; this one ends."""
    kernel = _kernel_id()
    for server in _servers():
        session = next((s for s in _sessions(server) if s["kernel"]["id"] == kernel), None)
        if session:
            _retire(server, session["id"])
            return
    raise client.NbenvError(f"The environment is ready. {_BY_HAND}")


def _kernel_id() -> str | None:
    from ipykernel.connect import get_connection_file

    try:
        found = re.fullmatch(r"kernel-(.+)\.json", os.path.basename(get_connection_file()))
    except RuntimeError:  # no kernel, a terminal
        return None
    return found[1] if found else None


def _servers() -> Iterator[dict[str, Any]]:
    """Yield the running servers of this user, the one that started this kernel first."""
    from jupyter_server.serverapp import list_running_servers

    parent = os.environ.get("JPY_PARENT_PID")
    yield from sorted(list_running_servers(), key=lambda server: str(server["pid"]) != parent)


def _sessions(server: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        sessions = _request(server, "api/sessions")
    except OSError:
        return []
    return [each for each in sessions if each.get("kernel")]


def _request(server: dict[str, Any], path: str, body: object = None) -> Any:
    token = server.get("token") or os.environ.get("JUPYTERHUB_API_TOKEN", "")
    request = urllib.request.Request(
        server["url"] + path,
        data=None if body is None else json.dumps(body).encode(),
        method="GET" if body is None else "PATCH",
        headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
    )
    # The server is on this machine: no proxy stands between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_TIMEOUT) as answer:
        return json.load(answer)


def _retire(server: dict[str, Any], session: str) -> None:
    """Ask for the new kernel once this cell has ended; no cell behind it runs here any more.

    The server ends this kernel before it answers, so the cell must not wait for the answer.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is not None:
        kernel._aborting = True  # as after an error: what waits behind is answered, not run

    def ask() -> None:
        try:
            _request(server, f"api/sessions/{session}", {"kernel": {"name": "nbenv"}})
        except OSError as error:
            if kernel is not None:
                kernel._aborting = False
            print(f"The notebook could not be moved: {error}. {_BY_HAND}")

    threading.Timer(_REPLIED, ask).start()
