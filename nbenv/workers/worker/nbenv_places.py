"""The folder of a worker that nbenv keeps environments in.

Standard library only, Python 3.8 and later; `nbenv_worker` loads it.
"""

import contextlib
import errno
import os
import stat
import tempfile

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

CACHE = "NBENV_WORKER_CACHE"
"""The variable that names the folder."""
ABSENCE = "NBENV_WORKER_ABSENCE"
"""The variable with the seconds that a notebook's processes go on without its kernel."""


_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class PlaceError(Exception):
    """A folder cannot be used."""


def cache_folder():
    """Return the folder that environments are kept in, which no other user may write to."""
    chosen = os.environ.get(CACHE)
    if chosen:
        return private(os.path.abspath(os.path.expanduser(chosen)))
    places = [os.environ.get("XDG_CACHE_HOME"), os.path.join(os.path.expanduser("~"), ".cache")]
    for place in places:
        if place and os.path.isabs(place):
            with contextlib.suppress(OSError, PlaceError):
                return private(os.path.join(place, "nbenv-workers"))
    own = "nbenv-workers-%s" % (os.getuid() if hasattr(os, "getuid") else "own")
    return private(os.path.join(tempfile.gettempdir(), own))


def seconds_of_absence(usual):
    """Return the seconds after which a notebook's processes end whose kernel is gone."""
    with contextlib.suppress(ValueError):
        return max(float(os.environ.get(ABSENCE, "")), 5.0)
    return usual


def private(folder):
    """Create a folder that only this user may write to; return it."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.stat(folder)
    except OSError as error:
        why = error.strerror or error
        raise PlaceError("%s cannot be made: %s. Set %s." % (folder, why, CACHE)) from None
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & stat.S_IWOTH):
        raise PlaceError(
            "Other users could change %s, where environments would be kept.\n"
            "Set %s to a folder of this user's." % (folder, CACHE)
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PlaceError("%s cannot be written to. Set %s to another folder." % (folder, CACHE))
    return folder


@contextlib.contextmanager
def locked(path, wait=True):
    """Hold a lock; without `wait`, yield None where another process has it."""
    with open(path, "a") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield None
                return
        yield file


# -- errors


def named(error):
    """Return an error for people."""
    if not isinstance(error, OSError) or not error.strerror:
        return "%s: %s" % (type(error).__name__, error)
    place = error.filename or os.environ.get(CACHE) or "the folder for environments"
    if error.errno in _UNWRITABLE:
        return _unwritable(place, error.strerror)
    return "%s: %s" % (place, error.strerror)


def unwritable_in(text, place):
    """Return an error for people where the words of a program say that it could not write."""
    for number in _UNWRITABLE:
        if os.strerror(number) in text:
            return _unwritable(place, os.strerror(number))
    return ""


def _unwritable(place, why):
    return "%s cannot be written: %s.\nMake space there, or set %s to another folder." % (
        place,
        why,
        CACHE,
    )
