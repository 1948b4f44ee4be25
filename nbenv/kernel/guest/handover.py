"""Requests that waited for the kernel before this one: written by it, dispatched here.

They are raw multipart messages of the shell channel; their signatures are checked as ever.
"""

from __future__ import annotations

import json
import os

RECONNECTED = 0.6
"""Seconds after which clients have found the new kernel (they try ten times a second)."""


def write(path, messages) -> None:
    """Keep messages (lists of bytes) in a file that only this user can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        json.dump([[frame.hex() for frame in message] for message in messages], file)


def receive(kernel, path) -> None:
    """Dispatch the messages in a file, once the kernel runs and clients are connected."""
    with open(path, encoding="ascii") as file:
        messages = [[bytes.fromhex(frame) for frame in message] for message in json.load(file)]
    os.unlink(path)
    from tornado.ioloop import IOLoop

    IOLoop.current().call_later(RECONNECTED, _dispatch, kernel, messages)


def _dispatch(kernel, messages) -> None:
    import zmq

    # Clients were connected before this kernel was: none asks it anything that would show it idle.
    if hasattr(kernel, "_publish_status"):
        kernel._publish_status("idle", "shell")

    thread = getattr(kernel, "shell_channel_thread", None)
    for message in messages:
        frames = [zmq.Frame(frame) for frame in message]
        if thread is not None and hasattr(kernel, "shell_channel_thread_main"):  # ipykernel 7
            thread.io_loop.add_callback(kernel.shell_channel_thread_main, frames)
        elif hasattr(kernel, "schedule_dispatch"):  # ipykernel 6
            kernel.schedule_dispatch(kernel.dispatch_shell, frames)
