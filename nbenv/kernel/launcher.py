"""Start the kernel of a notebook: the kernelspec calls `main` here, with ``-f CONNECTION_FILE``.

Where the notebook's environment is ready, this reads a few small files and calls ``exec``; the rest
of nbenv is imported only when something must be built.
"""

from __future__ import annotations

import os
import sys

# The notebook's folder must not shadow any module: with ``-m`` it stands first.
try:
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
except FileNotFoundError:  # the working directory was deleted: nothing can shadow from there
    pass
if os.environ.get("PYTHONSAFEPATH") == "nbenv":  # set by our kernelspec, for this process only
    del os.environ["PYTHONSAFEPATH"]

from nbenv.environments.readiness import check_readiness
from nbenv.home import paths, variables
from nbenv.home.surroundings import shield_process
from nbenv.kernel.become import become, kernel_process, notice_supervisor
from nbenv.kernel.named_notebook import (
    SESSION,
    find_notebook,
    forget_inherited_name,
    with_plain_file,
)
from nbenv.notebook.metadata import read_metadata

__all__ = ["main"]

_HANDED_OVER = {variables.CARRIED, variables.RECORD}
"""Variables by which something is handed over to this process, or was to one that it comes from."""


def main() -> None:
    """Become the notebook's kernel; where that is impossible, become one that says why."""
    shield_process()
    notice_supervisor()
    if os.name == "nt":  # elsewhere it is a number that anybody can use
        from nbenv.home.kernel_parent import name_server

        name_server(os.environ)
    arguments = with_plain_file(sys.argv[1:])
    path = ""
    try:
        path = _handed_over() or _notebook_or_placeholder()
        _start(path, arguments)
    except (Exception, KeyboardInterrupt) as error:  # a kernel must start to say what is wrong
        from nbenv.kernel.waiting import serve_until_ready

        serve_until_ready(arguments, path or _notebook_or_placeholder(), error)


def _start(path: str, arguments: list[str]) -> None:
    if variables.BROKEN in os.environ:
        from nbenv.kernel.build import check_tries

        check_tries()
    found = check_readiness(path)
    environment = found.environment or _new_environment(path) or _built_environment(path)
    try:
        become(environment, arguments, stripped=found.is_stripped)
    except FileNotFoundError:  # removed since we looked
        environment = _built_environment(path)
        become(environment, arguments, stripped=found.is_stripped)


def _handed_over() -> str | None:
    """Return the file of a record that was handed over, for a notebook on another machine."""
    if not _HANDED_OVER.intersection(os.environ):
        return None
    from nbenv.kernel import receive_record

    path = receive_record.handed_over_file()
    if path is not None:
        for name in (variables.DETACHED, SESSION):  # of a server there, which does not have it
            os.environ.pop(name, None)
    return path


def _notebook_or_placeholder() -> str:
    """Return the kernel's notebook; without one, detach this kernel and return its placeholder.

    Only this decides whether a kernel is detached. NBENV_DETACHED says so to the kernel, whose
    guest/detached.py has all that it then does differently, and to the launcher that it may start
    again; on the host, `paths.is_placeholder` tells it from the path.
    """
    path = find_notebook()
    forget_inherited_name()
    name = os.environ.pop(variables.DETACHED, "")
    if path is not None:
        return path
    own = f"detached-{kernel_process():x}-"
    if not name.startswith(own):  # of none, or of a detached kernel that this comes from
        name = f"{own}{os.urandom(4).hex()}"
    os.environ[variables.DETACHED] = name
    return paths.placeholder_path(name)


def _new_environment(path: str) -> str | None:
    """Give a notebook that is new here the environment made ahead; None where there is none."""
    is_known = os.path.exists(paths.state_path(paths.key(path)))
    if is_known or (os.path.exists(path) and "nbenv" in read_metadata(path)):
        return None
    from nbenv.environments import spare

    environment = spare.take(path)
    spare.prepare_next()
    return environment


def _built_environment(path: str) -> str:
    from nbenv.kernel.build import build

    return build(path)


if __name__ == "__main__":
    main()
