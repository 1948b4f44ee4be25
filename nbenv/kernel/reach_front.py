"""A waiting kernel and the server that handed its record over, on another machine."""

from __future__ import annotations

import os
import sys

from nbenv.core.python_command import main_command
from nbenv.errors import NbenvError
from nbenv.home import paths, variables
from nbenv.home.handed_over import METADATA, HandedOver
from nbenv.kernel.become import kernel_process, replace_process
from nbenv.kernel.channels import Channels, Request
from nbenv.kernel.guest import boot
from nbenv.kernel.receive_record import launcher_variable, receive
from nbenv.kernel.replies import Content
from nbenv.notebook.metadata import read_metadata

__all__ = ["reach_front", "run_for_page", "start_again", "take_over"]

_TARGET = "nbenv"
"""The target of the comms by which pages and servers ask a kernel of ours."""


def reach_front(channels: Channels, error: object) -> None:
    """Let the server know what is changed here, and that the kernel waits because of an error."""
    front = boot.load("front")
    path = front.path(kernel_process())
    if path is not None:
        about = {"state": "waiting", "error": error}
        front.connect(path, lambda sent: channels.publish("comm_msg", sent), lambda _: about)
        front.tell(always=True)


def run_for_page(channels: Channels, request: Request, path: str) -> bool:
    """Run the command that a page asks for in a comm's opening; return whether it asks for one.

    Unlike a cell, a page says what its user was shown and agreed to.
    """
    asked = _data(request.content).get("command")
    if not isinstance(asked, dict):
        return False
    comm = {"comm_id": request.content.get("comm_id")}

    def send(data: Content) -> None:
        channels.publish("comm_msg", {**comm, "data": data}, request)

    boot.load("page_comm").run(asked, send, ["--notebook", path])
    channels.publish("comm_close", {**comm, "data": {}}, request)
    return True


def take_over(content: Content) -> bool:
    """Take what a server hands over in a comm's opening.

    Returns
    -------
    bool
        Whether it is something else than before, for which the launcher has to start again.
    """
    text = _data(content).get("handed_over")
    if not isinstance(text, str):
        return False
    front = boot.load("front")
    try:
        handed = HandedOver.from_text(text)
        own = front.path(kernel_process())
        is_known = own is not None and _number(own) == handed.number
        path = own if is_known else receive(handed)
    except NbenvError:  # from another version: this kernel stays what it is
        return False
    if is_known:
        front.tell(always=True)
        return False
    os.environ[variables.RECORD] = launcher_variable(path)
    os.environ.pop(variables.DETACHED, None)
    return True


def _data(content: Content) -> Content:
    """Return the data of a comm's opening; none of one that has another target."""
    data = content.get("data")
    if content.get("target_name") != _TARGET or not isinstance(data, dict):
        return {}
    return data


def _number(path: str) -> object:
    about = read_metadata(path).get(METADATA) if os.path.exists(path) else None
    return about.get("number") if isinstance(about, dict) else None


def start_again(arguments: list[str]) -> None:
    """Have the launcher start in place of this process."""
    assert paths.is_handed_over(os.environ[variables.RECORD].partition(" ")[2])
    command = main_command(sys.executable, "nbenv.kernel.launcher", *arguments)
    replace_process(command, dict(os.environ))
