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

from nbenv import notebook, places, record
from nbenv.kernel.become import become

__all__ = ["find_notebook", "is_session", "main", "ready_environment"]

SESSION = "NBENV_SESSION"
STRIPPED = "NBENV_STRIPPED"
"""Set for the guest where the notebook's file lost its record: what a missing module may mean."""
BROKEN = "NBENV_BROKEN"
"""Set where an environment that was thought ready could not start a kernel: why, line by line."""
_SUFFIX = ".ipynb"


def main() -> None:
    """Become the kernel; when that cannot be, become one that says why."""
    arguments = sys.argv[1:]
    path = find_notebook()
    try:
        _start(path, arguments)
    except (Exception, KeyboardInterrupt) as error:  # a kernel must start, to say what is wrong
        from nbenv.kernel.holding import hold

        hold(arguments, path, error)


def _start(path: str, arguments: list[str]) -> None:
    if BROKEN in os.environ:
        from nbenv.kernel.building import check_tries

        check_tries(path)
    environment = ready_environment(path) or _built_environment(path)
    try:
        become(environment, places.python_path(environment), arguments)
    except FileNotFoundError:  # removed since we looked
        environment = _built_environment(path)
        become(environment, places.python_path(environment), arguments)


def find_notebook(since: float | None = None) -> str:
    """Return the notebook's path; for a kernel without one, a stand-in that nothing is kept in.

    `since` is when this process got its environment variables, where that is not just now.
    """
    session = os.environ.get("JPY_SESSION_NAME", "")
    for name in (session, os.environ.get("NBENV_NOTEBOOK", "")):
        if name.endswith(_SUFFIX):
            path = _without_drive(os.path.abspath(os.path.expanduser(name)))
            return places.moved(path, since)
    known = os.environ.get(SESSION)
    if not known:
        known = os.environ[SESSION] = f"session-{os.getpid():x}-{os.urandom(4).hex()}"
    return os.path.join(places.home(), "sessions", known + _SUFFIX)


def is_session(path: str) -> bool:
    """Whether a path is the stand-in of a kernel without a notebook."""
    return os.path.dirname(path) == os.path.join(places.home(), "sessions")


def _without_drive(path: str) -> str:
    """Take off the drive that collaboration puts in front of a name (``RTC:x.ipynb``)."""
    folder, name = os.path.split(path)
    drive, colon, bare = name.partition(":")
    if colon and drive.isalnum() and not os.path.exists(path):
        return os.path.join(folder, bare)
    return path


def ready_environment(path: str) -> str | None:
    """Return the folder of the notebook's environment if it is what the notebook records."""
    in_file = notebook.read_metadata(path).get("nbenv") if os.path.exists(path) else None
    state = places.read_json(places.state_path(places.key(path)))
    os.environ[STRIPPED] = "1" if record.is_stripped(in_file, state) else ""
    if state is None or not isinstance(state.get("environment"), str):
        return None
    environment = places.environment_path(str(state["environment"]))
    marker = places.read_json(places.marker_path(environment))
    held = marker.get("value") if marker else None
    if not isinstance(held, dict) or not os.path.exists(places.python_path(environment)):
        return None
    if marker is None or places.is_touched(environment, marker):
        return None  # half deleted, or only installed into by hand: looked at before it runs
    if in_file is not None:
        record.check(in_file)
    value = record.current(in_file, state)  # type: ignore[arg-type]
    if value is None:
        return None if held.get("requirements") else environment
    return environment if record.recipe(value) == record.recipe(held) else None


def _built_environment(path: str) -> str:
    from nbenv.kernel.building import build

    return build(path)


if __name__ == "__main__":
    main()
