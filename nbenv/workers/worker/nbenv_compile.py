"""Compile the modules of a new environment once, and not in each process that imports them.

All workers of a machine begin in a new environment at once. Each would compile the same modules,
which takes several times as long as to load them compiled. Standard library only, Python 3.8 and
later; `nbenv_worker` loads it.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time

LIMIT = 15.0
"""Seconds after which what is not compiled yet is left to the imports."""
BEHIND = 180.0
"""The same where nothing waits for it."""
IMPORTED = "_NBENV_WORKER_IMPORTED"
_MOST = 4
"""Processes; more cores than a container may use are often seen."""
_OWN_WAY = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
"""Variables by which a worker has compiled modules nowhere, or elsewhere."""
_PROGRAM = """
import os, py_compile, sys, time
os.nice(int(sys.argv[1]))
end = time.monotonic() + float(sys.argv[2])
for path in sys.stdin.buffer.read().split(b"\\0"):
    if time.monotonic() > end:
        break
    try:
        py_compile.compile(os.fsdecode(path), doraise=True)
    except Exception:
        pass
"""
"""What compiles; as a program of its own, Python's ends at the first module that it cannot."""
_TESTS = re.compile(r"tests?\Z")


@contextlib.contextmanager
def compiling(python, site, lock=None, limit=LIMIT, wait=True):
    """Compile what is in a folder of packages meanwhile, with an environment's Python.

    What this process itself has imported comes first, as the next one needs it, too; at the end of
    the block, this waits for it, up to `limit` seconds in all, unless it shall not `wait`. All else
    goes on when nothing else has to be done on the machine, for `BEHIND` seconds. Where nothing is
    known to be imported, all comes first. A module that cannot be compiled stays as it is: packages
    bring such ones for other versions of Python. The processes hold the lock for as long as they
    run (see `nbenv_install.run`).
    """
    end, running, later = time.monotonic() + limit, [], []
    try:
        with contextlib.suppress(OSError):  # too many processes, or no space: it can be without
            if not any(os.environ.get(name) for name in _OWN_WAY):
                paths = modules(site)
                known = set(imported(site)).intersection(paths)
                first = known or set(paths if wait else ())
                later = [each for each in paths if each not in first]
                for part in _parts([each for each in paths if each in first], _cores()):
                    running.append(_started(python, part, lock, (0, limit), alone=not wait))
        yield
        if not wait:
            running.clear()
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(end - time.monotonic(), 0.0))
        with contextlib.suppress(OSError):
            for part in _parts(later, _cores()):
                _started(python, part, lock, (19, BEHIND), alone=True)
    finally:
        for process in running:
            process.kill()
            process.wait()


def modules(site):
    """Return the paths of the modules below a folder, the largest first, without tests."""
    found = []
    for folder, names, files in os.walk(site):
        names[:] = [each for each in names if each.isidentifier()]
        names[:] = [each for each in names if not _TESTS.match(each)]
        for name in files:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                found.append((os.stat(path).st_size, path))
    return [path for _, path in sorted(found, reverse=True)]


def imported(site):
    """Return the paths, below a folder of packages, of modules that this process has imported.

    It has them from elsewhere: a worker of an engine has what one in the new environment imports.
    A process of its own gets them in the variable `IMPORTED` (see `nbenv_agent.make`).
    """
    files = [getattr(each, "__file__", None) or "" for each in list(sys.modules.values())]
    inside = [file.rpartition("site-packages" + os.sep) for file in files]
    given = os.environ.get(IMPORTED, "").split(os.pathsep)
    return [os.path.join(site, path) for path in (*given, *(path for _, at, path in inside if at))]


def _parts(paths, number):
    """Deal paths to processes, so that each has about as much to do."""
    return [paths[first::number] for first in range(number) if paths[first::number]]


def _cores():
    affinity = getattr(os, "sched_getaffinity", None)
    return max(1, min(_MOST, len(affinity(0)) if affinity else os.cpu_count() or 1))


def _started(python, paths, lock, told, *, alone):
    """Start to compile modules, with a niceness and a limit.

    `alone`, it goes on when the group of its parent is ended.
    """
    keep = (lock.fileno(),) if lock and os.name == "posix" else ()
    with tempfile.TemporaryFile() as listed:
        listed.write(b"\0".join(map(os.fsencode, paths)))
        listed.seek(0)
        return subprocess.Popen(
            [python, "-I", "-c", _PROGRAM, *map(str, told)],
            stdin=listed,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=keep,
            start_new_session=alone,
        )
