"""Start the kernel of a notebook: ``python -m nbenv.kernel.launcher -f CONNECTION_FILE``.

When the notebook's environment is ready, this is a few small files read and an ``exec``; only when
something must be built is the rest of nbenv imported.
"""

from __future__ import annotations

import os
import sys

# The notebook's folder must not shadow any module: with ``-m`` it stands first.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]
if os.environ.get("PYTHONSAFEPATH") == "nbenv":  # set by our kernelspec, for this process only
    del os.environ["PYTHONSAFEPATH"]

from nbenv.environments.readiness import check_readiness
from nbenv.home import paths, variables
from nbenv.kernel.become import become
from nbenv.notebook.metadata import read_metadata

__all__ = ["find_notebook", "main"]

_SUFFIX = ".ipynb"


def main() -> None:
    """Become the kernel; when that cannot be, become one that says why."""
    arguments = sys.argv[1:]
    path = find_notebook()
    try:
        _start(path, arguments)
    except (Exception, KeyboardInterrupt) as error:  # a kernel must start, to say what is wrong
        from nbenv.kernel.waiting import serve_until_ready

        serve_until_ready(arguments, path, error)


def _start(path: str, arguments: list[str]) -> None:
    if variables.BROKEN in os.environ:
        from nbenv.kernel.build import check_tries

        check_tries(path)
    found = check_readiness(path)
    environment = found.environment or _new_environment(path) or _built_environment(path)
    try:
        become(environment, arguments, stripped=found.is_stripped)
    except FileNotFoundError:  # removed since we looked
        environment = _built_environment(path)
        become(environment, arguments, stripped=found.is_stripped)


def find_notebook(since: float | None = None) -> str:
    """Return the notebook's path; for a detached kernel, a placeholder that nothing is kept in.

    `since` is when this process got its environment variables, where that is not just now.
    """
    session = os.environ.get("JPY_SESSION_NAME", "")
    for name in (session, os.environ.get(variables.NOTEBOOK, "")):
        if name.endswith(_SUFFIX):
            path = _without_drive(os.path.abspath(os.path.expanduser(name)))
            return paths.moved(path, since)
    known = os.environ.get(variables.DETACHED)
    if not known:
        known = os.environ[variables.DETACHED] = f"detached-{os.getpid():x}-{os.urandom(4).hex()}"
    return paths.placeholder_path(known)


def _without_drive(path: str) -> str:
    """Take off the drive that collaboration puts in front of a name (``RTC:x.ipynb``)."""
    folder, name = os.path.split(path)
    drive, colon, bare = name.partition(":")
    if colon and drive.isalnum() and not os.path.exists(path):
        return os.path.join(folder, bare)
    return path


def _new_environment(path: str) -> str | None:
    """Return the folder of an environment that was made ahead, for a notebook that is new here."""
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
