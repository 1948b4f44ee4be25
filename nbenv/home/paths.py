"""The places where nbenv keeps things on this machine.

Light on purpose: a starting kernel imports this. `nbenv.home.private_files` writes the files.
"""

from __future__ import annotations

import os

from nbenv.core import fast_json
from nbenv.home import held_files, variables
from nbenv.home.default_home import default_home
from nbenv.home.real_path import real_path
from nbenv.home.trust import distrusted

__all__ = [
    "OTHER_PIP",
    "PIP_SCRIPTS",
    "begun_path",
    "carried_path",
    "document_path",
    "environment_path",
    "handed_over_path",
    "home",
    "is_document",
    "is_handed_over",
    "is_placeholder",
    "is_server",
    "key",
    "marker_path",
    "moved",
    "moved_path",
    "placeholder_path",
    "progress_path",
    "read_json",
    "replaced_home",
    "server_path",
    "state_path",
    "stop_path",
    "waiting_path",
    "without_pip_scripts",
]


PIP_SCRIPTS = "nbenv.scripts"
"""The folder in each environment that comes first on ``PATH``: `environments/pip/pip_shims.py`."""
OTHER_PIP = "other-pip"
"""The script in it that a pip which is not nbenv's calls, and what it calls itself to nbenv."""
_OWN_HOME = "nbenv-own"
_MOST_MOVES = 16
"""Moves that are followed: they could form a circle."""


def home() -> str:
    """Return ``NBENV_HOME``, by default ``nbenv`` in a folder for data (`default_home`).

    Where that is another user's, or others may write to it, this user has one of their own.
    """
    chosen = _chosen_home()
    return _own_home(chosen) if distrusted(chosen) else chosen


def replaced_home() -> tuple[str, str]:
    """Return the home that this user's own one replaces, and why; two empty texts for none."""
    chosen = _chosen_home()
    why = distrusted(chosen)
    return (chosen, why) if why and _own_home(chosen) != chosen else ("", "")


def _chosen_home() -> str:
    chosen = os.environ.get(variables.HOME)
    return os.path.abspath(os.path.expanduser(chosen)) if chosen else default_home()


def _own_home(chosen: str) -> str:
    """Return the home of this user alone: the default one, or where not even that is theirs alone,
    one beside it.

    Where nothing can be told by owners and permissions, as on some network drives, the one that was
    chosen is as good as any. ``nbenv doctor`` says so.
    """
    default = default_home()
    if not distrusted(default):
        return default
    beside = os.path.dirname(default)
    return chosen if distrusted(beside) else os.path.join(beside, _OWN_HOME)


def key(path: str) -> str:
    """Return the name under which a notebook's state is kept: a digest of its real path."""
    try:
        from _blake2 import blake2b  # what hashlib wraps, without loading OpenSSL
    except ImportError:
        from hashlib import blake2b
    real = os.path.normcase(real_path(path))
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
    return os.path.dirname(path) in (_placeholders(), _documents())


def document_path(name: str) -> str:
    """Return the placeholder of a document that a client has in memory, and in no file."""
    return os.path.join(_documents(), name + ".ipynb")


def is_document(path: str) -> bool:
    """Return whether a path stands for a document that a client has in memory."""
    return os.path.dirname(path) == _documents()


def _placeholders() -> str:
    return os.path.join(home(), "detached")


def handed_over_path(identity: str) -> str:
    """Return the file for the record of a notebook that is not on this machine.

    A server hands over the record with the kernel's start, and it is a notebook without cells here.
    """
    return os.path.join(_handed_over(), identity + ".ipynb")


def is_handed_over(path: str) -> bool:
    """Return whether a path is that of a record whose notebook is on another machine."""
    return os.path.dirname(path) == _handed_over()


def _handed_over() -> str:
    return os.path.join(home(), "handed-over")


def _documents() -> str:
    return os.path.join(home(), "documents")


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


def stop_path(report: str) -> str:
    """Return the file that stops the build with that report, where no signal can."""
    return report + ".stop"


def begun_path(notebook_key: str) -> str:
    """Return the file that names the server's process while it changes an environment."""
    return os.path.join(home(), "progress", notebook_key + ".begun")


def waiting_path(process: int) -> str:
    """Return the file in which a kernel that waits for its environment says why."""
    return os.path.join(home(), "waiting", f"{process}.json")


def carried_path() -> str:
    """Return the folder of variables that are on their way from one kernel to another."""
    return os.path.join(home(), "carried")


def read_json(path: str) -> dict[str, object] | None:
    """Return the object in a JSON file, None if the file is missing or broken.

    What nbenv keeps here can all be made again, so a damaged file counts as a missing one.

    Raises
    ------
    OSError
        Another process holds the file, which only Windows lets it do, for more than a moment.
    """
    try:
        value = fast_json.loads(held_files.read_text(path))
    except OSError as error:
        if held_files.is_held(error):  # it is there: what it says must not be forgotten
            raise
        return None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
