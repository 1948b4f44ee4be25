"""Put another process in the place of this one, and hand over what a kernel did not answer.

Where a launcher stays as the kernel's parent (`nbenv.kernel.supervision`), it starts what takes the
place, once this process has ended with the status `AGAIN`. The host uses this as well.

What is handed over is `prepared`, the cell in which the client prepares a kernel, which the former
one ran and did not answer; `requests`, raw multipart messages of the shell channel, whose
signatures are checked as usual; `subscribers`, the number of clients that its output had, of which
the next kernel waits for as many; and `output` that still waits for one of them.
"""

from __future__ import annotations

import json
import os

from _nbenv_boot import load, variables

_MESSAGES = ("prepared", "requests", "output")
AGAIN = 83
"""The exit status by which a supervised process asks to have another one in its place."""


def can_become():
    """Return whether this process can be replaced, and its client still sees the same kernel."""
    return os.name == "posix" or bool(_relay())


def become(words, environ) -> None:
    """Run the command `words` with these variables in place of this process; does not return."""
    if _relay():
        leave(_relay(), words, environ)
    os.execve(words[0], words, environ)


def kernel_process():
    """Return the number of the process that is the kernel to its client, as the host does."""
    process = variables.get("NBENV_SUPERVISOR", "").partition(" ")[0]
    return int(process) if process.isdigit() else os.getpid()


def _relay():
    return variables.get("NBENV_SUPERVISOR", "").partition(" ")[2]


def leave(relay, words, environ) -> None:
    """Leave a command to the supervisor, in a file that only this user can read, and end."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open(os.open(relay, flags, 0o600), "w", encoding="ascii") as file:
        json.dump({"command": words, "environ": dict(environ)}, file)
    os._exit(AGAIN)  # at once, as an exec would


def take(relay):
    """Return the command and the variables that a process left; None for neither."""
    try:
        with open(relay, encoding="ascii") as file:
            left = json.load(file)
        os.unlink(relay)
        return left["command"], left["environ"]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def write(path, left) -> None:
    """Write what a kernel left to a file that only this user can read."""
    written = {**left, **{name: _changed(left[name], bytes.hex) for name in _MESSAGES}}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        json.dump(written, file)


def read(path):
    """Return what a kernel left in a file, and remove the file."""
    with open(path, encoding="ascii") as file:
        left = json.load(file)
    os.unlink(path)
    return {**left, **{name: _changed(left[name], bytes.fromhex) for name in _MESSAGES}}


def _changed(messages, change):
    return [[change(frame) for frame in message] for message in messages]


def prepare(app, path) -> None:
    """Have a kernel that is about to be initialized begin with what was left in a file."""
    try:
        left = read(path)
    except (OSError, ValueError, LookupError, TypeError):  # it starts all the same
        left = None
    load("client_sockets").use(app, left)


def show_idle(kernel) -> None:
    """Tell the clients that the kernel is idle, once it runs.

    They connected before this kernel did: none of them will ask for what shows it.
    """
    from tornado.ioloop import IOLoop

    IOLoop.current().add_callback(_publish_idle, kernel)


def _publish_idle(kernel) -> None:
    topic = kernel._topic("status")
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, ident=topic)
