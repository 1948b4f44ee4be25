"""The folder of a worker that nbenv keeps environments in.

Standard library only, Python 3.8 and later; `nbenv_worker` loads it.
"""

import contextlib
import os
import stat
import tempfile

CACHE = "NBENV_WORKER_CACHE"
"""The variable that names the folder."""


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
