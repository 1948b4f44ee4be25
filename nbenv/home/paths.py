"""The places where nbenv keeps things on this machine, and the small JSON files there.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

from nbenv.core import fast_json
from nbenv.home import variables

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from typing import TextIO

__all__ = [
    "OTHER_PIP",
    "PIP_SCRIPTS",
    "begun_path",
    "create_json",
    "environment_path",
    "home",
    "is_placeholder",
    "is_server",
    "key",
    "make_private",
    "marker_path",
    "moved",
    "moved_path",
    "open_private",
    "placeholder_path",
    "progress_path",
    "read_json",
    "scratch_path",
    "server_path",
    "state_path",
    "waiting_path",
    "without_pip_scripts",
    "write_json",
]


PIP_SCRIPTS = "nbenv.scripts"
"""The folder in each environment that comes first on ``PATH``: `environments/pip/pip_shims.py`."""
OTHER_PIP = "other-pip"
"""The script in it that a pip which is not nbenv's calls, and what it calls itself to nbenv."""
_MOST_MOVES = 16
"""Moves that are followed: they could form a circle."""


def home() -> str:
    """Return ``NBENV_HOME``, by default ``nbenv`` in Jupyter's data folder."""
    chosen = os.environ.get(variables.HOME)
    return os.path.abspath(os.path.expanduser(chosen)) if chosen else _default_home()


def _default_home() -> str:
    # jupyter_core knows the folder on every platform, but importing it takes a tenth of the time
    # that a kernel needs to start. The usual case on Linux is simple.
    environ = os.environ
    plain = not any(name in environ for name in ("JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS"))
    if sys.platform == "linux" and plain:  # as jupyter_core does it
        data = environ.get("XDG_DATA_HOME") or os.path.join(
            os.path.realpath(os.path.expanduser("~")), ".local", "share"
        )
        return os.path.join(data, "jupyter", "nbenv")
    from jupyter_core.paths import jupyter_data_dir

    return os.path.join(jupyter_data_dir(), "nbenv")


def key(path: str) -> str:
    """Return the name under which a notebook's state is kept: a digest of its real path."""
    try:
        from _blake2 import blake2b  # what hashlib wraps, without loading OpenSSL
    except ImportError:
        from hashlib import blake2b
    real = os.path.normcase(os.path.realpath(path))
    return blake2b(real.encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()


def state_path(notebook_key: str) -> str:
    """Return the file that holds the state of one notebook."""
    return os.path.join(home(), "notebooks", notebook_key + ".json")


def moved_path(place_key: str) -> str:
    """Return the file that says where a notebook or a folder was moved to."""
    return os.path.join(home(), "moved", place_key + ".json")


def moved(path: str, since: float | None = None) -> str:
    """Return the present path of a notebook that was renamed, itself or with a folder above it.

    Parameters
    ----------
    path
        The path that a process was given.
    since
        The time when it was given (seconds since 1970). Then a notebook at that path may be another
        one by now, as when ``Untitled.ipynb`` was renamed and the next one created. Without it, a
        notebook at that path is the right one.
    """
    there = path
    for _ in range(_MOST_MOVES):
        if since is None and os.path.exists(there):
            return there
        found = _next_move(there, since or 0.0)
        if found is None:
            break
        there, since = found[0], (None if since is None else found[1])
    return path if since is None else there


def _next_move(path: str, since: float) -> tuple[str, float] | None:
    """Return where a path was moved to after a time, and when."""
    place = path
    while True:
        found = read_json(moved_path(key(place)))
        if found is not None:
            to, at = found.get("to"), found.get("at")
            if isinstance(to, str) and isinstance(at, float) and at > since:
                return to + path[len(place) :], at
        above = os.path.dirname(place)
        if above == place:
            return None
        place = above


def server_path(process: str) -> str:
    """Return the file by which a Jupyter Server announces that it merges records when it saves."""
    return os.path.join(home(), "servers", process + ".json")


def is_server(process: str) -> bool:
    """Return whether a number is that of a running Jupyter Server which announced itself."""
    if not process.isascii() or not process.isdigit():
        return False
    from nbenv.home.process_identity import ProcessIdentity  # a ready start needs none

    announced = ProcessIdentity.from_dict(read_json(server_path(process)))
    return announced is not None and announced.pid == int(process) and announced.is_running


def placeholder_path(name: str) -> str:
    """Return the path that stands for a notebook where there is none; no such file is ever written.

    It gives a detached kernel, or an environment made ahead, a state of its own.
    """
    return os.path.join(_placeholders(), name + ".ipynb")


def is_placeholder(path: str) -> bool:
    """Return whether a path stands for a notebook that is not there."""
    return os.path.dirname(path) == _placeholders()


def _placeholders() -> str:
    return os.path.join(home(), "detached")


def environment_path(identifier: str) -> str:
    """Return the folder of one environment."""
    return os.path.join(home(), "envs", identifier)


def marker_path(environment: str) -> str:
    """Return the file that says what an environment was synced to; absent while it changes."""
    return os.path.join(environment, "nbenv.json")


def without_pip_scripts(search_path: str) -> str:
    """Return a ``PATH`` without the pip and uv of any environment, which hand over to nbenv."""
    folders = search_path.split(os.pathsep)
    return os.pathsep.join(each for each in folders if os.path.basename(each) != PIP_SCRIPTS)


def progress_path(notebook_key: str) -> str:
    """Return the file of JSON lines in which a starting kernel reports its build."""
    return os.path.join(home(), "progress", notebook_key + ".jsonl")


def begun_path(notebook_key: str) -> str:
    """Return the file that names the server's process while it changes an environment."""
    return os.path.join(home(), "progress", notebook_key + ".begun")


def waiting_path(process: int) -> str:
    """Return the file in which a kernel that waits for its environment says why."""
    return os.path.join(home(), "waiting", f"{process}.json")


def read_json(path: str) -> dict[str, object] | None:
    """Return the object in a JSON file, None if the file is missing or broken.

    What nbenv keeps here can all be made again, so a damaged file counts as a missing one.
    """
    try:
        with open(path, encoding="utf-8") as file:
            value = fast_json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def make_private(folder: str) -> None:
    """Create a folder of nbenv's and those above it, closed to other users."""
    base = home()
    is_below = folder.startswith(os.path.join(base, ""))
    if os.path.isdir(folder):
        if is_below and os.name == "posix" and os.stat(folder).st_mode & 0o077:
            os.chmod(folder, 0o700)  # copied, perhaps; the mode of the home itself is the user's
        return
    if is_below:
        make_private(os.path.dirname(folder))
    os.makedirs(folder, mode=0o700, exist_ok=True)


def open_private(path: str) -> TextIO:
    """Open a file for writing, empty and closed to other users from its first moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return open(descriptor, "w", encoding="utf-8")


def scratch_path(path: str) -> str:
    """Return a name beside `path`, by which ``nbenv prune`` knows who was writing there."""
    from nbenv.home.process_identity import ProcessIdentity

    return f"{path}.{ProcessIdentity.own().token()}.{os.urandom(4).hex()}.new"


def write_json(path: str, value: object) -> None:
    """Write a JSON file completely or not at all, closed to other users."""
    make_private(os.path.dirname(path))
    scratch = _write_beside(path, value)
    try:
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise


def create_json(path: str, value: object) -> None:
    """Write a JSON file unless there is one already: of two processes at once, the first wins."""
    make_private(os.path.dirname(path))
    scratch = _write_beside(path, value)
    try:
        os.link(scratch, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.replace(scratch, path)
        return
    os.unlink(scratch)


def _write_beside(path: str, value: object) -> str:
    """Write a new file beside `path`, from where one rename or link puts it in its place."""
    import json  # a starting kernel only reads

    scratch = scratch_path(path)
    try:
        with open_private(scratch) as file:
            json.dump(value, file, separators=(",", ":"))
    except BaseException:
        os.unlink(scratch)
        raise
    return scratch
