"""Hand the requests that a kernel did not answer over to the kernel that takes its place.

They are raw multipart messages of the shell channel; their signatures are checked as usual.
"""

from __future__ import annotations

import json
import os

RECONNECTED = 0.6
"""Seconds after which clients have found the new kernel (they try ten times a second)."""
_SHELL_PRIORITY = 10
"""What ipykernel 5 gives requests of the shell channel."""


def write(path, messages) -> None:
    """Write messages (lists of bytes) to a file that only this user can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        json.dump([[frame.hex() for frame in message] for message in messages], file)


def read(path):
    """Return the messages in a file, and remove it."""
    with open(path, encoding="ascii") as file:
        messages = [[bytes.fromhex(frame) for frame in message] for message in json.load(file)]
    os.unlink(path)
    return messages


def receive(kernel, path) -> None:
    """Dispatch the messages in a file, once the kernel runs and clients are connected."""
    from tornado.ioloop import IOLoop

    IOLoop.current().call_later(RECONNECTED, _dispatch, kernel, read(path))


def _dispatch(kernel, messages) -> None:
    import zmq

    # Clients connected before this kernel did: none of them will ask for what shows it as idle.
    if hasattr(kernel, "_publish_status"):
        kernel._publish_status("idle", "shell")

    thread = getattr(kernel, "shell_channel_thread", None)
    for message in messages:
        frames = [zmq.Frame(frame) for frame in message]
        if thread is not None and hasattr(kernel, "shell_channel_thread_main"):  # ipykernel 7
            thread.io_loop.add_callback(kernel.shell_channel_thread_main, frames)
        elif hasattr(kernel, "shell_stream"):  # ipykernel 6
            kernel.schedule_dispatch(kernel.dispatch_shell, frames)
        else:
            kernel.schedule_dispatch(
                _SHELL_PRIORITY, kernel.dispatch_shell, kernel.shell_streams[0], frames
            )
