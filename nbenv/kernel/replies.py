"""The contents of a kernel's replies, as the Jupyter protocol describes them.

https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Content", "empty_reply", "error", "kernel_info", "ok"]

Content: TypeAlias = dict[str, object]
"""The content of a message; the message's type says what it holds."""

_LANGUAGE = {
    "name": "python",
    "version": ".".join(map(str, sys.version_info[:3])),
    "mimetype": "text/x-python",
    "file_extension": ".py",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
}


def ok(**more: object) -> Content:
    """Return the content of a reply that is no error."""
    return {"status": "ok", **more}


def error(message: str) -> Content:
    """Return what an error message and an error reply share; clients show its lines."""
    lines = message.splitlines() or [""]
    return {"ename": "NbenvError", "evalue": lines[0], "traceback": lines}


def kernel_info(banner: str) -> Content:
    """Return what a kernel says about itself."""
    return ok(
        protocol_version="5.3",
        implementation="nbenv",
        implementation_version="0",
        language_info=_LANGUAGE,
        banner=banner,
        help_links=[],
    )


def empty_reply(kind: str, content: Mapping[str, object]) -> Content | None:
    """Return the reply of a kernel that knows nothing; None for a message that gets no reply."""
    cursor = content.get("cursor_pos", 0)
    replies: dict[str, Content] = {
        "complete_request": ok(matches=[], metadata={}, cursor_start=0, cursor_end=cursor),
        "inspect_request": ok(found=False, data={}, metadata={}),
        "history_request": ok(history=[]),
        "comm_info_request": ok(comms={}),
        "is_complete_request": {"status": "complete"},
    }
    return _debug_reply(content) if kind == "debug_request" else replies.get(kind)


def _debug_reply(content: Mapping[str, object]) -> Content:
    """Return the response of a debugger that debugs nothing, in the Debug Adapter Protocol.

    A page that opens a notebook asks whether one is running, and without an answer it would offer
    none until it is loaded again: the notebook's own kernel has one.
    """
    command = content.get("command")
    about: Content = {"type": "response", "request_seq": content.get("seq"), "command": command}
    if command != "debugInfo":
        return {**about, "success": False, "message": "The kernel is not ready.", "body": {}}
    body: Content = {
        "isStarted": False,
        "hashMethod": "Murmur2",
        "hashSeed": 0,
        "tmpFilePrefix": "",
        "tmpFileSuffix": ".py",
        "breakpoints": [],
        "stoppedThreads": [],
        "richRendering": True,
        "exceptionPaths": [],
    }
    return {**about, "success": True, "body": body}
