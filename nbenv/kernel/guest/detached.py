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

    def after(*_) -> None:
        path = shell.user_ns.get(VSCODE_VARIABLE)
        is_named = isinstance(path, str) and path.endswith(".ipynb")
        if is_named or shell.execution_count > 1:
            shell.events.unregister("post_execute", after)
        if is_named:
            from tornado.ioloop import IOLoop

            IOLoop.current().call_later(_FLUSHED, _become, path)

    shell.events.register("post_execute", after)


def _become(path) -> None:
    """Have the launcher make this process the kernel of the notebook at `path`."""
    words = load("host_python").command("nbenv.kernel.launcher")
    os.execve(
        words[0],
        [*words, *sys.argv[1:]],
        launcher_environ(path, load("own_variables").for_command()),
    )


def launcher_environ(path, environ):
    """Return the launcher's environment variables: with the notebook, without this kernel's own."""
    own = ("NBENV_DETACHED", "VIRTUAL_ENV", "NBENV_ENVIRONMENT", "NBENV_HOST_PYTHON")
    kept = {name: value for name, value in environ.items() if name not in own}
    return {**kept, "NBENV_NOTEBOOK": path}
