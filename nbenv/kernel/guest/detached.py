"""A detached kernel: one that no notebook is known for.

The launcher decides that (`_notebook_or_placeholder`) and names a placeholder in NBENV_DETACHED,
which has an environment and a state as a notebook has. What such a kernel does differently from a
notebook's is here: its commands change the placeholder's environment and record nothing, it offers
nothing to adopt, and once VS Code names a notebook it becomes the kernel of that one.
"""

from __future__ import annotations

import os
import sys
from asyncio import ensure_future, iscoroutinefunction
from threading import Event
from time import sleep

from _nbenv_boot import load, variables

VSCODE_VARIABLE = "__vsc_ipynb_file__"
"""VS Code assigns the notebook's path to it, in a silent cell after the kernel's start."""
UNNAMED = (
    "nbenv: the client did not say which notebook this kernel is for, so it has none of the "
    "packages that the notebook records; to tell it, set NBENV_NOTEBOOK to the notebook's path "
    "before the kernel starts."
)
_QUIET = 0.05
"""Seconds in which what the kernel's threads still have for each other is passed on."""
_SENT = 0.1
"""Seconds until what closed sockets had to send is on its way."""


def target():
    """Return the hidden options by which commands change this kernel's environment."""
    return ["--detached", variables["NBENV_DETACHED"]]


def watch(shell, kernel) -> None:
    """Look for VS Code's variable until something else has run, and explain a failed import."""
    departure = Departure(kernel)
    load("front").watch_detached(shell, departure)
    _explain_import(shell)

    def after(*_) -> None:
        path = shell.user_ns.get(VSCODE_VARIABLE)
        is_named = isinstance(path, str) and path.endswith(".ipynb") and os.path.isfile(path)
        if is_named or shell.execution_count > 1:
            shell.events.unregister("post_execute", after)
        if is_named:
            departure.begin({"NBENV_NOTEBOOK": path})

    shell.events.register("post_execute", after)


def _explain_import(shell) -> None:
    """Say below the first cell that fails for want of a module that no notebook is known."""

    def after(result) -> None:
        if isinstance(result.error_in_exec, ModuleNotFoundError):
            shell.events.unregister("post_run_cell", after)
            print(UNNAMED)

    shell.events.register("post_run_cell", after)


class Departure:
    """Has a kernel leave its sockets, once the message that says what it is has been handled.

    VS Code runs the user's cell right behind that one. From then on, requests are kept for the
    kernel that takes this one's place: first those that ipykernel has received already, which it
    brings to `_dispatch`, then those that come to the socket.
    """

    def __init__(self, kernel) -> None:
        self._kernel = kernel
        self._variables, self._is_leaving = None, False
        self._prepared, self._received, self._later = [], [], []
        self._dispatch = kernel.dispatch_shell
        self._is_native = iscoroutinefunction(self._dispatch)
        kernel.dispatch_shell = self._dispatch_or_keep  # ipykernel takes it when it starts

    def begin(self, variables) -> None:
        """Keep what comes in behind the message that is handled now; the next kernel answers that.

        Who waits for that sends nothing more until the next kernel is there. `variables` are for
        the launcher, beside those of this kernel.
        """
        self._variables = variables
        self._stream().socket.is_muted = True

    def _dispatch_or_keep(self, *args, **options):
        work = self._work(args, options)
        return work if self._is_native else ensure_future(work)  # for ipykernel 5

    async def _work(self, args, options) -> None:
        message = args[-1]  # ipykernel 5 gives its socket first
        if self._variables and len(message) > 1:  # ipykernel 7 has marks of one
            self._received.append(_raw(message))
            return
        naming = _raw(message)
        await self._dispatch(*args, **options)
        if self._variables and not self._is_leaving:
            self._is_leaving = True
            self._prepared = [naming]  # with what else the client prepares in that cell
            stream = self._stream()
            stream.io_loop.add_callback(self._close_door, stream)

    def _stream(self):
        kernel = self._kernel
        return kernel.shell_stream if hasattr(kernel, "shell_stream") else kernel.shell_streams[0]

    def _close_door(self, stream) -> None:
        """Keep requests as they come; in the thread of their socket, as all that follows."""
        stream.on_recv(lambda message: self._later.append(_raw(message)), copy=False)
        stream.io_loop.call_later(_QUIET, self._leave, stream)

    def _leave(self, stream) -> None:
        stream.flush()  # receives what is there
        stream.close()
        left = _close_output(self._kernel.iopub_thread)
        requests = [*self._received, *self._later]
        _become(self._variables, {**left, "prepared": self._prepared, "requests": requests})


def _raw(message):
    return [bytes(frame.bytes) for frame in message]


def _close_output(thread):
    """Have ipykernel's thread send all output; return what the next kernel has to know of it."""
    closed, left = Event(), {"subscribers": 0, "output": []}

    def close() -> None:
        publisher, thread.socket = thread.socket, None  # ipykernel sends nothing any more
        left.update(publisher.left())
        publisher.close()
        closed.set()

    thread.schedule(close)  # behind the output that it has not sent yet
    closed.wait(5)
    return left


def _become(variables, left) -> None:
    """Have the launcher make this process another kernel; `variables` say of what."""
    environ = launcher_environ(variables, load("own_variables").for_command())
    file = _connection_file()
    if file:
        try:
            load("handover").write(file + ".waiting", left)
            environ["NBENV_HANDED_OVER"] = file + ".waiting"
        except OSError:  # the notebook gets its kernel all the same
            pass
    words = load("host_python").command("nbenv.kernel.launcher")
    sleep(_SENT)
    _restore_streams()
    load("handover").become([*words, *sys.argv[1:]], environ)


def _restore_streams() -> None:
    """Give the process its own output back, for which ipykernel put pipes to itself."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        own = getattr(stream, "_original_stdstream_copy", None)
        if isinstance(own, int):
            os.dup2(own, number)


def _connection_file():
    words = sys.argv
    return words[words.index("-f") + 1] if "-f" in words[:-1] else ""


def launcher_environ(variables, environ):
    """Return the launcher's environment variables: with some more, without this kernel's own."""
    own = (
        "NBENV_DETACHED",
        "VIRTUAL_ENV",
        "NBENV_ENVIRONMENT",
        "NBENV_HOST_PYTHON",
        "JPY_SESSION_NAME",  # made up: the server does not save this notebook, VS Code does
    )
    kept = {name: value for name, value in environ.items() if name not in own}
    return {**kept, **variables}
