"""Remove what a worker keeps and nobody uses any more, such as environments and bundles.

Standard library only, Python 3.8 and later; `nbenv_worker` loads it.
"""

import contextlib
import glob
import os
import shutil
import time

KEPT, DAYS = 10, 30.0
"""How many environments stay, and for how many days without use."""
READY = "nbenv-ready.json"
"""The file of an environment that is complete; its time is that of the last use."""


def collect(root, locked, keep=(), kept=KEPT, days=DAYS):
    """Remove environments that were not used for long, or are too many; return their folders.

    What a process runs in, or is building, stays: `locked` holds the lock of a path.
    """
    folders = [os.path.join(root, name) for name in os.listdir(root)]
    others = [each for each in folders if os.path.isdir(each) and each not in keep]
    found = sorted([(_last_use(each), each) for each in others], reverse=True)
    limit = time.time() - days * 86400
    old = [each for n, (used, each) in enumerate(found) if used < limit or n + len(keep) >= kept]
    running = _running() if old else ""
    removed = []
    for folder in old:
        if folder in running:
            continue
        with locked(folder + ".lock", wait=False) as lock:
            if lock is not None:
                with contextlib.suppress(OSError):  # first of all: half of it is no environment
                    os.unlink(os.path.join(folder, READY))
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder)
    return removed


def sweep(cache):
    """Remove bundles, logs and unpacked pips that were not used for long, and each old uv."""
    limit = time.time() - DAYS * 86400
    for name in ("bundles", "logs", "pip", "uv"):
        for path in glob.glob(os.path.join(cache, name, "*")):
            with contextlib.suppress(OSError):
                if os.stat(path).st_mtime < limit:
                    shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def _last_use(folder):
    for path in (os.path.join(folder, READY), folder):
        with contextlib.suppress(OSError):
            return os.stat(path).st_mtime
    return 0.0


def _running():
    """Return the command lines and environments of the processes that this one may see."""
    found = []
    for process in glob.glob("/proc/[0-9]*"):
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError), open(os.path.join(process, name), "rb") as file:
                found.append(file.read().decode("utf-8", "replace"))
    return "\n".join(found)
