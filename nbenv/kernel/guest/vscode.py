"""A kernel without a notebook that VS Code tells its notebook: become that one's, in place.

VS Code assigns the path to ``__vsc_ipynb_file__`` in a silent cell after the kernel's start.
"""

from __future__ import annotations

import os

VARIABLE = "__vsc_ipynb_file__"
_FLUSHED = 0.2
"""Seconds until the reply of the silent cell is on its way."""


def watch(shell, kernel) -> None:
    """Look for the variable until something else has run."""

    def after(*_) -> None:
        path = shell.user_ns.get(VARIABLE)
        told = isinstance(path, str) and path.endswith(".ipynb")
        if told or shell.execution_count > 1:
            shell.events.unregister("post_execute", after)
        if told:
            from tornado.ioloop import IOLoop

            IOLoop.current().call_later(_FLUSHED, _become, kernel, path)

    shell.events.register("post_execute", after)


def _become(kernel, path) -> None:
    import sys

    environ = {**os.environ, "NBENV_NOTEBOOK": path}
    for name in ("NBENV_DETACHED", "VIRTUAL_ENV", "NBENV_ENVIRONMENT"):
        environ.pop(name, None)
    hosted = sys.modules["_nbenv_boot"].load("host_python")
    words = hosted.command("nbenv.kernel.launcher")
    environ.pop("NBENV_HOST_PYTHON", None)
    os.execve(words[0], [*words, *sys.argv[1:]], environ)
