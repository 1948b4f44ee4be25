"""A detached kernel: one that no notebook is known for.

The launcher decides that (`_notebook_or_placeholder`) and names a placeholder in NBENV_DETACHED,
which has an environment and a state as a notebook has. What such a kernel does differently from a
notebook's is here: its commands change the placeholder's environment and record nothing, it offers
nothing to adopt, and once VS Code names a notebook it becomes the kernel of that one.
"""

from __future__ import annotations

import os
import sys

from _nbenv_boot import load, variables

VSCODE_VARIABLE = "__vsc_ipynb_file__"
"""VS Code assigns the notebook's path to it, in a silent cell after the kernel's start."""
_FLUSHED = 0.2
"""Seconds until the reply of the silent cell is on its way."""


def target():
    """Return the hidden options by which commands change this kernel's environment."""
    return ["--detached", variables["NBENV_DETACHED"]]


def watch(shell, kernel) -> None:
    """Look for VS Code's variable until something else has run."""
    hold = _Hold(kernel)

    def after(*_) -> None:
        path = shell.user_ns.get(VSCODE_VARIABLE)
        is_named = isinstance(path, str) and path.endswith(".ipynb")
        if is_named or shell.execution_count > 1:
            shell.events.unregister("post_execute", after)
        if is_named:
            from tornado.ioloop import IOLoop

            hold.begin()
            IOLoop.current().call_later(_FLUSHED, _become, path, hold.messages)

    shell.events.register("post_execute", after)


class _Hold:
    """Keeps requests back from a kernel that is about to become another one.

    VS Code runs the user's cell right behind the one that names the notebook.
    """

    def __init__(self, kernel) -> None:
        self.messages = []
        self._is_on = False
        self._dispatch = kernel.dispatch_shell
        kernel.dispatch_shell = self._keep_or_dispatch  # ipykernel takes it when it starts

    def begin(self) -> None:
        """Keep what comes in from now on."""
        self._is_on = True

    def _keep_or_dispatch(self, *args, **options):
        message = args[-1]  # ipykernel 5 gives its socket first
        is_for_subshell = options.get("subshell_id") is not None
        if not self._is_on or is_for_subshell or len(message) < 2:  # ipykernel 7 has marks of one
            return self._dispatch(*args, **options)
        self.messages.append([bytes(frame.bytes) for frame in message])
        return _nothing()


def _nothing():
    from asyncio import get_event_loop

    done = get_event_loop().create_future()
    done.set_result(None)
    return done


def _become(path, messages) -> None:
    """Have the launcher make this process the kernel of the notebook at `path`."""
    environ = launcher_environ(path, load("own_variables").for_command())
    file = _connection_file()
    if messages and file:
        environ["NBENV_HANDED_OVER"] = file + ".waiting"
        load("handover").write(file + ".waiting", messages)
    words = load("host_python").command("nbenv.kernel.launcher")
    _restore_streams()
    os.execve(words[0], [*words, *sys.argv[1:]], environ)


def _restore_streams() -> None:
    """Give the process its own output back, for which ipykernel put pipes to itself."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        own = getattr(stream, "_original_stdstream_copy", None)
        if isinstance(own, int):
            os.dup2(own, number)


def _connection_file():
    words = sys.argv
    return words[words.index("-f") + 1] if "-f" in words[:-1] else ""


def launcher_environ(path, environ):
    """Return the launcher's environment variables: with the notebook, without this kernel's own."""
    own = ("NBENV_DETACHED", "VIRTUAL_ENV", "NBENV_ENVIRONMENT", "NBENV_HOST_PYTHON")
    kept = {name: value for name, value in environ.items() if name not in own}
    return {**kept, "NBENV_NOTEBOOK": path}
