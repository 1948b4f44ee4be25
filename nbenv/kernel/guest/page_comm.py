"""The comm by which a page asks a kernel what only a restart brings up to date.

A public name of nbenv's: the page opens a comm with the target ``nbenv`` and the data
``{"event": EVENT}``. EVENT is the last event of a command that changed the environment from outside
this kernel (as ``nbenv … --events`` prints it), null to ask only. The kernel answers with one
message, ``{"stale": [{"name", "old", "new", "module"}, …]}``, and closes the comm; when it cannot
answer, it only closes it. Not an execution request, because a failed cell makes the kernel abort
those that are queued behind it.
https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
"""

from __future__ import annotations

import logging

from _nbenv_boot import load


def answer(comm, message) -> None:
    """Answer the message that opened a comm, and close it; never raise into the user's kernel."""
    try:
        comm.send({"stale": _stale_after(message["content"]["data"]["event"])})
    except Exception:  # the edge: a page may send anything
        logging.getLogger("nbenv").debug("nbenv: could not answer a page", exc_info=True)
    comm.close()


def _stale_after(event):
    """Return what is stale, after a change if `event` describes one."""
    update = load("live_update")
    if event is not None:
        update.apply(event)
    return update.stale()
