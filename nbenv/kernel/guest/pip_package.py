"""The package ``pip`` of an environment without one: its command lines are run by nbenv.

Each of its modules is this file, since each has the ``main`` that someone calls. So are those of
``uv`` for ``python -m uv``.
"""

from __future__ import annotations

import os
import subprocess
import sys

__version__ = "25.3"  # programs compare it to learn which options there are


def main(args=None):
    """Run a command line of pip's on this environment; return its exit status."""
    words = [str(word) for word in (sys.argv[1:] if args is None else args)]
    if _is_ensurepip(words):
        print("Requirement already satisfied: pip")
        return 0
    boot = sys.modules.get("_nbenv_boot")
    if boot is not None and boot.load("outside_changes").is_kernel():
        return boot.load("command").run_pip(words)
    sys.stdout.flush()
    return subprocess.call(_command(words))


cli = main  # as pip's own script calls it


def _is_ensurepip(words):
    """Return whether ``python -m ensurepip`` calls: it runs a pip in a wheel, to install that."""
    return "--no-index" in words and any(entry.endswith(".whl") for entry in sys.path[:2])


def _command(words):
    import _nbenv_pip  # which found this

    if (getattr(__spec__, "name", None) or "").partition(".")[0] == "uv":
        return [*_nbenv_pip.HOST, sys.prefix, "uv", *words]
    # A bare name was looked for on PATH, which the kernels that a cell starts inherit.
    named = (getattr(sys, "orig_argv", None) or [""])[0]
    program = "module" if os.path.basename(named) == named else "own-module"
    return [*_nbenv_pip.HOST, sys.prefix, program, *words]


def _is_program():
    """Return whether this is all that the process does: ``python -m pip``, and not `runpy`'s."""
    frame, names = sys._getframe(2).f_back, []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names == ["_run_code", "_run_module_as_main"]


def _become(words):
    """Run the command in place of this process, with its signals; on Windows there is no such."""
    if os.name != "posix" or not _is_program():
        return main(words)
    sys.stdout.flush()
    command = _command(words)
    os.execv(command[0], command)
    return 1


if __name__ == "__main__":
    sys.exit(_become(sys.argv[1:]))
