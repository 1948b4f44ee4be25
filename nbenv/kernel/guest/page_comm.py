"""The comm by which a page asks a kernel what only a restart brings up to date.

A public name of nbenv's: the page opens a comm with the target ``nbenv`` and the data
``{"event": EVENT}``. EVENT is the last event of a command that changed the environment from outside
this kernel (as ``nbenv … --events`` prints it), null to ask only. The kernel answers with one
message, ``{"stale": [{"name", "old", "new", "module"}, …]}``, and closes the comm; when it cannot
answer, it only closes it. Not an execution request, because a failed cell makes the kernel abort
those that are queued behind it.
https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages

A server whose kernels are on another machine has a page's commands run there by the same target:
``{"command": {"verb", "words", "agreed"}}``, where `agreed` is the digest of what the page showed.
The kernel answers with each event of the command, ``{"told": EVENT}``, the last a result or an
error. A command that is interrupted puts everything back, as in a cell.
"""

from __future__ import annotations

import logging

from _nbenv_boot import load


def answer(comm, message) -> None:
    """Answer the message that opened a comm, and close it; never raise into the user's kernel."""
    try:
        data = message["content"]["data"]
        if "handed_over" in data:  # from a server: see there
            load("front").take_over(data["handed_over"])
        elif "command" in data:
            run(data["command"], comm.send, load("magics").target())
        else:
            comm.send({"stale": _stale_after(data["event"])})
    except Exception:  # the edge: a page may send anything
        logging.getLogger("nbenv").debug("nbenv: could not answer a page", exc_info=True)
    comm.close()


def run(asked, send, target) -> None:
    """Run a command that a page asks for, and `send` what it tells.

    `target` are the hidden options that name the notebook.
    """
    command, screen = load("command"), _Sender(send)
    words = [asked["verb"], *asked["words"]]
    try:
        command.run(words, ["--agreed=" + asked["agreed"], *target], screen)
    except command.NbenvError:
        pass  # which the last event has said
    except KeyboardInterrupt:
        screen.failed(command.STOPPED)


class _Sender:
    """Sends the events of a command; has the methods of `command.Screen`."""

    def __init__(self, send) -> None:
        self._send = send

    def _tell(self, event) -> None:
        self._send({"told": event})

    def progress(self, message) -> None:
        self._tell({"type": "progress", "phase": "", "message": message})

    def text(self, text) -> None:
        self._tell({"type": "text", "text": text})

    def result(self, summary, event) -> None:
        # This kernel has taken the change in, and must not be told of it again by the page.
        self._tell({**event, "pth": []})

    def failed(self, event) -> None:
        self._tell(event)


def _stale_after(event):
    """Return what is stale, after a change if `event` describes one."""
    update = load("live_update")
    if event is not None:
        update.apply(event)
    return update.stale()
