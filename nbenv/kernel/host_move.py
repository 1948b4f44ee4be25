"""Move the notebook of an ordinary kernel to its own: by its page, or else by its server.

A page that shows the notebook moves it at once, with the cells that wait behind the one that asked.
It sees the request in the ``transient`` part of a command's display message, and takes it with a
comm. Where no page does, as in a client without nbenv's extension, the kernel asks the server.
"""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from IPython.core.getipython import get_ipython

from nbenv.home import paths
from nbenv.home.kernel_parent import server_process
from nbenv.kernel.guest import boot

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["MOVING", "NOW", "listen_to_page", "lost_text", "lost_variables", "move"]

NOW = "now"
"""The value of ``move`` in an event by which a page is asked to move the notebook."""
MOVING = "Moving this notebook to the kernel Python (own environment)…"
_BY_HAND = "To use it here: Kernel > Change Kernel… > Python (own environment)."
_PAGE = 1.0
"""Seconds that a page has to take the move; by then the cell's reply is sent."""
_TIMEOUT = 60.0
"""Seconds that the server may take to start the new kernel."""
_MOST_NAMED = 8


class _Move:
    """A move that a page or this kernel makes, whoever takes it first."""

    def __init__(self) -> None:
        self._taken = threading.Lock()

    def take(self) -> bool:
        """Return whether nobody has taken it before."""
        return self._taken.acquire(blocking=False)


_asked: list[_Move] = []
"""The move that was asked for last."""


# -- variables


def lost_variables(shell: InteractiveShell) -> list[dict[str, Any]]:
    """Return what cells have defined, which a move would lose, each with its type and size."""
    carry_over = boot.load("carry_over")
    found = carry_over.own_variables(shell)
    return [carry_over.described(name, value) for name, value in found.items()]


def lost_text(lost: Sequence[dict[str, Any]]) -> str:
    """Return sentences that name the variables which a move would lose, and say how to move."""
    named = ", ".join(_named(each) for each in lost[:_MOST_NAMED])
    more = f", and {len(lost) - _MOST_NAMED} more" if len(lost) > _MOST_NAMED else ""
    return (
        "Your variables stay in this kernel until you move with %nbenv move, which loses them: "
        f"{named}{more}. {_BY_HAND}"
    )


def _named(variable: dict[str, Any]) -> str:
    size = variable["size"]
    measured = f", {size / 1e6:.1f} MB" if size is not None and size >= 100_000 else ""
    return f"{variable['name']} ({variable['type']}{measured})"


# -- the page


class _Comms(Protocol):
    def register_target(self, name: str, answer: object) -> None: ...


class _Kernel(Protocol):
    """The part of ipykernel's kernel that is used here; the names are its own."""

    _aborting: bool
    comm_manager: _Comms


def listen_to_page(shell: InteractiveShell) -> None:
    """Let a page take the move: ``{"moving": true}`` to the target ``nbenv``.

    The answer is ``{"granted": true}``, or nothing before the comm is closed.
    """
    kernel = cast("_Kernel | None", getattr(shell, "kernel", None))
    if kernel is not None:
        kernel.comm_manager.register_target("nbenv", _on_page)


def _on_page(comm: Any, message: dict[str, Any]) -> None:
    """Leave the move to a page. Its message came behind the cells that had to be aborted."""
    data = message["content"]["data"]
    is_offered = isinstance(data, dict) and data.get("moving") is True
    if is_offered and _asked and _asked[0].take():
        _abort_cells(False)
        comm.send({"granted": True})
    comm.close()


def _abort_cells(is_on: bool) -> None:
    """Answer the cells that wait without running them, as after an error; or run them again."""
    kernel = cast("_Kernel | None", getattr(get_ipython(), "kernel", None))
    if kernel is not None:
        kernel._aborting = is_on


# -- the server


def move() -> None:
    """Have the notebook's kernel replaced by its own; no cell behind this one runs here any more.

    Raises the command's ``NbenvError`` where neither a server nor a page is known.
    """
    # A server with nbenv probably has a page with it, which needs no session to be looked for.
    is_served = paths.is_server(server_process(os.environ))
    found = None if is_served else _session()
    if found is None and not is_served:
        raise boot.load("command").NbenvError(f"The environment is ready. {_BY_HAND}")
    asked = _Move()
    _asked[:] = [asked]
    _abort_cells(True)
    # The server ends this kernel before it answers, so the cell must not wait for the answer.
    threading.Timer(_PAGE, _move_unless_page_does, (asked, found)).start()


def _move_unless_page_does(asked: _Move, found: tuple[_Server, str] | None) -> None:
    if not asked.take():
        return
    try:
        found = found or _session()
        if found is None:
            raise OSError("the server did not say which session this kernel belongs to")
        server, session = found
        server.request(f"api/sessions/{session}", {"kernel": {"name": "nbenv"}})
    except OSError as error:
        _abort_cells(False)
        print(f"The notebook could not be moved: {error}. {_BY_HAND}")


def _session() -> tuple[_Server, str] | None:
    """Return the session that this kernel belongs to, and its server."""
    kernel = _kernel_id()
    for server in _servers() if kernel else ():
        for session in server.sessions():
            if session.kernel == kernel:
                return server, session.identifier
    return None


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

    own = server_process(os.environ)
    found = sorted(list_running_servers(), key=lambda server: str(server["pid"]) != own)
    for each in found:
        token = each.get("token") or os.environ.get("JUPYTERHUB_API_TOKEN", "")
        yield _Server(each["url"], token)
