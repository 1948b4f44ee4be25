"""``%nbenv`` in an ordinary kernel of the host: a notebook gets an environment and moves there."""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import psutil
from IPython.core.getipython import get_ipython

from nbenv.home import variables
from nbenv.kernel.guest import boot
from nbenv.kernel.named_notebook import SESSION, find_notebook

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["run"]

_MOVING = ("install", "uninstall", "upgrade", "restore", "undo", "python", "adopt")
"""Commands after which the notebook has an environment to move to."""
_HELP = ("--help", "-h", "help")
_BY_HAND = "To use it here: Kernel > Change Kernel… > Python (nbenv)."
_REPLIED = 0.3
"""Seconds until the reply of the cell is on its way."""
_TIMEOUT = 60.0
"""Seconds that the server may take to start the new kernel."""

command = boot.load("command")


def run(line: str, shell: InteractiveShell) -> None:
    """Run one line of the magic, and move the notebook to its kernel where that loses nothing.

    Raises the command's ``NbenvError`` when it fails, or when no notebook is known.
    """
    words = boot.load("shell_words").split(line)
    if words == ["move"]:
        _move()
        return
    path = _notebook(shell)
    if path is None and words and words[0] not in _HELP:
        raise command.NbenvError(
            "nbenv cannot tell which notebook this kernel belongs to.\n"
            "The client that started the kernel did not name the notebook.\n"
            "Choose the kernel Python (nbenv), or set NBENV_NOTEBOOK before the kernel starts."
        )
    command.run(words, ["--notebook", str(path)])
    if words and words[0] in _MOVING and "--dry-run" not in words:
        _offer_move(shell)


def _notebook(shell: InteractiveShell) -> str | None:
    named = shell.user_ns.get(boot.load("detached").VSCODE_VARIABLE)
    if isinstance(named, str) and named:
        return named
    _put_names_back()
    return find_notebook(psutil.Process().create_time())


def _put_names_back() -> None:
    """Put back the variables that name the notebook, if a cell removed them."""
    names = (SESSION, variables.NOTEBOOK)
    if not any(name in os.environ for name in names):
        with contextlib.suppress(psutil.Error, OSError, NotImplementedError):
            began_with = psutil.Process().environ()
            os.environ.update({name: began_with[name] for name in names if name in began_with})


# -- moving


def _offer_move(shell: InteractiveShell) -> None:
    """Move the notebook now, unless that loses variables; then say how to."""
    if _holds_variables(shell):
        print(f"Your variables stay in this kernel until you move with %nbenv move. {_BY_HAND}")
        return
    try:
        _move()
    except command.NbenvError as error:
        print(error)


def _holds_variables(shell: InteractiveShell) -> bool:
    """Return whether cells have defined names, other than IPython's own."""
    hidden = shell.user_ns_hidden
    return any(not name.startswith("_") and name not in hidden for name in shell.user_ns)


def _move() -> None:
    """Have the server restart the notebook's session with our kernel; this one ends."""
    kernel = _kernel_id()
    for server in _servers():
        for session in server.sessions():
            if session.kernel == kernel:
                _retire(server, session.identifier)
                return
    raise command.NbenvError(f"The environment is ready. {_BY_HAND}")


def _kernel_id() -> str | None:
    from ipykernel.connect import get_connection_file

    try:
        found = re.fullmatch(r"kernel-(.+)\.json", os.path.basename(get_connection_file()))
    except RuntimeError:  # no kernel, a terminal
        return None
    return found[1] if found else None


@dataclass(frozen=True)
class _Session:
    """A session of a server: its own identifier, and its kernel's."""

    identifier: str
    kernel: str


@dataclass(frozen=True)
class _Server:
    """A running Jupyter Server of this user."""

    url: str
    token: str

    def sessions(self) -> list[_Session]:
        """Return its sessions; none when it does not answer."""
        try:
            found = cast("list[dict[str, Any]]", self.request("api/sessions"))
        except OSError:
            return []
        with_kernel = [each for each in found if each.get("kernel")]
        return [_Session(each["id"], each["kernel"]["id"]) for each in with_kernel]

    def request(self, path: str, change: object = None) -> object:
        """Ask for something, or send a change to it; return the JSON of the answer."""
        request = urllib.request.Request(
            self.url + path,
            data=None if change is None else json.dumps(change).encode(),
            method="GET" if change is None else "PATCH",
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        # The server is on this machine: no proxy stands between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_TIMEOUT) as answer:
            result: object = json.load(answer)
            return result


def _servers() -> Iterator[_Server]:
    """Yield the running servers of this user, the one that started this kernel first."""
    from jupyter_server.serverapp import list_running_servers

    parent = os.environ.get("JPY_PARENT_PID")
    found = sorted(list_running_servers(), key=lambda server: str(server["pid"]) != parent)
    for each in found:
        token = each.get("token") or os.environ.get("JUPYTERHUB_API_TOKEN", "")
        yield _Server(each["url"], token)


class _Kernel(Protocol):
    """The part of ipykernel's kernel that is used here; the names are its own."""

    _aborting: bool


def _retire(server: _Server, session: str) -> None:
    """Ask for the new kernel once this cell has ended; no cell behind it runs here any more.

    The server ends this kernel before it answers, so the cell must not wait for the answer.
    """
    kernel = cast("_Kernel | None", getattr(get_ipython(), "kernel", None))
    if kernel is not None:
        kernel._aborting = True  # as after an error: queued cells are answered, not run
    threading.Timer(_REPLIED, _ask_for_kernel, (server, session, kernel)).start()


def _ask_for_kernel(server: _Server, session: str, kernel: _Kernel | None) -> None:
    try:
        server.request(f"api/sessions/{session}", {"kernel": {"name": "nbenv"}})
    except OSError as error:
        if kernel is not None:
            kernel._aborting = False
        print(f"The notebook could not be moved: {error}. {_BY_HAND}")
